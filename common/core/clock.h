// The wall clock, and the conversion of instants to the form that the database and the wire use. The only place
// besides id.cc that may read a clock: rules get their time as a parameter, lanes read the database's
// (docs/ARCHITECTURE.md, Time).
#pragma once

#include <cstdint>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace milepost {

// The wall clock's time, for ids, log lines and call deadlines; never for a rule.
inline absl::Time WallNow() {
  return absl::Now();
}

// Microseconds since the epoch, UTC: the form of every instant in storage (`*_us`). Sub-microseconds are cut.
inline int64_t ToMicros(absl::Time time) {
  return absl::ToUnixMicros(time);
}
inline absl::Time FromMicros(int64_t us) {
  return absl::FromUnixMicros(us);
}

}  // namespace milepost
