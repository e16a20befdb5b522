// A small simulation in CI, and that it can fail: a wrong thing is found, replayed and shortened.
#include "tests/simulation/simulation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "common/core/type_list.h"
#include "services/milestone_billing/domain/events.h"

namespace milepost::simulation {
namespace {

using ::testing::HasSubstr;
using ::testing::Le;

std::string TextOf(const std::optional<Finding>& finding) {
  return finding ? finding->invariant + ": " + finding->what : "nothing";
}

class Simulation : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { QuietLog(); }
};

TEST_F(Simulation, KeepsEveryInvariant) {
  const Outcome outcome = Tell({.seed = 1, .commands = 50'000});
  EXPECT_FALSE(outcome.finding) << TextOf(outcome.finding) << "\n" << outcome.transcript;
  EXPECT_GE(outcome.commands, 50'000u);
  EXPECT_GT(outcome.allowed, 5'000u);
  EXPECT_GT(outcome.blocked, 500u);
  // It went everywhere: there is no kind of event that never happened.
  for (size_t kind = 0; kind < std::variant_size_v<billing::OrderEvent>; ++kind) {
    const std::string name(billing::NameOf(static_cast<billing::EventKind>(kind)));
    EXPECT_TRUE(outcome.events.contains(name)) << name;
  }
}

TEST_F(Simulation, IsOneStoryForOneSeed) {
  const Outcome one = Tell({.seed = 5, .commands = 4'000});
  const Outcome same = Tell({.seed = 5, .commands = 4'000});
  const Outcome other = Tell({.seed = 6, .commands = 4'000});
  EXPECT_EQ(one.digest, same.digest);
  EXPECT_EQ(one.story, same.story);
  EXPECT_NE(one.digest, other.digest);
  EXPECT_EQ(Replay(one.story, {}).digest, one.digest);
}

TEST_F(Simulation, TellsWithoutFaultsToo) {
  const Outcome outcome = Tell({.seed = 8, .commands = 4'000, .faults = {false, false, false}});
  EXPECT_FALSE(outcome.finding) << TextOf(outcome.finding) << "\n" << outcome.transcript;
}

// Not true of orders with two milestones whose buyers stay silent.
OrderInvariant NobodyIsSilentAboutTheSecondMilestone() {
  return {"NobodyIsSilentAboutTheSecondMilestone", [](const OrderView& view) -> std::optional<std::string> {
            const bool silent = view.order.completion_reason == billing::CompletionReason::kReviewTimeout;
            if (!silent || view.order.current_milestone < 2) return std::nullopt;
            return "milestone 2 was accepted by silence";
          }};
}

TEST_F(Simulation, FindsWhatIsWrongAndTheShortestStoryOfIt) {
  const Options options{
      .seed = 4, .commands = 50'000, .more_invariants = {NobodyIsSilentAboutTheSecondMilestone()}};
  const Outcome failed = Tell(options);
  ASSERT_TRUE(failed.finding);
  EXPECT_EQ(failed.finding->invariant, "NobodyIsSilentAboutTheSecondMilestone");
  EXPECT_EQ(failed.finding->entry + 1, failed.story.entries.size());
  EXPECT_THAT(failed.transcript, HasSubstr("milestone.auto_accepted"));

  const Story shortest = Shorten(failed, options);
  // A gig, an offer or a quote with its acceptance, and for two milestones the payment, the delivery and the silence.
  EXPECT_THAT(shortest.entries.size(), Le(25u)) << TextOf(shortest);
  EXPECT_EQ(shortest.faults, (Faults{false, false, false}));
  const absl::StatusOr<Story> read = StoryIn(TextOf(shortest));
  ASSERT_TRUE(read.ok()) << read.status();
  const Outcome again = Replay(*read, options);
  ASSERT_TRUE(again.finding);
  EXPECT_EQ(again.finding->invariant, failed.finding->invariant);
  EXPECT_THAT(again.transcript, HasSubstr("milestone.auto_accepted"));
}

}  // namespace
}  // namespace milepost::simulation
