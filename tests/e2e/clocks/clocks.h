// The test clocks of the three services, together: what they show, all forward by the same amount, and alike again where one
// was moved without the others. Instants cross services, so clocks that are apart make what one promises too late, or too
// early, for another.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/e2e/stories/platform_client.h"

namespace milepost::e2e {

struct ClockReading {
  std::string service;
  absl::Time now;
  // Of this machine's clock: when it was read; for one that stands still, when the first of all was asked, so that those
  // which show the same are equally far.
  absl::Duration ahead;
  bool frozen = false;
};

// How far the foremost is ahead of the hindmost; zero for none.
absl::Duration SpreadOf(const std::vector<ClockReading>& readings);
// More than reading them one after the other explains.
bool AreApart(const std::vector<ClockReading>& readings);
// A line a clock, then whether they go together; what to do where they don't.
std::string Print(const std::vector<ClockReading>& readings);
// "8d", "1d 2h 3m 4s"; without parts of a second.
std::string PrintDays(absl::Duration duration);

// Not thread-safe. Errors are sentences for people; calls are not repeated, because an advance that is counted twice is.
class Clocks {
 public:
  // The simulator has no clock, and is not asked.
  explicit Clocks(const Addresses& addresses);

  absl::StatusOr<std::vector<ClockReading>> Read();
  // How many deadlines fired, of all services. Where one does not follow the others, the error says which went ahead.
  absl::StatusOr<int64_t> AdvanceBy(absl::Duration by);
  // Those behind go forward to the foremost; how many deadlines fired.
  absl::StatusOr<int64_t> Align();

 private:
  absl::StatusOr<int64_t> Advance(size_t clock, const testing::v1::AdvanceClockRequest& request);

  PlatformClient client_;
};

}  // namespace milepost::e2e
