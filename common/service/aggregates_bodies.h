// The bodies of Aggregates, for the one file of each service that has `template class service::Aggregates<D>;`.
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
struct Aggregates<D>::Parts {
  Parts(const Options& options, db::Mapping<D> mapping, typename Access<D>::OnCommitted on_committed)
      : table(std::make_shared<const db::AggregateTable<D>>(std::move(mapping))),
        reads(options.database, options.reads),
        reader(std::make_unique<db::MySqlSnapshots<D>>(&reads, table, options.clock_use())),
        timeline(options.database, table->mapping().aggregate_type, options.clock_use()),
        lanes(options.lanes,
              [&] {
                return std::make_unique<db::MySqlStore<D>>(options.database, table, options.clock_use());
              }),
        sweeper(&timeline, &lanes),
        clock(&timeline, &lanes, std::make_unique<db::Leases>(options.database)),
        access(lanes, reader, std::move(on_committed)) {}

  const std::shared_ptr<const db::AggregateTable<D>> table;
  db::ReadPool reads;
  db::Reader<D> reader;
  db::MySqlTimeline timeline;
  db::Lanes<D> lanes;
  db::Sweeper<D> sweeper;
  db::TestClock<D> clock;
  Access<D> access;
};

template <class D>
Aggregates<D>::Aggregates(const Options& options, db::Mapping<D> mapping,
                          typename Access<D>::OnCommitted on_committed)
    : parts_(std::make_unique<Parts>(options, std::move(mapping), std::move(on_committed))) {}

template <class D>
Aggregates<D>::~Aggregates() = default;

template <class D>
Access<D>& Aggregates<D>::access() {
  return parts_->access;
}

template <class D>
const std::string& Aggregates<D>::type() const {
  return parts_->table->mapping().aggregate_type;
}

template <class D>
bool Aggregates<D>::has_deadlines() const {
  return kHasDeadlines<D>;
}

template <class D>
db::ReadPool& Aggregates<D>::reads() {
  return parts_->reads;
}

template <class D>
const db::LaneMetrics& Aggregates<D>::lane_metrics() const {
  return parts_->lanes.metrics();
}

template <class D>
absl::Status Aggregates<D>::CheckMoving() const {
  return parts_->lanes.CheckMoving();
}

template <class D>
void Aggregates<D>::Drain() {
  parts_->lanes.Drain();
}

template <class D>
absl::StatusOr<size_t> Aggregates<D>::Sweep() {
  return parts_->sweeper.Tick();
}

template <class D>
rpc::TestClockService::Clock Aggregates<D>::TestClock(std::string collection) {
  return ClockFunctions(parts_->clock, std::move(collection));
}

}  // namespace milepost::service
