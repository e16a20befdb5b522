// One step of an aggregate: fire the due deadlines, decide, fold (A14). Pure. Lanes, previews, reads and the audit
// all run this same code; the only things that differ between them are where the state comes from and whether it is
// saved.
//
// A Domain is a struct of types and static functions:
//   using Id      an Id<Tag>; using Deadline: see State
//   using State   a value type with `Id id`, `uint64_t sequence` (of its last event, 0 = none yet),
//                 `absl::Time updated_at` (time of its last event) and
//                 `std::vector<Deadline> deadlines`, each with `uint32_t number` (unique within the aggregate, never
//                 used again), an enum `kind` and `absl::Time due` (deadline.h has more); empty, and of kind NoDeadline, where the
//                 aggregate has no timers
//   using Event   a std::variant of facts; they carry results (amounts, postings, instants), not commands
//   using Command a std::variant of what callers and workers may ask; its first alternative is Tick{}: nothing but to
//                 fire what is due (Decide answers it with no events, also where there is no aggregate)
//   static absl::StatusOr<std::vector<Event>> Decide(const State* state, const Command&, absl::Time now)
//                 `state` is null when the aggregate does not exist; never called with a deadline due at `now`.
//                 A refusal changes nothing. An empty list means: already so, nothing to write.
//   static absl::StatusOr<std::vector<Event>> Fire(const State&, const Deadline&)   what a due deadline does; counts
//                 from its due time; must take the deadline out of the state, or fail with a Bug() (bug.h)
//   static void Apply(State&, const Event&, absl::Time at)          the fold; total, refuses nothing
//   static absl::string_view DeadlineName(kind)                     stable text for storage and callers
// Where decisions depend on more than the aggregate, also:
//   using Facts   a value that is cheap to copy: what the service's other tables say about this aggregate. A lane reads it in
//                 its transaction and holds it there, so no decision is committed on facts that have changed. Decide takes it
//                 as its last argument
//   static void Judge(State&, const Facts&)   what reads show of a state under these facts. Changes nothing where the facts do
//                 not cover the aggregate
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/core/bug.h"
#include "common/core/deadline.h"
#include "common/core/status_macros.h"

