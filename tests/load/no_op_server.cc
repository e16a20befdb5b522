// The server of no_op.proto: common/rpc as every service has it, around a handler that does nothing.
#include "common/core/standard_streams.h"
#include "common/rpc/handler_pool.h"
#include "common/rpc/server.h"
#include "common/rpc/service_flags.h"
#include "common/rpc/unary.h"
#include "no_op.grpc.pb.h"

namespace milepost::load {
namespace {

class NoOpRpc final : public v1::NoOp::CallbackService {
 public:
  NoOpRpc(rpc::HandlerPool& pool, const rpc::Unary::Options& options)
      : unary_(v1::NoOp::service_full_name(), pool, options) {}

  grpc::ServerUnaryReactor* Nothing(grpc::CallbackServerContext* context, const v1::NothingRequest* request,
                                    v1::NothingResponse* response) override {
    return unary_.Serve(context, request, response, rpc::Callers::AnyActor(),
                        [](rpc::Call, const v1::NothingRequest&) -> rpc::Awaitable<v1::NothingResponse> {
                          co_return v1::NothingResponse();
                        });
  }

 private:
  rpc::Unary unary_;
};

int Main(int argc, char** argv) {
  rpc::ServiceFlags shared("no-op", "Answers calls that ask for nothing.");
  const std::string command = shared.ParseOrExit(argc, argv);
  if (command == "health") return shared.RunHealth();
  rpc::Server server(shared.server);
  rpc::HandlerPool pool(shared.handler_threads);
  NoOpRpc no_op(pool, shared.unary());
  server.Add(no_op, v1::NoOp::service_full_name());
  return server.Run();
}

}  // namespace
}  // namespace milepost::load

int main(int argc, char** argv) {
  milepost::OpenStandardStreams();
  return milepost::load::Main(argc, argv);
}
