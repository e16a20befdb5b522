// Requests to cancel and their answers, and operators who cancel (A19), with what becomes of the money (M5, M6).
#include <functional>

#include "tests/unit/milestone_billing/ways_out.h"

namespace milepost::billing {
namespace {

constexpr absl::Duration kTimeToAnswer = absl::Hours(48);

// Whether a request waits, with its deadline.
bool IsPending(const Story& story) {
  const bool timer = FindDeadline(story.order().deadlines, DeadlineKind::kCancellationAnswer) != nullptr;
  EXPECT_EQ(timer, story.order().cancellation_request.has_value());
  return timer;
}

TEST(Cancellation, A19_ARequestWaitsFortyEightHoursAndStopsNothing) {
  for (const auto& [by, party] : {std::pair(kBuyer, Party::kBuyer), std::pair(kSeller, Party::kSeller)}) {
    Story story = DeliveredOrder(MilestonesOf(2));
    story.now += absl::Hours(1);
    ASSERT_DONE(story.Do(RequestCancellation{by, Money::Usd(700), "let us stop"}));
    EXPECT_EQ(story.names(), "cancellation.requested");
    EXPECT_EQ(story.event<CancellationRequested>(),
              (CancellationRequested{party, Money::Usd(700), "let us stop", story.now + kTimeToAnswer}));
    EXPECT_EQ(story.order().cancellation_request,
              (CancellationRequest{party, 700, "let us stop", story.now}));
    EXPECT_EQ(TimersOf(story), "1 REVIEW +216h, 2 CANCELLATION_ANSWER +73h");
    EXPECT_EQ(story.order().state, OrderState::kActive);
    EXPECT_EQ(story.milestone(1).state, MilestoneState::kDelivered);
    EXPECT_EQ(story.order().cancellation_reason, std::nullopt);
    EXPECT_EQ(story.order().totals.escrow_minor(), 15000);
  }
}

TEST(Cancellation, A19_OneMicrosecondBeforeTheEndItIsAnswered) {
  for (const bool agrees : {true, false}) {
    Story story = Placed(MilestonesOf(2));
    ASSERT_DONE(AskToCancel(story, kBuyer));
    story.now = kStart + kTimeToAnswer - kMicrosecond;
    ASSERT_DONE(story.Do(AnswerCancellation{kSeller, agrees, "well"}));
    EXPECT_EQ(story.order().state, agrees ? OrderState::kCancelled : OrderState::kActive);
  }
}

TEST(Cancellation, A19_OnTheEndItHasLapsed) {
  Story story = Placed(MilestonesOf(2));
  ASSERT_DONE(AskToCancel(story, kSeller));
  story.now = kStart + kTimeToAnswer;
  EXPECT_REFUSED(Agree(story, kBuyer), kNoCancellationRequested);
  EXPECT_REFUSED(Disagree(story, kBuyer), kNoCancellationRequested);
  EXPECT_TRUE(IsPending(story)) << "a refusal drops the firing";
  ASSERT_DONE(story.TickAt(kStart + kTimeToAnswer - kMicrosecond));
  EXPECT_EQ(story.names(), "");
  ASSERT_DONE(story.TickAt(kStart + 3 * kDay));
  EXPECT_EQ(story.names(), "cancellation.lapsed");
  EXPECT_EQ(story.event<CancellationLapsed>(), CancellationLapsed{Party::kSeller});
  EXPECT_EQ(story.events()[0].at, kStart + kTimeToAnswer);
  EXPECT_FALSE(IsPending(story));
  EXPECT_EQ(TimersOf(story), "1 DELIVERY +96h");
  ASSERT_DONE(AskToCancel(story, kSeller)) << "and may be asked anew";
}

TEST(Cancellation, A19_TheOtherPartyAgrees) {
  Story story = Placed(MilestonesOf(3));
  ASSERT_DONE(AskToCancel(story, kBuyer));
  story.now += absl::Hours(5);
  ASSERT_DONE(Agree(story, kSeller));
  EXPECT_EQ(story.names(),
            "cancellation.accepted milestone.cancelled refund.started milestone.skipped milestone.skipped "
            "order.cancelled");
  EXPECT_EQ(story.event<CancellationAccepted>(), (CancellationAccepted{Party::kSeller, "all right"}));
  EXPECT_EQ(story.event<MilestoneCancelled>().reason, CancellationReason::kAgreed);
  EXPECT_EQ(story.event<MilestoneCancelled>().message, "");
  EXPECT_EQ(story.event<OrderCancelled>(), OrderCancelled{CancellationReason::kAgreed});
  const Order& order = story.order();
  EXPECT_EQ(order.state, OrderState::kCancelled);
  EXPECT_EQ(order.cancellation_reason, CancellationReason::kAgreed);
  EXPECT_EQ(order.completed_at, story.now);
  EXPECT_EQ(order.outcome_due, story.now);
  EXPECT_EQ(order.cancellation_request, std::nullopt);
  EXPECT_TRUE(order.deadlines.empty());
  EXPECT_EQ(story.milestone(1).cancelled, (Cancelled{story.now, CancellationReason::kAgreed, 0, 0, 825}));
}

TEST(Cancellation, A19_WithAnAcceptedMilestoneTheOrderIsCompleted) {
  Story story = SecondMilestone(3);
  ASSERT_DONE(AskToCancel(story, kSeller, 5000));
  ASSERT_DONE(Agree(story, kBuyer));
  EXPECT_EQ(story.names(),
            "cancellation.accepted milestone.cancelled refund.started milestone.skipped order.completed");
  EXPECT_EQ(story.order().state, OrderState::kCompleted);
  EXPECT_EQ(story.order().completion_reason, CompletionReason::kCancelledAfterAcceptance);
  EXPECT_EQ(story.order().cancellation_reason, CancellationReason::kAgreed);
  EXPECT_EQ(story.event<OrderCompleted>().reason, CompletionReason::kCancelledAfterAcceptance);
}

TEST(Cancellation, A19_TheOtherPartyDoesNotAgree) {
  Story story = DeliveredOrder(MilestonesOf(2));
  const Order before = story.order();
  ASSERT_DONE(AskToCancel(story, kSeller));
  ASSERT_DONE(Disagree(story, kBuyer));
  EXPECT_EQ(story.names(), "cancellation.rejected");
  EXPECT_EQ(story.event<CancellationRejected>(), (CancellationRejected{Party::kBuyer, "no"}));
  Order expected = before;
  expected.sequence += 2;
  expected.deadlines_set += 1;
  EXPECT_EQ(story.order(), expected) << "all is as it was";
  EXPECT_DONE(AskToCancel(story, kBuyer)) << "and may be asked anew, by either";
}

TEST(Cancellation, A19_OneRequestAtATimeAndNobodyAnswersHisOwn) {
  Story story = Placed(MilestonesOf(2));
  EXPECT_REFUSED(Agree(story, kBuyer), kNoCancellationRequested);
  ASSERT_DONE(AskToCancel(story, kBuyer));
  EXPECT_REFUSED(AskToCancel(story, kBuyer), kCancellationPending);
  EXPECT_REFUSED(AskToCancel(story, kSeller), kCancellationPending);
  EXPECT_REFUSED(Agree(story, kBuyer), kOwnCancellationRequest);
  EXPECT_REFUSED(Disagree(story, kBuyer), kOwnCancellationRequest);
  EXPECT_REFUSED(Agree(story, kStranger), kOrderNotFound);
  EXPECT_REFUSED(Agree(story, kOperator), kOrderNotFound);
  EXPECT_REFUSED(AskToCancel(story, kStranger), kOrderNotFound);
  EXPECT_DONE(Agree(story, kSeller));
}

TEST(Cancellation, A19_BeforeTheOrderIsPlacedAndAfterItsEndThereIsNoneToCancel) {
  for (const Actor& by : {kBuyer, kSeller, kOperator}) {
    Story story;
    EXPECT_REFUSED(AskToCancel(story, by), kOrderNotFound);
    ASSERT_DONE(story.Place(MilestonesOf(2)));
    EXPECT_REFUSED(AskToCancel(story, by), kOrderPlacing);
    ASSERT_DONE(story.Decline());
    EXPECT_REFUSED(AskToCancel(story, by), kOrderPlacementFailed);
    Story completed = DeliveredOrder(OneTime());
    ASSERT_DONE(completed.Accept());
    EXPECT_REFUSED(AskToCancel(completed, by), kOrderCompleted);
    Story cancelled = Placed(MilestonesOf(2));
    ASSERT_DONE(AskToCancel(cancelled, kOperator));
    const absl::Status refused = AskToCancel(cancelled, by);
    EXPECT_REFUSED(refused, kOrderCancelled);
    EXPECT_EQ(RefusalOf(refused)->detail("cancellation_reason"), "BY_OPERATOR");
    if (by == kOperator) continue;
    EXPECT_REFUSED(Agree(cancelled, by), kOrderCancelled);
  }
}

// M5, M6: what is held is split to the cent, whoever gets how much of it. A = 15000, f = 825.
struct Split {
  int64_t seller;      // s
  int64_t commission;  // c(s)
  int64_t fee;         // g
  bool refund;
};
constexpr Split kSplits[] = {{0, 0, 825, true},
                             {1, 0, 824, true},
                             {3333, 667, 641, true},
                             {14999, 3000, 0, true},
                             {15000, 3000, 0, false}};

void ExpectSplit(const Story& story, const Split& expected) {
  const ChargeId charge = *story.milestone(1).charge;
  const Money amount = Money::Usd(15000);
  const EscrowSplit& split = story.event<MilestoneCancelled>().split;
  EXPECT_EQ(split.milestone, 1u);
  EXPECT_EQ(split.charge, charge);
  EXPECT_EQ(split.amount, amount);
  EXPECT_EQ(split.seller_minor, expected.seller);
  EXPECT_EQ(split.commission_minor, expected.commission);
  EXPECT_EQ(split.fee_minor, expected.fee);
  EXPECT_EQ(split.move, expected.seller == 0 ? M5RefundStarted(charge, amount, 825)
                                             : M6Split(charge, kSeller.name, amount,
                                                       {expected.seller, expected.commission, expected.fee}));
  EXPECT_EQ(story.order().totals, (Totals{.funded_minor = 15000,
                                          .released_minor = expected.seller,
                                          .refunded_minor = 15000 - expected.seller,
                                          .buyer_fees_minor = 825,
                                          .commission_minor = expected.commission,
                                          .fees_refunded_minor = expected.fee}));
  EXPECT_EQ(story.order().totals.escrow_minor(), 0);
  Balances balances = {{"provider:clearing", 15825},
                       {"revenue:buyer_fee", -(825 - expected.fee)},
                       {"revenue:commission", -expected.commission},
                       {"seller:clearing", -(expected.seller - expected.commission)},
                       {"refund:transit", -(15000 - expected.seller + expected.fee)}};
  std::erase_if(balances, [](const auto& balance) { return balance.second == 0; });
  EXPECT_EQ(BalancesOf(story), balances);
  ASSERT_EQ(story.order().refunds.size(), expected.refund ? 1u : 0u);
  if (!expected.refund) return;
  EXPECT_EQ(story.order().refunds[0].amount, split.refund());
  EXPECT_EQ(story.event<RefundStarted>(),
            (RefundStarted{charge, 1, Money::Usd(15000 - expected.seller + expected.fee), story.now,
                           Move{"", Currency::Usd(), {}}}));
}

TEST(Cancellation, M6_ByConsentEveryCentHasItsPlace) {
  for (const Split& split : kSplits) {
    SCOPED_TRACE(split.seller);
    Story story = DeliveredOrder(MilestonesOf(1));
    ASSERT_DONE(AskToCancel(story, kSeller, split.seller));
    ASSERT_DONE(Agree(story, kBuyer));
    EXPECT_EQ(story.names(), absl::StrCat("cancellation.accepted milestone.cancelled ",
                                          split.refund ? "refund.started " : "", "order.cancelled"));
    ExpectSplit(story, split);
  }
}

TEST(Cancellation, M6_ByAnOperatorLikewise) {
  for (const Split& split : kSplits) {
    SCOPED_TRACE(split.seller);
    Story story = Placed(MilestonesOf(1));
    ASSERT_DONE(AskToCancel(story, kOperator, split.seller));
    EXPECT_EQ(story.names(), absl::StrCat("cancellation.ordered milestone.cancelled ",
                                          split.refund ? "refund.started " : "", "order.cancelled"));
    ExpectSplit(story, split);
  }
}

// DOMAIN M6's example: A = 10000, s = 3333, f = 550.
TEST(Cancellation, M6_TheExampleOfTheDomain) {
  Terms terms = MilestonesOf(1);
  terms.milestones[0].amount = Money::Usd(10000);
  Story story = Placed(terms);
  ASSERT_DONE(AskToCancel(story, kBuyer, 3333));
  ASSERT_DONE(Agree(story, kSeller));
  EXPECT_EQ(BalancesOf(story), (Balances{{"provider:clearing", 10550},
                                         {"seller:clearing", -2666},
                                         {"revenue:commission", -667},
                                         {"refund:transit", -(6667 + 366)},
                                         {"revenue:buyer_fee", -184}}));
  EXPECT_EQ(story.event<RefundStarted>().amount, Money::Usd(6667 + 366));
  ASSERT_DONE(story.Do(SettleRefund{story.charge().id, 1, Refunded{"back"}}));
  EXPECT_EQ(BalancesOf(story), (Balances{{"provider:clearing", 2666 + 667 + 184},
                                         {"seller:clearing", -2666},
                                         {"revenue:commission", -667},
                                         {"revenue:buyer_fee", -184}}));
}

TEST(Cancellation, A19_TheSellerGetsAtMostWhatIsHeldInTheOrdersCurrency) {
  const Currency euro = *Currency::Parse("EUR");
  for (const Actor& by : {kBuyer, kSeller, kOperator}) {
    Story story = Placed(MilestonesOf(2));
    const absl::Status too_much = AskToCancel(story, by, 15001);
    EXPECT_REFUSED(too_much, kSellerAmountTooLarge);
    EXPECT_EQ(RefusalOf(too_much)->detail("held"), "150.00 USD");
    const absl::Status other = story.Do(RequestCancellation{by, Money{1, euro}, ""});
    EXPECT_REFUSED(other, kCurrencyMismatch);
    EXPECT_EQ(RefusalOf(other)->detail("currency"), "USD");
    EXPECT_REFUSED(story.Do(RequestCancellation{by, Money{15001, euro}, ""}), kCurrencyMismatch);
    EXPECT_DONE(story.Do(RequestCancellation{by, Money{0, euro}, ""})) << "nothing is nothing";
  }
}

// It holds for the milestone that runs, not for one before.
TEST(Cancellation, A19_WhatIsHeldIsTheCurrentMilestonesMoney) {
  Story story = SecondMilestone(2);
  EXPECT_REFUSED(AskToCancel(story, kSeller, 20001), kSellerAmountTooLarge);
  ASSERT_DONE(AskToCancel(story, kSeller, 20000));
  ASSERT_DONE(Agree(story, kBuyer));
  EXPECT_EQ(story.order().totals.released_minor, 35000);
  EXPECT_EQ(story.order().totals.refunded_minor, 0);
  EXPECT_TRUE(story.order().refunds.empty());
}

TEST(Cancellation, A19_BetweenTwoMilestonesThereIsNothingToGiveBack) {
  for (const bool by_operator : {false, true}) {
    Story story = DeliveredOrder(MilestonesOf(3));
    ASSERT_DONE(story.Accept());
    const absl::Status refused = AskToCancel(story, kSeller, 1);
    EXPECT_REFUSED(refused, kSellerAmountTooLarge);
    EXPECT_EQ(RefusalOf(refused)->detail("held"), "0.00 USD");
    ASSERT_DONE(AskToCancel(story, by_operator ? kOperator : kSeller));
    if (!by_operator) {
      EXPECT_EQ(TimersOf(story), "1 NEXT_NOT_STARTED +216h, 2 CANCELLATION_ANSWER +72h");
      ASSERT_DONE(Agree(story, kBuyer));
    }
    EXPECT_EQ(story.names(), absl::StrCat(by_operator ? "cancellation.ordered" : "cancellation.accepted",
                                          " milestone.skipped milestone.skipped order.completed"));
    EXPECT_EQ(story.order().state, OrderState::kCompleted);
    EXPECT_EQ(story.order().completion_reason, CompletionReason::kCancelledAfterAcceptance);
    EXPECT_EQ(story.order().cancellation_reason,
              by_operator ? CancellationReason::kByOperator : CancellationReason::kAgreed);
    EXPECT_TRUE(story.order().refunds.empty());
    EXPECT_EQ(story.milestone(1).state, MilestoneState::kAccepted);
  }
}

TEST(Cancellation, A16_WhileAPaymentIsOpenNobodyCancels) {
  for (const Actor& by : {kBuyer, kSeller, kOperator}) {
    Story story = DeliveredOrder(MilestonesOf(3));
    ASSERT_DONE(story.Accept(NextStep::kStartNext));
    EXPECT_REFUSED(AskToCancel(story, by), kPaymentInProgress);
    ASSERT_DONE(story.Settle(Unknown{story.now + absl::Minutes(1)}));
    EXPECT_REFUSED(AskToCancel(story, by), kPaymentInProgress);
    ASSERT_DONE(story.Decline());
    EXPECT_REFUSED(AskToCancel(story, by, 1), kSellerAmountTooLarge);
    ASSERT_DONE(AskToCancel(story, by));
    if (by != kOperator) {
      ASSERT_DONE(Agree(story, by == kBuyer ? kSeller : kBuyer));
    }
    EXPECT_EQ(story.order().completion_reason, CompletionReason::kCancelledAfterAcceptance);
    EXPECT_EQ(story.milestone(2).state, MilestoneState::kSkipped);
    EXPECT_EQ(story.milestone(3).state, MilestoneState::kSkipped);
  }
}

// A late success is given back as any is, beside an order that was cancelled meanwhile.
TEST(Cancellation, A19_ThePaymentThatFailedBeforeMaySucceedLate) {
  Story story = DeliveredOrder(MilestonesOf(2));
  ASSERT_DONE(story.Accept(NextStep::kStartNext));
  ASSERT_DONE(story.Settle(Voided{}));
  ASSERT_DONE(AskToCancel(story, kOperator));
  ASSERT_DONE(story.Pay());
  EXPECT_EQ(story.names(), "charge.succeeded_late refund.started");
  EXPECT_EQ(story.order().state, OrderState::kCompleted);
}

TEST(Cancellation, A19_AnOperatorCancelsAtOnceInEveryUnfinishedState) {
  Story working = Placed(MilestonesOf(2)), delivered = DeliveredOrder(MilestonesOf(2)),
        revising = InRevision();
  Story disputed = delivered;
  ASSERT_DONE(OpenOne(disputed, kBuyer));
  for (Story* story : {&working, &delivered, &revising, &disputed}) {
    ASSERT_DONE(story->Do(RequestCancellation{kOperator, Money::Usd(10), "against our rules"}));
    EXPECT_EQ(story->event<CancellationOrdered>(),
              (CancellationOrdered{Money::Usd(10), "against our rules"}));
    EXPECT_EQ(story->event<MilestoneCancelled>().reason, CancellationReason::kByOperator);
    EXPECT_EQ(story->order().state, OrderState::kCancelled);
    EXPECT_EQ(story->order().cancellation_reason, CancellationReason::kByOperator);
    EXPECT_TRUE(story->order().deadlines.empty());
  }
  EXPECT_EQ(disputed.names(),
            "cancellation.ordered dispute.resolved milestone.cancelled refund.started milestone.skipped "
            "order.cancelled");
  EXPECT_EQ(disputed.event<DisputeResolved>(),
            (DisputeResolved{1, DisputeOutcome::kSplit, Party::kOperator, ""}));
}

// What takes the order on voids the request: who agreed afterwards would agree to something else.
struct VoidingStep {
  const char* name;
  std::function<Story()> before;
  std::function<absl::Status(Story&)> take;
  const char* events;
};

Story Between() {
  Story story = DeliveredOrder(MilestonesOf(3));
  EXPECT_DONE(story.Accept());
  return story;
}
Story AfterADeclinedPayment() {
  Story story = DeliveredOrder(MilestonesOf(3));
  EXPECT_DONE(story.Accept(NextStep::kStartNext));
  EXPECT_DONE(story.Decline());
  return story;
}
Story InDispute() {
  Story story = DeliveredOrder(MilestonesOf(3));
  EXPECT_DONE(OpenOne(story, kSeller));
  return story;
}
Story JustDelivered() {
  return DeliveredOrder(MilestonesOf(3));
}
Story AlmostNeverDelivered() {
  Story story = Placed(MilestonesOf(3));
  EXPECT_DONE(story.TickAt(kStart + kNeverDelivered - absl::Hours(1)));
  return story;
}
Story JustBefore(Story story, absl::Duration end) {
  story.now += end - absl::Hours(1);
  return story;
}
std::function<absl::Status(Story&)> Accepting(NextStep next) {
  return [next](Story& story) { return story.Accept(next); };
}
absl::Status AnHourLater(Story& story) {
  return story.TickAt(story.now + absl::Hours(1));
}

const std::vector<VoidingStep>& VoidingSteps() {
  static const auto* const steps = new std::vector<VoidingStep>{
      {"AcceptMilestone DECIDE_LATER", JustDelivered, Accepting(NextStep::kUnset), "milestone.accepted"},
      {"AcceptMilestone START_NEXT", JustDelivered, Accepting(NextStep::kStartNext),
       "milestone.accepted milestone.payment_started"},
      {"AcceptMilestone END_ORDER", JustDelivered, Accepting(NextStep::kEndOrder),
       "milestone.accepted order.ended seller.notified milestone.skipped milestone.skipped order.completed"},
      {"AcceptMilestone of the last", [] { return DeliveredOrder(OneTime()); }, Accepting(NextStep::kUnset),
       "milestone.accepted order.completed"},
      {"REVIEW", [] { return JustBefore(JustDelivered(), 8 * kDay); }, AnHourLater,
       "milestone.auto_accepted milestone.skipped milestone.skipped order.completed"},
      {"StartNextMilestone", Between, [](Story& story) { return story.StartNext(); },
       "milestone.payment_started"},
      {"EndOrder", Between, [](Story& story) { return story.End(); },
       "order.ended seller.notified milestone.skipped milestone.skipped order.completed"},
      {"NEXT_NOT_STARTED", [] { return JustBefore(Between(), 8 * kDay); }, AnHourLater,
       "milestone.skipped milestone.skipped order.completed"},
      {"RetryPayment", AfterADeclinedPayment, [](Story& story) { return story.Retry(); },
       "milestone.payment_started"},
      {"EndOrder, unpaid", AfterADeclinedPayment, [](Story& story) { return story.End(); },
       "order.ended seller.notified milestone.skipped milestone.skipped order.completed"},
      {"PAYMENT_GRACE", [] { return JustBefore(AfterADeclinedPayment(), 8 * kDay); }, AnHourLater,
       "milestone.skipped milestone.skipped order.completed"},
      {"CancelLateMilestone", AlmostNeverDelivered, CancelLate,
       "milestone.cancelled refund.started milestone.skipped milestone.skipped order.cancelled"},
      {"NON_DELIVERY", AlmostNeverDelivered, AnHourLater,
       "milestone.cancelled refund.started milestone.skipped milestone.skipped order.cancelled"},
      {"RequestCancellation by an operator", JustDelivered,
       [](Story& story) { return AskToCancel(story, kOperator); },
       "cancellation.ordered milestone.cancelled refund.started milestone.skipped milestone.skipped "
       "order.cancelled"},
      {"RequestCancellation of nothing by the seller, disputed", InDispute,
       [](Story& story) { return AskToCancel(story, kSeller); },
       "dispute.resolved milestone.cancelled refund.started milestone.skipped milestone.skipped "
       "order.cancelled"},
      {"AcceptMilestone, disputed", InDispute, Accepting(NextStep::kUnset),
       "dispute.resolved milestone.accepted"},
      {"ResolveDispute release", InDispute,
       [](Story& story) { return Resolve(story, DisputeOutcome::kReleased); },
       "dispute.resolved milestone.accepted"},
      {"ResolveDispute refund", InDispute,
       [](Story& story) { return Resolve(story, DisputeOutcome::kRefunded); },
       "dispute.resolved milestone.cancelled refund.started milestone.skipped milestone.skipped "
       "order.cancelled"},
  };
  return *steps;
}

TEST(Cancellation, A19_WhateverTakesTheOrderOnVoidsTheRequest) {
  for (const VoidingStep& step : VoidingSteps()) {
    for (const auto& [by, party] : {std::pair(kBuyer, Party::kBuyer), std::pair(kSeller, Party::kSeller)}) {
      SCOPED_TRACE(step.name);
      Story story = step.before();
      // In a dispute the seller's request for nothing would be the end.
      const bool disputed = story.order().state == OrderState::kDisputed;
      ASSERT_DONE(AskToCancel(story, by, disputed ? 1 : 0));
      EXPECT_TRUE(IsPending(story));
      ASSERT_DONE(step.take(story));
      EXPECT_EQ(story.names(), absl::StrCat("cancellation.voided ", step.events));
      EXPECT_EQ(story.event<CancellationVoided>(), CancellationVoided{party});
      EXPECT_FALSE(IsPending(story));
      if (story.order().completed_at) continue;
      EXPECT_REFUSED(Agree(story, by == kBuyer ? kSeller : kBuyer), kNoCancellationRequested);
    }
  }
}

TEST(Cancellation, A19_WithoutARequestNothingIsVoided) {
  for (const VoidingStep& step : VoidingSteps()) {
    Story story = step.before();
    ASSERT_DONE(step.take(story));
    EXPECT_EQ(story.names(), step.events) << step.name;
  }
}

TEST(Cancellation, A19_WorkAndDisputesLeaveTheRequestPending) {
  Story story = Placed(MilestonesOf(2));
  ASSERT_DONE(AskToCancel(story, kBuyer));
  const CancellationRequest request = *story.order().cancellation_request;
  ASSERT_DONE(story.Do(PostUpdate{kSeller, 1, "nearly there"}));
  ASSERT_DONE(story.Deliver());
  ASSERT_DONE(story.Revise());
  ASSERT_DONE(OpenOne(story, kSeller));
  ASSERT_DONE(story.Do(PostUpdate{kSeller, 1, "look at this"}));
  ASSERT_DONE(Withdraw(story, kSeller));
  ASSERT_DONE(story.Deliver());
  EXPECT_EQ(story.order().cancellation_request, request);
  EXPECT_EQ(TimersOf(story), "1 REVIEW +192h, 2 CANCELLATION_ANSWER +48h");
  ASSERT_DONE(Agree(story, kSeller));
  EXPECT_EQ(story.order().state, OrderState::kCancelled);
}

// The due times that come together with the end of the request: the lower number fires first.
TEST(Cancellation, A14_OnTheInstantOfTheReviewsEndTheOrderCompletes) {
  Story story = JustDelivered();  // REVIEW has number 1
  story.now = kStart + 9 * kDay - kTimeToAnswer;
  ASSERT_DONE(AskToCancel(story, kSeller));
  ASSERT_DONE(story.TickAt(kStart + 9 * kDay));
  EXPECT_EQ(
      story.names(),
      "cancellation.voided milestone.auto_accepted milestone.skipped milestone.skipped order.completed");
  EXPECT_EQ(FiredBy(story), "1 REVIEW, 2 CANCELLATION_ANSWER") << "what is cleared when it is due has fired";
}

TEST(Cancellation, A14_OneThatWasSetBeforeTheMainDeadlineLapsesBeforeIt) {
  Terms terms = MilestonesOf(2);
  terms.deadlines.late_cancellation = absl::Hours(47);
  Story story = Placed(terms);
  story.now = kStart + kDue - absl::Hours(1);
  ASSERT_DONE(AskToCancel(story, kBuyer));
  ASSERT_DONE(story.TickAt(kStart + kDue));
  EXPECT_EQ(TimersOf(story), "2 CANCELLATION_ANSWER +143h, 3 LATE_CANCELLATION +143h");
  ASSERT_DONE(story.TickAt(kStart + absl::Hours(143)));
  EXPECT_EQ(story.names(), "cancellation.lapsed milestone.cancellable");
  EXPECT_EQ(FiredBy(story), "2 CANCELLATION_ANSWER, 3 LATE_CANCELLATION");
}

TEST(Cancellation, A19_ADisputeStopsTheTimeToAnswerAndGivesAtLeastADay) {
  const struct {
    absl::Duration opened;
    const char* timers;
    const char* resumed;
  } cases[] = {
      {absl::Hours(1), "1 DELIVERY +96h left 95h, 2 CANCELLATION_ANSWER +48h left 47h, 3 DISPUTE +337h",
       "1 DELIVERY +195h, 2 CANCELLATION_ANSWER +147h"},
      {kTimeToAnswer - absl::Hours(24) - kMicrosecond,
       "1 DELIVERY +96h left 72h0.000001s, 2 CANCELLATION_ANSWER +48h left 24h0.000001s, "
       "3 DISPUTE +359h59m59.999999s",
       "1 DELIVERY +172h0.000001s, 2 CANCELLATION_ANSWER +124h0.000001s"},
      {kTimeToAnswer - kMicrosecond,
       "1 DELIVERY +96h left 48h0.000001s, 2 CANCELLATION_ANSWER +48h left 1us, "
       "3 DISPUTE +383h59m59.999999s",
       "1 DELIVERY +148h0.000001s, 2 CANCELLATION_ANSWER +124h"},
  };
  for (const auto& [opened, timers, resumed] : cases) {
    Story story = Placed(MilestonesOf(2));
    ASSERT_DONE(AskToCancel(story, kBuyer));
    story.now = kStart + opened;
    ASSERT_DONE(OpenOne(story, kSeller));
    EXPECT_EQ(TimersOf(story), timers);
    story.now = kStart + absl::Hours(100);
    EXPECT_EQ(AsOf<OrderDomain>(story.order(), story.now), story.order()) << "nothing fires";
    ASSERT_DONE(Withdraw(story, kSeller));
    EXPECT_EQ(TimersOf(story), resumed);
  }
}

TEST(Cancellation, A19_InADisputeTheOtherPartysConsentResolvesIt) {
  for (const int64_t seller_minor : {int64_t{0}, int64_t{3333}, int64_t{15000}}) {
    Story story = InDispute();
    ASSERT_DONE(AskToCancel(story, kBuyer, seller_minor));
    EXPECT_EQ(TimersOf(story), "1 REVIEW +216h left 192h, 2 DISPUTE +360h, 3 CANCELLATION_ANSWER +72h")
        << "the time to answer runs";
    ASSERT_DONE(Agree(story, kSeller));
    EXPECT_EQ(story.names(), absl::StrCat("cancellation.accepted dispute.resolved milestone.cancelled ",
                                          seller_minor == 15000 ? "" : "refund.started ",
                                          "milestone.skipped milestone.skipped order.cancelled"));
    const DisputeOutcome outcome = seller_minor == 0 ? DisputeOutcome::kRefunded : DisputeOutcome::kSplit;
    EXPECT_EQ(story.event<DisputeResolved>(), (DisputeResolved{1, outcome, Party::kSeller, ""}));
    EXPECT_EQ(story.milestone(1).dispute->outcome, outcome);
    EXPECT_EQ(story.order().cancellation_reason, CancellationReason::kAgreed);
  }
}

TEST(Cancellation, A19_InADisputeARequestLapsesToo) {
  Story story = InDispute();
  ASSERT_DONE(AskToCancel(story, kSeller, 1));
  ASSERT_DONE(story.TickAt(kStart + kDay + kTimeToAnswer));
  EXPECT_EQ(story.names(), "cancellation.lapsed");
  EXPECT_EQ(story.order().state, OrderState::kDisputed);
  ASSERT_DONE(AskToCancel(story, kSeller, 1));
  ASSERT_DONE(Disagree(story, kBuyer));
  EXPECT_EQ(TimersOf(story), "1 REVIEW +216h left 192h, 2 DISPUTE +360h");
}

TEST(Cancellation, A19_InADisputeTheSellerGivesAllBackAtOnce) {
  Story story = SecondMilestone(3);
  ASSERT_DONE(OpenOne(story, kBuyer));
  Story by_request = story;
  ASSERT_DONE(AskToCancel(by_request, kSeller, 1));
  EXPECT_EQ(by_request.names(), "cancellation.requested") << "a part of it is a request";
  Story by_buyer = story;
  ASSERT_DONE(AskToCancel(by_buyer, kBuyer));
  EXPECT_EQ(by_buyer.names(), "cancellation.requested") << "the buyer's is one";
  ASSERT_DONE(AskToCancel(by_buyer, kSeller)) << "a request of the other party does not hinder it";
  ASSERT_DONE(AskToCancel(story, kSeller));
  EXPECT_EQ(story.names(),
            "dispute.resolved milestone.cancelled refund.started milestone.skipped order.completed");
  EXPECT_EQ(story.event<DisputeResolved>(),
            (DisputeResolved{2, DisputeOutcome::kRefunded, Party::kSeller, "let us stop"}));
  EXPECT_EQ(story.event<MilestoneCancelled>().reason, CancellationReason::kRefundedBySeller);
  EXPECT_EQ(story.event<MilestoneCancelled>().split.seller_minor, 0);
  EXPECT_EQ(story.order().state, OrderState::kCompleted);
  EXPECT_EQ(story.order().completion_reason, CompletionReason::kCancelledAfterAcceptance);
  EXPECT_EQ(story.order().cancellation_reason, CancellationReason::kRefundedBySeller);
}

}  // namespace
}  // namespace milepost::billing
