#include "common/db/mysql_timeline.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/core/status_macros.h"
#include "common/db/error.h"
#include "common/obs/log.h"

namespace milepost::db {
namespace {

constexpr int kShowTimeTries = 10;  // each waits a session's lock wait for the lanes' transactions

}  // namespace

absl::StatusOr<Timeline::Reading> MySqlTimeline::ReadClock() {
  std::lock_guard lock(mutex_);
  return ReadClockLocked();
}

absl::StatusOr<Timeline::Reading> MySqlTimeline::ReadClockLocked() {
  MILEPOST_ASSIGN_OR_RETURN(Connection * connection, session_.Get());
  Reading reading;
  if (test_clock_ == TestClockUse::kFollow) {
    MILEPOST_ASSIGN_OR_RETURN(reading.setting, ReadClockSetting(*connection));
  }
  MILEPOST_ASSIGN_OR_RETURN(const RequestsSeen seen, ReadRequests(*connection, {}));
  reading.now = reading.setting.At(seen.real_now);
  return reading;
}

absl::StatusOr<std::vector<PendingDeadline>> MySqlTimeline::DueBy(absl::Time until, size_t limit) {
  std::lock_guard lock(mutex_);
  MILEPOST_ASSIGN_OR_RETURN(Connection * connection, session_.Get());
  std::vector<PendingDeadline> due;
  MILEPOST_RETURN_IF_ERROR(connection->Query(
      "SELECT aggregate_id, number, kind, pending_due_us FROM deadlines FORCE INDEX (deadlines_pending) "
      "WHERE "
      "aggregate_type = ? AND pending_due_us <= ? ORDER BY pending_due_us, aggregate_id, number LIMIT ?",
      {Value(aggregate_type_), Value(until), Value(uint64_t{limit})}, [&](const ResultRow& row) {
        due.push_back({row.Id(0), static_cast<uint32_t>(row.Uint64(1)), row.Bytes(2), row.Instant(3)});
        return absl::OkStatus();
      }));
  return due;
}

absl::Status MySqlTimeline::ShowTime(absl::Time now) {
  static const std::string text =
      absl::StrCat("UPDATE test_clock SET value_us = IF(mode = 1, ? - ", kNowMicros, ", ?) WHERE id = 1");
  std::lock_guard lock(mutex_);
  MILEPOST_ASSIGN_OR_RETURN(const Reading reading, ReadClockLocked());
  if (reading.setting.mode == ClockMode::kReal)
    return DatabaseError(Trouble::kLost, 0, "the test clock's row is not in its place yet");
  absl::Status shown;
  for (int tries = 0; tries < kShowTimeTries; ++tries) {
    MILEPOST_ASSIGN_OR_RETURN(Connection * connection, session_.Get());
    shown = connection->Update(text, Row{now, now}).status();
    if (!IsConflict(shown)) break;
  }
  return shown;
}

absl::Status EnableTestClock(const ConnectOptions& options, ClockMode mode) {
  static const std::string text = absl::StrCat(
      "INSERT IGNORE INTO test_clock (id, mode, value_us) SELECT 1, ?, IF(? = 1, 0, ", kNowMicros, ")");
  if (mode == ClockMode::kReal) return absl::InvalidArgumentError("a test clock is OFFSET or FROZEN");
  const int64_t stored = mode == ClockMode::kOffset ? 1 : 2;
  // Assignments are done in their order: the value is made while the row still has its old mode.
  static const std::string change =
      absl::StrCat("UPDATE test_clock SET value_us = IF(? = 1, value_us - ", kNowMicros, ", value_us + ",
                   kNowMicros, "), mode = ? WHERE id = 1 AND mode <> ?");
  MILEPOST_ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, Connection::Open(options));
  MILEPOST_RETURN_IF_ERROR(connection->Update(text, Row{stored, stored}).status());
  MILEPOST_ASSIGN_OR_RETURN(const uint64_t changed, connection->Update(change, Row{stored, stored, stored}));
  if (changed > 0)
    obs::Log(obs::Level::kWarn,
             "the test clock of an earlier start ran in another mode; it goes on in this one")
        .With("test_clock", mode == ClockMode::kOffset ? "offset" : "frozen");
  return absl::OkStatus();
}

}  // namespace milepost::db
