// The write path of a service: a few lanes, each a thread with its own store. A lane commits in one batch all
// commands that queued up while its previous commit ran. All commands of one aggregate go through one lane, in the
// order they were submitted.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/core/clock.h"
#include "common/core/leisure.h"
#include "common/core/refusal.h"
#include "common/core/stopwatch.h"
#include "common/db/batch.h"
#include "common/db/lane_metrics.h"
#include "common/db/lane_options.h"
#include "common/db/store.h"
#include "common/db/submission.h"

namespace milepost::db {

// Lanes<D> is thread-safe. Destroying it drains it.
template <class D>
class Lanes {
 public:
  // `make_store` is called once a lane, here; stores connect when they are first used.
  Lanes(const LaneOptions& options, const std::function<std::unique_ptr<Store<D>>()>& make_store)
      : stuck_after_(options.stuck_after) {
    for (size_t i = 0; i < options.lanes; ++i)
      lanes_.push_back(std::make_unique<Lane>(options, make_store(), &metrics_));
  }
  ~Lanes() { Drain(); }

  // Queues the command; `done` is called exactly once. Refused at once with OVERLOADED when the lane's queue
  // is full and SHUTTING_DOWN once Drain() was called; with DEADLINE_EXCEEDED when `expires` passed before it
  // was taken.
  void Submit(Submission<D> submission, Done<D> done) {
    Lane& lane = *lanes_[LaneOf(submission.aggregate)];
    lane.Submit({std::move(submission), std::move(done)});
  }

  // Takes no more commands, finishes and answers those that are queued, and returns when the lanes have
  // ended. May be called more than once, but not from a `done`.
  void Drain() {
    for (const auto& lane : lanes_) lane->Close();
    for (const auto& lane : lanes_) lane->Join();
  }

  const LaneMetrics& metrics() const { return metrics_; }

  // OK while every lane takes its queued commands. UNAVAILABLE, with the duration, if a lane is stuck in a batch. (No
  // lane can be dead: an exception in a lane ends the process.)
  absl::Status CheckMoving() const {
    for (size_t i = 0; i < lanes_.size(); ++i)
      if (const absl::Duration busy = lanes_[i]->AtOneBatchFor(); busy > stuck_after_)
        return absl::UnavailableError(
            absl::StrCat("lane ", i, " has been at one batch for ", absl::FormatDuration(busy)));
    return absl::OkStatus();
  }

 private:
  class Lane {
   public:
    Lane(const LaneOptions& options, std::unique_ptr<Store<D>> store, LaneMetrics* metrics)
        : options_(options),
          metrics_(*metrics),
          runner_(std::move(store), options.retry, metrics),
          thread_([this] { Work(); }) {}

    void Submit(Pending<D> pending) {
      absl::Status refusal;
      {
        std::lock_guard lock(mutex_);
        if (closed_) {
          refusal = Refuse(Reason::kShuttingDown);
        } else if (queue_.size() >= options_.queue_limit) {
          refusal = Refuse(Reason::kOverloaded);
        } else {
          queue_.push_back(std::move(pending));
          metrics_.queued.fetch_add(1, std::memory_order_relaxed);
          if (idle_) wake_.notify_one();
          return;
        }
      }
      metrics_.overloaded.fetch_add(IsRefusal(refusal, Reason::kOverloaded), std::memory_order_relaxed);
      pending.done(std::move(refusal));
    }

    void Close() {
      std::lock_guard lock(mutex_);
      closed_ = true;
      wake_.notify_one();
    }

    void Join() {
      std::lock_guard lock(join_mutex_);
      if (thread_.joinable()) thread_.join();
    }

    // How long the lane has worked on its present batch; zero while it waits for commands.
    absl::Duration AtOneBatchFor() const {
      std::lock_guard lock(mutex_);
      return idle_ ? absl::ZeroDuration() : batch_.elapsed();
    }

   private:
    void Work() {
      for (;;) {
        std::vector<Pending<D>> batch = TakeBatch();
        if (batch.empty()) return;
        DropExpired(batch);
        if (batch.empty()) continue;
        // There is one command and none behind it: its caller may resume on this thread.
        const AtLeisure idle([this, alone = batch.size() == 1] { return alone && HasNothingQueued(); });
        runner_.Run(std::move(batch));
      }
    }

    bool HasNothingQueued() const {
      const std::lock_guard lock(mutex_);
      return queue_.empty();
    }

    // Takes all queued commands, up to the limit; waits only while the queue is empty. An empty result: closed and
    // finished.
    std::vector<Pending<D>> TakeBatch() {
      std::unique_lock lock(mutex_);
      idle_ = true;
      wake_.wait(lock, [this] { return closed_ || !queue_.empty(); });
      idle_ = false;
      batch_ = Stopwatch();
      std::vector<Pending<D>> batch;
      batch.reserve(std::min(queue_.size(), options_.batch_limit));
      while (!queue_.empty() && batch.size() < options_.batch_limit) {
        batch.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
      metrics_.queued.fetch_sub(batch.size(), std::memory_order_relaxed);
      return batch;
    }

    // Refuses the commands whose callers have stopped waiting. A command that was taken into a batch is never
    // dropped.
    void DropExpired(std::vector<Pending<D>>& batch) {
      const absl::Time now = WallNow();
      const auto expired = std::stable_partition(
          batch.begin(), batch.end(),
          [now](const Pending<D>& pending) { return pending.submission.expires > now; });
      metrics_.expired.fetch_add(batch.end() - expired, std::memory_order_relaxed);
      for (auto it = expired; it != batch.end(); ++it) it->done(Refuse(Reason::kDeadlineExceeded));
      batch.erase(expired, batch.end());
    }

    const LaneOptions options_;
    LaneMetrics& metrics_;
    BatchRunner<D> runner_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Pending<D>> queue_;  // guarded by mutex_, as are the next three
    bool idle_ = false;
    bool closed_ = false;
    Stopwatch batch_;  // since the present batch was taken
    std::mutex join_mutex_;
    std::thread thread_;  // last: it uses all of the above
  };

  // The last eight bytes are random in every id we make; any stable function of them spreads aggregates over
  // lanes.
  size_t LaneOf(const typename D::Id& id) const {
    uint64_t bits;
    std::memcpy(&bits, id.uuid().bytes().data() + 8, sizeof bits);
    return bits % lanes_.size();
  }

  const absl::Duration stuck_after_;
  LaneMetrics metrics_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace milepost::db
