// S18: what PostUpdate leaves behind.
#include "absl/strings/str_cat.h"
#include "services/milestone_billing/domain/milestone.h"
#include "tests/unit/milestone_billing/story.h"

namespace milepost::billing {
namespace {

absl::Status Post(Story& story, std::string message) {
  return story.Do(PostUpdate{kSeller, story.order().current_milestone, std::move(message)});
}

TEST(PostUpdate, S18_IsKeptWithTheMilestoneAndMovesNothingElse) {
  Story story = DeliveredOrder(MilestonesOf(2));
  const Order before = story.order();
  story.now += absl::Hours(1);
  ASSERT_DONE(Post(story, "the colours are final"));
  EXPECT_EQ(story.names(), "milestone.updated");
  EXPECT_EQ(story.event<MilestoneUpdated>(), (MilestoneUpdated{1, "the colours are final"}));
  ASSERT_EQ(story.milestone(1).updates.size(), 1u);
  EXPECT_EQ(story.milestone(1).updates[0], (Update{story.now, "the colours are final"}));
  Order expected = before;
  expected.milestones[0].updates = story.milestone(1).updates;
  expected.sequence = before.sequence + 1;
  expected.updated_at = story.now;
  EXPECT_EQ(story.order(), expected);
}

TEST(PostUpdate, S18_AMilestoneKeepsItsLatestUpdates) {
  Story story = Placed(MilestonesOf(2));
  for (size_t i = 1; i <= kUpdatesKept; ++i) ASSERT_DONE(Post(story, absl::StrCat("day ", i)));
  ASSERT_EQ(story.milestone(1).updates.size(), kUpdatesKept);
  EXPECT_EQ(story.milestone(1).updates.front().message, "day 1");
  ASSERT_DONE(Post(story, "one more"));
  ASSERT_EQ(story.milestone(1).updates.size(), kUpdatesKept);
  EXPECT_EQ(story.milestone(1).updates.front().message, "day 2");
  EXPECT_EQ(story.milestone(1).updates.back().message, "one more");
}

TEST(PostUpdate, S18_FiresADeadlineThatIsDueBeforeItIsJudged) {
  Story story = DeliveredOrder(MilestonesOf(2));
  story.now = story.order().deadlines.at(0).due;
  EXPECT_EQ(story.Refusal(PostUpdate{kSeller, 1, "too late"}), "ORDER_COMPLETED");
  story.now -= kMicrosecond;
  EXPECT_EQ(story.Refusal(PostUpdate{kSeller, 1, "in time"}), "");
}

}  // namespace
}  // namespace milepost::billing
