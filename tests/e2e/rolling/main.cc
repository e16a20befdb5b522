// `./dev torture rolling`: rolling restarts under load, as often as one likes. Exit status 0 only if no call failed and
// nothing is lost.
#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "common/obs/standard_streams.h"
#include "tests/e2e/rolling/rolling.h"

ABSL_FLAG(int, rounds, 30, "how often every replica of every service is replaced");
ABSL_FLAG(std::vector<std::string>, programs, {},
          "folders with the servers' programs: the replicas begin with the first, each round replaces them "
          "with the next");
ABSL_FLAG(int, clients, 6, "pairs of a seller and a buyer, each busy with one order at a time");

namespace milepost::e2e {
namespace {

int Main() {
  const RollingOptions options{.rounds = absl::GetFlag(FLAGS_rounds),
                               .programs = absl::GetFlag(FLAGS_programs),
                               .pairs = absl::GetFlag(FLAGS_clients),
                               .each_round = [](int round) { std::cout << "round " << round << std::endl; }};
  const RollingOutcome outcome = Roll(options);
  for (const std::string& line : outcome.failures) std::cout << "FAILED " << line << "\n";
  for (const std::string& line : outcome.wrong) std::cout << "WRONG " << line << "\n";
  std::cout << outcome.Line() << std::endl;
  return outcome.failures.empty() && outcome.wrong.empty() ? 0 : 1;
}

}  // namespace
}  // namespace milepost::e2e

int main(int argc, char** argv) {
  milepost::OpenStandardStreams();
  absl::SetProgramUsageMessage("replaces Milepost's replicas under load, and checks that no call fails");
  absl::ParseCommandLine(argc, argv);
  return milepost::e2e::Main();
}
