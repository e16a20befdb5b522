// The server of the payment simulator: its two RPC services over a journal file.
#pragma once

#include "common/rpc/service_flags.h"
#include "services/payment_simulator/server/simulator_flags.h"

namespace milepost::payment_simulator {

// The command `serve`: takes calls until the process is asked to stop. Its exit code.
int Serve(const rpc::ServiceFlags& shared, SimulatorOptions options);

}  // namespace milepost::payment_simulator
