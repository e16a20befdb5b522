// The payment provider of the local run and of tests: milepost.payments.v1.PaymentProvider over a journal file, and
// milepost.testing.v1.PaymentSimulator to script it. See docs/PAYMENT_SIMULATOR.md.
#include <cstdio>
#include <string>

#include "common/obs/standard_streams.h"
#include "common/rpc/service_flags.h"
#include "services/payment_simulator/server/simulator_flags.h"
#include "services/payment_simulator/server/simulator_server.h"

namespace milepost::payment_simulator {
namespace {

int Main(int argc, char** argv) {
  rpc::ServiceFlags shared("payment-simulator", "A payment provider for tests and the local run.");
  SimulatorOptions options;
  AddSimulatorFlags(shared.flags(), options);
  const std::string command = shared.ParseOrExit(argc, argv);
  if (command == "health") return shared.RunHealth();
  if (command == "migrate") {
    std::puts("nothing to migrate: the journal has no schema");
    return 0;
  }
  return Serve(shared, options);
}

}  // namespace
}  // namespace milepost::payment_simulator

int main(int argc, char** argv) {
  milepost::OpenStandardStreams();
  return milepost::payment_simulator::Main(argc, argv);
}
