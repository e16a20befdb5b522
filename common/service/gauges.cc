#include "common/service/gauges.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/core/clock.h"
#include "common/core/status_macros.h"
#include "common/db/database_metrics.h"
#include "common/obs/log.h"
#include "common/rpc/service_flags.h"

namespace milepost::service {
namespace {

using obs::Metric;
using obs::MetricKind;

constexpr Metric kAge{"milepost_gauges_age_seconds", MetricKind::kGauge,
                      "Age of the metrics that need the database; +Inf before the first reading."};
constexpr Metric kDue{"milepost_deadlines_due", MetricKind::kGauge,
                      "Deadlines that are due and not fired yet; at most 10000 are counted."};
constexpr Metric kOverdue{"milepost_deadlines_overdue_seconds", MetricKind::kGauge,
                          "How long the oldest unfired deadline has been due; 0 if none is."};
constexpr Metric kLagCommits{"milepost_stream_lag_commits", MetricKind::kGauge,
                             "Commits of lanes whose events have no position in the stream yet."};
constexpr Metric kLagSeconds{"milepost_stream_lag_seconds", MetricKind::kGauge,
                             "Age of the oldest event without a position; 0 if all have one."};

// As readiness has: a database that hangs holds neither a round nor the end of the process up for long.
db::ConnectOptions Impatient(db::ConnectOptions database) {
  database.connect_timeout = database.read_timeout = database.write_timeout = absl::Seconds(2);
  return database;
}

double SecondsSince(const std::optional<absl::Time>& then, absl::Time now) {
  return then ? std::max(0.0, absl::ToDoubleSeconds(now - *then)) : 0;
}

struct LaggingLane {
  Uuid lane;
  uint64_t done = 0;
};

// When the first event of the lane after its batch `done` happened; nothing where its commits wrote none.
absl::Status FindOldest(db::Connection& connection, const LaggingLane& lane,
                        std::optional<absl::Time>& oldest) {
  return connection.Query(
      "SELECT at_us FROM events FORCE INDEX (events_commit) WHERE lane = ? AND batch > ? ORDER BY batch, "
      "place LIMIT 1",
      db::Row{lane.lane, lane.done}, [&](const db::ResultRow& row) {
        oldest = std::min(oldest.value_or(absl::InfiniteFuture()), row.Instant(0));
        return absl::OkStatus();
      });
}

absl::Status AskStreamLag(db::Connection& connection, absl::Time now, obs::Exposition& exposition) {
  std::vector<LaggingLane> lagging;
  double commits = 0;
  MILEPOST_RETURN_IF_ERROR(
      connection.Query("SELECT c.lane, c.batch, COALESCE(s.batch, 0) FROM lane_commits c LEFT JOIN "
                       "stream_lanes s ON s.lane = c.lane"
                       " WHERE c.batch > COALESCE(s.batch, 0)",
                       db::Row{}, [&](const db::ResultRow& row) {
                         lagging.push_back({row.Id(0), row.Uint64(2)});
                         commits += static_cast<double>(row.Uint64(1) - row.Uint64(2));
                         return absl::OkStatus();
                       }));
  std::optional<absl::Time> oldest;
  for (const LaggingLane& lane : lagging) MILEPOST_RETURN_IF_ERROR(FindOldest(connection, lane, oldest));
  exposition.Add(kLagCommits, commits);
  exposition.Add(kLagSeconds, SecondsSince(oldest, now));
  return absl::OkStatus();
}

}  // namespace

Gauges::Gauges(const db::ConnectOptions& database, const std::optional<db::ClockMode>& test_clock,
               absl::Duration interval, std::vector<Question> questions)
    : clock_(test_clock ? db::TestClockUse::kFollow : db::TestClockUse::kIgnore),
      interval_(interval),
      questions_(std::move(questions)),
      session_(Impatient(database)) {}

Gauges::~Gauges() {
  if (worker_) worker_->Stop();
}

void Gauges::Show(const rpc::ServiceFlags& shared, const db::LaneMetrics& lanes,
                  const db::ReadPoolMetrics& reads) {
  if (!shared.shows_metrics()) return;
  shared.metrics().Add([this, &lanes, &reads](obs::Exposition& exposition) {
    db::ReadLanes(lanes, exposition);
    db::ReadReads(reads, exposition);
    db::ReadConnections(exposition);
    Read(exposition);
  });
  Start();
}

void Gauges::Start() {
  db::WorkerOptions options;
  options.name = "gauges";
  options.period = interval_;
  worker_ = std::make_unique<db::Worker>(std::move(options), [this] { return Tick(); });
}

absl::StatusOr<size_t> Gauges::Tick() {
  MILEPOST_ASSIGN_OR_RETURN(db::Connection * connection, session_.Get());
  MILEPOST_ASSIGN_OR_RETURN(const absl::Time now, db::ServiceNow(*connection, clock_));
  obs::Exposition answers;
  for (const Question& ask : questions_) MILEPOST_RETURN_IF_ERROR(ask(*connection, now, answers));
  const std::lock_guard lock(mutex_);
  last_ = std::move(answers);
  asked_at_ = WallNow();
  return size_t{0};
}

void Gauges::Read(obs::Exposition& exposition) const {
  const std::lock_guard lock(mutex_);
  exposition.Append(last_);
  exposition.Add(kAge, absl::ToDoubleSeconds(WallNow() - asked_at_));
}

Gauges::Question DeadlinesDue(std::string aggregate_type) {
  return [type = std::move(aggregate_type)](db::Connection& connection, absl::Time now,
                                            obs::Exposition& exposition) {
    return connection.Query(
        "SELECT COUNT(*), MIN(pending_due_us) FROM (SELECT pending_due_us FROM deadlines FORCE INDEX "
        "(deadlines_pending)"
        " WHERE aggregate_type = ? AND pending_due_us <= ? ORDER BY pending_due_us LIMIT ?) due",
        db::Row{type, now, kCountMax}, [&](const db::ResultRow& row) {
          exposition.Add(kDue, static_cast<double>(row.Int64(0)));
          const auto oldest = row.IsNull(1) ? std::nullopt : std::optional(row.Instant(1));
          exposition.Add(kOverdue, SecondsSince(oldest, now));
          return absl::OkStatus();
        });
  };
}

Gauges::Question StreamLag() {
  return AskStreamLag;
}

}  // namespace milepost::service
