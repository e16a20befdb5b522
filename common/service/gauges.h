// The metrics that need the database: asked by one thread on a connection of its own, every so often, and shown as they
// were then, with their age. A scrape asks nothing.
//
// Every replica asks for itself: what the page shows never depends on who holds a lease. So each question is cheap: an index
// range that is short when all is well, cut off at kCountMax rows, or a page of a walk (services/milestone_billing/store/
// invariants.h).
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

// What lies in a queue is counted up to here; a metric that shows so much means "at least".
inline constexpr int64_t kCountMax = 10'000;

// Thread-safe after construction.
class Gauges {
 public:
  // Asks; `now` is the service's time. Its DatabaseError ends the round, of which nothing is shown then.
  using Question = std::function<absl::Status(db::Connection&, absl::Time now, obs::Exposition&)>;

  Gauges(const db::ConnectOptions& database, const std::optional<db::ClockMode>& test_clock,
         absl::Duration interval, std::vector<Question> questions);
  ~Gauges();  // waits for the round that runs

  // Adds itself, and what lanes, reads and connections count, to the server's page, and asks from now on; nothing where
  // nobody is to see it. All are alive until the server has drained.
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

// Deadlines that are due and not fired, of the aggregates of this type.
Gauges::Question DeadlinesDue(std::string aggregate_type);
// How far the stream is behind what the lanes committed.
Gauges::Question StreamLag();

}  // namespace milepost::service
