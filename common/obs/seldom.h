// Says when to log something that happens again and again: at once, then after 1 s, 2 s, 4 s …, at most a minute apart. So an
// outage is in the log, and does not fill it.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/time/time.h"

namespace milepost::obs {

// Of one thing that may happen again and again. Not thread-safe.
class Seldom {
 public:
  // Call it each time that the thing happens. Where a line is due, returns how often it has happened since the last line. After
  // 10 seconds without it, a line is due at once again.
  std::optional<uint64_t> Due(absl::Time now);

 private:
  absl::Time last_ = absl::InfinitePast();  // when it happened last
  absl::Time due_ = absl::InfinitePast();   // not before
  absl::Duration wait_;
  uint64_t times_ = 0;
};

}  // namespace milepost::obs
