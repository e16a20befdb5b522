#include "common/db/common_tables.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/core/status_macros.h"
#include "common/db/statements.h"

namespace milepost::db {
namespace {

constexpr absl::Duration kLaneCommitLife = absl::Hours(24 * 7);

absl::StatusOr<ClockSetting> ReadClockRow(Connection& connection, const std::string& sql) {
  ClockSetting setting;
  MILEPOST_RETURN_IF_ERROR(connection.Query(sql, Row{}, [&](const ResultRow& row) {
    if (row.Int64(0) == 1) {
      setting = {ClockMode::kOffset, absl::Microseconds(row.Int64(1)), {}};
    } else {
      setting = {ClockMode::kFrozen, {}, row.Instant(1)};
    }
    return absl::OkStatus();
  }));
  return setting;
}

// One statement, so that the clock costs no round trip of its own. The first row is the time.
const RowsByKey& RequestsAfterClock() {
  static const auto* const text = new RowsByKey(
      absl::StrCat(
          "SELECT ", kNowMicros,
          " AS now_us, NULL AS scope, NULL AS request_id, NULL AS request_hash, NULL AS kind, NULL AS "
          "aggregate_id, NULL AS sequence UNION ALL SELECT 0, scope, request_id, request_hash, kind, "
          "aggregate_id, sequence FROM requests FORCE INDEX (PRIMARY) WHERE (scope, request_id)"),
      2, "");
  return *text;
}

Remembered RequestOf(const ResultRow& row) {
  return {{row.Id(1), row.Id(2), row.Bytes(3)}, row.Bytes(4), row.Id(5), row.Uint64(6)};
}

}  // namespace

absl::StatusOr<ClockSetting> ReadClockSetting(Connection& connection) {
  return ReadClockRow(connection, "SELECT mode, value_us FROM test_clock WHERE id = 1");
}

absl::StatusOr<ClockSetting> ShareClockSetting(Connection& connection) {
  return ReadClockRow(connection, "SELECT mode, value_us FROM test_clock WHERE id = 1 LOCK IN SHARE MODE");
}

absl::StatusOr<absl::Time> ServiceNow(Connection& connection, TestClockUse test_clock) {
  ClockSetting setting;
  if (test_clock == TestClockUse::kFollow) {
    MILEPOST_ASSIGN_OR_RETURN(setting, ReadClockSetting(connection));
  }
  MILEPOST_ASSIGN_OR_RETURN(const RequestsSeen seen, ReadRequests(connection, {}));
  return setting.At(seen.real_now);
}

absl::StatusOr<RequestsSeen> ReadRequests(Connection& connection, absl::Span<const RequestKey* const> keys) {
  static const std::string clock_alone = absl::StrCat("SELECT ", kNowMicros);
  RequestsSeen seen;
  const auto take = [&seen](const ResultRow& row) {
    if (const int64_t now_us = row.Int64(0); now_us != 0) {
      seen.real_now = FromMicros(now_us);
    } else {
      seen.remembered.push_back(RequestOf(row));
    }
    return absl::OkStatus();
  };
  if (keys.empty()) {
    MILEPOST_RETURN_IF_ERROR(connection.Query(clock_alone, Row{}, take));
    return seen;
  }
  std::vector<Row> parameters;
  parameters.reserve(keys.size());
  for (const RequestKey* key : keys) parameters.push_back({key->scope, key->request_id});
  MILEPOST_RETURN_IF_ERROR(RequestsAfterClock().Read(connection, parameters, take));
  return seen;
}

absl::Status WriteRequests(Connection& connection, absl::Span<const Remembered> requests, absl::Time now) {
  static const RowWriter writer = RowWriter::Insert(
      "requests", {"scope", "request_id", "request_hash", "kind", "aggregate_id", "sequence", "at_us"});
  std::vector<Row> rows;
  rows.reserve(requests.size());
  for (const Remembered& request : requests) {
    rows.push_back(MakeRow(request.key.scope, request.key.request_id, request.key.hash, request.kind,
                           request.aggregate, request.sequence, now));
  }
  SortByKey(rows, 2);
  return writer.Write(connection, rows);
}

absl::Status WriteDeadlines(Connection& connection, absl::string_view aggregate_type,
                            absl::Span<const DeadlineRow> deadlines) {
  static const RowWriter writer = RowWriter::Upsert("deadlines", DeadlineColumns(), 2);
  std::vector<Row> rows;
  rows.reserve(deadlines.size());
  for (const DeadlineRow& deadline : deadlines) rows.push_back(RowOf(aggregate_type, deadline));
  return writer.Write(connection, rows);
}

absl::Status WriteEvents(Connection& connection, const CommitId& commit, std::vector<Row> events) {
  static const RowWriter writer = RowWriter::Insert(
      "events",
      {"aggregate_id", "sequence", "type", "at_us", "actor", "payload", "digest", "lane", "batch", "place"});
  uint32_t place = 0;
  for (Row& event : events) {
    event.emplace_back(commit.lane);
    event.emplace_back(commit.batch);
    event.emplace_back(place++);
  }
  return writer.Write(connection, events);
}

absl::Status WriteLaneCommit(Connection& connection, const CommitId& commit) {
  static const std::string text =
      absl::StrCat("INSERT INTO lane_commits (lane, batch, committed_us) VALUES (?, ?, ", kNowMicros,
                   ") ON DUPLICATE KEY UPDATE batch = VALUES(batch), committed_us = VALUES(committed_us)");
  return connection.Update(text, Row{commit.lane, commit.batch}).status();
}

absl::StatusOr<bool> LookUpLaneCommit(Connection& connection, const CommitId& commit) {
  uint64_t last = 0;
  MILEPOST_RETURN_IF_ERROR(
      connection.Query("SELECT batch FROM lane_commits FORCE INDEX (PRIMARY) WHERE lane = ? FOR UPDATE",
                       {Value(commit.lane)}, [&](const ResultRow& row) {
                         last = row.Uint64(0);
                         return absl::OkStatus();
                       }));
  return last == commit.batch;
}

absl::Status PruneLaneCommits(Connection& connection) {
  static const std::string find = absl::StrCat(
      "SELECT l.lane FROM lane_commits l JOIN stream_lanes s ON s.lane = l.lane AND s.batch >= l.batch"
      " WHERE l.committed_us < ",
      kNowMicros, " - ? LIMIT 1000");
  std::vector<Uuid> gone;
  MILEPOST_RETURN_IF_ERROR(
      connection.Query(find, {Value(absl::ToInt64Microseconds(kLaneCommitLife))}, [&](const ResultRow& row) {
        gone.push_back(row.Id(0));
        return absl::OkStatus();
      }));
  // By primary key, so that no other lane's row is locked; and old still under the lock: a lane that has rested for a week
  // may have committed since.
  static const std::string drop =
      absl::StrCat("DELETE FROM lane_commits WHERE lane = ? AND committed_us < ", kNowMicros, " - ?");
  for (const Uuid& lane : gone) {
    MILEPOST_RETURN_IF_ERROR(
        connection.Update(drop, Row{lane, absl::ToInt64Microseconds(kLaneCommitLife)}).status());
  }
  return absl::OkStatus();
}

}  // namespace milepost::db
