// Reads and writes the tables that every service has (migrations/0001_common.sql), within a lane's transaction. The
// functions take the transaction's connection and fail with its DatabaseError()s.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/db/clock_setting.h"
#include "common/db/connection.h"
#include "common/db/deadline_rows.h"
#include "common/db/row.h"
#include "common/db/store.h"

namespace milepost::db {

// Whether a service follows the row in test_clock. Never in production.
enum class TestClockUse { kIgnore, kFollow };

// The current setting; kReal without a row. A snapshot read.
absl::StatusOr<ClockSetting> ReadClockSetting(Connection& connection);
// The same with a shared lock: the clock can't be advanced until the transaction ends.
absl::StatusOr<ClockSetting> ShareClockSetting(Connection& connection);

// The service's time, for reads.
absl::StatusOr<absl::Time> ServiceNow(Connection& connection, TestClockUse test_clock);

struct RequestsSeen {
  absl::Time real_now;  // the database's clock, when this statement began
  std::vector<Remembered> remembered;
};
absl::StatusOr<RequestsSeen> ReadRequests(Connection& connection, absl::Span<const RequestKey* const> keys);

absl::Status WriteRequests(Connection& connection, absl::Span<const Remembered> requests, absl::Time now);
absl::Status WriteDeadlines(Connection& connection, absl::string_view aggregate_type,
                            absl::Span<const DeadlineRow> deadlines);
// Rows of (aggregate_id, sequence, type, at_us, actor, payload, digest), sorted by key; each gets the commit and its place
// in it.
absl::Status WriteEvents(Connection& connection, const CommitId& commit, std::vector<Row> events);

absl::Status WriteLaneCommit(Connection& connection, const CommitId& commit);
// Waits for the row's lock, and so for a running commit.
absl::StatusOr<bool> LookUpLaneCommit(Connection& connection, const CommitId& commit);
// Deletes the rows of lanes that have committed nothing for a week and whose events are all in the stream: most of
// their processes have ended.
absl::Status PruneLaneCommits(Connection& connection);

}  // namespace milepost::db
