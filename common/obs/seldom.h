// When a line about something that goes on is worth writing: at once, then after 1 s, 2 s, 4 s …, at most a minute apart. So an
// outage is seen, and does not fill the log.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/time/time.h"

namespace milepost::obs {

// Of one thing that may happen again and again. Not thread-safe.
class Seldom {
 public:
  // It has happened. A number where a line is due: how often it has since the last line. Where it has not for 10 seconds, it
  // is a new thing: due at once.
  std::optional<uint64_t> Due(absl::Time now);

 private:
  absl::Time last_ = absl::InfinitePast();  // when it happened last
  absl::Time due_ = absl::InfinitePast();   // not before
  absl::Duration wait_;
  uint64_t times_ = 0;
};

}  // namespace milepost::obs
