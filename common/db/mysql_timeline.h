// The Timeline of one kind of aggregate, on a service's schema.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "common/db/common_tables.h"
#include "common/db/connection.h"
#include "common/db/timeline.h"

namespace milepost::db {

class MySqlTimeline : public Timeline {
 public:
  // `aggregate_type` as in the Mapping. ShowTime needs TestClockUse::kFollow.
  MySqlTimeline(ConnectOptions options, std::string aggregate_type, TestClockUse test_clock)
      : aggregate_type_(std::move(aggregate_type)), test_clock_(test_clock), session_(std::move(options)) {}

  absl::StatusOr<Reading> ReadClock() override;
  absl::StatusOr<std::vector<PendingDeadline>> DueBy(absl::Time until, size_t limit) override;
  absl::Status ShowTime(absl::Time now) override;

 private:
  absl::StatusOr<Reading> ReadClockLocked();

  const std::string aggregate_type_;
  const TestClockUse test_clock_;
  std::mutex mutex_;
  Session session_;  // guarded by mutex_
};

// Inserts the test clock's row if there is none: OFFSET by zero, or FROZEN at the present instant. A row of the other
// mode changes to this mode and keeps the time that it shows.
absl::Status EnableTestClock(const ConnectOptions& options, ClockMode mode);

}  // namespace milepost::db
