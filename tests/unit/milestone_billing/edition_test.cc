// Orders from before deliveries had deadlines (edition 0): each deadline has a row of its own, an undelivered milestone has none; they
// are disputed and cancelled as others are.
#include "tests/unit/milestone_billing/ways_out.h"

namespace milepost::billing {
namespace {

Story OldDelivered(int milestones = 2) {
  Story story = PlacedBeforeEditions(MilestonesOf(milestones));
  story.now += kDay;
  EXPECT_DONE(story.Deliver());
  return story;
}

TEST(EditionZero, TheSellersTimeHasNoDeadline) {
  Story story = PlacedBeforeEditions(MilestonesOf(2));
  EXPECT_EQ(story.order().edition, 0u);
  EXPECT_EQ(TimersOf(story), "");
  EXPECT_EQ(story.milestone(1).due_at, kStart + kDue);
  ASSERT_DONE(story.TickAt(kStart + 400 * kDay));
  EXPECT_EQ(story.names(), "");
  EXPECT_EQ(story.order().state, OrderState::kActive);
  const absl::Status refused = CancelLate(story);
  EXPECT_REFUSED(refused, kLateCancellationNotAgreed);
}

// A delivery on the due instant was in time, and still is.
TEST(EditionZero, A20_ADeliveryIsLateOnlyAfterTheDueInstant) {
  for (const absl::Duration after : {-kMicrosecond, absl::ZeroDuration(), kMicrosecond}) {
    Story story = PlacedBeforeEditions(MilestonesOf(2));
    story.now = kStart + kDue + after;
    EXPECT_EQ(story.order().IsLate(story.milestone(1), story.now), after > absl::ZeroDuration());
    ASSERT_DONE(story.Deliver());
    EXPECT_EQ(story.names(), "milestone.delivered");
    EXPECT_EQ(story.milestone(1).late, after > absl::ZeroDuration());
  }
}

TEST(EditionZero, A20_LateIsAboutTheFirstDelivery) {
  Story late = PlacedBeforeEditions(MilestonesOf(2));
  late.now += 5 * kDay;
  ASSERT_DONE(late.Deliver());
  ASSERT_DONE(late.Revise());
  EXPECT_TRUE(late.milestone(1).late);
  ASSERT_DONE(late.Deliver());
  EXPECT_TRUE(late.milestone(1).late);
}

TEST(EditionZero, EveryDeadlineHasItsOwnRow) {
  Story story = OldDelivered(3);
  EXPECT_EQ(TimersOf(story), "1 REVIEW +216h");
  ASSERT_DONE(story.Revise());
  EXPECT_EQ(TimersOf(story), "");
  EXPECT_EQ(story.milestone(1).revision_message, "please rounder");
  EXPECT_TRUE(story.milestone(1).earlier.empty()) << "what is sent back is not kept";
  EXPECT_EQ(story.milestone(1).delivery_message, "here it is");
  ASSERT_DONE(story.Deliver());
  EXPECT_EQ(TimersOf(story), "2 REVIEW +216h");
  ASSERT_DONE(story.Accept());
  EXPECT_EQ(TimersOf(story), "3 NEXT_NOT_STARTED +216h");
  ASSERT_DONE(story.StartNext());
  EXPECT_EQ(TimersOf(story), "4 PAYMENT_GRACE +216h");
  ASSERT_DONE(story.Pay());
  EXPECT_EQ(TimersOf(story), "");
  ASSERT_DONE(story.Deliver());
  ASSERT_DONE(story.Accept(NextStep::kStartNext));
  EXPECT_EQ(TimersOf(story), "6 PAYMENT_GRACE +216h");
  ASSERT_DONE(story.Pay());
  ASSERT_DONE(story.Deliver());
  ASSERT_DONE(story.Accept());
  EXPECT_EQ(story.order().completion_reason, CompletionReason::kAllAccepted);
}

TEST(EditionZero, A19_IsCancelledByConsentAndByOperators) {
  for (const bool delivered : {false, true}) {
    Story story = delivered ? OldDelivered() : PlacedBeforeEditions(MilestonesOf(2));
    Story ordered = story;
    ASSERT_DONE(AskToCancel(story, kSeller, 5000));
    EXPECT_EQ(TimersOf(story),
              delivered ? "1 REVIEW +216h, 2 CANCELLATION_ANSWER +72h" : "1 CANCELLATION_ANSWER +48h")
        << "the durations that its terms lack are today's";
    Story lapsed = story;
    ASSERT_DONE(lapsed.TickAt(lapsed.now + absl::Hours(48)));
    EXPECT_EQ(lapsed.names(), "cancellation.lapsed");
    ASSERT_DONE(Agree(story, kBuyer));
    EXPECT_EQ(story.order().state, OrderState::kCancelled);
    EXPECT_EQ(story.order().totals.released_minor, 5000);
    ASSERT_DONE(AskToCancel(ordered, kOperator));
    EXPECT_EQ(ordered.order().state, OrderState::kCancelled);
    EXPECT_TRUE(ordered.order().deadlines.empty());
  }
}

TEST(EditionZero, A19_AnAcceptanceVoidsARequest) {
  Story story = OldDelivered();
  ASSERT_DONE(AskToCancel(story, kSeller));
  ASSERT_DONE(story.Accept());
  EXPECT_EQ(story.names(), "cancellation.voided milestone.accepted");
  EXPECT_EQ(TimersOf(story), "3 NEXT_NOT_STARTED +216h");
}

TEST(EditionZero, ADisputeStopsTheReviewAndIsWithdrawn) {
  Story story = OldDelivered();
  story.now = kStart + 9 * kDay - absl::Hours(1);
  ASSERT_DONE(OpenOne(story, kBuyer));
  EXPECT_EQ(TimersOf(story), "1 REVIEW +216h left 1h, 2 DISPUTE +551h");
  story.now = kStart + 20 * kDay;
  ASSERT_DONE(Withdraw(story, kBuyer));
  EXPECT_EQ(TimersOf(story), "1 REVIEW +504h") << "at least a day";
  EXPECT_EQ(story.milestone(1).due_at, kStart + kDue);
  ASSERT_DONE(story.TickAt(kStart + 21 * kDay));
  EXPECT_EQ(story.order().completion_reason, CompletionReason::kReviewTimeout);
}

TEST(EditionZero, ADisputeOfWorkWithoutADeadlineLeavesNoAlarmWhenItIsWithdrawn) {
  Story story = PlacedBeforeEditions(MilestonesOf(2));
  ASSERT_DONE(OpenOne(story, kSeller));
  EXPECT_EQ(TimersOf(story), "1 DISPUTE +336h");
  ASSERT_DONE(story.TickAt(kStart + 14 * kDay));
  EXPECT_EQ(story.order().operator_task, OperatorTask::kUnresolvedDispute);
  ASSERT_DONE(Withdraw(story, kSeller));
  EXPECT_EQ(TimersOf(story), "");
  EXPECT_EQ(story.order().operator_task, std::nullopt);
  EXPECT_EQ(story.order().operator_since, std::nullopt);
  EXPECT_EQ(story.order().state, OrderState::kActive);
}

TEST(EditionZero, ADisputeIsResolved) {
  Story accepted = OldDelivered();
  ASSERT_DONE(OpenOne(accepted, kBuyer));
  Story refunded = accepted;
  ASSERT_DONE(accepted.Accept());
  EXPECT_EQ(TimersOf(accepted), "3 NEXT_NOT_STARTED +216h");
  ASSERT_DONE(Resolve(refunded, DisputeOutcome::kRefunded));
  EXPECT_EQ(refunded.order().state, OrderState::kCancelled);
  EXPECT_TRUE(refunded.order().deadlines.empty());
}

// An order that was not placed before is placed anew, with today's edition.
TEST(EditionZero, APlacementThatIsTriedAgainHasTodaysEdition) {
  Story story;
  ASSERT_DONE(story.Place(MilestonesOf(2)));
  OrderPlacementStarted started = story.event<OrderPlacementStarted>();
  started.edition = 0;
  const OrderEvent payment = story.events()[1].event;
  Story old;
  old.Tell({started, payment});
  ASSERT_DONE(old.Decline());
  EXPECT_EQ(old.order().edition, 0u);
  ASSERT_DONE(old.Do(Placing(MilestonesOf(2), 2)));
  EXPECT_EQ(old.order().edition, kEdition);
  ASSERT_DONE(old.Pay());
  EXPECT_EQ(TimersOf(old), "1 DELIVERY +96h");
}

}  // namespace
}  // namespace milepost::billing
