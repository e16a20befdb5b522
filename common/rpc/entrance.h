// The port of a server, without encryption, which can be closed to new calls.
//
// A call that arrives after Shutdown() began, from a client that has not read the GOAWAY yet, is ended by gRPC with CANCELLED
// (grpc/grpc issue 41785). That code means "the caller gave up", and other people's retry policies do not repeat it. The
// entrance refuses such a call first, with UNAVAILABLE: the call was not begun, and may be sent again. It is a kind of server
// credentials, because gRPC asks them about every call before it looks at its own state. See docs/decisions/0017.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "common/core/stack.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/version_info.h"

namespace milepost::rpc {

class Entrance final : public grpc::ServerCredentials {
 public:
#if MILEPOST_GRPC_HOLDS_CREDENTIALS
  Entrance();
#endif

  // Refuses new calls from now on; calls that have come in go on. Thread-safe, once.
  void Close() {
    *closed_ = true;
  }

 private:
#if !MILEPOST_GRPC_HOLDS_CREDENTIALS
  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}
  int AddPortToServer(const std::string& address, grpc_server* server) override;
#endif

  // Shared with gRPC, which may ask for as long as a connection lives.
  const std::shared_ptr<std::atomic<bool>> closed_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace milepost::rpc
