// The function bodies of Aggregates. Only the file of a service with `template class service::Aggregates<D>;`
// includes this.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "common/core/decider.h"
#include "common/db/lane.h"
#include "common/db/lease.h"
#include "common/db/mysql_store.h"
#include "common/db/mysql_timeline.h"
#include "common/db/reader.h"
#include "common/db/sweeper.h"
#include "common/db/test_clock.h"
#include "common/service/aggregates.h"
#include "common/service/clock_functions.h"

namespace milepost::service {

template <class D>
class AggregatesOnDatabase final : public Aggregates<D> {
 public:
  AggregatesOnDatabase(const Options& options, db::Mapping<D> mapping,
                       typename Access<D>::OnCommitted on_committed)
      : table_(std::make_shared<const db::AggregateTable<D>>(std::move(mapping))),
        reads_(options.database, options.reads),
        reader_(std::make_unique<db::MySqlSnapshots<D>>(&reads_, table_, options.clock_use())),
        timeline_(options.database, table_->mapping().aggregate_type, options.clock_use()),
        lanes_(options.lanes,
               [&] {
                 return std::make_unique<db::MySqlStore<D>>(options.database, table_, options.clock_use());
               }),
        sweeper_(&timeline_, &lanes_),
        clock_(&timeline_, &lanes_, std::make_unique<db::Leases>(options.database)),
        access_(lanes_, reader_, std::move(on_committed)) {}

  Access<D>& access() override { return access_; }
  const std::string& type() const override { return table_->mapping().aggregate_type; }
  bool has_deadlines() const override { return kHasDeadlines<D>; }
  db::ReadPool& reads() override { return reads_; }
  const db::LaneMetrics& lane_metrics() const override { return lanes_.metrics(); }
  absl::Status CheckMoving() const override { return lanes_.CheckMoving(); }
  void Drain() override { lanes_.Drain(); }
  absl::StatusOr<size_t> Sweep() override { return sweeper_.Tick(); }
  rpc::TestClockService::Clock TestClock(std::string collection) override {
    return ClockFunctions(clock_, std::move(collection));
  }

 private:
  const std::shared_ptr<const db::AggregateTable<D>> table_;
  db::ReadPool reads_;
  db::Reader<D> reader_;
  db::MySqlTimeline timeline_;
  db::Lanes<D> lanes_;
  db::Sweeper<D> sweeper_;
  db::TestClock<D> clock_;
  Access<D> access_;
};

template <class D>
std::unique_ptr<Aggregates<D>> Aggregates<D>::Make(const Options& options, db::Mapping<D> mapping,
                                                   typename Access<D>::OnCommitted on_committed) {
  return std::make_unique<AggregatesOnDatabase<D>>(options, std::move(mapping), std::move(on_committed));
}

}  // namespace milepost::service
