// The sweeper: finds due deadlines and has the lanes fire them. It decides nothing and locks nothing: it reads a
// snapshot and submits Tick commands; a late Tick does nothing.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/core/actor.h"
#include "common/core/status_macros.h"
#include "common/db/lane.h"
#include "common/db/submission.h"
#include "common/db/timeline.h"

namespace milepost::db {

// Submits a Tick (Command's first alternative, common/core/decider.h) for each aggregate, at most `in_flight_max` at a time, and returns their answers in the same order when
// all are there.
template <class D>
std::vector<absl::StatusOr<Answer<D>>> TickAll(Lanes<D>& lanes, const std::vector<typename D::Id>& aggregates,
                                               size_t in_flight_max) {
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    size_t in_flight = 0;
    std::vector<absl::StatusOr<Answer<D>>> answers;
  };
  const auto shared = std::make_shared<Shared>();
  shared->answers.resize(aggregates.size(), absl::UnknownError("not answered"));
  for (size_t i = 0; i < aggregates.size(); ++i) {
    {
      std::unique_lock lock(shared->mutex);
      shared->changed.wait(lock, [&] { return shared->in_flight < in_flight_max; });
      ++shared->in_flight;
    }
    lanes.Submit({aggregates[i], typename D::Command(), Actor::System(), "Tick"},
                 [shared, i](absl::StatusOr<Answer<D>> answer) {
                   std::lock_guard lock(shared->mutex);
                   shared->answers[i] = std::move(answer);
                   --shared->in_flight;
                   shared->changed.notify_one();
                 });
  }
  std::unique_lock lock(shared->mutex);
  shared->changed.wait(lock, [&] { return shared->in_flight == 0; });
  return std::move(shared->answers);
}

// The aggregates of these deadlines, each once, ordered by their earliest deadline.
template <class D>
std::vector<typename D::Id> AggregatesOf(const std::vector<PendingDeadline>& deadlines) {
  absl::flat_hash_set<Uuid> seen;
  std::vector<typename D::Id> aggregates;
  for (const PendingDeadline& deadline : deadlines)
    if (seen.insert(deadline.aggregate).second) aggregates.emplace_back(deadline.aggregate);
  return aggregates;
}

struct SweeperOptions {
  size_t page = 4096;          // deadlines read at a time
  size_t in_flight_max = 512;  // Ticks in the lanes at a time; leaves their queues room for callers
};

// Thread-safe as far as its parts are.
template <class D>
class Sweeper {
 public:
  // `timeline` and `lanes` outlive this object.
  Sweeper(Timeline* timeline, Lanes<D>* lanes, SweeperOptions options = {})
      : timeline_(*timeline), lanes_(*lanes), options_(options) {}

  // Fires one page of due deadlines and returns how many it fired (0: nothing was due, or others were faster). Fails
  // if the page can't be read, or, with the first error, if no Tick of the page was answered.
  absl::StatusOr<size_t> Tick() {
    MILEPOST_ASSIGN_OR_RETURN(const Timeline::Reading clock, timeline_.ReadClock());
    MILEPOST_ASSIGN_OR_RETURN(const std::vector<PendingDeadline> due,
                              timeline_.DueBy(clock.now, options_.page));
    const std::vector<absl::StatusOr<Answer<D>>> answers =
        TickAll<D>(lanes_, AggregatesOf<D>(due), options_.in_flight_max);
    size_t fired = 0, answered = 0;
    for (const absl::StatusOr<Answer<D>>& answer : answers) {
      answered += answer.ok();
      if (answer.ok()) fired += answer->fired.size();
    }
    if (!answers.empty() && answered == 0) return answers.front().status();
    return fired;
  }

 private:
  Timeline& timeline_;
  Lanes<D>& lanes_;
  const SweeperOptions options_;
};

}  // namespace milepost::db
