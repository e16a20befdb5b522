// The lanes of a simulated service: no threads. Commands wait in a queue until the simulation runs a batch of them, by the code that
// every lane runs (BatchRunner). They take the place of db::Lanes for the domains whose Access this program instantiates.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "common/db/batch.h"
#include "common/db/lane.h"
#include "services/milestone_billing/domain/order_domain.h"
#include "services/offer_service/domain/offer_domain.h"

namespace milepost::simulation {

// Is told what a lane does. AfterBatch follows each BeforeBatch, with every answer in between.
template <class D>
class LaneWatch {
 public:
  virtual ~LaneWatch() = default;
  virtual void BeforeBatch(absl::Span<const db::Pending<D>> batch) = 0;
  virtual void Answered(const db::Submission<D>& submission, const absl::StatusOr<db::Answer<D>>& answer) = 0;
  virtual void AfterBatch() = 0;
};

// Not thread-safe.
template <class D>
class ManualLanes {
 public:
  // `watch` outlives this object; null: nobody watches.
  ManualLanes(std::unique_ptr<db::Store<D>> store, LaneWatch<D>* watch)
      : runner_(std::move(store), Limits(), &metrics_), watch_(watch) {}

  void Submit(db::Submission<D> submission, db::Done<D> done) {
    queue_.push_back({std::move(submission), std::move(done)});
    if (at_once_) RunBatch(queue_.size());
  }

  size_t queued() const { return queue_.size(); }

  // Runs the first `count` queued commands, or fewer where there are fewer, as one batch.
  void RunBatch(size_t count) {
    const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(std::min(count, queue_.size()));
    std::vector<db::Pending<D>> batch(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
    queue_.erase(queue_.begin(), end);
    if (batch.empty()) return;
    if (watch_ != nullptr) Watch(batch);
    runner_.Run(std::move(batch));
    if (watch_ != nullptr) watch_->AfterBatch();
  }

  // From now on commands are run when they are submitted: for callers that block until they are answered.
  void RunAtOnce(bool at_once) { at_once_ = at_once; }

  // Forgets what is queued, as the end of the process would: nobody is answered.
  void Drop() { queue_.clear(); }

 private:
  static db::RetryLimits Limits() {
    db::RetryLimits limits;
    limits.jitter_max = absl::ZeroDuration();  // nobody else runs meanwhile
    limits.reconnect_wait = absl::ZeroDuration();
    return limits;
  }

  // The commands stay where they are in memory until the batch has ended.
  void Watch(std::vector<db::Pending<D>>& batch) {
    watch_->BeforeBatch(batch);
    for (db::Pending<D>& pending : batch) {
      pending.done = [this, submission = &pending.submission,
                      done = std::move(pending.done)](absl::StatusOr<db::Answer<D>> answer) mutable {
        watch_->Answered(*submission, answer);
        std::move(done)(std::move(answer));
      };
    }
  }

  db::LaneMetrics metrics_;
  db::BatchRunner<D> runner_;
  LaneWatch<D>* const watch_;
  std::deque<db::Pending<D>> queue_;
  bool at_once_ = false;
};

}  // namespace milepost::simulation

namespace milepost::db {

template <>
class Lanes<billing::OrderDomain> : public simulation::ManualLanes<billing::OrderDomain> {
  using ManualLanes::ManualLanes;
};
template <>
class Lanes<offers::OfferDomain> : public simulation::ManualLanes<offers::OfferDomain> {
  using ManualLanes::ManualLanes;
};

}  // namespace milepost::db