namespace milepost {

// The kind of the deadlines of aggregates that have none: no sweeper runs for them.
enum class NoDeadline { kNone };

// The facts of a domain that needs none.
struct NoFacts {};

template <class Domain>
inline constexpr bool kHasFacts = requires {
  typename Domain::Facts;
};

namespace internal {
template <class Domain, bool kHas>
struct FactsOf {
  using Type = NoFacts;
};
template <class Domain>
struct FactsOf<Domain, true> {
  using Type = typename Domain::Facts;
};
}  // namespace internal

template <class Domain>
using FactsOf = typename internal::FactsOf<Domain, kHasFacts<Domain>>::Type;

template <class Domain>
inline constexpr bool kHasDeadlines = !std::is_same_v<decltype(Domain::Deadline::kind), NoDeadline>;

template <class Domain>
struct StampedEvent {
  uint64_t sequence = 0;  // 1, 2, 3 … within its aggregate, without gaps
  absl::Time at;
  typename Domain::Event event;
};

template <class Domain>
struct FiredDeadline {
  typename Domain::Deadline deadline;
  absl::Time at;
};

// The effect of one command, or of the passing of time alone, on one aggregate.
template <class Domain>
struct Step {
  typename Domain::State next;
  std::vector<StampedEvent<Domain>> events;
  std::vector<FiredDeadline<Domain>> fired;
  size_t fired_events = 0;  // how many of `events`, from the front, the fired deadlines wrote
};

// The deadline that is due at `now`, earliest first (by number where two are due at the same instant); null if none.
template <class Domain>
const typename Domain::Deadline* EarliestDue(const typename Domain::State& state, absl::Time now) {
  const typename Domain::Deadline* earliest = nullptr;
  for (const auto& deadline : state.deadlines) {
    if (deadline.due > now || !Runs(deadline)) continue;
    if (!earliest || std::pair(deadline.due, deadline.number) < std::pair(earliest->due, earliest->number))
      earliest = &deadline;
  }
  return earliest;
}

template <class Domain>
void ApplyAll(Step<Domain>& step, std::vector<typename Domain::Event> events, absl::Time at) {
  for (typename Domain::Event& event : events) {
    Domain::Apply(step.next, event, at);
    step.next.updated_at = at;
    step.events.push_back({++step.next.sequence, at, std::move(event)});
  }
}

// The deadlines of `before` that are in `step` neither set nor fired.
template <class Domain>
std::vector<typename Domain::Deadline> ClearedBy(const Step<Domain>& step,
                                                 const std::vector<typename Domain::Deadline>& before) {
  std::vector<typename Domain::Deadline> cleared;
  for (const auto& deadline : before) {
    const auto is_it = [&](const auto& other) { return other.number == deadline.number; };
    const auto fired_it = [&](const FiredDeadline<Domain>& fired) { return is_it(fired.deadline); };
    if (std::none_of(step.next.deadlines.begin(), step.next.deadlines.end(), is_it) &&
        std::none_of(step.fired.begin(), step.fired.end(), fired_it))
      cleared.push_back(deadline);
  }
  return cleared;
}

// Fires every deadline due at `now`, in due-time order, including deadlines that a firing sets. Each fires at its due
// time (never before the aggregate's last event); one that another's firing clears at the instant at which it is due itself
// counts as fired (timer_history.h). Returns a bug if a deadline can't be fired; the deadlines before it
// have fired.
template <class Domain>
absl::Status FireDue(Step<Domain>& step, absl::Time now) {
  while (const typename Domain::Deadline* due = EarliestDue<Domain>(step.next, now)) {
    const std::vector<typename Domain::Deadline> before = step.next.deadlines;
    const typename Domain::Deadline deadline = *due;
    const absl::Time at = std::max(deadline.due, step.next.updated_at);
    absl::StatusOr<std::vector<typename Domain::Event>> events = Domain::Fire(step.next, deadline);
    if (!events.ok()) return events.status();
    ApplyAll<Domain>(step, *std::move(events), at);
    for (const auto& left : step.next.deadlines)
      if (left.number == deadline.number)
        return Bug(BugKind::kDeadlineNotEnded,
                   absl::StrCat(step.next.id.ToString(), ": deadline ", deadline.number, " (",
                                Domain::DeadlineName(deadline.kind), ") fired and is still set"));
    step.fired.push_back({deadline, at});
    for (const auto& cleared : ClearedBy<Domain>(step, before))
      if (Runs(cleared) && cleared.due <= at) step.fired.push_back({cleared, at});
  }
  return absl::OkStatus();
}

// A state as of `now`, with its due deadlines fired, under `facts`. For reads: if a deadline can't be fired, they show the
// state before it; the write path reports the bug.
template <class Domain>
typename Domain::State AsOf(typename Domain::State state, absl::Time now, const FactsOf<Domain>& facts) {
  Step<Domain> step{std::move(state), {}, {}};
  FireDue<Domain>(step, std::max(now, step.next.updated_at)).IgnoreError();
  if constexpr (kHasFacts<Domain>) Domain::Judge(step.next, facts);
  return std::move(step.next);
}

template <class Domain>
requires(!kHasFacts<Domain>) typename Domain::State AsOf(typename Domain::State state, absl::Time now) {
  return AsOf<Domain>(std::move(state), now, NoFacts());
}

template <class Domain>
absl::StatusOr<std::vector<typename Domain::Event>> DecideUnder([[maybe_unused]] const FactsOf<Domain>& facts,
                                                                const typename Domain::State* state,
                                                                const typename Domain::Command& command,
                                                                absl::Time now) {
  if constexpr (kHasFacts<Domain>)
    return Domain::Decide(state, command, now, facts);
  else
    return Domain::Decide(state, command, now);
}

// Fires the due deadlines, then decides. `before` is null for an aggregate that does not exist yet. On a refusal the
// firing is dropped with the rest (A14: the sweeper writes it); the state that the refusal names is the fired one.
template <class Domain>
absl::StatusOr<Step<Domain>> Run(const typename Domain::State* before,
                                 const typename Domain::Command& command, absl::Time now,
                                 const FactsOf<Domain>& facts) {
  Step<Domain> step;
  if (before) {
    step.next = *before;
    now = std::max(now, before->updated_at);
    MILEPOST_RETURN_IF_ERROR(FireDue<Domain>(step, now));
    step.fired_events = step.events.size();
  }
  absl::StatusOr<std::vector<typename Domain::Event>> events =
      DecideUnder<Domain>(facts, before ? &step.next : nullptr, command, now);
  if (!events.ok()) return events.status();
  ApplyAll<Domain>(step, *std::move(events), now);
  return step;
}

template <class Domain>
requires(!kHasFacts<Domain>) absl::StatusOr<Step<Domain>> Run(const typename Domain::State* before,
                                                              const typename Domain::Command& command,
                                                              absl::Time now) {
  return Run<Domain>(before, command, now, NoFacts());
}

}  // namespace milepost
