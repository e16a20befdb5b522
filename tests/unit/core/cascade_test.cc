// Deadlines that end one another: what one command fires and clears, told by FireDue and ClearedBy, is what the events alone tell
// (TimerHistory), and so what the audit compares (W5).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/core/deadline.h"
#include "common/core/decider.h"
#include "common/core/id.h"
#include "common/core/timer_history.h"

namespace milepost {
namespace {

// kEnd ends all that runs beside it; kStep sets kNext an hour after its own due time.
enum class Fuse { kEnd, kStep, kNext };

struct Firework {
  using Id = milepost::Id<struct FireworkTag>;
  using Deadline = milepost::Deadline<Fuse>;
  struct State {
    Id id;
    uint64_t sequence = 0;
    absl::Time updated_at;
    std::vector<Deadline> deadlines;
    uint32_t deadlines_set = 0;
  };
  struct Lit {
    Fuse kind;
    absl::Time due;
    uint32_t subject = 0;
  };
  struct Frozen {};
  struct Burnt {
    Deadline deadline;
  };
  struct Put {};  // out: all that runs
  using Event = std::variant<Lit, Frozen, Burnt, Put>;
  struct Tick {};
  using Command = std::variant<Tick, Lit, Frozen, Put>;

  static absl::StatusOr<std::vector<Event>> Decide(const State*, const Command& command, absl::Time) {
    if (const auto* lit = std::get_if<Lit>(&command)) return std::vector<Event>{*lit};
    if (std::holds_alternative<Frozen>(command)) return std::vector<Event>{Frozen{}};
    if (std::holds_alternative<Put>(command)) return std::vector<Event>{Put{}};
    return std::vector<Event>{};
  }
  static absl::StatusOr<std::vector<Event>> Fire(const State&, const Deadline& deadline) {
    std::vector<Event> events = {Burnt{deadline}};
    if (deadline.kind == Fuse::kStep) events.push_back(Lit{Fuse::kNext, deadline.due + absl::Hours(1)});
    return events;
  }
  static void Apply(State& state, const Event& event, absl::Time at) {
    if (const auto* lit = std::get_if<Lit>(&event))
      SetDeadline(state.deadlines, state.deadlines_set, lit->kind, lit->due, lit->subject);
    if (std::holds_alternative<Frozen>(event)) FreezeDeadlines(state.deadlines, at);
    if (std::holds_alternative<Put>(event)) state.deadlines.clear();
    if (const auto* burnt = std::get_if<Burnt>(&event)) {
      if (burnt->deadline.kind == Fuse::kEnd) state.deadlines.clear();
      ClearDeadline(state.deadlines, burnt->deadline.kind, burnt->deadline.subject);
    }
  }
  static absl::string_view DeadlineName(Fuse) { return "FUSE"; }
};

const absl::Time kNoon = absl::FromUnixSeconds(1'750'000'000);
constexpr absl::Duration kAnHour = absl::Hours(1);

class Show {
 public:
  void Do(absl::Time at, const Firework::Command& command) {
    const std::vector<Firework::Deadline> before = state_.deadlines;
    const bool first = state_.sequence == 0;
    absl::StatusOr<Step<Firework>> step = milepost::Run<Firework>(first ? nullptr : &state_, command, at);
    ASSERT_TRUE(step.ok()) << step.status();
    Firework::State folded = state_;
    for (const auto& stamped : step->events) {
      Firework::Apply(folded, stamped.event, stamped.at);
      history_.Follow(folded, stamped.at);
    }
    for (const auto& fired : step->fired)
      absl::StrAppend(&ends_, fired.deadline.number, " fired +", absl::FormatDuration(fired.at - kNoon),
                      "; ");
    for (const auto& cleared : ClearedBy<Firework>(*step, before))
      absl::StrAppend(&ends_, cleared.number, " cleared; ");
    state_ = std::move(step->next);
  }

  // How each ended, as the steps say it: "1 fired +1h; 2 cleared; ".
  const std::string& ends() const { return ends_; }
  // … and as the events alone say it, by number.
  std::string history() const {
    std::string ends;
    for (const auto& timer : history_.timers()) {
      if (!timer.ended_by) continue;
      absl::StrAppend(&ends, timer.deadline.number,
                      timer.fired() ? absl::StrCat(" fired +", absl::FormatDuration(timer.ended_at - kNoon))
                                    : std::string(" cleared"),
                      "; ");
    }
    return ends;
  }

 private:
  Firework::State state_;
  TimerHistory<Firework> history_;
  std::string ends_;
};

TEST(Cascade, OneThatAnotherClearsAtItsOwnDueTimeHasFired) {
  Show show;
  show.Do(kNoon, Firework::Lit{Fuse::kEnd, kNoon + kAnHour});
  show.Do(kNoon, Firework::Lit{Fuse::kNext, kNoon + kAnHour});
  show.Do(kNoon + 5 * kAnHour, Firework::Tick{});
  EXPECT_EQ(show.ends(), "1 fired +1h; 2 fired +1h; ");
  EXPECT_EQ(show.history(), show.ends());
}

TEST(Cascade, OneMicrosecondLaterItIsCleared) {
  Show show;
  show.Do(kNoon, Firework::Lit{Fuse::kEnd, kNoon + kAnHour});
  show.Do(kNoon, Firework::Lit{Fuse::kNext, kNoon + kAnHour + absl::Microseconds(1)});
  show.Do(kNoon + 5 * kAnHour, Firework::Tick{});
  EXPECT_EQ(show.ends(), "1 fired +1h; 2 cleared; ");
  EXPECT_EQ(show.history(), show.ends());
}

TEST(Cascade, TheLowerNumberFiresFirstAndForItself) {
  Show show;
  show.Do(kNoon, Firework::Lit{Fuse::kStep, kNoon + kAnHour});
  show.Do(kNoon, Firework::Lit{Fuse::kEnd, kNoon + kAnHour});
  show.Do(kNoon + kAnHour, Firework::Tick{});
  EXPECT_EQ(show.ends(), "1 fired +1h; 2 fired +1h; ")
      << "and 3, which the first set, was cleared in the step";
  EXPECT_EQ(show.history(), "1 fired +1h; 2 fired +1h; 3 cleared; ");
}

TEST(Cascade, AFrozenOneThatIsClearedAfterItsDueTimeHasNotFired) {
  Show show;
  show.Do(kNoon, Firework::Lit{Fuse::kNext, kNoon + kAnHour});
  show.Do(kNoon, Firework::Frozen{});
  show.Do(kNoon, Firework::Lit{Fuse::kEnd, kNoon + kAnHour});
  show.Do(kNoon + 5 * kAnHour, Firework::Tick{});
  EXPECT_EQ(show.ends(), "2 fired +1h; 1 cleared; ");
  EXPECT_EQ(show.history(), "1 cleared; 2 fired +1h; ");
}

TEST(Cascade, WhatAFiringSetsAndTheCommandEndsIsNeitherFiredNorInTheState) {
  Show show;
  show.Do(kNoon, Firework::Lit{Fuse::kStep, kNoon + kAnHour});
  show.Do(kNoon + kAnHour, Firework::Put{});
  EXPECT_EQ(show.ends(), "1 fired +1h; ");
  EXPECT_EQ(show.history(), "1 fired +1h; 2 cleared; ");
}

TEST(Cascade, ACommandClearsOnlyWhatIsNotDue) {
  Show show;
  show.Do(kNoon, Firework::Lit{Fuse::kNext, kNoon + kAnHour});
  show.Do(kNoon + kAnHour - absl::Microseconds(1), Firework::Put{});
  EXPECT_EQ(show.ends(), "1 cleared; ");
  EXPECT_EQ(show.history(), show.ends());
  show.Do(kNoon + kAnHour, Firework::Lit{Fuse::kNext, kNoon + 2 * kAnHour});
  show.Do(kNoon + 2 * kAnHour, Firework::Put{});
  EXPECT_EQ(show.ends(), "1 cleared; 2 fired +2h; ") << "what is due fires before the command";
  EXPECT_EQ(show.history(), show.ends());
}

}  // namespace
}  // namespace milepost
