// The rows of deadlines that a batch writes (W5) are what the events alone say of each deadline, whatever commands the batch takes: set,
// replaced in its row, frozen, thawed and cleared, beside firings that clear and set others.
#include "common/db/deadline_rows.h"

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/core/deadline.h"
#include "common/core/timer_history.h"
#include "common/db/working_set.h"
#include "tests/unit/properties/drawing.h"

namespace milepost::db {
namespace {

// kEnding ends all others when it fires; kChaining sets a kPlain one an hour after its own due time.
enum class TimerKind { kPlain, kEnding, kChaining };

struct Timers {
  using Id = milepost::Id<struct TimersTag>;
  using Deadline = milepost::Deadline<TimerKind>;
  struct State {
    Id id;
    uint64_t sequence = 0;
    absl::Time updated_at;
    std::vector<Deadline> deadlines;
    uint32_t deadlines_set = 0;
  };
  struct Made {
    Id id;
  };
  struct Set {
    TimerKind kind = TimerKind::kPlain;
    absl::Time due;
    uint32_t subject = 0;
  };
  // The one of that number becomes another.
  struct Replaced {
    Deadline deadline;
  };
  struct Frozen {};
  struct Thawed {
    absl::Duration at_least;
  };
  struct Cleared {
    uint32_t subject = 0;
  };
  struct Fired {
    Deadline deadline;
  };
  using Event = std::variant<Made, Set, Replaced, Frozen, Thawed, Cleared, Fired>;
  struct Tick {};
  struct Do {
    Event event;
  };
  using Command = std::variant<Tick, Do>;

