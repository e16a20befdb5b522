// What time alone does: S34, A12–A16, W5. One microsecond before, and on it.
#include "tests/unit/milestone_billing/story.h"

namespace milepost::billing {
namespace {

TEST(ReviewDeadline, S33_OneMicrosecondBeforeTheBuyerStillAnswers) {
  Story story = DeliveredOrder(MilestonesOf(2));
  story.now = kStart + 9 * kDay - kMicrosecond;
  Story other = story;
  EXPECT_DONE(story.Accept());
  EXPECT_TRUE(story.fired().empty());
  EXPECT_EQ(story.order().state, OrderState::kAwaitingNext);
  EXPECT_DONE(other.Revise());
}

TEST(ReviewDeadline, S34_OnItSilenceAcceptsPaysAndCompletes) {
  Story story = DeliveredOrder(MilestonesOf(3));
  ASSERT_DONE(story.TickAt(kStart + 9 * kDay));
  EXPECT_EQ(story.names(), "milestone.auto_accepted milestone.skipped milestone.skipped order.completed");
  EXPECT_EQ(story.order().state, OrderState::kCompleted);
  EXPECT_EQ(story.order().completion_reason, CompletionReason::kReviewTimeout);
  EXPECT_EQ(story.milestone(1).state, MilestoneState::kAccepted);
  EXPECT_TRUE(story.milestone(1).auto_accepted);
  EXPECT_EQ(story.milestone(1).accepted_at, kStart + 9 * kDay);
  EXPECT_EQ(story.milestone(2).state, MilestoneState::kSkipped);
  EXPECT_EQ(story.milestone(3).state, MilestoneState::kSkipped);
  EXPECT_EQ(story.order().charges.size(), 1u);
  EXPECT_EQ(story.event<MilestoneAutoAccepted>().release.move,
            M2Release(story.charge().id, "users/sam", Money::Usd(15000), 3000));
  EXPECT_EQ(story.order().totals.escrow_minor(), 0);
  ASSERT_EQ(story.fired().size(), 1u);
  EXPECT_EQ(story.fired()[0].deadline, (Deadline{1, DeadlineKind::kReview, kStart + 9 * kDay}));
}

TEST(ReviewDeadline, A14_CountsAtItsDueTimeHoweverLateItIsFired) {
  Story story = DeliveredOrder(OneTime());
  ASSERT_DONE(story.TickAt(kStart + 400 * kDay));
  EXPECT_EQ(story.order().completed_at, kStart + 4 * kDay);
  EXPECT_EQ(story.order().outcome_due, kStart + 4 * kDay);
  EXPECT_EQ(story.order().updated_at, kStart + 4 * kDay);
  EXPECT_EQ(story.order().completion_reason, CompletionReason::kReviewTimeout);
}

TEST(ReviewDeadline, A14_ACommandOnItMeetsTheFiredOrder) {
  Story story = DeliveredOrder(MilestonesOf(2));
  story.now = kStart + 9 * kDay;
  const absl::Status refused = story.Accept();
  EXPECT_REFUSED(refused, kOrderCompleted);
  EXPECT_EQ(RefusalOf(refused)->detail("state"), "COMPLETED");
  EXPECT_EQ(TextOf(*RefusalOf(refused)), "The order is completed (REVIEW_TIMEOUT).");
  // The refusal dropped the firing; reads show it, and the sweeper writes it.
  EXPECT_EQ(story.order().state, OrderState::kActive);
  EXPECT_EQ(AsOf<OrderDomain>(story.order(), story.now).state, OrderState::kCompleted);
  EXPECT_REFUSED(story.Revise(), kOrderCompleted);
  ASSERT_DONE(story.Do(Tick{}));
  EXPECT_EQ(story.order().state, OrderState::kCompleted);
}

TEST(ReviewDeadline, TwoSweepersFireOnce) {
  Story story = DeliveredOrder(MilestonesOf(2));
  ASSERT_DONE(story.TickAt(kStart + 9 * kDay));
  ASSERT_DONE(story.TickAt(kStart + 9 * kDay + kMicrosecond));
  EXPECT_EQ(story.names(), "");
  EXPECT_EQ(story.order().totals.released_minor, 15000);
}

TEST(NextNotStartedDeadline, A12_OneMicrosecondBeforeTheBuyerStillStarts) {
  Story story = DeliveredOrder(MilestonesOf(2));
  ASSERT_DONE(story.Accept());
  story.now += 8 * kDay - kMicrosecond;
  ASSERT_DONE(story.StartNext());
  EXPECT_EQ(story.order().deadlines[0].kind, DeadlineKind::kPaymentGrace);
  EXPECT_EQ(story.order().deadlines[0].due, story.now + 8 * kDay);
}

TEST(NextNotStartedDeadline, A12_OnItTheOrderCompletes) {
  Story story = DeliveredOrder(MilestonesOf(3));
  ASSERT_DONE(story.Accept());
  story.now += 8 * kDay;
  EXPECT_REFUSED(story.StartNext(), kOrderCompleted);
  ASSERT_DONE(story.Do(Tick{}));
  EXPECT_EQ(story.names(), "milestone.skipped milestone.skipped order.completed");
  EXPECT_EQ(story.order().completion_reason, CompletionReason::kNextNotStarted);
  EXPECT_EQ(story.order().charges.size(), 1u);
}

// An order whose second milestone's payment was started at kStart + 1 day; its grace ends at kStart + 9 days.
Story StoryAwaitingPayment() {
  Story story = DeliveredOrder(MilestonesOf(2));
  EXPECT_DONE(story.Accept(NextStep::kStartNext));
  return story;
}

TEST(PaymentGrace, A15_RunsFromEnteringAndNoRetryRestartsIt) {
  Story story = StoryAwaitingPayment();
  const absl::Time grace_end = kStart + 9 * kDay;
  for (int day = 1; day <= 7; ++day) {
    ASSERT_DONE(story.Decline());
    EXPECT_EQ(story.names(), "milestone.payment_failed");
    story.now += kDay;
    ASSERT_DONE(story.Retry());
    EXPECT_EQ(story.names(), "milestone.payment_started");
    EXPECT_EQ(story.order().deadlines, (std::vector<Deadline>{{1, DeadlineKind::kPaymentGrace, grace_end}}));
  }
  EXPECT_EQ(story.charge().slot, 8u);
  ASSERT_DONE(story.Decline());
  story.now = grace_end - kMicrosecond;
  Story just_in_time = story;
  ASSERT_DONE(just_in_time.Retry());
  ASSERT_DONE(just_in_time.Pay());
  EXPECT_EQ(just_in_time.order().state, OrderState::kActive);
  ASSERT_DONE(story.TickAt(grace_end));
  EXPECT_EQ(story.names(), "milestone.skipped order.completed");
  EXPECT_EQ(story.order().completion_reason, CompletionReason::kPaymentGraceTimeout);
  EXPECT_EQ(story.milestone(2).state, MilestoneState::kSkipped);
  EXPECT_REFUSED(story.Retry(), kOrderCompleted);
}

TEST(PaymentGrace, A16_FallingDueWhileThePaymentIsOpenIsNoted) {
  Story story = StoryAwaitingPayment();
  ASSERT_DONE(story.TickAt(kStart + 9 * kDay));
  EXPECT_EQ(story.names(), "deadline.noted");
  EXPECT_EQ(story.order().state, OrderState::kAwaitingPayment);
  EXPECT_TRUE(story.order().deadlines.empty());
  EXPECT_EQ(story.order().noted_deadline, (Deadline{1, DeadlineKind::kPaymentGrace, kStart + 9 * kDay}));
  ASSERT_EQ(story.fired().size(), 1u);
  ASSERT_DONE(story.TickAt(kStart + 20 * kDay));  // noted once
  EXPECT_EQ(story.names(), "");
}

TEST(PaymentGrace, A16_TheNotedDeadlineIsAppliedWhenThePaymentIsDeclinedOrVoided) {
  for (const ChargeOutcome& outcome :
       {ChargeOutcome(Declined{DeclineReason::kCardExpired}), ChargeOutcome(Voided{})}) {
    Story story = StoryAwaitingPayment();
    ASSERT_DONE(story.TickAt(kStart + 10 * kDay));
    story.now = kStart + 11 * kDay;
    ASSERT_DONE(story.Settle(outcome));
    const bool voided = std::holds_alternative<Voided>(outcome);
    EXPECT_EQ(story.names(), std::string("milestone.payment_failed milestone.skipped order.completed") +
                                 (voided ? " charge.recheck_set" : ""));
    EXPECT_EQ(story.order().state, OrderState::kCompleted);
    EXPECT_EQ(story.order().completion_reason, CompletionReason::kPaymentGraceTimeout);
    EXPECT_FALSE(story.order().noted_deadline.has_value());
  }
}

TEST(PaymentGrace, A16_DueAndSettledByOneCommandIsAppliedInThatStep) {
  Story story = StoryAwaitingPayment();
  story.now = kStart + 9 * kDay;  // nobody ticked
  ASSERT_DONE(story.Decline());
  EXPECT_EQ(story.names(), "deadline.noted milestone.payment_failed milestone.skipped order.completed");
}

TEST(PaymentGrace, A16_TheNotedDeadlineIsDroppedWhenThePaymentSucceeds) {
  Story story = StoryAwaitingPayment();
  ASSERT_DONE(story.TickAt(kStart + 10 * kDay));
  story.now = kStart + 11 * kDay;
  ASSERT_DONE(story.Pay());
  EXPECT_EQ(story.names(), "milestone.funded milestone.work_authorized");
  EXPECT_EQ(story.order().state, OrderState::kActive);
  EXPECT_FALSE(story.order().noted_deadline.has_value());
  EXPECT_EQ(story.milestone(2).due_at, kStart + 15 * kDay);
  // … and never comes back.
  ASSERT_DONE(story.Deliver());
  ASSERT_DONE(story.Accept());
  EXPECT_EQ(story.order().completion_reason, CompletionReason::kAllAccepted);
}

TEST(PaymentGrace, A16_UntilThePaymentEndsNobodyCanRetryOrEnd) {
  Story story = StoryAwaitingPayment();
  ASSERT_DONE(story.TickAt(kStart + 10 * kDay));
  EXPECT_REFUSED(story.Retry(), kPaymentInProgress);
  EXPECT_REFUSED(story.End(), kPaymentInProgress);
}

// One number, and so one row, for all that the order waits for in turn; one that has fired keeps it, and the next has another.
TEST(Deadlines, TheMainOneBecomesTheNextUntilItFires) {
  Story story = DeliveredOrder(MilestonesOf(2));
  ASSERT_DONE(story.Revise());
  ASSERT_DONE(story.Deliver());
  ASSERT_DONE(story.Accept());
  ASSERT_DONE(story.StartNext());
  ASSERT_DONE(story.Pay());
  EXPECT_EQ(story.order().deadlines_set, 1u);
  EXPECT_EQ(story.order().deadlines,
            (std::vector<Deadline>{{1, DeadlineKind::kDelivery, story.now + 4 * kDay}}));
  const absl::Time due = story.now + 4 * kDay;
  ASSERT_DONE(story.TickAt(due));
  ASSERT_EQ(story.fired().size(), 1u);
  EXPECT_EQ(story.fired()[0].deadline, (Deadline{1, DeadlineKind::kDelivery, due}));
  EXPECT_EQ(story.order().deadlines,
            (std::vector<Deadline>{{2, DeadlineKind::kLateCancellation, due + kDay}}));
  ASSERT_DONE(story.Deliver());
  EXPECT_EQ(story.order().deadlines, (std::vector<Deadline>{{2, DeadlineKind::kReview, due + 8 * kDay}}));
}

TEST(Deadlines, AreNumberedWithoutReuse) {
  Story story = Placed(MilestonesOf(2));
  for (uint32_t number = 2; number <= 4; ++number) {
    ASSERT_DONE(story.Do(RequestCancellation{kBuyer, Money(), ""}));
    ASSERT_EQ(story.order().deadlines.size(), 2u);
    EXPECT_EQ(story.order().deadlines[1].number, number);
    ASSERT_DONE(story.Do(AnswerCancellation{kSeller, false, ""}));
  }
  EXPECT_EQ(story.order().deadlines_set, 4u);
}

}  // namespace
}  // namespace milepost::billing
