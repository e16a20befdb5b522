// Acceptances, how the order goes on after one, and how it ends: S28–S31, S35, A11, A12, A18.
#include "tests/unit/milestone_billing/story.h"

namespace milepost::billing {
namespace {

TEST(Acceptance, M2_ReleasesTheMilestonesMoneyToTheCent) {
  Terms terms = MilestonesOf(2);
  terms.milestones[0].amount = Money::Usd(10003);  // c = 2000.6 → 2001
  Story story = DeliveredOrder(terms);
  ASSERT_DONE(story.Accept(NextStep::kDecideLater));
  const Release& release = story.event<MilestoneAccepted>().release;
  EXPECT_EQ(release.move, M2Release(story.charge().id, "users/sam", Money::Usd(10003), 2001));
  EXPECT_EQ(release.amount, Money::Usd(10003));
  EXPECT_EQ(release.commission_minor, 2001);
  EXPECT_EQ(story.order().totals, (Totals{.funded_minor = 10003,
                                          .released_minor = 10003,
                                          .buyer_fees_minor = 550,
                                          .commission_minor = 2001}));
  EXPECT_EQ(story.order().totals.escrow_minor(), 0);
  EXPECT_EQ(story.milestone(1).accepted_at, story.now);
  EXPECT_FALSE(story.milestone(1).auto_accepted);
}

TEST(Acceptance, S28_ChargesNobodyByDefault) {
  for (const NextStep next : {NextStep::kUnset, NextStep::kDecideLater}) {
    Story story = DeliveredOrder(MilestonesOf(2));
    ASSERT_DONE(story.Accept(next));
    EXPECT_EQ(story.names(), "milestone.accepted");
    EXPECT_EQ(story.order().state, OrderState::kAwaitingNext);
    EXPECT_EQ(story.order().current_milestone, 1u);
    EXPECT_EQ(story.order().charges.size(), 1u);
    EXPECT_EQ(story.order().deadlines,
              (std::vector<Deadline>{{1, DeadlineKind::kNextNotStarted, story.now + 8 * kDay}}));
  }
}

TEST(Acceptance, S28_WithStartNextChargesTheNextMilestoneOnly) {
  Story story = DeliveredOrder(MilestonesOf(3));
  ASSERT_DONE(story.Accept(NextStep::kStartNext));
  EXPECT_EQ(story.names(), "milestone.accepted milestone.payment_started");
  EXPECT_EQ(story.order().state, OrderState::kAwaitingPayment);
  EXPECT_EQ(story.order().current_milestone, 2u);
  EXPECT_EQ(story.milestone(1).state, MilestoneState::kAccepted);
  EXPECT_EQ(story.milestone(2).state, MilestoneState::kAwaitingPayment);
  EXPECT_EQ(story.milestone(3).state, MilestoneState::kPending);
  EXPECT_EQ(story.charge().id, ChargeIdOf(story.order().id, 2, 1));
  EXPECT_EQ(story.charge().amount, Money::Usd(20000));
  EXPECT_EQ(story.charge().buyer_fee_minor, 1100);
  EXPECT_EQ(story.charge().payment_method, "pm-visa");
  EXPECT_EQ(story.charge().submit_until, story.now + absl::Hours(1));
  EXPECT_EQ(story.order().deadlines,
            (std::vector<Deadline>{{1, DeadlineKind::kPaymentGrace, story.now + 8 * kDay}}));
  EXPECT_FALSE(story.milestone(2).due_at.has_value());  // A15: its time does not run
  story.now += absl::Seconds(3);
  ASSERT_DONE(story.Pay());
  EXPECT_EQ(story.names(), "milestone.funded milestone.work_authorized");
  EXPECT_EQ(story.order().state, OrderState::kActive);
  EXPECT_EQ(story.milestone(2).due_at, story.now + 4 * kDay);
  EXPECT_EQ(story.order().deadlines,
            (std::vector<Deadline>{{1, DeadlineKind::kDelivery, story.now + 4 * kDay}}));
  EXPECT_EQ(story.order().totals.funded_minor, 35000);
  EXPECT_EQ(story.order().totals.escrow_minor(), 20000);
}

TEST(Acceptance, OfTheLastMilestoneCompletesTheOrder) {
  for (const NextStep next : {NextStep::kUnset, NextStep::kEndOrder}) {
    Story story = DeliveredOrder(OneTime());
    ASSERT_DONE(story.Accept(next));
    EXPECT_EQ(story.names(), "milestone.accepted order.completed");
    EXPECT_EQ(story.order().state, OrderState::kCompleted);
    EXPECT_EQ(story.order().completion_reason, CompletionReason::kAllAccepted);
    EXPECT_EQ(story.order().completed_at, story.now);
    EXPECT_TRUE(story.order().deadlines.empty());
  }
}

TEST(Acceptance, A11_OfTheLastMilestoneHasNoNextToDecideAbout) {
  Story story = DeliveredOrder(OneTime());
  EXPECT_REFUSED(story.Accept(NextStep::kStartNext), kIsTheLastMilestone);
  EXPECT_REFUSED(story.Accept(NextStep::kDecideLater), kIsTheLastMilestone);
}

TEST(Acceptance, S29_WithEndOrderCompletesAndNotifiesTheSeller) {
  Story story = DeliveredOrder(MilestonesOf(3));
  ASSERT_DONE(story.Accept(NextStep::kEndOrder));
  EXPECT_EQ(
      story.names(),
      "milestone.accepted order.ended seller.notified milestone.skipped milestone.skipped order.completed");
  EXPECT_EQ(story.order().completion_reason, CompletionReason::kEndedByBuyer);
  EXPECT_EQ(story.event<OrderEnded>().milestone, 1u);
  EXPECT_EQ(story.event<SellerNotified>().seller, "users/sam");
  EXPECT_EQ(story.order().totals.escrow_minor(), 0);
}

TEST(Acceptance, NeedsADelivery) {
  Story story = Placed(MilestonesOf(2));
  const absl::Status refused = story.Accept();
  EXPECT_REFUSED(refused, kMilestoneNotDelivered);
  EXPECT_EQ(RefusalOf(refused)->detail("state"), "ACTIVE");
  EXPECT_EQ(TextOf(*RefusalOf(refused)), "Milestone 1 is ACTIVE: there is no delivery to answer.");
  ASSERT_DONE(story.Deliver());
  ASSERT_DONE(story.Revise());
  EXPECT_REFUSED(story.Accept(), kMilestoneNotDelivered);
}

TEST(Ending, S31_FiveOfSixDeliveredThenEndedIsCompletedAndTheSixthNeverCharged) {
  Story story = Placed(MilestonesOf(6));
  for (int milestone = 1; milestone <= 5; ++milestone) {
    ASSERT_DONE(story.Deliver());
    ASSERT_DONE(story.Accept(milestone < 5 ? NextStep::kStartNext : NextStep::kDecideLater));
    if (milestone < 5) {
      ASSERT_DONE(story.Pay());
    }
  }
  ASSERT_DONE(story.End());
  EXPECT_EQ(story.names(), "order.ended seller.notified milestone.skipped order.completed");
  EXPECT_EQ(story.event<OrderEnded>().milestone, 5u);
  EXPECT_EQ(story.event<MilestoneSkipped>().milestone, 6u);
  EXPECT_EQ(story.order().state, OrderState::kCompleted);
  EXPECT_EQ(story.order().completion_reason, CompletionReason::kEndedByBuyer);
  EXPECT_EQ(story.milestone(6).state, MilestoneState::kSkipped);
  EXPECT_EQ(story.order().charges.size(), 5u);
  EXPECT_EQ(story.order().totals.funded_minor, 15000 + 20000 + 25000 + 30000 + 35000);
  EXPECT_EQ(story.order().totals.released_minor, story.order().totals.funded_minor);
  // S30: the seller can't go on.
  EXPECT_REFUSED(story.Do(DeliverMilestone{kSeller, 6, true, "", ""}), kOrderCompleted);
}

TEST(Ending, WhileADeclinedPaymentWaitsNamesTheMilestoneThatWasAccepted) {
  Story story = DeliveredOrder(MilestonesOf(3));
  ASSERT_DONE(story.Accept(NextStep::kStartNext));
  ASSERT_DONE(story.Decline());
  ASSERT_DONE(story.End());
  EXPECT_EQ(story.event<OrderEnded>().milestone, 1u);
  EXPECT_EQ(story.milestone(2).state, MilestoneState::kSkipped);
  EXPECT_EQ(story.milestone(3).state, MilestoneState::kSkipped);
  EXPECT_TRUE(story.order().deadlines.empty());
}

TEST(Ending, A18_NeedsAnAcceptedMilestoneAndNoneRunning) {
  Story story = Placed(MilestonesOf(3));
  EXPECT_REFUSED(story.End(), kNoAcceptedMilestone);
  ASSERT_DONE(story.Deliver());
  EXPECT_REFUSED(story.End(), kNoAcceptedMilestone);
  ASSERT_DONE(story.Accept(NextStep::kStartNext));
  EXPECT_REFUSED(story.End(), kPaymentInProgress);
  ASSERT_DONE(story.Pay());
  EXPECT_REFUSED(story.End(), kNextMilestoneRunning);
  ASSERT_DONE(story.Deliver());
  EXPECT_REFUSED(story.End(), kNextMilestoneRunning);
}

// "The order can be ended once it is accepted" was false there: it then is completed.
TEST(Ending, A18_TheLastMilestoneEndsTheOrderItself) {
  for (const Terms& terms : {MilestonesOf(2), MilestonesOf(1), OneTime()}) {
    Story story = Placed(terms);
    if (terms.milestones.size() > 1) {
      ASSERT_DONE(story.Deliver());
      ASSERT_DONE(story.Accept(NextStep::kStartNext));
      ASSERT_DONE(story.Pay());
    }
    EXPECT_REFUSED(story.End(), kIsTheLastMilestone);
    ASSERT_DONE(story.Deliver());
    EXPECT_REFUSED(story.End(), kIsTheLastMilestone);
    ASSERT_DONE(story.Accept());
    EXPECT_REFUSED(story.End(), kOrderCompleted);
  }
}

TEST(StartNext, UsesTheOrdersPaymentMethodUnlessAnotherIsGiven) {
  Story story = DeliveredOrder(MilestonesOf(3));
  ASSERT_DONE(story.Accept());
  Story other = story;
  ASSERT_DONE(story.StartNext());
  EXPECT_EQ(story.charge().payment_method, "pm-visa");
  ASSERT_DONE(other.Do(StartNextMilestone{kBuyer, "pm-new", {}}));
  EXPECT_EQ(other.charge().payment_method, "pm-new");
  EXPECT_EQ(other.order().payment_method, "pm-new");
}

TEST(StartNext, OnlyAfterAnAcceptance) {
  Story story = Placed(MilestonesOf(2));
  const absl::Status refused = story.StartNext();
  EXPECT_REFUSED(refused, kNextMilestoneNotStartable);
  EXPECT_EQ(RefusalOf(refused)->detail("state"), "ACTIVE");
}

TEST(Completion, TellsOfferServiceOnceAndOnlyAboutOffers) {
  Story story = DeliveredOrder(OneTime());
  EXPECT_FALSE(story.order().outcome_due.has_value());
  ASSERT_DONE(story.Do(OutcomeRecorded{}));
  EXPECT_EQ(story.names(), "");  // nothing is owed yet
  ASSERT_DONE(story.Accept());
  EXPECT_EQ(story.order().outcome_due, story.now);
  ASSERT_DONE(story.Do(OutcomeRecorded{}));
  EXPECT_EQ(story.names(), "order.outcome_recorded");
  EXPECT_FALSE(story.order().outcome_due.has_value());
  ASSERT_DONE(story.Do(OutcomeRecorded{}));
  EXPECT_EQ(story.names(), "");

  Story gig;
  ASSERT_DONE(gig.Do(PlacingGig(OneTime())));
  ASSERT_DONE(gig.Pay());
  ASSERT_DONE(gig.Deliver());
  ASSERT_DONE(gig.Accept());
  EXPECT_EQ(gig.order().state, OrderState::kCompleted);
  EXPECT_FALSE(gig.order().outcome_due.has_value());
}

// DOMAIN §4, races, as the two orders in which a lane may take them. One wins; the other is told why not.
TEST(Races, AcceptThenEndAndEndThenAccept) {
  Story story = DeliveredOrder(MilestonesOf(2));
  EXPECT_REFUSED(story.End(), kNoAcceptedMilestone);
  ASSERT_DONE(story.Accept());
  EXPECT_DONE(story.End());
  EXPECT_REFUSED(story.Accept(), kOrderCompleted);
}

TEST(Races, TwoAcceptsReleaseOnce) {
  Story story = DeliveredOrder(MilestonesOf(2));
  ASSERT_DONE(story.Accept());
  EXPECT_REFUSED(story.Accept(), kMilestoneAlreadyAccepted);
  EXPECT_EQ(story.order().totals.released_minor, 15000);
  Story started = DeliveredOrder(MilestonesOf(2));
  ASSERT_DONE(started.Accept(NextStep::kStartNext));
  EXPECT_REFUSED(started.Do(AcceptMilestone{kBuyer, 1, NextStep::kStartNext, {}}), kMilestoneAlreadyAccepted);
  EXPECT_EQ(started.order().charges.size(), 2u);
}

TEST(Races, EndThenStartNextAndStartNextThenEnd) {
  Story story = DeliveredOrder(MilestonesOf(2));
  ASSERT_DONE(story.Accept());
  Story other = story;
  ASSERT_DONE(story.End());
  EXPECT_REFUSED(story.StartNext(), kOrderCompleted);
  EXPECT_EQ(story.order().charges.size(), 1u);
  ASSERT_DONE(other.StartNext());
  EXPECT_REFUSED(other.End(), kPaymentInProgress);
}

TEST(Races, TwoStartsChargeOnce) {
  Story story = DeliveredOrder(MilestonesOf(2));
  ASSERT_DONE(story.Accept());
  ASSERT_DONE(story.StartNext());
  EXPECT_REFUSED(story.StartNext(), kPaymentInProgress);
  EXPECT_EQ(story.order().charges.size(), 2u);
}

}  // namespace
}  // namespace milepost::billing
