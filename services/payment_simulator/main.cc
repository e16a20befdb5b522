// The payment provider of the local run and of tests: milepost.payments.v1.PaymentProvider over a journal file, and
// milepost.testing.v1.PaymentSimulator to script it. See docs/PAYMENT_SIMULATOR.md.
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "common/obs/log.h"
#include "common/obs/standard_streams.h"
#include "common/rpc/handler_pool.h"
#include "common/rpc/server.h"
#include "common/rpc/service_flags.h"
#include "services/payment_simulator/rpc/payment_provider_rpc.h"
#include "services/payment_simulator/rpc/payment_simulator_rpc.h"

namespace milepost::payment_simulator {
namespace {

struct Settings {
  std::string journal;
  int64_t calls_kept = 20'000;
  int64_t failure_percent = 0;
  int64_t pending_queries = 2;
  int64_t seed = 1;
  MethodSettings methods;
  ChancePlan chance;
};

void AddFlags(rpc::FlagSet& flags, Settings& settings) {
  flags.AddText("journal", &settings.journal,
                "The file that keeps the charges; made if it is not there. Required.");
  flags.Require("serve", "journal", &settings.journal, "a file that exists or can be made");
  flags.AddInt("calls_kept", &settings.calls_kept, 0, 10'000'000, "How many calls ListCalls remembers.");
  flags.AddDuration("slow_delay", &settings.methods.slow_delay, absl::ZeroDuration(), absl::Minutes(10),
                    "How long pm_slow takes.");
  flags.AddInt("pending_queries", &settings.pending_queries, 1, kPendingForever,
               "Which GetCharge ends a charge of pm_unknown_then_ok and pm_unknown_then_declined.");
  flags.AddInt("failure_percent", &settings.failure_percent, 0, 100,
               "The share of calls that fail by chance.");
  flags.AddDuration("max_delay", &settings.chance.max_delay, absl::ZeroDuration(), absl::Minutes(10),
                    "Answers are delayed by chance, up to so long.");
  flags.AddInt("seed", &settings.seed, 0, INT64_MAX,
               "What chance is drawn from: the same seed, the same failures.");
}

int Serve(const rpc::ServiceFlags& shared, Settings settings) {
  rpc::Server server(shared.server);
  settings.methods.pending_queries = static_cast<uint32_t>(settings.pending_queries);
  settings.chance.failure_rate = static_cast<double>(settings.failure_percent) / 100;
  settings.chance.seed = static_cast<uint64_t>(settings.seed);
  absl::StatusOr<std::unique_ptr<Register>> charges =
      Register::Open(settings.journal, Book(settings.methods, settings.chance));
  if (!charges.ok()) {
    obs::Log(obs::Level::kError, "can't open the journal").With("cause", charges.status().message());
    return 1;
  }
  if ((*charges)->torn_bytes() > 0)
    obs::Log(obs::Level::kWarn, "cut off the journal's torn tail").With("bytes", (*charges)->torn_bytes());

  Gate gate;
  CallLog log(static_cast<size_t>(settings.calls_kept));
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

int Main(int argc, char** argv) {
  rpc::ServiceFlags shared("payment-simulator", "A payment provider for tests and the local run.");
  Settings settings;
  AddFlags(shared.flags(), settings);
  const std::string command = shared.ParseOrExit(argc, argv);
  if (command == "health") return shared.RunHealth();
  if (command == "migrate") {
    std::puts("nothing to migrate: the journal has no schema");
    return 0;
  }
  return Serve(shared, std::move(settings));
}

}  // namespace
}  // namespace milepost::payment_simulator

int main(int argc, char** argv) {
  milepost::OpenStandardStreams();
  return milepost::payment_simulator::Main(argc, argv);
}
