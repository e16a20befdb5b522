// Payment attempts: settling, retrying, leases, unknown outcomes and late successes (A15, A16, A29, M9, W7).
#include "tests/unit/milestone_billing/story.h"

namespace milepost::billing {
namespace {

Story AwaitingPayment() {
  Story story = DeliveredOrder(MilestonesOf(2));
  EXPECT_DONE(story.Accept(NextStep::kStartNext));
  return story;
}

TEST(Settling, TheSameOutcomeAgainChangesNothing) {
  const std::vector<ChargeOutcome> outcomes = {Succeeded{"cap-1"}, Declined{DeclineReason::kCardExpired},
                                               Voided{}};
  for (const ChargeOutcome& outcome : outcomes) {
    Story story = AwaitingPayment();
    ASSERT_DONE(story.Settle(outcome));
    const Order settled = story.order();
    story.now += absl::Hours(1);
    ASSERT_DONE(story.Settle(outcome));
    EXPECT_EQ(story.names(), "");
    EXPECT_EQ(story.order(), settled);
  }
}

TEST(Settling, AClosedAttemptKeepsItsStateWhateverElseIsReported) {
  Story paid = AwaitingPayment();
  ASSERT_DONE(paid.Pay());
  for (const ChargeOutcome& outcome :
       {ChargeOutcome(Declined{}), ChargeOutcome(Voided{}), ChargeOutcome(Unknown{}),
        ChargeOutcome(Pending{}), ChargeOutcome(Succeeded{"another"})}) {
    ASSERT_DONE(paid.Settle(outcome));
    EXPECT_EQ(paid.names(), "");
  }
  EXPECT_EQ(paid.charge().provider_reference, "cap-2");
  Story declined = AwaitingPayment();
  ASSERT_DONE(declined.Decline());
  for (const ChargeOutcome& outcome :
       {ChargeOutcome(Voided{}), ChargeOutcome(Unknown{}), ChargeOutcome(Pending{})}) {
    ASSERT_DONE(declined.Settle(outcome));
    EXPECT_EQ(declined.names(), "");
  }
}

TEST(Settling, NeedsAKnownOrderAndCharge) {
  Story story;
  EXPECT_REFUSED(story.Do(SettleCharge{ChargeId(kNonce), Voided{}}), kOrderNotFound);
  EXPECT_REFUSED(story.Do(LeaseCharge{ChargeId(kNonce), kStart}), kOrderNotFound);
  EXPECT_REFUSED(story.Do(OutcomeRecorded{}), kOrderNotFound);
  ASSERT_DONE(story.Place(MilestonesOf(2)));
  EXPECT_REFUSED(story.Do(SettleCharge{ChargeId(kNonce), Voided{}}), kChargeNotFound);
  EXPECT_REFUSED(story.Do(LeaseCharge{ChargeId(kNonce), kStart}), kChargeNotFound);
}

TEST(Unknown, A16_KeepsTheAttemptOpenFlaggedAndLeasedUntilTheRetry) {
  Story story = AwaitingPayment();
  const absl::Time retry_at = story.now + absl::Minutes(1);
  ASSERT_DONE(story.Settle(Unknown{retry_at}));
  EXPECT_EQ(story.names(), "charge.undecided");
  EXPECT_EQ(story.charge().state, ChargeState::kOpen);
  EXPECT_TRUE(story.charge().unknown);
  EXPECT_EQ(story.charge().lease_until, retry_at);
  ASSERT_DONE(story.Settle(Unknown{retry_at}));
  EXPECT_EQ(story.names(), "");
  ASSERT_DONE(story.Settle(Pending{retry_at}));  // the provider answered after all: it knows the charge
  EXPECT_FALSE(story.charge().unknown);
  EXPECT_EQ(story.charge().state, ChargeState::kOpen);
  EXPECT_REFUSED(story.Retry(), kPaymentInProgress);
  ASSERT_DONE(story.Settle(Unknown{retry_at}));
  ASSERT_DONE(story.Pay());
  EXPECT_FALSE(story.charge().unknown);
  EXPECT_EQ(story.order().state, OrderState::kActive);
}

TEST(Lease, IsTheHandlersUntilItEndsAndThenWhoeverTakesItFirst) {
  Story story = AwaitingPayment();
  const absl::Time end = story.charge().lease_until;
  EXPECT_EQ(end, story.now + absl::Seconds(30));
  story.now = end - kMicrosecond;
  EXPECT_REFUSED(story.Do(LeaseCharge{story.charge().id, end + absl::Minutes(1)}), kPaymentInProgress);
  story.now = end;
  ASSERT_DONE(story.Do(LeaseCharge{story.charge().id, end + absl::Minutes(1)}));
  EXPECT_EQ(story.names(), "charge.leased");
  EXPECT_EQ(story.charge().lease_until, end + absl::Minutes(1));
  EXPECT_REFUSED(story.Do(LeaseCharge{story.charge().id, end + absl::Minutes(2)}), kPaymentInProgress);
  // The slow handler's answer still settles it, through the same function.
  ASSERT_DONE(story.Pay());
  ASSERT_DONE(story.Do(LeaseCharge{story.charge().id, end + absl::Minutes(9)}));
  EXPECT_EQ(story.names(), "");
}

TEST(Lease, LengthComesWithTheCommand) {
  PlaceOrder place = Placing(MilestonesOf(2), 1, absl::InfiniteFuture());
  place.policy = {.lease = absl::Seconds(5), .submit_window = absl::Minutes(2)};
  Story story;
  ASSERT_DONE(story.Do(place));
  EXPECT_EQ(story.charge().lease_until, kStart + absl::Seconds(5));
  EXPECT_EQ(story.charge().submit_until, kStart + absl::Minutes(2));
}

TEST(Retry, W7_TakesANewSlotOnlyAfterTheLastEndedWithoutMoney) {
  Story story = AwaitingPayment();
  EXPECT_REFUSED(story.Retry(), kPaymentInProgress);
  ASSERT_DONE(story.Decline());
  ASSERT_DONE(story.Retry("pm-new"));
  EXPECT_EQ(story.charge().id, ChargeIdOf(story.order().id, 2, 2));
  EXPECT_EQ(story.charge().payment_method, "pm-new");
  EXPECT_EQ(story.order().payment_method, "pm-new");
  ASSERT_DONE(story.Settle(Voided{}));
  ASSERT_DONE(story.Retry(""));
  EXPECT_EQ(story.charge().slot, 3u);
  EXPECT_EQ(story.charge().payment_method, "pm-new");
  ASSERT_DONE(story.Pay());
  EXPECT_REFUSED(story.Retry(), kNoPaymentDue);
}

TEST(Retry, TwentyAttemptsAMilestoneAndNoMore) {
  Story story = AwaitingPayment();
  for (int attempt = 2; attempt <= 20; ++attempt) {
    ASSERT_DONE(story.Decline());
    ASSERT_DONE(story.Retry());
  }
  ASSERT_DONE(story.Decline());
  const absl::Status refused = story.Retry();
  EXPECT_REFUSED(refused, kTooManyPaymentAttempts);
  EXPECT_EQ(TextOf(*RefusalOf(refused)), "Milestone 2 has had 20 payment attempts.");
}

TEST(Retry, HasNothingToPayElsewhere) {
  Story story = Placed(MilestonesOf(2));
  EXPECT_REFUSED(story.Retry(), kNoPaymentDue);
  ASSERT_DONE(story.Deliver());
  ASSERT_DONE(story.Accept());
  EXPECT_REFUSED(story.Retry(), kNoPaymentDue);
}

TEST(LateSuccess, M9_GoesToSuspenseAndTouchesNothingElse) {
  Story story = AwaitingPayment();
  ASSERT_DONE(story.Settle(Voided{}));
  const ChargeId voided = story.charge().id;
  ASSERT_DONE(story.Retry());
  const Order before = story.order();
  ASSERT_DONE(story.Do(SettleCharge{voided, Succeeded{"cap-late"}}));
  EXPECT_EQ(story.names(), "charge.succeeded_late");
  EXPECT_EQ(story.event<ChargeSucceededLate>().move, M9LateSuccess(Money::Usd(20000), 1100));
  EXPECT_EQ(story.order().totals, before.totals);
  EXPECT_EQ(story.order().state, before.state);
  EXPECT_EQ(story.order().deadlines, before.deadlines);
  const Charge* charge = story.order().FindCharge(voided);
  EXPECT_EQ(charge->state, ChargeState::kVoided);
  EXPECT_EQ(charge->late_success_at, story.now);
  EXPECT_EQ(charge->provider_reference, "cap-late");
  ASSERT_DONE(story.Do(SettleCharge{voided, Succeeded{"cap-late"}}));
  EXPECT_EQ(story.names(), "");  // once
  ASSERT_DONE(story.Pay());      // the open attempt is not disturbed
  EXPECT_EQ(story.order().state, OrderState::kActive);
}

TEST(LateSuccess, M9_AfterTheOrderEndedOrWasNeverPlaced) {
  Story ended = AwaitingPayment();
  ASSERT_DONE(ended.Settle(Voided{}));
  ASSERT_DONE(ended.End());
  ASSERT_DONE(ended.Pay());
  EXPECT_EQ(ended.names(), "charge.succeeded_late");
  EXPECT_EQ(ended.order().state, OrderState::kCompleted);
  EXPECT_EQ(ended.order().totals.escrow_minor(), 0);
  Story never;
  ASSERT_DONE(never.Place(MilestonesOf(2)));
  ASSERT_DONE(never.Settle(Voided{}));
  ASSERT_DONE(never.Pay());
  EXPECT_EQ(never.names(), "charge.succeeded_late");
  EXPECT_EQ(never.order().state, OrderState::kPlacementFailed);
  EXPECT_EQ(PlacementOf(never.order(), 1).kind, PlacementOutcome::Kind::kFailed);
}

TEST(Races, RetryAgainstALateSuccessBothOrders) {
  Story retry_first = AwaitingPayment();
  ASSERT_DONE(retry_first.Decline());
  const ChargeId first = retry_first.charge().id;
  Story success_first = retry_first;
  ASSERT_DONE(retry_first.Retry());
  ASSERT_DONE(retry_first.Do(SettleCharge{first, Succeeded{"late"}}));
  ASSERT_DONE(success_first.Do(SettleCharge{first, Succeeded{"late"}}));
  ASSERT_DONE(success_first.Retry());
  for (Story* story : {&retry_first, &success_first}) {
    EXPECT_NE(story->charge().id, first);
    ASSERT_DONE(story->Pay());
    EXPECT_EQ(story->order().totals.funded_minor, 35000);
    EXPECT_EQ(story->order().milestones[1].charge, story->charge().id);
  }
}

TEST(LastCharge, A29_ShowsTheLatestAttempt) {
  Story story = AwaitingPayment();
  EXPECT_EQ(story.order().last_charge()->state, ChargeState::kOpen);
  EXPECT_EQ(story.order().open_charge(), story.order().last_charge());
  ASSERT_DONE(story.Decline());
  EXPECT_EQ(story.order().last_charge()->decline_reason, DeclineReason::kInsufficientFunds);
  EXPECT_EQ(story.order().open_charge(), nullptr);
}

}  // namespace
}  // namespace milepost::billing
