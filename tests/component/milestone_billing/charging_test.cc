// Payments that are declined, slow, lost or unknown: A15, A16, A29, and that nobody is ever charged twice (W7).

#include "tests/component/milestone_billing/fixture.h"

namespace milepost::billing {
namespace {

using milepost::testing::v1::Script;

class ChargingTest : public BillingTest {
 protected:
  // How often the provider was asked to charge for this order, or to void.
  static int64_t Submissions(const std::string& order) {
    return Simulator::Get().CallsOf(order + "/", milepost::testing::v1::PROVIDER_METHOD_CHARGE);
  }
  static int64_t Voids(const std::string& order) {
    return Simulator::Get().CallsOf(order + "/", milepost::testing::v1::PROVIDER_METHOD_VOID_CHARGE);
  }
  // Once every lease is over.
  size_t Reconcile() {
    client_->Advance(absl::Minutes(2));
    return Must(server_->reconciler().Tick());
  }
};

TEST_F(ChargingTest, AnOpenFirstChargeAnswersOkAndSettlesByItself) {
  const v1::Order placed = PlaceOrder({5000, 5000}, "pm_unknown_then_ok");
  EXPECT_EQ(placed.state(), v1::ORDER_STATE_PLACING);
  EXPECT_EQ(placed.last_payment().state(), type::v1::PAYMENT_STATE_OPEN);
  EXPECT_EQ(Must(server_->reconciler().Tick()), 0u) << "the attempt is not the reconciler's yet";
  EXPECT_EQ(Reconcile(), 1u);
  const v1::Order order = Must(client_->Get(placed.name()));
  EXPECT_EQ(order.state(), v1::ORDER_STATE_ACTIVE);
  EXPECT_EQ(order.last_payment().state(), type::v1::PAYMENT_STATE_SUCCEEDED);
  EXPECT_EQ(Captures(placed.name()), 1);
  EXPECT_EQ(Submissions(placed.name()), 1) << "what the provider knows is asked about, not sent again";
  EXPECT_EQ(Reconcile(), 0u);
}

TEST_F(ChargingTest, AnOpenChargeThatIsDeclinedInTheEndFailsThePlacement) {
  const v1::Order placed = PlaceOrder({5000, 5000}, "pm_unknown_then_declined");
  Reconcile();
  const v1::Order order = Must(client_->Get(placed.name()));
  EXPECT_EQ(order.state(), v1::ORDER_STATE_PLACEMENT_FAILED);
  EXPECT_EQ(order.last_payment().state(), type::v1::PAYMENT_STATE_DECLINED);
  EXPECT_EQ(Captures(placed.name()), 0);
}

TEST_F(ChargingTest, AProviderThatDoesNotAnswerInTimeLeavesTheAttemptOpenAndUnknown) {
  options_.provider_timeout = absl::Milliseconds(400);
  StartServer();
  const v1::Order placed = PlaceOrder({5000, 5000}, "pm_timeout_then_ok");
  EXPECT_EQ(placed.state(), v1::ORDER_STATE_PLACING);
  EXPECT_TRUE(client_->Charges(placed.name())[0].unknown());
  Reconcile();
  EXPECT_EQ(Must(client_->Get(placed.name())).state(), v1::ORDER_STATE_ACTIVE);
  EXPECT_EQ(Captures(placed.name()), 1);
}

TEST_F(ChargingTest, ASlowSuccessWithinTheTimeIsASuccess) {
  EXPECT_EQ(PlaceOrder({5000, 5000}, "pm_slow").state(), v1::ORDER_STATE_ACTIVE);
}

TEST_F(ChargingTest, AnAnswerLostOnTheWayIsAskedForUnderTheSameKey) {
  Script script;
  script.set_lost_answers(5);  // more than one call's tries
  const v1::Order placed = PlaceOrder({5000, 5000}, NewPaymentMethod(script));
  EXPECT_EQ(placed.state(), v1::ORDER_STATE_PLACING);
  Reconcile();
  EXPECT_EQ(Must(client_->Get(placed.name())).state(), v1::ORDER_STATE_ACTIVE);
  EXPECT_EQ(Captures(placed.name()), 1);
}

TEST_F(ChargingTest, AChargeThatNeverArrivedIsSubmittedAgainUnderTheSameKey) {
  Script script;
  script.set_dropped_calls(5);
  const v1::Order placed = PlaceOrder({5000, 5000}, NewPaymentMethod(script));
  EXPECT_EQ(placed.state(), v1::ORDER_STATE_PLACING);
  Reconcile();
  const std::vector<v1::Charge> charges = client_->Charges(placed.name());
  ASSERT_THAT(charges, SizeIs(1)) << "the same attempt, not a second one";
  EXPECT_EQ(charges[0].state(), v1::CHARGE_STATE_SUCCEEDED);
  EXPECT_EQ(Captures(placed.name()), 1);
}

TEST_F(ChargingTest, AfterAnHourTheKeyIsVoidedAndNeverSubmittedAgain) {
  Script script;
  script.set_dropped_calls(1000);
  const v1::Order placed = PlaceOrder({5000, 5000}, NewPaymentMethod(script));
  client_->Advance(absl::Minutes(59));
  Must(server_->reconciler().Tick());
  EXPECT_EQ(Must(client_->Get(placed.name())).state(), v1::ORDER_STATE_PLACING) << "not found ends nothing";
  const int64_t submissions = Submissions(placed.name());
  client_->Advance(absl::Minutes(2));
  Must(server_->reconciler().Tick());
  const v1::Order order = Must(client_->Get(placed.name()));
  EXPECT_EQ(order.state(), v1::ORDER_STATE_PLACEMENT_FAILED);
  EXPECT_EQ(order.last_payment().state(), type::v1::PAYMENT_STATE_VOIDED);
  EXPECT_EQ(Submissions(placed.name()), submissions);
  EXPECT_EQ(Voids(placed.name()), 1);
  EXPECT_EQ(Captures(placed.name()), 0);
}

// The lane's time and the time that questions take both count: a second before the limit there is time for another try, at
// the limit there is none. To the microsecond: Submission.A16 in tests/unit.
TEST_F(ChargingTest, A16_AtTheResubmitLimitTheKeyIsVoidedJustBeforeItIsSubmittedAgain) {
  Script script;
  script.set_dropped_calls(1000);
  const v1::Order early = PlaceOrder({5000, 5000}, NewPaymentMethod(script));
  const int64_t submissions = Submissions(early.name());
  client_->Advance(absl::Hours(1) - absl::Seconds(3));
  EXPECT_EQ(Must(server_->reconciler().Tick()), 1u);
  EXPECT_GT(Submissions(early.name()), submissions);
  EXPECT_EQ(Voids(early.name()), 0);
  const v1::Order late = PlaceOrder({5000, 5000}, NewPaymentMethod(script));
  const int64_t late_submissions = Submissions(late.name());
  client_->Advance(absl::Hours(1));
  while (Must(server_->reconciler().Tick()) > 0) {
  }
  EXPECT_EQ(Submissions(late.name()), late_submissions);
  EXPECT_EQ(Voids(late.name()), 1);
}

TEST_F(ChargingTest, VoidingFindsTheTruthWhereTheMoneyWasTaken) {
  Script script;
  script.set_lost_answers(1000);
  const v1::Order placed = PlaceOrder({5000, 5000}, NewPaymentMethod(script));
  client_->Advance(absl::Hours(2));
  Must(server_->reconciler().Tick());
  EXPECT_EQ(Must(client_->Get(placed.name())).state(), v1::ORDER_STATE_ACTIVE);
  EXPECT_EQ(Captures(placed.name()), 1);
}

TEST_F(ChargingTest, AProviderThatNeverDecidesIsEndedAfterAnHour) {
  const v1::Order placed = PlaceOrder({5000, 5000}, "pm_pending");
  Reconcile();
  EXPECT_EQ(Must(client_->Get(placed.name())).state(), v1::ORDER_STATE_PLACING);
  client_->Advance(absl::Hours(1));
  Must(server_->reconciler().Tick());
  EXPECT_EQ(Must(client_->Get(placed.name())).state(), v1::ORDER_STATE_PLACEMENT_FAILED);
  EXPECT_EQ(Captures(placed.name()), 0);
}

TEST_F(ChargingTest, ADeclinedNextChargeIsRetriedWithAnotherMethod) {
  const v1::Order waiting = StartSecond("pm_card_expired");
  EXPECT_EQ(waiting.state(), v1::ORDER_STATE_AWAITING_PAYMENT);
  EXPECT_EQ(waiting.last_payment().decline_reason(), type::v1::DECLINE_REASON_CARD_EXPIRED);
  EXPECT_FALSE(waiting.work_authorized());
  EXPECT_THAT(client_->Deliver(waiting.name(), 2, false), RefusedWith(Reason::kWorkNotAuthorized));
  const v1::Order order = Must(client_->Retry(waiting.name(), "pm_ok"));
  EXPECT_EQ(order.state(), v1::ORDER_STATE_ACTIVE);
  const std::vector<v1::Charge> charges = client_->Charges(waiting.name());
  ASSERT_THAT(charges, SizeIs(3));
  EXPECT_EQ(charges[1].state(), v1::CHARGE_STATE_DECLINED);
  EXPECT_EQ(charges[2].slot(), 2u);
  EXPECT_NE(charges[1].provider_key(), charges[2].provider_key());
  EXPECT_EQ(Captures(waiting.name()), 2);
}

TEST_F(ChargingTest, AStepWhoseChargeWasDeclinedAnswersOkWithTheAcceptance) {
  const v1::Order placed = PlaceOrder({5000, 5000});
  Script script;
  script.set_key_prefix(placed.name() + "/milestones/2/");
  script.set_decline_reason(type::v1::DECLINE_REASON_INSUFFICIENT_FUNDS);
  Simulator::Get().SetScript(script);
  Must(client_->Deliver(placed.name(), 1, false));
  const v1::Order order = Must(client_->Accept(placed.name(), 1, v1::NEXT_STEP_START_NEXT));
  EXPECT_EQ(order.state(), v1::ORDER_STATE_AWAITING_PAYMENT);
  EXPECT_EQ(order.milestones(0).state(), v1::MILESTONE_STATE_ACCEPTED);
  EXPECT_EQ(Cents(order.totals().released()), 5000) << "the acceptance stands (A29)";
  const v1::Order ended = Must(client_->End(placed.name()));
  EXPECT_EQ(ended.completion_reason(), type::v1::COMPLETION_REASON_ENDED_BY_BUYER);
  ExpectSettled(ended);
}

TEST_F(ChargingTest, NoSecondAttemptWhileOneIsOpen) {
  const v1::Order order = StartSecond("pm_unknown_then_ok");
  EXPECT_EQ(order.last_payment().state(), type::v1::PAYMENT_STATE_OPEN);
  EXPECT_THAT(client_->Retry(order.name(), "pm_ok"), RefusedWith(Reason::kPaymentInProgress));
  EXPECT_THAT(client_->StartNext(order.name()), RefusedWith(Reason::kPaymentInProgress));
  EXPECT_THAT(client_->End(order.name()), RefusedWith(Reason::kPaymentInProgress));
  Reconcile();
  EXPECT_EQ(Must(client_->Get(order.name())).state(), v1::ORDER_STATE_ACTIVE);
  EXPECT_EQ(Captures(order.name()), 2);
}

TEST_F(ChargingTest, TheSameRequestTwiceAndAFreshOneChargeOnce) {
  const v1::Order placed = PlaceOrder({5000, 5000, 5000});
  Must(client_->Deliver(placed.name(), 1, false));
  const std::string request_id = NewRequestId();
  Must(client_->Accept(placed.name(), 1, v1::NEXT_STEP_START_NEXT, request_id));
  const v1::Order replay = Must(client_->Accept(placed.name(), 1, v1::NEXT_STEP_START_NEXT, request_id));
  EXPECT_EQ(replay.state(), v1::ORDER_STATE_ACTIVE);
  EXPECT_THAT(client_->Accept(placed.name(), 1, v1::NEXT_STEP_START_NEXT),
              RefusedWith(Reason::kMilestoneAlreadyAccepted));
  EXPECT_THAT(client_->StartNext(placed.name()), RefusedWith(Reason::kNextMilestoneNotStartable));
  EXPECT_THAT(client_->Retry(placed.name(), "pm_ok"), RefusedWith(Reason::kNoPaymentDue));
  EXPECT_EQ(Captures(placed.name()), 2);
  EXPECT_EQ(Submissions(placed.name()), 2);
}

TEST_F(ChargingTest, AReplayWhileTheChargeIsOpenDoesNotChargeAgain) {
  const std::string quote = Must(client_->Quote(NewGig({5000, 5000}), v1::ORDER_TYPE_MILESTONES)).quote();
  const std::string request_id = NewRequestId();
  const v1::PlaceGigOrderResponse first = Must(client_->Place(quote, "pm_unknown_then_ok", request_id));
  const v1::PlaceGigOrderResponse replay = Must(client_->Place(quote, "pm_unknown_then_ok", request_id));
  EXPECT_TRUE(replay.replayed());
  EXPECT_EQ(replay.order().last_payment().state(), type::v1::PAYMENT_STATE_OPEN);
  EXPECT_EQ(Submissions(first.order().name()), 1);
}

// The graces' end is noted while the attempt is open (A16), and applied when it ends without money …
TEST_F(ChargingTest, AGraceThatEndedMeanwhileIsAppliedWhenTheAttemptEndsWithoutMoney) {
  for (const auto& [payment_method, end] :
       {std::pair("pm_pending", type::v1::PAYMENT_STATE_VOIDED),
        std::pair("pm_timeout_then_declined", type::v1::PAYMENT_STATE_DECLINED)}) {
    SCOPED_TRACE(payment_method);
    const v1::Order order = StartSecond(payment_method);
    client_->Advance(absl::Hours(9 * 24));
    EXPECT_EQ(Must(client_->Get(order.name())).state(), v1::ORDER_STATE_AWAITING_PAYMENT);
    Must(server_->reconciler().Tick());
    const v1::Order ended = Must(client_->Get(order.name()));
    EXPECT_EQ(ended.completion_reason(), type::v1::COMPLETION_REASON_PAYMENT_GRACE_TIMEOUT);
    EXPECT_EQ(ended.last_payment().state(), end);
    ExpectSettled(ended);
  }
}

// … and dropped when the money was taken.
TEST_F(ChargingTest, AGraceThatEndedMeanwhileIsDroppedWhenTheAttemptSucceeded) {
  Script script;
  script.set_lost_answers(1000);
  const v1::Order order = StartSecond(NewPaymentMethod(script));
  client_->Advance(absl::Hours(9 * 24));
  Must(server_->reconciler().Tick());
  EXPECT_EQ(Must(client_->Get(order.name())).state(), v1::ORDER_STATE_ACTIVE);
}

TEST_F(ChargingTest, ReconcilersOfTwoReplicasTakeAnAttemptOnce) {
  const v1::Order placed = PlaceOrder({5000, 5000}, "pm_unknown_then_ok");
  client_->Advance(absl::Minutes(2));
  const std::unique_ptr<BillingServer> replica = NewReplica();
  EXPECT_EQ(TickBoth(server_->reconciler(), replica->reconciler()), 1u);
  EXPECT_EQ(Must(client_->Get(placed.name())).state(), v1::ORDER_STATE_ACTIVE);
}

TEST_F(ChargingTest, AProviderThatIsDownLosesNothing) {
  const std::string provider = options_.provider;
  options_.provider = "127.0.0.1:1";
  options_.provider_timeout = absl::Seconds(1);
  StartServer();
  const v1::Order placed = PlaceOrder({5000, 5000});
  EXPECT_EQ(placed.state(), v1::ORDER_STATE_PLACING);
  options_.provider = provider;
  StartServer();
  Reconcile();
  EXPECT_EQ(Must(client_->Get(placed.name())).state(), v1::ORDER_STATE_ACTIVE);
  EXPECT_EQ(Captures(placed.name()), 1);
}

}  // namespace
}  // namespace milepost::billing
