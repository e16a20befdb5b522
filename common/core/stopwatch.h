// How long ago something was, by a clock that never jumps. It tells no time of day, and rules never see it.
#pragma once

#include <chrono>

#include "absl/time/time.h"

namespace milepost {

// Runs from its construction on. A value; copies run on from the same start.
class Stopwatch {
 public:
  absl::Duration elapsed() const { return absl::FromChrono(std::chrono::steady_clock::now() - started_); }

 private:
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace milepost
