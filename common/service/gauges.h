// The metrics that need the database. One thread reads them periodically on its own connection; a scrape shows the
// last values with their age and queries nothing.
//
// Every replica queries for itself, so its page never depends on who holds a lease. So each query must be cheap: an
// index range that is short when all is well, cut off at kCountMax rows, or a page of a walk
// (services/milestone_billing/store/ invariants.h).
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/clock_setting.h"
#include "common/db/common_tables.h"
#include "common/db/connection.h"
#include "common/db/lane_metrics.h"
#include "common/db/read_pool.h"
#include "common/db/worker.h"
#include "common/obs/exposition.h"

namespace milepost::rpc {
class ServiceFlags;
}  // namespace milepost::rpc

namespace milepost::service {

// The entries of a queue are counted up to this number; a metric with this value means "at least".
inline constexpr int64_t kCountMax = 10'000;

// Thread-safe after construction.
class Gauges {
 public:
  // Queries and adds samples; `now` is the service's time. A DatabaseError ends the round, and the round's values are
  // dropped.
  using Question = std::function<absl::Status(db::Connection&, absl::Time now, obs::Exposition&)>;

  Gauges(const db::ConnectOptions& database, const std::optional<db::ClockMode>& test_clock,
         absl::Duration interval, std::vector<Question> questions);
  ~Gauges();  // waits for the round that runs

  // Adds these metrics and the counters of lanes, reads and connections to the server's page, and starts the rounds;
  // does nothing if no metrics are shown. All arguments live until the server has drained.
  void Show(const rpc::ServiceFlags& shared, const db::LaneMetrics& lanes, const db::ReadPoolMetrics& reads);
  // One round; 0, as a db::Worker wants it. For one thread at a time.
  absl::StatusOr<size_t> Tick();

  // The last round that succeeded, and how long ago it was.
  void Read(obs::Exposition& exposition) const;

 private:
  void Start();

  const db::TestClockUse clock_;
  const absl::Duration interval_;
  const std::vector<Question> questions_;
  db::Session session_;
  std::unique_ptr<db::Worker> worker_;
  mutable std::mutex mutex_;
  obs::Exposition last_;  // guarded by mutex_, as is the next
  absl::Time asked_at_ = absl::InfinitePast();
};

// Counts the due deadlines that have not fired, of aggregates of this type.
Gauges::Question DeadlinesDue(std::string aggregate_type);
// Measures how far the stream is behind the lanes' commits.
Gauges::Question StreamLag();

}  // namespace milepost::service
