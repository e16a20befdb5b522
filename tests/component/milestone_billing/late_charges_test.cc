// Attempts that ended and then took money after all (M9), what goes back to the buyer for it, and the operator's word on an
// attempt that nobody can tell about (A16).
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/obs/exposition.h"
#include "services/milestone_billing/workers/charge_outcomes.h"
#include "tests/component/milestone_billing/fixture.h"

namespace milepost::billing {
namespace {

using milepost::testing::v1::Script;
namespace testing_v1 = milepost::testing::v1;

constexpr int kForEver = 1'000'000;
constexpr int64_t kTaken = 5575;  // 50.00, and 5.75 for the buyer's fee

class LateChargesTest : public BillingTest {
 protected:
  // A provider that has a charge PENDING until it is voided, says so, and captures it all the same.
  static Script CapturedAfterVoid() {
    Script script;
    script.set_pending_queries(kForEver);
    script.set_captured_after_void(1);
    return script;
  }
  v1::Charge Charge(const std::string& order, int index = 0, const std::string& actor = kBuyer) {
    const std::vector<v1::Charge> charges = client_->Charges(order, actor);
    return index < static_cast<int>(charges.size()) ? charges[index] : v1::Charge();
  }
  // An order whose only attempt was voided an hour after its creation, and took the money all the same, which nobody knows.
  v1::Order Voided(const Script& script) {
    const v1::Order placed = PlaceOrder({5000, 5000}, NewPaymentMethod(script));
    client_->Advance(absl::Hours(1));
    EXPECT_EQ(Must(server_->reconciler().Tick()), 1u);
    EXPECT_EQ(Charge(placed.name()).state(), v1::CHARGE_STATE_VOIDED);
    return placed;
  }
  // … which is known now.
  v1::Order FoundLate(const Script& script) {
    const v1::Order order = Voided(script);
    client_->Advance(absl::Hours(1));
    EXPECT_EQ(Must(server_->rechecker().Tick()), 1u);
    EXPECT_TRUE(Charge(order.name()).has_late_success_time());
    return order;
  }
  // Once every refund's lease and pause is over.
  size_t Refund() {
    client_->Advance(absl::Hours(2));
    return Must(server_->refunder().Tick());
  }
  void ExpectBalances(int64_t suspense, int64_t transit, int64_t clearing) {
    EXPECT_EQ(client_->Balance("suspense"), suspense);
    EXPECT_EQ(client_->Balance("refund:transit"), transit);
    EXPECT_EQ(client_->Balance("provider:clearing"), clearing);
    EXPECT_TRUE(client_->TrialBalanced());
  }
};

// What the page would show of milepost_charge_outcomes_total, without zeroes: "DECLINED CARD_EXPIRED".
std::map<std::string, double> Outcomes() {
  obs::Exposition exposition;
  ReadChargeOutcomes(exposition);
  std::map<std::string, double> outcomes;
  for (const prometheus::MetricFamily& family : exposition.Families()) {
    for (const prometheus::ClientMetric& sample : family.metric) {
      std::string labels;
      for (const auto& label : sample.label) absl::StrAppend(&labels, labels.empty() ? "" : " ", label.value);
      if (sample.counter.value > 0) outcomes[labels] = sample.counter.value;
    }
  }
  return outcomes;
}

TEST_F(LateChargesTest, WhatComesOfAttemptsIsCounted) {
  std::map<std::string, double> before = Outcomes();
  const auto grown = [&] {
    std::map<std::string, double> grown;
    for (const auto& [labels, count] : Outcomes())
      if (count > before[labels]) grown[labels] = count - before[labels];
    before = Outcomes();
    return grown;
  };
  using Grown = std::map<std::string, double>;
  EXPECT_EQ(PlaceOrder({5000, 5000}, "pm_ok").state(), v1::ORDER_STATE_ACTIVE);
  EXPECT_EQ(grown(), (Grown{{"SUCCEEDED", 1}}));
  EXPECT_EQ(PlaceOrder({5000, 5000}, "pm_insufficient_funds").state(), v1::ORDER_STATE_PLACEMENT_FAILED);
  EXPECT_EQ(grown(), (Grown{{"DECLINED INSUFFICIENT_FUNDS", 1}}));
  FoundLate(CapturedAfterVoid());
  EXPECT_EQ(grown(), (Grown{{"PENDING", 1}, {"VOIDED", 1}, {"LATE", 1}}));
}

TEST_F(LateChargesTest, M9_AVoidedAttemptIsAskedAboutAfterAnHourADayAndAWeekAndThenNoMore) {
  Script script;
  script.set_pending_queries(kForEver);
  const v1::Order order = Voided(script);
  const auto questions = [&] {
    return Simulator::Get().CallsOf(order.name() + "/", testing_v1::PROVIDER_METHOD_GET_CHARGE);
  };
  int64_t asked = questions();
  absl::Duration passed;
  for (const absl::Duration after : {absl::Hours(1), absl::Hours(24), absl::Hours(7 * 24)}) {
    client_->Advance(after - passed - absl::Microseconds(1));
    EXPECT_EQ(Must(server_->rechecker().Tick()), 0u) << after;
    client_->Advance(absl::Microseconds(1));
    EXPECT_EQ(Must(server_->rechecker().Tick()), 1u) << after;
    EXPECT_EQ(questions(), ++asked) << after;
    passed = after;
  }
  client_->Advance(absl::Hours(365 * 24));
  EXPECT_EQ(Must(server_->rechecker().Tick()), 0u);
  EXPECT_EQ(Charge(order.name()).state(), v1::CHARGE_STATE_VOIDED);
  EXPECT_THAT(client_->Entries(order.name()), IsEmpty());
}

TEST_F(LateChargesTest, M9_ALateSuccessAfterVoidChargeIsRefundedToTheCent) {
  const v1::Order order = FoundLate(CapturedAfterVoid());
  EXPECT_EQ(Captures(order.name()), 1);
  v1::Charge charge = Charge(order.name());
  EXPECT_EQ(charge.state(), v1::CHARGE_STATE_VOIDED) << "what ended stays ended";
  ASSERT_EQ(charge.refunds_size(), 1);
  EXPECT_EQ(charge.refunds(0).name(), charge.name() + "/refunds/1");
  EXPECT_EQ(charge.refunds(0).state(), v1::REFUND_STATE_PENDING);
  EXPECT_EQ(Cents(charge.refunds(0).amount()), kTaken);
  ExpectBalances(0, kTaken, kTaken);
  EXPECT_EQ(Must(server_->refunder().Tick()), 1u);
  charge = Charge(order.name());
  EXPECT_EQ(charge.refunds(0).state(), v1::REFUND_STATE_SUCCEEDED);
  EXPECT_FALSE(charge.refunds(0).provider_reference().empty());
  EXPECT_TRUE(charge.refunds(0).has_close_time());
  EXPECT_THAT(
      client_->Entries(order.name()),
      ElementsAre("M9 provider:clearing +5575", "M9 suspense -5575", "M9 suspense +5575",
                  "M9 refund:transit -5575", "M5 refund:transit +5575", "M5 provider:clearing -5575"));
  ExpectBalances(0, 0, 0);
  EXPECT_EQ(Simulator::Get().Payouts(order.name() + "/"), 1);
  EXPECT_EQ(Refund(), 0u);
  EXPECT_EQ(Must(client_->Get(order.name())).state(), v1::ORDER_STATE_PLACEMENT_FAILED);
}

TEST_F(LateChargesTest, M9_TheSellerLearnsNothingOfIt) {
  const v1::Order order = FoundLate(CapturedAfterVoid());
  const v1::Charge seen = Charge(order.name(), 0, kSeller);
  EXPECT_FALSE(seen.has_late_success_time());
  EXPECT_EQ(seen.refunds_size(), 0);
  EXPECT_EQ(Charge(order.name(), 0, kOperator).refunds_size(), 1);
}

TEST_F(LateChargesTest, M9_RetryAgainstALateSuccessFundsEscrowOnceAndGivesTheOtherBack) {
  const v1::Order waiting = StartSecond(NewPaymentMethod(CapturedAfterVoid()));
  client_->Advance(absl::Hours(1));
  EXPECT_EQ(Must(server_->reconciler().Tick()), 1u);
  const v1::Order paid = Must(client_->Retry(waiting.name(), "pm_ok"));
  EXPECT_EQ(paid.state(), v1::ORDER_STATE_ACTIVE);
  client_->Advance(absl::Hours(1));
  EXPECT_EQ(Must(server_->rechecker().Tick()), 1u);
  EXPECT_EQ(Must(server_->refunder().Tick()), 1u);
  EXPECT_EQ(Captures(waiting.name()), 3) << "milestone 1, the late one, the retry";
  EXPECT_EQ(Simulator::Get().Payouts(waiting.name() + "/"), 1);
  const v1::Order order = Must(client_->Get(waiting.name()));
  EXPECT_EQ(Cents(order.totals().escrow_held()), 5000);
  EXPECT_EQ(Cents(order.totals().funded()), 10000);
  EXPECT_EQ(order.milestones(1).charge(), Charge(waiting.name(), 2).name());
  ExpectBalances(0, 0, 2 * kTaken);
  Must(client_->Deliver(waiting.name(), 2, false));
  ExpectSettled(Must(client_->Accept(waiting.name(), 2, v1::NEXT_STEP_END_ORDER)));
}

TEST_F(LateChargesTest, AProviderThatIsDownIsAskedLaterAndNoQuestionIsLost) {
  const v1::Order order = Voided(CapturedAfterVoid());
  const std::string provider = options_.provider;
  options_.provider = "127.0.0.1:1";
  options_.provider_timeout = absl::Milliseconds(300);
  StartServer();
  client_->Advance(absl::Hours(1));
  EXPECT_EQ(Must(server_->rechecker().Tick()), 1u);
  EXPECT_EQ(Must(server_->rechecker().Tick()), 0u) << "not again at once";
  options_.provider = provider;
  StartServer();
  client_->Advance(absl::Minutes(1));
  EXPECT_EQ(Must(server_->rechecker().Tick()), 1u);
  EXPECT_TRUE(Charge(order.name()).has_late_success_time());
}

TEST_F(LateChargesTest, ARefundWhoseAnswersAreLostIsAskedForUnderTheSameKey) {
  Script script = CapturedAfterVoid();
  script.mutable_refunds()->set_dropped_calls(5);  // more than one call's tries
  script.mutable_refunds()->set_lost_answers(5);
  const v1::Order order = FoundLate(script);
  EXPECT_EQ(Must(server_->refunder().Tick()), 1u);
  EXPECT_TRUE(Charge(order.name()).refunds(0).unknown());
  ExpectBalances(0, kTaken, kTaken);
  EXPECT_EQ(Must(server_->refunder().Tick()), 0u) << "it is nobody's turn yet";
  for (int turn = 0; turn < 5 && Charge(order.name()).refunds(0).state() == v1::REFUND_STATE_PENDING; ++turn)
    EXPECT_EQ(Refund(), 1u);
  ASSERT_EQ(Charge(order.name()).refunds_size(), 1) << "the same refund, not a second one";
  EXPECT_EQ(Charge(order.name()).refunds(0).state(), v1::REFUND_STATE_SUCCEEDED);
  EXPECT_EQ(Simulator::Get().Payouts(order.name() + "/"), 1);
  ExpectBalances(0, 0, 0);
}

TEST_F(LateChargesTest, ARefundThatIsPendingIsAskedAboutUntilItEnds) {
  Script script = CapturedAfterVoid();
  script.mutable_refunds()->set_pending_queries(2);
  const v1::Order order = FoundLate(script);
  EXPECT_EQ(Must(server_->refunder().Tick()), 1u);
  EXPECT_EQ(Charge(order.name()).refunds(0).state(), v1::REFUND_STATE_PENDING);
  EXPECT_FALSE(Charge(order.name()).refunds(0).unknown());
  EXPECT_EQ(Refund(), 1u);
  EXPECT_EQ(Charge(order.name()).refunds(0).state(), v1::REFUND_STATE_PENDING);
  EXPECT_EQ(Refund(), 1u);
  EXPECT_EQ(Charge(order.name()).refunds(0).state(), v1::REFUND_STATE_SUCCEEDED);
  EXPECT_EQ(Simulator::Get().CallsOf(order.name() + "/", testing_v1::PROVIDER_METHOD_REFUND), 1);
  ExpectBalances(0, 0, 0);
}

TEST_F(LateChargesTest, M5_ARefundThatFailsForGoodLeavesTheMoneyInSuspense) {
  Script script = CapturedAfterVoid();
  script.mutable_refunds()->set_failure_reason("ACCOUNT_CLOSED");
  const v1::Order order = FoundLate(script);
  EXPECT_EQ(Must(server_->refunder().Tick()), 1u);
  EXPECT_EQ(Charge(order.name()).refunds(0).state(), v1::REFUND_STATE_FAILED);
  EXPECT_EQ(Charge(order.name()).refunds(0).failure_reason(), "") << "for operators";
  EXPECT_EQ(Charge(order.name(), 0, kOperator).refunds(0).failure_reason(), "ACCOUNT_CLOSED");
  for (int number = 2; number <= 5; ++number) {
    ASSERT_EQ(Charge(order.name()).refunds_size(), number) << "a failed one is followed by another";
    ExpectBalances(0, kTaken, kTaken);
    EXPECT_EQ(Must(server_->refunder().Tick()), 0u) << "not at once";
    client_->Advance(absl::Hours(72));
    EXPECT_EQ(Must(server_->refunder().Tick()), 1u);
    EXPECT_EQ(Charge(order.name()).refunds(number - 1).state(), v1::REFUND_STATE_FAILED);
  }
  EXPECT_EQ(Charge(order.name()).refunds_size(), 5);
  ExpectBalances(kTaken, 0, kTaken);
  client_->Advance(absl::Hours(72));
  EXPECT_EQ(Must(server_->refunder().Tick()), 0u);
  EXPECT_EQ(Simulator::Get().Payouts(order.name() + "/"), 0);
}

TEST_F(LateChargesTest, RefundersOfTwoReplicasGiveBackOnce) {
  const v1::Order order = FoundLate(CapturedAfterVoid());
  const std::unique_ptr<BillingServer> replica = NewReplica();
  EXPECT_EQ(TickBoth(server_->refunder(), replica->refunder()), 1u);
  EXPECT_EQ(Simulator::Get().Payouts(order.name() + "/"), 1);
  ExpectBalances(0, 0, 0);
}

class ResolveChargeTest : public LateChargesTest {
 protected:
  // An order whose first charge hangs at the provider's door: nothing is recorded, nobody knows.
  v1::Order Hanging() {
    options_.provider_timeout = absl::Milliseconds(300);
    StartServer();
    Simulator::Get().Hold("", testing_v1::PROVIDER_METHOD_CHARGE);
    const v1::Order order = PlaceOrder({5000, 5000});
    EXPECT_EQ(order.state(), v1::ORDER_STATE_PLACING);
    EXPECT_TRUE(Charge(order.name()).unknown());
    return order;
  }
  // The charge goes on at the provider.
  static void LetGo() { Simulator::Get().Resume(""); }
  // Until the provider has recorded it: its call goes on by itself.
  void AwaitCapture(const std::string& order) {
    const absl::Time until = WallNow() + absl::Seconds(20);
    while (Captures(order) == 0 && WallNow() < until) absl::SleepFor(absl::Milliseconds(10));
    ASSERT_EQ(Captures(order), 1);
  }
  ~ResolveChargeTest() override { LetGo(); }
};

TEST_F(ResolveChargeTest, A16_SucceededFundsTheMilestoneAndTheProvidersWordConfirmsIt) {
  const v1::Order order = Hanging();
  v1::ResolveChargeRequest request = ResolutionOf(Charge(order.name()).name());
  request.mutable_succeeded()->set_provider_reference("statement-17");
  *request.mutable_succeeded()->mutable_amount() = Usd(kTaken);
  const v1::ResolveChargeResponse resolved = Must(client_->Resolve(request));
  EXPECT_EQ(resolved.order().state(), v1::ORDER_STATE_ACTIVE);
  EXPECT_TRUE(resolved.order().work_authorized());
  EXPECT_EQ(resolved.charge().state(), v1::CHARGE_STATE_SUCCEEDED);
  EXPECT_EQ(resolved.charge().provider_reference(), "statement-17");
  EXPECT_EQ(resolved.charge().resolution().resolved_by(), kOperator);
  EXPECT_EQ(resolved.charge().resolution().evidence(), request.evidence());
  EXPECT_TRUE(resolved.charge().has_ask_again_time());
  EXPECT_FALSE(Charge(order.name()).has_resolution()) << "operators only";
  LetGo();
  AwaitCapture(order.name());
  client_->Advance(absl::Hours(1));
  EXPECT_EQ(Must(server_->rechecker().Tick()), 1u);
  EXPECT_FALSE(Charge(order.name(), 0, kOperator).has_ask_again_time()) << "confirmed";
  EXPECT_THAT(client_->Entries(order.name()),
              ElementsAre("M1 provider:clearing +5575", "M1 escrow -5000", "M1 revenue:buyer_fee -575"));
}

TEST_F(ResolveChargeTest, M9_DeclinedAndContradictedLaterIsRefunded) {
  const v1::Order order = Hanging();
  v1::ResolveChargeRequest request = ResolutionOf(Charge(order.name()).name());
  request.mutable_declined();
  EXPECT_EQ(Must(client_->Resolve(request)).order().state(), v1::ORDER_STATE_PLACEMENT_FAILED);
  EXPECT_EQ(Charge(order.name()).decline_reason(), type::v1::DECLINE_REASON_REFUSED_BY_ISSUER);
  LetGo();
  AwaitCapture(order.name());
  client_->Advance(absl::Hours(1));
  EXPECT_EQ(Must(server_->rechecker().Tick()), 1u);
  EXPECT_EQ(Must(server_->refunder().Tick()), 1u);
  EXPECT_EQ(Simulator::Get().Payouts(order.name() + "/"), 1);
  EXPECT_EQ(Charge(order.name()).state(), v1::CHARGE_STATE_DECLINED);
  ExpectBalances(0, 0, 0);
}

TEST_F(ResolveChargeTest, VoidedIsMadeTrueAtTheProviderBeforeAnythingArrives) {
  const v1::Order order = Hanging();
  Must(client_->Resolve(ResolutionOf(Charge(order.name()).name())));
  client_->Advance(absl::Hours(1));
  EXPECT_EQ(Must(server_->rechecker().Tick()), 1u);
  LetGo();
  const absl::Time until = WallNow() + absl::Seconds(20);
  const auto answered = [&] {
    for (const auto& call : Simulator::Get().Calls(order.name() + "/"))
      if (call.method() == testing_v1::PROVIDER_METHOD_CHARGE && call.state() == testing_v1::CALL_STATE_HELD)
        return false;
    return true;
  };
  while (!answered() && WallNow() < until) absl::SleepFor(absl::Milliseconds(10));
  EXPECT_EQ(Captures(order.name()), 0);
}

TEST_F(ResolveChargeTest, A16_ANotedDeadlineIsAppliedInTheSameStep) {
  const v1::Order order = StartSecond("pm_pending");
  client_->Advance(absl::Hours(9 * 24));
  ASSERT_EQ(Must(client_->Get(order.name())).state(), v1::ORDER_STATE_AWAITING_PAYMENT);
  const v1::ResolveChargeResponse resolved =
      Must(client_->Resolve(ResolutionOf(Charge(order.name(), 1).name())));
  EXPECT_EQ(resolved.order().completion_reason(), type::v1::COMPLETION_REASON_PAYMENT_GRACE_TIMEOUT);
  ExpectSettled(resolved.order());
}

TEST_F(ResolveChargeTest, IsForOperatorsAboutOpenChargesAndTheirAmount) {
  const v1::Order open = StartSecond("pm_pending");
  const std::string paid = Charge(open.name(), 0).name(), charge = Charge(open.name(), 1).name();
  const std::vector<int64_t> before = Footprint();
  for (const char* actor : {kBuyer, kSeller, kStranger, kOfferServiceActor})
    EXPECT_THAT(client_->Resolve(ResolutionOf(charge), actor), RefusedWith(Reason::kNotAnOperator)) << actor;
  EXPECT_THAT(client_->Resolve(ResolutionOf(paid)), RefusedWith(Reason::kChargeNotOpen));
  EXPECT_THAT(client_->Resolve(ResolutionOf("charges/" + NewRequestId())),
              RefusedWith(Reason::kChargeNotFound));
  v1::ResolveChargeRequest wrong = ResolutionOf(charge);
  wrong.mutable_succeeded()->set_provider_reference("statement-17");
  *wrong.mutable_succeeded()->mutable_amount() = Usd(kTaken - 1);
  EXPECT_THAT(client_->Resolve(wrong), RefusedWith(Reason::kChargeAmountMismatch));
  v1::ResolveChargeRequest empty = ResolutionOf(charge);
  empty.clear_evidence();
  empty.clear_outcome();
  EXPECT_THAT(client_->Resolve(empty), RefusedWith(Reason::kInvalidFields));
  v1::ResolveChargeRequest stale = ResolutionOf(charge);
  stale.set_etag("1");
  EXPECT_THAT(client_->Resolve(stale), RefusedWith(Reason::kEtagMismatch));
  v1::ResolveChargeRequest preview = ResolutionOf(charge);
  preview.set_validate_only(true);
  EXPECT_EQ(Must(client_->Resolve(preview)).charge().state(), v1::CHARGE_STATE_VOIDED);
  EXPECT_EQ(Footprint(), before) << "none of them wrote anything";
}

TEST_F(ResolveChargeTest, ARepeatedRequestIsAReplayAndAnotherOneComesTooLate) {
  const v1::Order open = StartSecond("pm_pending");
  const v1::ResolveChargeRequest request = ResolutionOf(Charge(open.name(), 1).name());
  EXPECT_FALSE(Must(client_->Resolve(request)).replayed());
  const v1::ResolveChargeResponse again = Must(client_->Resolve(request));
  EXPECT_TRUE(again.replayed());
  v1::ResolveChargeRequest preview = request;
  preview.set_validate_only(true);
  EXPECT_EQ(Must(client_->Resolve(preview)).SerializeAsString(), again.SerializeAsString());
  preview.set_evidence("another");
  EXPECT_THAT(client_->Resolve(preview), RefusedWith(Reason::kRequestIdReused));
  EXPECT_EQ(again.charge().state(), v1::CHARGE_STATE_VOIDED);
  EXPECT_THAT(client_->Resolve(ResolutionOf(request.name())), RefusedWith(Reason::kChargeNotOpen));
  EXPECT_EQ(Must(client_->Retry(open.name(), "pm_ok")).state(), v1::ORDER_STATE_ACTIVE);
}

TEST_F(ResolveChargeTest, IsANextActionThatOperatorsSee) {
  const v1::Order open = StartSecond("pm_pending");
  const auto resolves = [&](const std::string& actor) {
    const v1::Order seen = Must(client_->Get(open.name(), actor));
    int allowed = 0;
    for (const v1::NextAction& action : seen.next_actions())
      allowed +=
          action.method() == "ResolveCharge" && action.allowed() && action.actor() == v1::PARTY_OPERATOR;
    return allowed;
  };
  EXPECT_EQ(resolves(kOperator), 1);
  EXPECT_EQ(resolves(kBuyer), 0);
}

}  // namespace
}  // namespace milepost::billing
