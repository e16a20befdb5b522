#include "common/db/migrations.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "common/core/clock.h"
#include "common/core/status_macros.h"
#include "common/db/lease.h"
#include "migrations/common.h"

namespace milepost::db {
namespace {

constexpr char kRecordTable[] =
    "CREATE TABLE IF NOT EXISTS schema_migrations (component VARCHAR(64) CHARACTER SET ascii COLLATE "
    "ascii_bin NOT "
    "NULL, number INT UNSIGNED NOT NULL, sha256 CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, "
    "applied_us BIGINT NOT NULL, PRIMARY KEY (component, number)) ENGINE=InnoDB";
constexpr char kLease[] = "migrate";
constexpr absl::Duration kLeasePatience = absl::Minutes(1);
constexpr absl::Duration kLeasePoll = absl::Milliseconds(100);
constexpr absl::Duration kStatementMax = absl::Hours(6);  // an ALTER of a large table

using Applied = std::map<std::pair<std::string, int>, std::string>;  // (component, number) → SHA-256

absl::StatusOr<Applied> ReadApplied(Connection& connection) {
  Applied applied;
  MILEPOST_RETURN_IF_ERROR(connection.Query(
      "SELECT component, number, sha256 FROM schema_migrations", Row{}, [&](const ResultRow& row) {
        applied[{row.Bytes(0), static_cast<int>(row.Int64(1))}] = row.Bytes(2);
        return absl::OkStatus();
      }));
  return applied;
}

std::vector<MigrationSet> WithCommon(absl::Span<const MigrationSet> sets) {
  std::vector<MigrationSet> all = {migrations::common()};
  all.insert(all.end(), sets.begin(), sets.end());
  return all;
}

std::string NameOf(const MigrationSet& set, const Migration& step) {
  return absl::StrFormat("%s/%04d_%s", set.component, step.number, step.name);
}

// Applied and unchanged: true. Not applied: false. Applied with another content: FAILED_PRECONDITION.
absl::StatusOr<bool> IsApplied(const Applied& applied, const MigrationSet& set, const Migration& step) {
  const auto row = applied.find({set.component, step.number});
  if (row == applied.end()) return false;
  if (row->second == step.sha256) return true;
  return absl::FailedPreconditionError(absl::StrCat(
      "the migration ", NameOf(set, step), " was changed after it was applied; migrations only go forward"));
}

absl::Status AwaitLease(Leases& leases, absl::Duration time) {
  for (absl::Duration waited; waited < kLeasePatience; waited += kLeasePoll) {
    MILEPOST_ASSIGN_OR_RETURN(const bool ours, leases.Acquire(kLease, time));
    if (ours) return absl::OkStatus();
    std::this_thread::sleep_for(absl::ToChronoMilliseconds(kLeasePoll));
  }
  return absl::UnavailableError("another runner holds the migration lease");
}

// Our lease, extended by a thread of its own until the end of this object, however long a statement takes.
class HeldLease {
 public:
  HeldLease(Leases& leases, absl::Duration time)
      : leases_(leases), time_(time), thread_([this] { Hold(); }) {}
  ~HeldLease() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

  // Asked right before a statement: ours for the whole of its time.
  absl::Status Check() {
    MILEPOST_ASSIGN_OR_RETURN(const bool ours, leases_.Acquire(kLease, time_));
    return ours ? absl::OkStatus() : absl::UnavailableError("another runner took the migration lease over");
  }

 private:
  void Hold() {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, absl::ToChronoMilliseconds(time_ / 3), [this] { return ended_; })) {
      lock.unlock();
      // Where it can't be extended now it is tried again; where it is lost, the next Check() says so.
      static_cast<void>(leases_.Acquire(kLease, time_));
      lock.lock();
    }
  }

  Leases& leases_;
  const absl::Duration time_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ended_ = false;  // guarded by mutex_
  std::thread thread_;
};

absl::Status Apply(Connection& connection, HeldLease& lease, const MigrationSet& set, const Migration& step) {
  for (const std::string& statement : StatementsOf(step.sql)) {
    MILEPOST_RETURN_IF_ERROR(lease.Check());
    const absl::Status done = connection.Execute(statement);
    if (!done.ok()) return absl::Status(done.code(), absl::StrCat(NameOf(set, step), ": ", done.message()));
  }
  return connection
      .Update("INSERT IGNORE INTO schema_migrations VALUES (?, ?, ?, ?)",
              Row{set.component, step.number, step.sha256, WallNow()})
      .status();
}

absl::Status ApplyMissing(Connection& connection, HeldLease& lease, const std::vector<MigrationSet>& sets) {
  MILEPOST_ASSIGN_OR_RETURN(const Applied applied, ReadApplied(connection));
  std::vector<std::pair<const MigrationSet*, const Migration*>> missing;
  for (const MigrationSet& set : sets) {
    for (const Migration& step : set.steps) {
      MILEPOST_ASSIGN_OR_RETURN(const bool done, IsApplied(applied, set, step));
      if (!done) missing.emplace_back(&set, &step);
    }
  }
  for (const auto& [set, step] : missing) MILEPOST_RETURN_IF_ERROR(Apply(connection, lease, *set, *step));
  return absl::OkStatus();
}

}  // namespace

std::vector<std::string> StatementsOf(absl::string_view sql) {
  std::vector<std::string> statements;
  std::string statement;
  for (absl::string_view line : absl::StrSplit(sql, '\n')) {
    line = absl::StripTrailingAsciiWhitespace(line);
    if (line.empty() || absl::StartsWith(absl::StripLeadingAsciiWhitespace(line), "--")) continue;
    const bool ends = absl::ConsumeSuffix(&line, ";");
    absl::StrAppend(&statement, statement.empty() ? "" : "\n", line);
    if (ends) statements.push_back(std::exchange(statement, ""));
  }
  if (!statement.empty()) statements.push_back(std::move(statement));
  return statements;
}

absl::Status Migrate(const ConnectOptions& options, absl::Span<const MigrationSet> sets,
                     absl::Duration lease_time) {
  ConnectOptions patient = options;
  patient.read_timeout = kStatementMax;
  MILEPOST_ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, Connection::Open(patient));
  MILEPOST_RETURN_IF_ERROR(connection->Execute(kLeasesTable));
  MILEPOST_RETURN_IF_ERROR(connection->Execute(kRecordTable));
  Leases leases(options);
  MILEPOST_RETURN_IF_ERROR(AwaitLease(leases, lease_time));
  absl::Status applied;
  {
    HeldLease lease(leases, lease_time);
    applied = ApplyMissing(*connection, lease, WithCommon(sets));
  }
  const absl::Status released = leases.Release(kLease);
  return applied.ok() ? released : applied;
}

absl::Status CheckSchema(Connection& connection, absl::Span<const MigrationSet> sets) {
  const absl::StatusOr<Applied> applied = ReadApplied(connection);
  if (TroubleOf(applied.status()) == Trouble::kRejected)
    return absl::FailedPreconditionError("the schema has no tables yet: run `migrate`");
  if (!applied.ok()) return applied.status();
  for (const MigrationSet& set : WithCommon(sets)) {
    for (const Migration& step : set.steps) {
      MILEPOST_ASSIGN_OR_RETURN(const bool done, IsApplied(*applied, set, step));
      if (!done)
        return absl::FailedPreconditionError(
            absl::StrCat("the schema lacks the migration ", NameOf(set, step), ": run `migrate`"));
    }
  }
  return absl::OkStatus();
}

}  // namespace milepost::db
