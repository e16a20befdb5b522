// The port of a server, without encryption, which can be closed to new calls.
//
// A call that arrives after Shutdown() began, from a client that has not read the GOAWAY yet, is ended by gRPC with CANCELLED
// (grpc/grpc issue 41785). That code means "the caller gave up", and other people's retry policies do not repeat it. A closed
// entrance refuses such a call first, with UNAVAILABLE: the call was not begun, and may be sent again. It is a kind of server
// credentials, because gRPC asks them about every call before it looks at its own state. See docs/decisions/0017.
#pragma once

#include <memory>
#include <string>

#include "common/core/stack.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/version_info.h"

namespace milepost::rpc {

class Entrance final : public grpc::ServerCredentials {
 public:
  Entrance();
  ~Entrance() override;

  // Refuses new calls from now on; calls that have come in go on. Call it once, from any thread. From then on gRPC copies each
  // new call's metadata for its question, and aborts at a wrong `te`; before, it does neither.
  void Close();

 private:
#if !MILEPOST_GRPC_HOLDS_CREDENTIALS
  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}
  int AddPortToServer(const std::string& address, grpc_server* server) override;

  grpc_server_credentials* const credentials_;
#endif
};

}  // namespace milepost::rpc
