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

TEST(Submission, A16_IsOverExactlyAnHourAfterTheCreationAndAPlacementsAtAcceptUntil) {
  Story next = AwaitingPayment();
  EXPECT_TRUE(next.charge().MaySubmit(next.now + absl::Hours(1) - kMicrosecond));
  EXPECT_FALSE(next.charge().MaySubmit(next.now + absl::Hours(1)));
  Story placement;
  ASSERT_DONE(placement.Do(Placing(MilestonesOf(2), 1, kStart + absl::Minutes(15))));
  EXPECT_TRUE(placement.charge().MaySubmit(kStart + absl::Minutes(15) - kMicrosecond));
  EXPECT_FALSE(placement.charge().MaySubmit(kStart + absl::Minutes(15)));
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
  EXPECT_EQ(TextOf(*RefusalOf(refused)), "Milestone 2 has had 20 payment attempts; no more are allowed.");
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
  EXPECT_EQ(story.names(), "charge.succeeded_late refund.started");
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

TEST(LateSuccess, M9_IsRefundedWholeAndOnceBySuspenseAndTransit) {
  Story story = AwaitingPayment();
  ASSERT_DONE(story.Settle(Voided{}));
  const ChargeId charge = story.charge().id;
  story.now += kDay;
  ASSERT_DONE(story.Pay());
  const RefundStarted started = story.event<RefundStarted>();
  EXPECT_EQ(started.charge, charge);
  EXPECT_EQ(started.number, 1u);
  EXPECT_EQ(started.amount, Money::Usd(21100));  // A + f, to the cent
  EXPECT_EQ(started.lease_until, story.now) << "whoever looks first takes it";
  EXPECT_EQ(started.move, M9RefundStarted(Money::Usd(21100)));
  ASSERT_DONE(story.Do(SettleRefund{charge, 1, Refunded{"back"}}));
  EXPECT_EQ(story.names(), "charge.late_refunded");
  EXPECT_EQ(story.event<ChargeLateRefunded>().move, M5RefundSettled(Money::Usd(21100)));
  EXPECT_EQ(story.order().refunds[0].state, RefundState::kSucceeded);
  EXPECT_EQ(story.order().refunds[0].closed_at, story.now);
  EXPECT_EQ(story.order().refunds[0].provider_reference, "back");
  for (const RefundOutcome& outcome : {RefundOutcome(Refunded{"again"}), RefundOutcome(NotRefunded{"no"}),
                                       RefundOutcome(Unknown{}), RefundOutcome(Pending{})}) {
    ASSERT_DONE(story.Do(SettleRefund{charge, 1, outcome}));
    EXPECT_EQ(story.names(), "");
  }
  ASSERT_DONE(story.Do(LeaseRefund{charge, 1, story.now + kDay}));
  EXPECT_EQ(story.names(), "");
}

// DOMAIN §4: FAILED is retried, then suspense.
TEST(LateSuccess, M5_ARefundThatFailsGoesBackToSuspenseAndIsTriedAgainAFewTimes) {
  Story story = AwaitingPayment();
  ASSERT_DONE(story.Settle(Voided{}));
  ASSERT_DONE(story.Pay());
  const ChargeId charge = story.charge().id;
  const absl::Duration waits[] = {absl::Hours(1), absl::Hours(6), kDay, 3 * kDay};
  for (uint32_t number = 1; number < kRefundTriesMax; ++number) {
    ASSERT_DONE(story.Do(SettleRefund{charge, number, NotRefunded{"ACCOUNT_CLOSED"}}));
    EXPECT_EQ(story.names(), "refund.failed refund.started");
    EXPECT_EQ(story.event<RefundFailed>().move, M5RefundFailed(Money::Usd(21100)));
    EXPECT_EQ(story.order().FindRefund(charge, number)->failure, "ACCOUNT_CLOSED");
    const RefundStarted next = story.event<RefundStarted>();
    EXPECT_EQ(next.number, number + 1);
    EXPECT_EQ(next.amount, Money::Usd(21100));
    EXPECT_EQ(next.move, M9RefundStarted(Money::Usd(21100)));
    EXPECT_EQ(next.lease_until, story.now + waits[number - 1]);
    EXPECT_REFUSED(story.Do(LeaseRefund{charge, number + 1, next.lease_until + kDay}), kRefundInProgress);
    story.now = next.lease_until;
    ASSERT_DONE(story.Do(SettleRefund{charge, number, Refunded{"late"}}));
    EXPECT_EQ(story.names(), "") << "what has failed stays failed";
  }
  ASSERT_DONE(story.Do(SettleRefund{charge, kRefundTriesMax, NotRefunded{"ACCOUNT_CLOSED"}}));
  EXPECT_EQ(story.names(), "refund.failed");
  EXPECT_EQ(story.order().refunds.size(), kRefundTriesMax);
}

TEST(LateSuccess, M5_ALaterRefundGivesTheMoneyBackOnce) {
  Story story = AwaitingPayment();
  ASSERT_DONE(story.Settle(Voided{}));
  ASSERT_DONE(story.Pay());
  const ChargeId charge = story.charge().id;
  ASSERT_DONE(story.Do(SettleRefund{charge, 1, NotRefunded{"TRY_LATER"}}));
  ASSERT_DONE(story.Do(SettleRefund{charge, 2, Refunded{"back"}}));
  EXPECT_EQ(story.names(), "charge.late_refunded");
  EXPECT_EQ(story.event<ChargeLateRefunded>().move, M5RefundSettled(Money::Usd(21100)));
  ASSERT_DONE(story.Do(SettleRefund{charge, 2, NotRefunded{"no"}}));
  EXPECT_EQ(story.names(), "");
}

TEST(RefundLease, IsWhoseTakesItFirstUntilItEnds) {
  Story story = AwaitingPayment();
  ASSERT_DONE(story.Settle(Voided{}));
  ASSERT_DONE(story.Pay());
  const ChargeId charge = story.charge().id;
  const absl::Time end = story.now + absl::Minutes(1);
  ASSERT_DONE(story.Do(LeaseRefund{charge, 1, end}));
  EXPECT_EQ(story.names(), "refund.leased");
  story.now = end - kMicrosecond;
  EXPECT_REFUSED(story.Do(LeaseRefund{charge, 1, end + kDay}), kRefundInProgress);
  story.now = end;
  ASSERT_DONE(story.Do(LeaseRefund{charge, 1, end + absl::Minutes(1)}));
  ASSERT_DONE(story.Do(SettleRefund{charge, 1, Unknown{end + absl::Minutes(3)}}));
  EXPECT_EQ(story.names(), "refund.undecided");
  EXPECT_TRUE(story.order().refunds[0].unknown);
  EXPECT_EQ(story.order().refunds[0].lease_until, end + absl::Minutes(3));
  ASSERT_DONE(story.Do(SettleRefund{charge, 1, Pending{end + absl::Minutes(3)}}));
  EXPECT_FALSE(story.order().refunds[0].unknown);
  EXPECT_REFUSED(story.Do(LeaseRefund{charge, 2, end}), kRefundNotFound);
  EXPECT_REFUSED(story.Do(SettleRefund{ChargeId(kNonce), 1, Refunded{}}), kRefundNotFound);
  EXPECT_REFUSED(Story().Do(SettleRefund{charge, 1, Refunded{}}), kOrderNotFound);
}

TEST(Recheck, AVoidedAttemptIsAskedAboutAfterAnHourADayAndAWeek) {
  Story story = AwaitingPayment();
  const absl::Time closed = story.now;
  ASSERT_DONE(story.Settle(Voided{}));
  EXPECT_EQ(story.names(), "milestone.payment_failed charge.recheck_set");
  const std::vector<absl::Time> expected = {closed + absl::Hours(1), closed + kDay, closed + 7 * kDay};
  for (uint32_t answers = 0; answers < 3; ++answers) {
    ASSERT_EQ(story.charge().ask_at, expected[answers]);
    story.now = expected[answers];
    const RecordFinding nothing{story.charge().id, answers, Finding::kNoMoney, "", {}};
    ASSERT_DONE(story.Do(nothing));
    EXPECT_EQ(story.names(), "charge.recheck_set");
    ASSERT_DONE(story.Do(nothing));
    EXPECT_EQ(story.names(), "") << "of two askers one counts";
  }
  EXPECT_EQ(story.charge().ask_at, std::nullopt);
}

// Two askers of the last question: the quicker is told that there is nothing, the slower that the money was taken after all.
TEST(Recheck, M9_MoneyThatTheSlowerOfTwoAskersFoundCounts) {
  Story story = AwaitingPayment();
  ASSERT_DONE(story.Settle(Voided{}));
  const ChargeId charge = story.charge().id;
  for (uint32_t answers = 0; answers < 3; ++answers) {
    story.now = *story.charge().ask_at;
    ASSERT_DONE(story.Do(RecordFinding{charge, answers, Finding::kNoMoney, "", {}}));
  }
  ASSERT_EQ(story.charge().ask_at, std::nullopt);
  ASSERT_DONE(story.Do(RecordFinding{charge, 2, Finding::kMoney, "cap-late", {}}));
  EXPECT_EQ(story.names(), "charge.succeeded_late refund.started");
  ASSERT_DONE(story.Do(RecordFinding{charge, 2, Finding::kMoney, "cap-late", {}}));
  EXPECT_EQ(story.names(), "");
}

TEST(Recheck, AnAttemptThatTheProviderItselfEndedIsNotAskedAbout) {
  Story declined = AwaitingPayment();
  ASSERT_DONE(declined.Decline());
  EXPECT_EQ(declined.charge().ask_at, std::nullopt);
  ASSERT_DONE(declined.Do(RecordFinding{declined.charge().id, 0, Finding::kNoMoney, "", {}}));
  EXPECT_EQ(declined.names(), "");
  Story paid = AwaitingPayment();
  ASSERT_DONE(paid.Pay());
  EXPECT_EQ(paid.charge().ask_at, std::nullopt);
}

TEST(Recheck, AQuestionWithoutAnAnswerIsPutAgainEverMoreRarely) {
  Story story = AwaitingPayment();
  ASSERT_DONE(story.Settle(Voided{}));
  const absl::Time due = *story.charge().ask_at;
  const auto unanswered = [&](absl::Duration overdue) {
    story.now = due + overdue;
    EXPECT_DONE(story.Do(RecordFinding{story.charge().id, 0, Finding::kNoAnswer, "", {}}));
    return *story.charge().ask_at - story.now;
  };
  EXPECT_EQ(unanswered(absl::ZeroDuration()), absl::Minutes(1));
  EXPECT_EQ(unanswered(absl::Minutes(7)), absl::Minutes(7));
  EXPECT_EQ(unanswered(5 * kDay), kDay);
  EXPECT_EQ(story.charge().answers, 0u);
}

TEST(Recheck, M9_FindsALateSuccess) {
  Story story = AwaitingPayment();
  ASSERT_DONE(story.Settle(Voided{}));
  story.now += absl::Hours(1);
  ASSERT_DONE(story.Do(RecordFinding{story.charge().id, 0, Finding::kMoney, "cap-late", {}}));
  EXPECT_EQ(story.names(), "charge.succeeded_late refund.started");
  EXPECT_EQ(story.charge().provider_reference, "cap-late");
  EXPECT_EQ(story.charge().ask_at, std::nullopt);
}

ResolveCharge Ruling(const Story& story, ChargeOutcome outcome) {
  return {kOperator, story.charge().id, std::move(outcome), story.charge().total(), "the bank's statement",
          {}};
}

TEST(Resolve, A16_SucceededFundsAsTheProvidersWordWouldAndIsAskedAboutAllTheSame) {
  Story story = AwaitingPayment();
  ASSERT_DONE(story.Settle(Unknown{story.now + absl::Minutes(1)}));
  ASSERT_DONE(story.Do(Ruling(story, Succeeded{"cap-said"})));
  EXPECT_EQ(story.names(), "charge.resolved milestone.funded milestone.work_authorized charge.recheck_set");
  EXPECT_EQ(story.event<MilestoneFunded>().move, M1Charge(story.charge().id, Money::Usd(20000), 1100));
  EXPECT_EQ(story.charge().resolution, (Resolution{kOperator.name, "the bank's statement"}));
  EXPECT_EQ(story.charge().provider_reference, "cap-said");
  EXPECT_FALSE(story.charge().unknown);
  story.now += absl::Hours(1);
  ASSERT_EQ(story.charge().ask_at, story.now);
  ASSERT_DONE(story.Settle(Succeeded{"cap"}));  // the slow handler's answer: it confirms
  EXPECT_EQ(story.names(), "");
  ASSERT_DONE(story.Do(RecordFinding{story.charge().id, 0, Finding::kMoney, "cap", {}}));
  EXPECT_EQ(story.names(), "charge.recheck_set");
  EXPECT_EQ(story.charge().ask_at, std::nullopt) << "confirmed: nothing is left to ask";
}

TEST(Resolve, A16_SucceededAndNeverConfirmedStaysAskedAboutAndSaysSo) {
  Story story = AwaitingPayment();
  ASSERT_DONE(story.Do(Ruling(story, Succeeded{"cap-said"})));
  story.now += absl::Hours(1);
  ASSERT_DONE(story.Do(RecordFinding{story.charge().id, 0, Finding::kNoMoney, "", {}}));
  EXPECT_EQ(story.event<ChargeRecheckSet>().found, Finding::kNoMoney);
  EXPECT_EQ(story.charge().ask_at, *story.charge().closed_at + kDay);
  EXPECT_EQ(story.charge().state, ChargeState::kSucceeded)
      << "money that was worked for is not taken back by a rule";
}

TEST(Resolve, M9_WithoutMoneyAndContradictedLater) {
  for (const ChargeOutcome& outcome : {ChargeOutcome(Declined{}), ChargeOutcome(Voided{})}) {
    Story story = AwaitingPayment();
    ASSERT_DONE(story.Do(Ruling(story, outcome)));
    EXPECT_EQ(story.names(), "charge.resolved milestone.payment_failed charge.recheck_set");
    EXPECT_EQ(story.order().state, OrderState::kAwaitingPayment);
    const ChargeId resolved = story.charge().id;
    ASSERT_DONE(story.Retry());
    ASSERT_DONE(story.Pay());
    ASSERT_DONE(story.Do(SettleCharge{resolved, Succeeded{"cap-late"}}));
    EXPECT_EQ(story.names(), "charge.succeeded_late refund.started");
    EXPECT_EQ(story.order().totals.funded_minor, 35000) << "escrow is funded once";
  }
}

TEST(Resolve, A16_AppliesANotedDeadlineInTheSameStep) {
  Story story = AwaitingPayment();
  const absl::Time grace = story.order().deadlines[0].due;
  ASSERT_DONE(story.TickAt(grace));
  EXPECT_EQ(story.names(), "deadline.noted");
  Story paid = story;
  ASSERT_DONE(story.Do(Ruling(story, Voided{})));
  EXPECT_EQ(story.names(),
            "charge.resolved milestone.payment_failed milestone.skipped order.completed charge.recheck_set");
  EXPECT_EQ(story.order().completion_reason, CompletionReason::kPaymentGraceTimeout);
  ASSERT_DONE(paid.Do(Ruling(paid, Succeeded{"cap"})));
  EXPECT_EQ(paid.order().state, OrderState::kActive);
  EXPECT_EQ(paid.order().noted_deadline, std::nullopt);
}

TEST(Resolve, OfAPlacementDecidesIt) {
  Story placed, failed;
  ASSERT_DONE(placed.Place(MilestonesOf(2)));
  ASSERT_DONE(failed.Place(MilestonesOf(2)));
  ASSERT_DONE(placed.Do(Ruling(placed, Succeeded{"cap"})));
  EXPECT_EQ(PlacementOf(placed.order(), 1).kind, PlacementOutcome::Kind::kPlaced);
  ASSERT_DONE(failed.Do(Ruling(failed, Declined{})));
  EXPECT_EQ(PlacementOf(failed.order(), 1).decline_reason, DeclineReason::kRefusedByIssuer);
  EXPECT_REFUSED(Story().Do(Ruling(placed, Voided{})), kChargeNotFound);
}

TEST(LateSuccess, M9_AfterTheOrderEndedOrWasNeverPlaced) {
  Story ended = AwaitingPayment();
  ASSERT_DONE(ended.Settle(Voided{}));
  ASSERT_DONE(ended.End());
  ASSERT_DONE(ended.Pay());
  EXPECT_EQ(ended.names(), "charge.succeeded_late refund.started");
  EXPECT_EQ(ended.order().state, OrderState::kCompleted);
  EXPECT_EQ(ended.order().totals.escrow_minor(), 0);
  Story never;
  ASSERT_DONE(never.Place(MilestonesOf(2)));
  ASSERT_DONE(never.Settle(Voided{}));
  ASSERT_DONE(never.Pay());
  EXPECT_EQ(never.names(), "charge.succeeded_late refund.started");
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

TEST(Grace, A16_OnItsEdge) {
  Story open = AwaitingPayment();
  const absl::Time grace = open.order().deadlines[0].due;
  ASSERT_EQ(grace, open.now + 8 * kDay);
  Story declined = open;
  ASSERT_DONE(declined.Decline());
  Story early = declined;
  early.now = grace - kMicrosecond;
  EXPECT_DONE(early.Retry());  // a microsecond before: still time to pay
  declined.now = grace;
  EXPECT_REFUSED(declined.Retry(), kOrderCompleted);
  open.now = grace - kMicrosecond;
  Story before = open;
  ASSERT_DONE(before.Decline());
  EXPECT_EQ(before.order().state, OrderState::kAwaitingPayment);
  open.now = grace;  // noted and applied by one step
  ASSERT_DONE(open.Decline());
  EXPECT_EQ(open.names(), "deadline.noted milestone.payment_failed milestone.skipped order.completed");
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
