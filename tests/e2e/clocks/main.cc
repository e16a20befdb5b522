// What ./dev clock runs: shows the three services' test clocks, moves them together, brings them together.
//   clocks show|advance|align --catalog=HOST:PORT --offers=HOST:PORT --billing=HOST:PORT [--by=SECONDS]
// Exit status 0: it is done; 1: it is not, and stderr says why; 2: a wrong command line. `align` says nothing where nothing
// was to be done.
#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "common/obs/standard_streams.h"
#include "tests/e2e/clocks/clocks.h"

ABSL_FLAG(std::string, catalog, "", "address of gig_catalog, host:port");
ABSL_FLAG(std::string, offers, "", "address of offer_service, host:port");
ABSL_FLAG(std::string, billing, "", "address of milestone_billing, host:port");
ABSL_FLAG(int64_t, by, 0, "advance: by so many seconds");

namespace milepost::e2e {
namespace {

int Fail(const absl::Status& why) {
  std::cerr << why.message() << std::endl;
  return 1;
}

int Show(Clocks& clocks) {
  const absl::StatusOr<std::vector<ClockReading>> readings = clocks.Read();
  if (!readings.ok()) return Fail(readings.status());
  std::cout << Print(*readings) << std::flush;
  return 0;
}

int Advance(Clocks& clocks, absl::Duration by) {
  const absl::StatusOr<int64_t> fired = clocks.AdvanceBy(by);
  if (!fired.ok()) return Fail(fired.status());
  std::cout << "all three went ahead by " << PrintDays(by) << "; " << *fired << " deadlines fired"
            << std::endl;
  return Show(clocks);
}

int Align(Clocks& clocks) {
  const absl::StatusOr<std::vector<ClockReading>> before = clocks.Read();
  if (!before.ok()) return Fail(before.status());
  const absl::StatusOr<int64_t> fired = clocks.Align();
  if (!fired.ok()) return Fail(fired.status());
  if (!AreApart(*before)) return 0;
  std::cout << "the clocks were apart by " << PrintDays(SpreadOf(*before))
            << ", as somebody moved one alone: those behind were taken to the foremost; " << *fired
            << " deadlines fired" << std::endl;
  return Show(clocks);
}

int Main(const std::vector<char*>& words) {
  const Addresses addresses{absl::GetFlag(FLAGS_catalog), absl::GetFlag(FLAGS_offers),
                            absl::GetFlag(FLAGS_billing), ""};
  const std::string command = words.size() == 2 ? words[1] : "";
  const absl::Duration by = absl::Seconds(absl::GetFlag(FLAGS_by));
  if (!addresses.catalog.empty() && !addresses.offers.empty() && !addresses.billing.empty()) {
    Clocks clocks(addresses);
    if (command == "show") return Show(clocks);
    if (command == "align") return Align(clocks);
    if (command == "advance" && by > absl::ZeroDuration()) return Advance(clocks, by);
  }
  std::cerr
      << "clocks: show, align or advance --by=SECONDS, with --catalog, --offers and --billing as host:port\n";
  return 2;
}

}  // namespace
}  // namespace milepost::e2e

int main(int argc, char** argv) {
  milepost::OpenStandardStreams();
  absl::SetProgramUsageMessage("shows and moves the three services' test clocks");
  return milepost::e2e::Main(absl::ParseCommandLine(argc, argv));
}
