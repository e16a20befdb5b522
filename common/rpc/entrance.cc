#include "common/rpc/entrance.h"

#include "grpc/grpc.h"
#include "grpc/grpc_security.h"

namespace milepost::rpc {
namespace {

using Closed = std::shared_ptr<std::atomic<bool>>;

// gRPC's question about a call, answered at once.
void Ask(void* state, grpc_auth_context*, const grpc_metadata*, size_t,
         grpc_process_auth_metadata_done_cb answer, void* call) {
  if (**static_cast<Closed*>(state))
    answer(call, nullptr, 0, nullptr, 0, GRPC_STATUS_UNAVAILABLE, "the server is stopping; send it again");
  else
    answer(call, nullptr, 0, nullptr, 0, GRPC_STATUS_OK, nullptr);
}

grpc_auth_metadata_processor Asking(const Closed& closed) {
  return {.process = Ask,
          .destroy = [](void* state) { delete static_cast<Closed*>(state); },
          .state = new Closed(closed)};
}

}  // namespace

#if MILEPOST_GRPC_HOLDS_CREDENTIALS

Entrance::Entrance() : grpc::ServerCredentials(grpc_insecure_server_credentials_create()) {
  grpc_server_credentials_set_auth_metadata_processor(c_creds(), Asking(closed_));
}

#else

int Entrance::AddPortToServer(const std::string& address, grpc_server* server) {
  grpc_server_credentials* const credentials = grpc_insecure_server_credentials_create();
  grpc_server_credentials_set_auth_metadata_processor(credentials, Asking(closed_));
  const int port = grpc_server_add_http2_port(server, address.c_str(), credentials);
  grpc_server_credentials_release(credentials);
  return port;
}

#endif

}  // namespace milepost::rpc
