// Measures elapsed time by a clock that never jumps. It gives no time of day, and rules never use it.
#pragma once

#include <chrono>

#include "absl/time/time.h"

namespace milepost {

// Runs from its construction. A value; a copy keeps the same start.
class Stopwatch {
 public:
  absl::Duration elapsed() const { return absl::FromChrono(std::chrono::steady_clock::now() - started_); }

 private:
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace milepost
