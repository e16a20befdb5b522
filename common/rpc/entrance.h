// Where a server's calls come in: a port without encryption that can be closed to new calls.
//
// gRPC ends a call with CANCELLED that arrives after Shutdown() began, on a connection whose client has not yet read the
// GOAWAY (grpc/grpc issue 41785): a code that says "the caller gave up", which no retry policy of others repeats. Here such a
// call is refused first, with UNAVAILABLE: it was not begun, and may be sent again. gRPC asks the "credentials" about every
// call before it looks at its own state, which is why this is one. See docs/decisions/0017.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "grpcpp/security/server_credentials.h"

namespace milepost::rpc {

class Entrance final : public grpc::ServerCredentials {
 public:
  // From here on new calls are refused; what has come in goes on. Thread-safe, once.
  void Close() { *closed_ = true; }

 private:
  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}
  int AddPortToServer(const std::string& address, grpc_server* server) override;

  // Shared with gRPC, which may ask for as long as a connection lives.
  const std::shared_ptr<std::atomic<bool>> closed_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace milepost::rpc
