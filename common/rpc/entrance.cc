#include "common/rpc/entrance.h"

#include "grpc/grpc.h"
#include "grpc/grpc_security.h"

namespace milepost::rpc {
namespace {

// Refuses the call that gRPC asks about.
void Refuse(void*, grpc_auth_context*, const grpc_metadata*, size_t,
            grpc_process_auth_metadata_done_cb answer, void* call) {
  answer(call, nullptr, 0, nullptr, 0, GRPC_STATUS_UNAVAILABLE, "the server is stopping; send it again");
}

// For each call gRPC checks, without a lock, whether a processor is set. So the pointer is set once, from null, and nothing
// goes with it: a call sees either nobody or Refuse.
void RefuseCallsOf(grpc_server_credentials* credentials) {
  grpc_server_credentials_set_auth_metadata_processor(
      credentials, {.process = Refuse, .destroy = nullptr, .state = nullptr});
}

}  // namespace

#if MILEPOST_GRPC_HOLDS_CREDENTIALS

Entrance::Entrance() : grpc::ServerCredentials(grpc_insecure_server_credentials_create()) {}

Entrance::~Entrance() = default;

void Entrance::Close() {
  RefuseCallsOf(c_creds());
}

#else

Entrance::Entrance() : credentials_(grpc_insecure_server_credentials_create()) {}

Entrance::~Entrance() {
  grpc_server_credentials_release(credentials_);
}

void Entrance::Close() {
  RefuseCallsOf(credentials_);
}

int Entrance::AddPortToServer(const std::string& address, grpc_server* server) {
  return grpc_server_add_http2_port(server, address.c_str(), credentials_);
}

#endif

}  // namespace milepost::rpc
