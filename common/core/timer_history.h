// Reconstructs every timer that an aggregate ever had from its events alone: when it was set, when it was due, how it
// ended. The audit compares the result with the deadlines' rows (W5). Pure.
//
// Whether a timer fired needs no event of its own: every command first fires what is due (A14), so a timer that ended at or
// after its due time ended by firing, and one that ended before, or while it was frozen, was cleared.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "common/core/deadline.h"

namespace milepost {

template <class Domain>
class TimerHistory {
 public:
  struct Timer {
    typename Domain::Deadline deadline;  // as it was last set
    size_t set_by = 0;                   // the event, counted from 0
    std::optional<size_t> ended_by;      // nothing: it runs
    absl::Time ended_at;

    bool fired() const { return ended_by && Runs(deadline) && ended_at >= deadline.due; }
  };

  // Call it once for each event, in order, with the state after the event and the event's time.
  void Follow(const typename Domain::State& state, absl::Time at) {
    for (Timer& timer : timers_) {
      if (timer.ended_by || Find(state.deadlines, timer.deadline.number) != state.deadlines.end()) continue;
      timer.ended_by = events_;
      timer.ended_at = at;
    }
    for (const auto& deadline : state.deadlines) {
      const auto known = std::find_if(timers_.begin(), timers_.end(), [&](const Timer& timer) {
        return timer.deadline.number == deadline.number;
      });
      if (known == timers_.end()) {
        timers_.push_back({deadline, events_, std::nullopt, absl::Time()});
      } else {
        known->deadline = deadline;
      }
    }
    ++events_;
  }

  // In the order in which they were set.
  const std::vector<Timer>& timers() const { return timers_; }

 private:
  template <class Deadlines>
  static auto Find(const Deadlines& deadlines, uint32_t number) {
    return std::find_if(deadlines.begin(), deadlines.end(),
                        [&](const auto& d) { return d.number == number; });
  }

  size_t events_ = 0;
  std::vector<Timer> timers_;
};

}  // namespace milepost
