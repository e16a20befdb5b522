// The test clock (W4): lets tests and demonstrations move a service's time. Never wired in production.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "common/db/lane.h"
#include "common/db/lease.h"
#include "common/db/sweeper.h"
#include "common/db/timeline.h"

namespace milepost::db {

// The latest time of a test clock. Instants end with the year 9999 (google.protobuf.Timestamp); the last year is
// reserved for deadlines that are set at this time.
inline absl::Time TestClockEnd() {
  return absl::FromCivil(absl::CivilSecond(9998, 12, 31, 23, 59, 59), absl::UTCTimeZone());
}

// A deadline that fired while the clock was advanced.
struct FiredOnTheWay {
  Uuid aggregate;
  std::string kind;
  absl::Time due;
};

// Thread-safe; one Advance at a time, also among replicas.
template <class D>
class TestClock {
 public:
  struct Advanced {
    absl::Time now;
    std::vector<FiredOnTheWay> fired;  // in due-time order
  };

  // `timeline` and `lanes` outlive this object. `leases` is null where there is one process only; they are this clock's
  // alone, because a lease does not keep its own owner's workers away.
  TestClock(Timeline* timeline, Lanes<D>* lanes, std::unique_ptr<Leases> leases)
      : timeline_(*timeline), lanes_(*lanes), leases_(std::move(leases)) {}

  absl::StatusOr<Timeline::Reading> Get() { return timeline_.ReadClock(); }

  // Advances the clock from due time to due time; at each, the lanes fire all due deadlines, including those that a
  // firing sets. CLOCK_BACKWARDS for a time before the present one, INVALID_FIELDS (`by`, `to`) for a negative
  // duration and a time after TestClockEnd(); RESOURCE_BUSY while another advance runs. When a firing fails, the
  // clock stays where it is and the error is returned: advance again.
  absl::StatusOr<Advanced> AdvanceTo(absl::Time to) {
    return Guarded("to", [&](absl::Time) { return to; });
  }
  absl::StatusOr<Advanced> AdvanceBy(absl::Duration by) {
    if (by < absl::ZeroDuration())
      return RefuseFields({{"by", "must not be negative: the clock only goes forward"}});
    return Guarded("by", [&](absl::Time now) { return now + by; });
  }

 private:
  static constexpr absl::Duration kLeaseTime = absl::Seconds(30);  // renewed every step
  static constexpr size_t kPage = 1000;

  // `field`: the request's field with the target.
  template <class Target>
  absl::StatusOr<Advanced> Guarded(absl::string_view field, Target target_of) {
    std::lock_guard lock(mutex_);
    MILEPOST_RETURN_IF_ERROR(HoldLease());
    absl::StatusOr<Advanced> advanced = Advance(field, target_of);
    if (leases_ != nullptr) (void)leases_->Release(kTestClockLease);  // it ends by itself
    return advanced;
  }

  absl::Status HoldLease() {
    if (leases_ == nullptr) return absl::OkStatus();
    MILEPOST_ASSIGN_OR_RETURN(const bool ours, leases_->Acquire(kTestClockLease, kLeaseTime));
    return ours ? absl::OkStatus() : Refuse(Reason::kResourceBusy);
  }

  template <class Target>
  absl::StatusOr<Advanced> Advance(absl::string_view field, Target target_of) {
    MILEPOST_ASSIGN_OR_RETURN(const Timeline::Reading start, timeline_.ReadClock());
    const absl::Time to = target_of(start.now);
    if (to > TestClockEnd())
      return RefuseFields(
          {{std::string(field),
            absl::StrCat("must not take the clock past ",
                         absl::FormatTime(absl::RFC3339_sec, TestClockEnd(), absl::UTCTimeZone()),
                         ": deadlines after it must be instants too; it shows ",
                         absl::FormatTime(absl::RFC3339_sec, start.now, absl::UTCTimeZone()))}});
    if (to < start.now)
      return Refuse(Reason::kClockBackwards, {{"now", absl::FormatTime(start.now, absl::UTCTimeZone())}});
    Advanced advanced{to, {}};
    for (;;) {
      MILEPOST_ASSIGN_OR_RETURN(const std::vector<PendingDeadline> next, timeline_.DueBy(to, 1));
      if (next.empty()) break;
      MILEPOST_RETURN_IF_ERROR(HoldLease());
      MILEPOST_RETURN_IF_ERROR(GoTo(next[0].due));
      MILEPOST_RETURN_IF_ERROR(FireUntil(next[0].due, advanced.fired));
    }
    MILEPOST_RETURN_IF_ERROR(GoTo(to));
    return advanced;
  }

  // Never backwards: under an offset the clock has moved on by itself, and some deadlines were due already.
  absl::Status GoTo(absl::Time time) {
    MILEPOST_ASSIGN_OR_RETURN(const Timeline::Reading reading, timeline_.ReadClock());
    return time > reading.now ? timeline_.ShowTime(time) : absl::OkStatus();
  }

  absl::Status FireUntil(absl::Time due, std::vector<FiredOnTheWay>& fired) {
    MILEPOST_ASSIGN_OR_RETURN(const std::vector<PendingDeadline> page, timeline_.DueBy(due, kPage));
    if (page.empty()) return absl::OkStatus();  // a command fired it meanwhile, or did away with it
    const size_t first = fired.size();
    for (absl::StatusOr<Answer<D>>& answer : TickAll<D>(lanes_, AggregatesOf<D>(page), kPage)) {
      if (!answer.ok()) return answer.status();
      for (const FiredDeadline<D>& one : answer->fired)
        fired.push_back(
            {answer->state.id.uuid(), std::string(D::DeadlineName(one.deadline.kind)), one.deadline.due});
    }
    std::stable_sort(fired.begin() + first, fired.end(),
                     [](const FiredOnTheWay& a, const FiredOnTheWay& b) { return a.due < b.due; });
    return StillMoving(page);
  }

  // Fails if a deadline's row stays although its aggregate was ticked: that would loop for ever.
  absl::Status StillMoving(const std::vector<PendingDeadline>& page) {
    MILEPOST_ASSIGN_OR_RETURN(const std::vector<PendingDeadline> next, timeline_.DueBy(page[0].due, 1));
    const bool stuck =
        !next.empty() && next[0].aggregate == page[0].aggregate && next[0].number == page[0].number;
    return stuck ? absl::InternalError("a deadline's row disagrees with its aggregate") : absl::OkStatus();
  }

  Timeline& timeline_;
  Lanes<D>& lanes_;
  const std::unique_ptr<Leases> leases_;
  std::mutex mutex_;
};

}  // namespace milepost::db
