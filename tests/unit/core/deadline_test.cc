// Deadlines as a set: one of each kind and subject, frozen and thawed (W5).
#include "common/core/deadline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/core/decider.h"
#include "common/core/id.h"
#include "common/core/timer_history.h"

namespace milepost {
namespace {

enum class Timer { kReview, kReminder };
using TimerDeadline = Deadline<Timer>;

// An aggregate with many deadlines, whose commands change the set in every way.
struct Alarm {
  using Id = milepost::Id<struct AlarmTag>;
  using Deadline = TimerDeadline;
  struct State {
    Id id;
    uint64_t sequence = 0;
    absl::Time updated_at;
    std::vector<TimerDeadline> deadlines;
    uint32_t deadlines_set = 0;
    std::vector<uint32_t> rung;  // subjects
  };
  struct Set {
    Timer kind;
    absl::Time due;
    uint32_t subject = 0;
  };
  struct Frozen {};
  struct Thawed {
    absl::Duration at_least;
  };
  struct Rung {
    Timer kind;
    uint32_t subject = 0;
  };
  using Event = std::variant<Set, Frozen, Thawed, Rung>;
  struct Tick {};
  using Command = std::variant<Tick, Set, Frozen, Thawed>;

  static absl::StatusOr<std::vector<Event>> Decide(const State*, const Command& command, absl::Time) {
    if (const auto* set = std::get_if<Set>(&command)) return std::vector<Event>{*set};
    if (const auto* freeze = std::get_if<Frozen>(&command)) return std::vector<Event>{*freeze};
    if (const auto* thaw = std::get_if<Thawed>(&command)) return std::vector<Event>{*thaw};
    return std::vector<Event>{};
  }
  static absl::StatusOr<std::vector<Event>> Fire(const State&, const TimerDeadline& deadline) {
    return std::vector<Event>{Rung{deadline.kind, deadline.subject}};
  }
  static void Apply(State& state, const Event& event, absl::Time at) {
    if (const auto* set = std::get_if<Set>(&event))
      SetDeadline(state.deadlines, state.deadlines_set, set->kind, set->due, set->subject);
    if (std::holds_alternative<Frozen>(event)) FreezeDeadlines(state.deadlines, at);
    if (const auto* thaw = std::get_if<Thawed>(&event)) ThawDeadlines(state.deadlines, at, thaw->at_least);
    if (const auto* rung = std::get_if<Rung>(&event)) {
      ClearDeadline(state.deadlines, rung->kind, rung->subject);
      state.rung.push_back(rung->subject);
    }
  }
  static absl::string_view DeadlineName(Timer) { return "TIMER"; }
};

const absl::Time kStart = absl::FromUnixSeconds(1'750'000'000);
constexpr absl::Duration kHour = absl::Hours(1);

class AlarmStory {
 public:
  void Do(absl::Time at, const Alarm::Command& command) {
    const bool first = state.sequence == 0;
    absl::StatusOr<Step<Alarm>> step = milepost::Run<Alarm>(first ? nullptr : &state, command, at);
    ASSERT_TRUE(step.ok()) << step.status();
    Alarm::State folded = state;
    for (const auto& stamped : step->events) {
      Alarm::Apply(folded, stamped.event, stamped.at);
      timers.Follow(folded, stamped.at);
    }
    for (const auto& one : step->fired) fired.push_back(one.deadline.subject);
    state = std::move(step->next);
  }

  Alarm::State state;
  TimerHistory<Alarm> timers;
  std::vector<uint32_t> fired;
};

TEST(Deadlines, OfOtherKindsAndSubjectsRunSideBySide) {
  AlarmStory story;
  story.Do(kStart, Alarm::Set{Timer::kReview, kStart + 3 * kHour, 1});
  story.Do(kStart, Alarm::Set{Timer::kReview, kStart + 1 * kHour, 2});
  story.Do(kStart, Alarm::Set{Timer::kReminder, kStart + 2 * kHour, 1});
  ASSERT_EQ(story.state.deadlines.size(), 3u);
  story.Do(kStart + 2 * kHour, Alarm::Tick{});
  EXPECT_THAT(story.fired, testing::ElementsAre(2, 1)) << "each at its time, the earliest first";
  ASSERT_EQ(story.state.deadlines.size(), 1u);
  EXPECT_EQ(story.state.deadlines[0].kind, Timer::kReview);
  EXPECT_EQ(story.state.deadlines[0].subject, 1u);
}

TEST(Deadlines, SettingOneOfTheSameKindAndSubjectEndsTheOneBefore) {
  AlarmStory story;
  story.Do(kStart, Alarm::Set{Timer::kReview, kStart + kHour, 1});
  story.Do(kStart, Alarm::Set{Timer::kReview, kStart + 2 * kHour, 1});
  ASSERT_EQ(story.state.deadlines.size(), 1u);
  EXPECT_EQ(story.state.deadlines[0].number, 2u) << "numbers are never used again";
  story.Do(kStart + kHour, Alarm::Tick{});
  EXPECT_TRUE(story.fired.empty());
  ASSERT_EQ(story.timers.timers().size(), 2u);
  EXPECT_TRUE(story.timers.timers()[0].ended_by.has_value());
  EXPECT_FALSE(story.timers.timers()[0].fired());
}

TEST(Deadlines, AFrozenOneStandsStillWithWhatIsLeft) {
  AlarmStory story;
  story.Do(kStart, Alarm::Set{Timer::kReview, kStart + 3 * kHour, 1});
  story.Do(kStart + kHour, Alarm::Frozen{});
  ASSERT_TRUE(story.state.deadlines[0].frozen());
  EXPECT_EQ(*story.state.deadlines[0].left, 2 * kHour);
  story.Do(kStart + 100 * kHour, Alarm::Tick{});
  EXPECT_TRUE(story.fired.empty()) << "long after its due time";
  story.Do(kStart + 100 * kHour, Alarm::Thawed{});
  EXPECT_EQ(story.state.deadlines[0].due, kStart + 102 * kHour);
  story.Do(kStart + 102 * kHour - absl::Microseconds(1), Alarm::Tick{});
  EXPECT_TRUE(story.fired.empty());
  story.Do(kStart + 102 * kHour, Alarm::Tick{});
  EXPECT_THAT(story.fired, testing::ElementsAre(1));
  EXPECT_TRUE(story.timers.timers()[0].fired());
}

TEST(Deadlines, AThawedOneHasAtLeastTheGivenTime) {
  AlarmStory story;
  story.Do(kStart, Alarm::Set{Timer::kReview, kStart + kHour, 1});
  story.Do(kStart, Alarm::Set{Timer::kReminder, kStart + 50 * kHour, 1});
  story.Do(kStart, Alarm::Frozen{});
  story.Do(kStart + kHour, Alarm::Thawed{24 * kHour});
  EXPECT_EQ(FindDeadline(story.state.deadlines, Timer::kReview, 1)->due, kStart + 25 * kHour);
  EXPECT_EQ(FindDeadline(story.state.deadlines, Timer::kReminder, 1)->due, kStart + 51 * kHour);
}

TEST(Deadlines, FreezingTwiceKeepsWhatWasLeftTheFirstTime) {
  AlarmStory story;
  story.Do(kStart, Alarm::Set{Timer::kReview, kStart + 3 * kHour, 1});
  story.Do(kStart + kHour, Alarm::Frozen{});
  story.Do(kStart + 2 * kHour, Alarm::Frozen{});
  EXPECT_EQ(*story.state.deadlines[0].left, 2 * kHour);
}

// A deadline that Fire does not end is a bug, and no endless loop.
struct Stuck : Alarm {
  static absl::StatusOr<std::vector<Event>> Fire(const State&, const TimerDeadline&) {
    return std::vector<Event>{Frozen{}};
  }
  static void Apply(State&, const Event&, absl::Time) {}
};

TEST(Deadlines, OneThatFiredAndIsStillSetIsABug) {
  Alarm::State state;
  state.deadlines = {{1, Timer::kReview, kStart}};
  const absl::StatusOr<Step<Stuck>> step = milepost::Run<Stuck>(&state, Alarm::Tick{}, kStart);
  EXPECT_EQ(BugKindOf(step.status()), BugKind::kDeadlineNotEnded) << step.status();
}

}  // namespace
}  // namespace milepost
