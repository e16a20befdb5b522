// Limits the log lines of a repeated event: it is logged at once, then after 1 s, 2 s, 4 s …, at most a minute apart.
// So an outage is in the log, and does not fill it.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/time/time.h"

namespace milepost::obs {

// The limiter of one kind of event. Not thread-safe.
class Seldom {
 public:
  // Call it each time that the event happens. If a line is due, returns how often the event has happened since the
  // last line. After 10 seconds without the event, the next one is logged at once.
  std::optional<uint64_t> Due(absl::Time now);

 private:
  absl::Time last_ = absl::InfinitePast();  // when it happened last
  absl::Time due_ = absl::InfinitePast();   // not before
  absl::Duration wait_;
  uint64_t times_ = 0;
};

}  // namespace milepost::obs
