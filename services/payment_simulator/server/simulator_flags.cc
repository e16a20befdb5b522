#include "services/payment_simulator/server/simulator_flags.h"

#include "absl/time/time.h"

namespace milepost::payment_simulator {

void AddSimulatorFlags(rpc::FlagSet& flags, SimulatorOptions& options) {
  flags.AddText("journal", &options.journal,
                "The file that keeps the charges; made if it is not there. Required.");
  flags.Require("serve", "journal", &options.journal, "a file that exists or can be made");
  flags.AddInt("calls_kept", &options.calls_kept, 0, 10'000'000, "How many calls ListCalls remembers.");
  flags.AddDuration("slow_delay", &options.methods.slow_delay, absl::ZeroDuration(), absl::Minutes(10),
                    "How long pm_slow takes.");
  flags.AddInt("pending_queries", &options.pending_queries, 1, kPendingForever,
               "Which GetCharge ends a charge of pm_unknown_then_ok and pm_unknown_then_declined.");
  flags.AddInt("failure_percent", &options.failure_percent, 0, 100,
               "The share of calls that fail by chance.");
  flags.AddDuration("max_delay", &options.chance.max_delay, absl::ZeroDuration(), absl::Minutes(10),
                    "Answers are delayed by chance, up to so long.");
  flags.AddInt("seed", &options.seed, 0, INT64_MAX,
               "What chance is drawn from: the same seed, the same failures.");
}

}  // namespace milepost::payment_simulator
