// The aggregates of a service on its database: the lanes that write them, the snapshots that read them, the service's
// time, the sweeper that fires due deadlines, and the test clock.
//
// The bodies are in aggregates_bodies.h. Only the file that instantiates Aggregates for its service includes it, so
// that a server's wiring compiles neither lanes nor stores.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/lane_metrics.h"
#include "common/db/mapping.h"
#include "common/db/read_pool.h"
#include "common/rpc/test_clock_service.h"
#include "common/service/access.h"
#include "common/service/options.h"

namespace milepost::service {

// The interface of aggregates of any kind that a shell needs. Thread-safe.
class AnyAggregates {
 public:
  virtual ~AnyAggregates() = default;

  virtual const std::string& type() const = 0;  // as in the mapping: "order"
  virtual bool has_deadlines() const = 0;
  virtual db::ReadPool& reads() = 0;
  virtual const db::LaneMetrics& lane_metrics() const = 0;
  // db::Lanes::CheckMoving.
  virtual absl::Status CheckMoving() const = 0;
  // db::Lanes::Drain.
  virtual void Drain() = 0;
  // One page of the deadlines that are due: db::Sweeper::Tick.
  virtual absl::StatusOr<size_t> Sweep() = 0;
  // The test clock of aggregates that are named `collection`/{id}. This object outlives the returned clock.
  virtual rpc::TestClockService::Clock TestClock(std::string collection) = 0;
};

template <class D>
class Aggregates : public AnyAggregates {
 public:
  // Connects when something is first asked, and again after a loss.
  static std::unique_ptr<Aggregates> Make(const Options& options, db::Mapping<D> mapping,
                                          typename Access<D>::OnCommitted on_committed);

  virtual Access<D>& access() = 0;
};

}  // namespace milepost::service