  static absl::StatusOr<std::vector<Event>> Decide(const State* state, const Command& command, absl::Time) {
    const auto* asked = std::get_if<Do>(&command);
    if (asked == nullptr) return std::vector<Event>{};
    const auto* replaced = std::get_if<Replaced>(&asked->event);
    if (replaced && !Has(*state, replaced->deadline.number)) return std::vector<Event>{};
    return std::vector<Event>{asked->event};
  }
  static absl::StatusOr<std::vector<Event>> Fire(const State&, const Deadline& deadline) {
    std::vector<Event> events = {Fired{deadline}};
    if (deadline.kind == TimerKind::kChaining)
      events.push_back(Set{TimerKind::kPlain, deadline.due + absl::Hours(1), deadline.subject});
    return events;
  }
  static void Apply(State& state, const Event& event, absl::Time at);
  static absl::string_view DeadlineName(TimerKind kind) {
    return kind == TimerKind::kPlain ? "PLAIN" : kind == TimerKind::kEnding ? "ENDING" : "CHAINING";
  }
  static bool Has(const State& state, uint32_t number) {
    return std::any_of(state.deadlines.begin(), state.deadlines.end(),
                       [&](const Deadline& deadline) { return deadline.number == number; });
  }
};

void Timers::Apply(State& state, const Event& event, absl::Time at) {
  if (const auto* made = std::get_if<Made>(&event)) state.id = made->id;
  if (const auto* set = std::get_if<Set>(&event))
    SetDeadline(state.deadlines, state.deadlines_set, set->kind, set->due, set->subject);
  if (const auto* replaced = std::get_if<Replaced>(&event))
    for (Deadline& deadline : state.deadlines)
      if (deadline.number == replaced->deadline.number) deadline = replaced->deadline;
  if (std::holds_alternative<Frozen>(event)) FreezeDeadlines(state.deadlines, at);
  if (const auto* thawed = std::get_if<Thawed>(&event)) ThawDeadlines(state.deadlines, at, thawed->at_least);
  if (const auto* cleared = std::get_if<Cleared>(&event))
    std::erase_if(state.deadlines, [&](const Deadline& d) { return d.subject == cleared->subject; });
  if (const auto* fired = std::get_if<Fired>(&event)) {
    if (fired->deadline.kind == TimerKind::kEnding) state.deadlines.clear();
    std::erase_if(state.deadlines, [&](const Deadline& d) { return d.number == fired->deadline.number; });
  }
}

const absl::Time kDawn = absl::FromUnixSeconds(1'750'000'000);

absl::Duration SomeHours(int most) {
  return absl::Hours(*rc::gen::inRange(0, most + 1));
}

// Hours, so that many fall due at the same instant.
Timers::Event SomeEvent(const Timers::State& state, absl::Time now) {
  const auto kind = static_cast<TimerKind>(*rc::gen::inRange(0, 3));
  const auto subject = *rc::gen::inRange<uint32_t>(0, 3);
  switch (*rc::gen::inRange(0, 8)) {
    case 0:
      return Timers::Frozen{};
    case 1:
      return Timers::Thawed{SomeHours(2)};
    case 2:
      return Timers::Cleared{subject};
    case 3:
    case 4:
      if (state.deadlines_set == 0) break;
      return Timers::Replaced{{*rc::gen::inRange<uint32_t>(1, state.deadlines_set + 1), kind,
                               now + absl::Hours(1) + SomeHours(3), subject, std::nullopt}};
    default:
      break;
  }
  return Timers::Set{kind, now + absl::Hours(1) + SomeHours(3), subject};
}

// The table, as batches fill it, and what the events alone say.
class Bench {
 public:
  Bench() { Take({Timers::Do{Timers::Made{id_}}}); }

  void Take(const std::vector<Timers::Command>& commands) {
    WorkingSet<Timers> batch(now_);
    if (state_.sequence > 0) batch.AddLocked(state_);
    for (const Timers::Command& command : commands)
      batch.Take({.aggregate = id_, .command = command, .actor = Actor::System()});
    const WriteSet<Timers> writes = batch.Writes({});
    for (const Change<Timers>& change : writes.changes) Keep(change);
  }
  void LetTimePass() { now_ += SomeHours(3); }
  // A batch of a few commands, drawn.
  void TakeSome() {
    std::vector<Timers::Command> commands;
    for (int more = *rc::gen::inRange(1, 5); more > 0; --more)
      commands.push_back(Timers::Do{SomeEvent(state_, now_)});
    Take(commands);
  }

  // Of each deadline that ever had a row, or still is set, both ways agree.
  void Compare() const {
    std::map<uint32_t, Row> expected;
    for (const auto& timer : history_.timers()) {
      const bool ended = timer.ended_by.has_value();
      const DeadlineRow row =
          ended ? EndedRowOf<Timers>(id_.uuid(), timer.deadline,
                                     timer.fired() ? std::optional(timer.ended_at) : std::nullopt)
                : SetRowOf<Timers>(id_.uuid(), timer.deadline);
      if (ended && !timer.fired() && batch_of_[timer.set_by] == batch_of_[*timer.ended_by]) continue;
      expected[row.number] = RowOf("timers", row);
    }
    RC_ASSERT(rows_ == expected);
  }

 private:
  void Keep(const Change<Timers>& change) {
    Timers::State folded = state_;
    for (const auto& event : change.events) {
      Timers::Apply(folded, event.stamped.event, event.stamped.at);
      history_.Follow(folded, event.stamped.at);
      batch_of_.push_back(batches_);
    }
    ++batches_;
    for (const DeadlineRow& row : DeadlineRowsOf(change)) rows_[row.number] = RowOf("timers", row);
    state_ = *change.next;
  }

  const Timers::Id id_{HashUuid("bench")};
  absl::Time now_ = kDawn;
  Timers::State state_;
  TimerHistory<Timers> history_;
  std::vector<int> batch_of_;  // of each event
  int batches_ = 0;
  std::map<uint32_t, Row> rows_;
};

RC_GTEST_PROP(DeadlineRows, AreWhatTheEventsSay_W5, ()) {
  Bench bench;
  for (int batches = *rc::gen::inRange(1, 12); batches > 0; --batches) {
    bench.LetTimePass();
    bench.TakeSome();
    bench.Compare();
  }
}

}  // namespace
}  // namespace milepost::db
