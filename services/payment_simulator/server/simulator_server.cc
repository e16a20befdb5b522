#include "services/payment_simulator/server/simulator_server.h"

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/obs/log.h"
#include "common/rpc/handler_pool.h"
#include "common/rpc/server.h"
#include "services/payment_simulator/rpc/payment_provider_rpc.h"
#include "services/payment_simulator/rpc/payment_simulator_rpc.h"

namespace milepost::payment_simulator {

int Serve(const rpc::ServiceFlags& shared, SimulatorOptions options) {
  rpc::Server server(shared.server);
  options.methods.pending_queries = static_cast<uint32_t>(options.pending_queries);
  options.chance.failure_rate = static_cast<double>(options.failure_percent) / 100;
  options.chance.seed = static_cast<uint64_t>(options.seed);
  absl::StatusOr<std::unique_ptr<Register>> charges =
      Register::Open(options.journal, Book(options.methods, options.chance));
  if (!charges.ok()) {
    obs::Log(obs::Level::kError, "can't open the journal").With("cause", charges.status().message());
    return 1;
  }
  if ((*charges)->torn_bytes() > 0)
    obs::Log(obs::Level::kWarn, "cut off the journal's torn tail").With("bytes", (*charges)->torn_bytes());

  Gate gate;
  CallLog log(static_cast<size_t>(options.calls_kept));
  rpc::HandlerPool pool(shared.handler_threads);
  PaymentProviderRpc provider(**charges, gate, log, pool, shared.service());
  PaymentSimulatorRpc simulator(**charges, gate, log, pool, shared.service());
  server.Add(provider);
  server.Add(simulator);
  server.SetReadiness([&] {
    return (*charges)->writable() ? absl::OkStatus() : absl::UnavailableError("the journal can't be written");
  });
  server.OnStop([&] { gate.Open(); });
  server.OnDrained([&] { (*charges)->Close(); });
  return server.Run();
}

}  // namespace milepost::payment_simulator
