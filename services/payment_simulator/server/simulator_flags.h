// The settings of the payment simulator, and their flags.
#pragma once

#include <cstdint>
#include <string>

#include "common/rpc/flags.h"
#include "services/payment_simulator/domain/behavior.h"

namespace milepost::payment_simulator {

struct SimulatorOptions {
  std::string journal;
  int64_t calls_kept = 20'000;
  int64_t failure_percent = 0;
  int64_t pending_queries = 2;
  int64_t seed = 1;
  MethodSettings methods;
  ChancePlan chance;
};

// `options` outlives the parsing of `flags`.
void AddSimulatorFlags(rpc::FlagSet& flags, SimulatorOptions& options);

}  // namespace milepost::payment_simulator
