// Deliveries and revisions: S25, S32, S33, A10, A17, A21, A26, W9. Those that come late: late_test.cc.
#include "tests/unit/milestone_billing/story.h"

namespace milepost::billing {
namespace {

DeliverMilestone Delivery(uint32_t milestone, bool final_delivery) {
  return {kSeller, milestone, final_delivery, "here it is", ""};
}

TEST(Delivery, S33_StartsTheReviewWindow) {
  Terms terms = MilestonesOf(2);
  terms.milestones[0].zoom = true;
  Story story = Placed(terms);
  story.now += kDay;
  ASSERT_DONE(story.Do(DeliverMilestone{kSeller, 1, false, "here it is", "https://zoom.example/1"}));
  EXPECT_EQ(story.names(), "milestone.delivered");
  EXPECT_EQ(story.order().state, OrderState::kActive);
  EXPECT_EQ(story.milestone(1).state, MilestoneState::kDelivered);
  EXPECT_EQ(story.milestone(1).delivered_at, kStart + kDay);
  EXPECT_EQ(story.milestone(1).delivery_message, "here it is");
  EXPECT_EQ(story.milestone(1).meeting_url, "https://zoom.example/1");
  EXPECT_EQ(story.order().deadlines, (std::vector<Deadline>{{1, DeadlineKind::kReview, kStart + 9 * kDay}}));
  EXPECT_FALSE(story.order().work_authorized());
}

TEST(Delivery, A21_AMeetingIsNamedOnlyWhereTheMilestoneIncludesOne) {
  Terms terms = MilestonesOf(2);
  terms.milestones[1].zoom = true;
  Story story = Placed(terms);
  const DeliverMilestone meeting{kSeller, 1, false, "", "https://zoom.example/1"};
  EXPECT_REFUSED(story.Do(meeting), kMeetingNotIncluded);
  ASSERT_DONE(story.Deliver());
  EXPECT_EQ(story.milestone(1).meeting_url, "");
}

TEST(Delivery, A26_OfAOneTimeOrderIsReviewedWithinThreeDays) {
  Story story = Placed(OneTime());
  ASSERT_DONE(story.Deliver());
  EXPECT_EQ(story.order().deadlines[0].due, kStart + 3 * kDay);
}

TEST(Delivery, A10_TheLastMilestoneNeedsTheFinalDelivery) {
  Story story = Placed(OneTime());
  EXPECT_REFUSED(story.Do(Delivery(1, false)), kFinalDeliveryRequired);
  EXPECT_DONE(story.Do(Delivery(1, true)));
}

TEST(Delivery, A10_NoOtherMilestoneMayCarryIt) {
  Story story = Placed(MilestonesOf(2));
  EXPECT_REFUSED(story.Do(Delivery(1, true)), kNotTheLastMilestone);
  EXPECT_DONE(story.Do(Delivery(1, false)));
}

TEST(Delivery, W9_OfAnUnfundedMilestoneIsRefused) {
  Story story = Placed(MilestonesOf(3));
  EXPECT_REFUSED(story.Do(Delivery(2, false)), kWorkNotAuthorized);  // PENDING, while 1 runs
  ASSERT_DONE(story.Deliver());
  ASSERT_DONE(story.Accept());
  EXPECT_REFUSED(story.Do(Delivery(2, false)), kWorkNotAuthorized);  // PENDING, nothing runs
  EXPECT_REFUSED(story.Do(Delivery(1, false)), kMilestoneAlreadyAccepted);
  ASSERT_DONE(story.StartNext());
  EXPECT_FALSE(story.order().work_authorized());
  EXPECT_REFUSED(story.Do(Delivery(2, false)), kWorkNotAuthorized);  // its payment is OPEN
  ASSERT_DONE(story.Decline());
  EXPECT_REFUSED(story.Do(Delivery(2, false)), kWorkNotAuthorized);  // declined
  EXPECT_REFUSED(story.Do(Delivery(1, false)), kMilestoneAlreadyAccepted);
  ASSERT_DONE(story.Retry());
  ASSERT_DONE(story.Pay());
  EXPECT_TRUE(story.order().work_authorized());
  EXPECT_DONE(story.Do(Delivery(2, false)));
}

TEST(Delivery, OfAMilestoneThatDoesNotExistIsRefused) {
  Story story = Placed(MilestonesOf(2));
  EXPECT_REFUSED(story.Do(Delivery(3, false)), kMilestoneNotFound);
  EXPECT_REFUSED(story.Do(Delivery(4'000'000'000, false)), kMilestoneNotFound);
}

TEST(Delivery, TwiceIsRefused) {
  Story story = DeliveredOrder(MilestonesOf(2));
  EXPECT_REFUSED(story.Do(Delivery(1, false)), kMilestoneAlreadyDelivered);
}

TEST(Revision, A17_EndsTheWindowAndSetsANewDueTimeOfAtLeastThreeDays) {
  Story story = DeliveredOrder(MilestonesOf(2));  // 4 days: half of it is 2
  story.now += kDay;
  ASSERT_DONE(story.Do(RequestRevision{kBuyer, 1, "please rounder"}));
  EXPECT_EQ(story.names(), "milestone.revision_requested");
  EXPECT_EQ(story.milestone(1).state, MilestoneState::kRevisionRequested);
  EXPECT_EQ(story.milestone(1).revisions_used, 1);
  ASSERT_EQ(story.milestone(1).earlier.size(), 1u);
  EXPECT_EQ(story.milestone(1).earlier[0].revision_message, "please rounder");
  EXPECT_EQ(story.milestone(1).due_at, kStart + 2 * kDay + 3 * kDay);
  EXPECT_EQ(story.order().deadlines,
            (std::vector<Deadline>{{1, DeadlineKind::kDelivery, kStart + 5 * kDay}}));
  EXPECT_TRUE(story.order().work_authorized());
}

TEST(Revision, A17_OrHalfOfTheMilestonesDays) {
  Terms terms = MilestonesOf(2);
  terms.milestones[0].days = 7;
  Story story = DeliveredOrder(terms);
  ASSERT_DONE(story.Revise());
  EXPECT_EQ(story.milestone(1).due_at, story.now + absl::Hours(84));
}

TEST(Revision, TheRedeliveryRestartsTheWholeWindow) {
  Story story = DeliveredOrder(MilestonesOf(2));
  story.now += 8 * kDay - kMicrosecond;
  ASSERT_DONE(story.Revise());
  story.now += 2 * kDay;
  ASSERT_DONE(story.Deliver());
  EXPECT_EQ(story.order().deadlines,
            (std::vector<Deadline>{{1, DeadlineKind::kReview, story.now + 8 * kDay}}));
  EXPECT_EQ(story.milestone(1).deliveries, 2);
  EXPECT_FALSE(story.milestone(1).late);
}

TEST(Revision, A17_UsedUpIsRefusedAndTheClockKeepsRunning) {
  Story story = DeliveredOrder(MilestonesOf(2));
  ASSERT_DONE(story.Revise());
  ASSERT_DONE(story.Deliver());
  const absl::Status refused = story.Revise();
  EXPECT_REFUSED(refused, kRevisionsExhausted);
  EXPECT_EQ(TextOf(*RefusalOf(refused)), "All 1 revisions of milestone 1 are used.");
  EXPECT_EQ(story.order().deadlines.size(), 1u);
}

TEST(Revision, A17_NoneIsTheDefaultAndUnlimitedIsUnlimited) {
  Terms terms = MilestonesOf(2);
  terms.milestones[0].revisions = {};
  Story none = DeliveredOrder(terms);
  EXPECT_REFUSED(none.Revise(), kRevisionsExhausted);
  terms.milestones[0].revisions = {.unlimited = true};
  Story unlimited = DeliveredOrder(terms);
  for (int i = 0; i < 50; ++i) {
    ASSERT_DONE(unlimited.Revise());
    ASSERT_DONE(unlimited.Deliver());
  }
}

TEST(Revision, NeedsADelivery) {
  Story story = Placed(MilestonesOf(2));
  EXPECT_REFUSED(story.Do(RequestRevision{kBuyer, 1, ""}), kMilestoneNotDelivered);
  EXPECT_REFUSED(story.Do(RequestRevision{kBuyer, 2, ""}), kNotTheCurrentMilestone);
}

}  // namespace
}  // namespace milepost::billing
