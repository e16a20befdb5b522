#include "services/payment_simulator/server/simulator_flags.h"

#include "absl/time/time.h"

namespace milepost::payment_simulator {

void AddSimulatorFlags(rpc::FlagSet& flags, SimulatorOptions& options) {
  flags.AddText("journal", &options.journal,
                "The file that keeps the charges; created if it is missing. Required.");
  flags.Require("serve", "journal", &options.journal, "a file that exists or can be made");
  flags.AddInt("calls_kept", &options.calls_kept, 0, 10'000'000, "The number of calls that ListCalls keeps.");
  flags.AddDuration("slow_delay", &options.methods.slow_delay, absl::ZeroDuration(), absl::Minutes(10),
                    "How long a charge of pm_slow takes.");
  flags.AddInt("pending_queries", &options.pending_queries, 1, kPendingForever,
               "The number of the GetCharge call that ends a charge of pm_unknown_then_ok or "
               "pm_unknown_then_declined.");
  flags.AddInt("failure_percent", &options.failure_percent, 0, 100,
               "The share of calls that fail by chance.");
  flags.AddDuration("max_delay", &options.chance.max_delay, absl::ZeroDuration(), absl::Minutes(10),
                    "The longest random delay of an answer.");
  flags.AddInt("seed", &options.seed, 0, INT64_MAX,
               "The seed of random failures and delays; the same seed gives the same failures.");
}

}  // namespace milepost::payment_simulator
