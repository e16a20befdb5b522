// The server of no_op.proto: common/rpc as every service has it, around a handler that does nothing.
#include "common/obs/standard_streams.h"
#include "common/rpc/handler_pool.h"
#include "common/rpc/server.h"
#include "common/rpc/service.h"
#include "common/rpc/service_flags.h"
#include "no_op.pb.h"

namespace milepost::load {
namespace {

class NoOpRpc final : public rpc::Service {
 public:
  NoOpRpc(rpc::HandlerPool& pool, const rpc::ServiceOptions& options)
      : Service("milepost.load.v1.NoOp", pool, options) {
    Add(&NoOpRpc::Nothing, *this);
  }

 private:
  rpc::Awaitable<v1::NothingResponse> Nothing(rpc::Call, const v1::NothingRequest&) {
    co_return v1::NothingResponse();
  }
};

int Main(int argc, char** argv) {
  rpc::ServiceFlags shared("no-op", "Answers calls that ask for nothing.");
  const std::string command = shared.ParseOrExit(argc, argv);
  if (command == "health") return shared.RunHealth();
  rpc::Server server(shared.server);
  rpc::HandlerPool pool(shared.handler_threads);
  NoOpRpc no_op(pool, shared.service());
  server.Add(no_op);
  return server.Run();
}

}  // namespace
}  // namespace milepost::load

int main(int argc, char** argv) {
  milepost::OpenStandardStreams();
  return milepost::load::Main(argc, argv);
}
