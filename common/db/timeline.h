// A service's time and its pending deadlines, read outside any lane; for sweepers and the test clock. Two
// implementations, MySqlTimeline and, for tests, testing::MemoryTimeline; both are thread-safe. Failures are
// DatabaseError()s.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/core/id.h"
#include "common/db/clock_setting.h"

namespace milepost::db {

// A pending deadline, as its row says.
struct PendingDeadline {
  Uuid aggregate;
  uint32_t number = 0;
  std::string kind;
  absl::Time due;
};

class Timeline {
 public:
  struct Reading {
    ClockSetting setting;
    absl::Time now;
  };

  virtual ~Timeline() = default;

  virtual absl::StatusOr<Reading> ReadClock() = 0;

  // The pending deadlines due at `until` or before, earliest first, at most `limit`; a plain snapshot,
  // nothing locked.
  virtual absl::StatusOr<std::vector<PendingDeadline>> DueBy(absl::Time until, size_t limit) = 0;

  // Moves the test clock so that it shows `now`, keeping its mode. Waits for the lanes' transactions that
  // have read it. kLost (DATABASE_UNAVAILABLE) while the clock is still the real one. Does not check whether it goes
  // backwards.
  virtual absl::Status ShowTime(absl::Time now) = 0;
};

}  // namespace milepost::db
