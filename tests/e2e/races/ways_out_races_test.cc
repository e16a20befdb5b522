// Races of cancellations and disputes, with each other and with the order's work: whoever comes first has decided, everybody else is
// told what has become of it, and the money goes one way (DOMAIN §4: deliver against cancel, and all that can meet it).
#include "tests/e2e/races/ways_out.h"

namespace milepost::e2e {
namespace {

using billing::v1::MILESTONE_STATE_ACCEPTED;
using billing::v1::MILESTONE_STATE_DELIVERED;
using billing::v1::MILESTONE_STATE_DISPUTED;
using billing::v1::NEXT_STEP_DECIDE_LATER;
using billing::v1::NEXT_STEP_START_NEXT;
using billing::v1::ORDER_STATE_ACTIVE;
using billing::v1::ORDER_STATE_AWAITING_NEXT;
using billing::v1::ORDER_STATE_DISPUTED;
using type::v1::CANCELLATION_REASON_AGREED;
using type::v1::CANCELLATION_REASON_BY_OPERATOR;
using type::v1::CANCELLATION_REASON_DISPUTE_RESOLVED;
using type::v1::CANCELLATION_REASON_LATE_DELIVERY;

class CancellationRaces : public WaysOutRaces {
 protected:
  // Those of this side, as RaceOf shares its callers out.
  static std::vector<Outcome> OfSide(const std::vector<Outcome>& outcomes, int side, int sides = 2) {
    std::vector<Outcome> own;
    for (int caller = 0; caller < kCallers; ++caller)
      if (caller / kReplicas % sides == side) own.push_back(outcomes[caller]);
    return own;
  }
  // The payment of milestone 2, and the operator who cancels, have raced. Both may have won: then what was paid goes back.
  void ExpectPaidOrCancelled(const std::string& order, const std::vector<Outcome>& cancels) {
    const billing::v1::Order now = OrderNow(order);
    const bool paid = now.milestones(1).has_due_time();
    if (Winners(cancels) == 0) {
      EXPECT_EQ(now.state(), ORDER_STATE_ACTIVE);
      return ExpectMoney(order, {.captures = 2, .released = {12000}, .escrow = 8000});
    }
    EXPECT_EQ(Winners(cancels), 1);
    ExpectCancelled(order, CANCELLATION_REASON_BY_OPERATOR);
    if (!paid) return ExpectMoney(order, {.captures = 1, .released = {12000}, .escrow = 0});
    ExpectMoney(order, {.captures = 2, .released = {12000}, .escrow = 0, .back = {8740}});
  }
};

TEST_F(CancellationRaces, DeliverAgainstCancelLateMilestone_A20) {
  Wins wins(2);
  for (const Start& start : StartsOf(2)) {
    const std::string order = CancellableOrder();
    const auto outcomes =
        RaceOf(start, {[&](PlatformClient& client, int) { return Deliver(client, sam_, order, 1, false); },
                       [&](PlatformClient& client, int) { return CancelLate(client, bea_, order); }});
    const bool delivered = OrderNow(order).state() == ORDER_STATE_ACTIVE;
    wins.Add(start, delivered ? 0 : 1);
    if (delivered) {
      ExpectOneWinner(outcomes, {"MILESTONE_ALREADY_DELIVERED"});
      ExpectMoney(order, {.captures = 1, .released = {}, .escrow = 12000});
    } else {
      ExpectOneWinner(outcomes, {"ORDER_CANCELLED"});
      ExpectCancelled(order, CANCELLATION_REASON_LATE_DELIVERY);
      ExpectMoney(order, {.captures = 1, .released = {}, .escrow = 0, .back = {kAllBack}});
    }
  }
  wins.ExpectOneOfEach();
}

// A delivery does not take the order on: the answer wins in any case, before the delivery or after it.
TEST_F(CancellationRaces, DeliverAgainstAnswerCancellation_A19) {
  for (const Start& start : StartsOf(2)) {
    const std::string order = ActiveOrder();
    EXPECT_TRUE(AskToCancel(client(0), sam_, order).ok);
    const auto outcomes = RaceOf(
        start,
        {[&](PlatformClient& client, int) { return Deliver(client, sam_, order, 1, false); },
         [&](PlatformClient& client, int) { return AnswerCancellation(client, bea_, order, kAgree); }});
    const auto deliveries = OfSide(outcomes, 0), answers = OfSide(outcomes, 1);
    ExpectOneWinner(answers, {"ORDER_CANCELLED"});
    const bool delivered = !OrderNow(order).milestones(0).deliveries().empty();
    if (start.first != kNobody) {
      EXPECT_EQ(delivered, start.first == 0);
    }
    if (delivered)
      ExpectOneWinner(deliveries, {"MILESTONE_ALREADY_DELIVERED", "ORDER_CANCELLED"});
    else
      ExpectNoWinner(deliveries, {"ORDER_CANCELLED"});
    ExpectCancelled(order, CANCELLATION_REASON_AGREED);
    ExpectMoney(order, {.captures = 1, .released = {}, .escrow = 0, .back = {kAllBack}});
  }
}

TEST_F(CancellationRaces, AcceptAgainstAnswerCancellation_A19) {
  Wins wins(2);
  for (const Start& start : StartsOf(2)) {
    const std::string order = AskedOrder();
    const auto outcomes = RaceOf(
        start,
        {[&](PlatformClient& client, int) { return Accept(client, bea_, order, 1, NEXT_STEP_DECIDE_LATER); },
         [&](PlatformClient& client, int) { return AnswerCancellation(client, sam_, order, kAgree); }});
    const bool accepted = OrderNow(order).milestones(0).state() == MILESTONE_STATE_ACCEPTED;
    wins.Add(start, accepted ? 0 : 1);
    if (accepted) {
      ExpectOneWinner(outcomes, {"MILESTONE_ALREADY_ACCEPTED", "NO_CANCELLATION_REQUESTED"});
      EXPECT_FALSE(OrderNow(order).has_cancellation_request());
      ExpectMoney(order, {.captures = 1, .released = {12000}, .escrow = 0});
    } else {
      ExpectOneWinner(outcomes, {"ORDER_CANCELLED"});
      ExpectCancelled(order, CANCELLATION_REASON_AGREED);
      ExpectMoney(order, {.captures = 1, .released = {}, .escrow = 0, .back = {kAllBack}});
    }
  }
  wins.ExpectOneOfEach();
}

// The other party in two minds.
TEST_F(CancellationRaces, AgreeAgainstReject_A19) {
  Wins wins(2);
  for (const Start& start : StartsOf(2)) {
    const std::string order = AskedOrder();
    const auto outcomes = RaceOf(
        start,
        {[&](PlatformClient& client, int) { return AnswerCancellation(client, sam_, order, kAgree); },
         [&](PlatformClient& client, int) { return AnswerCancellation(client, sam_, order, kReject); }});
    const bool rejected = OrderNow(order).state() == ORDER_STATE_ACTIVE;
    wins.Add(start, rejected ? 1 : 0);
    ExpectOneWinner(outcomes, {rejected ? "NO_CANCELLATION_REQUESTED" : "ORDER_CANCELLED"});
    if (rejected)
      ExpectMoney(order, {.captures = 1, .released = {}, .escrow = 12000});
    else
      ExpectMoney(order, {.captures = 1, .released = {}, .escrow = 0, .back = {kAllBack}});
  }
  wins.ExpectOneOfEach();
}

TEST_F(CancellationRaces, RequestsOfBothParties_A19) {
  Wins wins(2);
  for (const Start& start : StartsOf(2)) {
    const std::string order = DeliveredOrder();
    const auto outcomes = RaceOf(
        start, {[&](PlatformClient& client, int) { return AskToCancel(client, bea_, order); },
                [&](PlatformClient& client, int) { return AskToCancel(client, sam_, order, kShare); }});
    ExpectOneWinner(outcomes, {"CANCELLATION_PENDING"});
    const billing::v1::CancellationRequest request = OrderNow(order).cancellation_request();
    const bool sellers = request.requested_by() == billing::v1::PARTY_SELLER;
    wins.Add(start, sellers ? 1 : 0);
    EXPECT_EQ(Cents(request.seller_amount()), sellers ? kShare : 0);
    ExpectMoney(order, {.captures = 1, .released = {}, .escrow = 12000});
  }
  wins.ExpectOneOfEach();
}

TEST_F(CancellationRaces, AnOperatorAgainstStartNextMilestone_A16_A19) {
  for (const Start& start : StartsOf(2)) {
    const std::string order = AwaitingNextOrder();
    const auto outcomes =
        RaceOf(start, {[&](PlatformClient& client, int) { return AskToCancel(client, ops_, order); },
                       [&](PlatformClient& client, int) { return StartNext(client, bea_, order); }});
    const auto cancels = OfSide(outcomes, 0), starts = OfSide(outcomes, 1);
    EXPECT_LE(Winners(starts), 1);
    ExpectRefusals(cancels, {"PAYMENT_IN_PROGRESS", "ORDER_COMPLETED"});
    ExpectRefusals(starts, {"PAYMENT_IN_PROGRESS", "IS_THE_LAST_MILESTONE", "ORDER_COMPLETED"});
    EXPECT_EQ(OrderNow(order).milestones(1).has_due_time(), Winners(starts) == 1);
    ExpectPaidOrCancelled(order, cancels);
    if (start.first == 0) {
      EXPECT_EQ(Winners(starts), 0);
    }
    if (start.first == 1) {
      EXPECT_EQ(Winners(starts), 1);
      EXPECT_EQ(Winners(cancels), 1) << "the payment had ended";
    }
  }
}

TEST_F(CancellationRaces, AnOperatorAgainstRetryPayment_A15_A16_A19) {
  for (const Start& start : StartsOf(2)) {
    const std::string order = DeclinedOrder();
    const auto outcomes =
        RaceOf(start, {[&](PlatformClient& client, int) { return AskToCancel(client, ops_, order); },
                       [&](PlatformClient& client, int) { return RetryPayment(client, bea_, order); }});
    const auto cancels = OfSide(outcomes, 0), retries = OfSide(outcomes, 1);
    EXPECT_LE(Winners(retries), 1);
    ExpectRefusals(cancels, {"PAYMENT_IN_PROGRESS", "ORDER_COMPLETED"});
    ExpectRefusals(retries, {"PAYMENT_IN_PROGRESS", "NO_PAYMENT_DUE", "ORDER_COMPLETED"});
    EXPECT_EQ(OrderNow(order).milestones(1).has_due_time(), Winners(retries) == 1);
    ExpectPaidOrCancelled(order, cancels);
  }
}

// Each caller cancels an order of its own; both replicas' refunders are after every refund.
TEST_F(CancellationRaces, TwoRefundersGiveEachBackOnce_M5) {
  std::vector<std::string> orders;
  for (int i = 0; i < kCallers; ++i) orders.push_back(ActiveOrder());
  const auto outcomes = Race({}, [&](PlatformClient& client, int caller) {
    return AskToCancel(client, ops_, orders[caller], caller % 2 == 0 ? 0 : kShare);
  });
  EXPECT_EQ(Winners(outcomes), kCallers);
  for (int i = 0; i < kCallers; ++i) {
    if (i % 2 == 0)
      ExpectMoney(orders[i], {.captures = 1, .released = {}, .escrow = 0, .back = {kAllBack}});
    else
      ExpectMoney(orders[i],
                  {.captures = 1, .released = {}, .escrow = 0, .back = {kRestBack}, .split = kShare});
  }
}

class DisputeRaces : public WaysOutRaces {};

// START_NEXT is no answer in a dispute: one of the two.
TEST_F(DisputeRaces, AcceptAndStartNextAgainstOpenDispute) {
  Wins wins(2);
  for (const Start& start : StartsOf(2)) {
    const std::string order = DeliveredOrder();
    const auto outcomes = RaceOf(
        start,
        {[&](PlatformClient& client, int) { return Accept(client, bea_, order, 1, NEXT_STEP_START_NEXT); },
         [&](PlatformClient& client, int) { return OpenDispute(client, sam_, order); }});
    const bool disputed = OrderNow(order).state() == ORDER_STATE_DISPUTED;
    wins.Add(start, disputed ? 1 : 0);
    ExpectOneWinner(outcomes, {disputed ? "ORDER_DISPUTED" : "MILESTONE_ALREADY_ACCEPTED"});
    if (disputed)
      ExpectMoney(order, {.captures = 1, .released = {}, .escrow = 12000});
    else
      ExpectMoney(order, {.captures = 2, .released = {12000}, .escrow = 8000});
  }
  wins.ExpectOneOfEach();
}

// The buyer may accept in a dispute, too: the acceptance wins in any case, and ends a dispute that came before it.
TEST_F(DisputeRaces, AcceptAgainstOpenDispute) {
  for (const Start& start : StartsOf(2)) {
    const std::string order = DeliveredOrder();
    const auto outcomes = RaceOf(
        start,
        {[&](PlatformClient& client, int) { return Accept(client, bea_, order, 1, NEXT_STEP_DECIDE_LATER); },
         [&](PlatformClient& client, int) { return OpenDispute(client, sam_, order); }});
    const billing::v1::Order now = OrderNow(order);
    const bool disputed = now.milestones(0).has_dispute();
    if (start.first != kNobody) {
      EXPECT_EQ(disputed, start.first == 1);
    }
    EXPECT_EQ(Winners(outcomes), disputed ? 2 : 1);
    ExpectRefusals(outcomes, {"ORDER_DISPUTED", "MILESTONE_ALREADY_ACCEPTED"});
    EXPECT_EQ(now.state(), ORDER_STATE_AWAITING_NEXT);
    EXPECT_EQ(now.milestones(0).dispute().outcome(),
              disputed ? billing::v1::DISPUTE_OUTCOME_RELEASED : billing::v1::DISPUTE_OUTCOME_UNSPECIFIED);
    ExpectMoney(order, {.captures = 1, .released = {12000}, .escrow = 0});
  }
}

TEST_F(DisputeRaces, DisputesOfBothParties) {
  Wins wins(2);
  for (const Start& start : StartsOf(2)) {
    const std::string order = DeliveredOrder();
    const auto outcomes =
        RaceOf(start, {[&](PlatformClient& client, int) { return OpenDispute(client, bea_, order); },
                       [&](PlatformClient& client, int) { return OpenDispute(client, sam_, order); }});
    ExpectOneWinner(outcomes, {"ORDER_DISPUTED"});
    const billing::v1::OrderMilestone milestone = OrderNow(order).milestones(0);
    EXPECT_EQ(milestone.state(), MILESTONE_STATE_DISPUTED);
    EXPECT_EQ(milestone.dispute().number(), 1u);
    wins.Add(start, milestone.dispute().opened_by() == billing::v1::PARTY_SELLER ? 1 : 0);
  }
  wins.ExpectOneOfEach();
}

TEST_F(DisputeRaces, OperatorsWhoResolveDifferently_M2_M5_M6) {
  Wins wins(3);
  for (const Start& start : StartsOf(3)) {
    const std::string order = DisputedOrder();
    const auto decide = [&](PlatformClient& client, Decision decision) {
      return ResolveDispute(client, decision == Decision::kRefund ? other_ops_ : ops_, order, decision);
    };
    const auto outcomes =
        RaceOf(start, {[&](PlatformClient& client, int) { return decide(client, Decision::kRelease); },
                       [&](PlatformClient& client, int) { return decide(client, Decision::kRefund); },
                       [&](PlatformClient& client, int) { return decide(client, Decision::kSplit); }});
    const auto how = OrderNow(order).milestones(0).dispute().outcome();
    wins.Add(start, how == billing::v1::DISPUTE_OUTCOME_RELEASED   ? 0
                    : how == billing::v1::DISPUTE_OUTCOME_REFUNDED ? 1
                                                                   : 2);
    ExpectOneWinner(outcomes,
                    {how == billing::v1::DISPUTE_OUTCOME_RELEASED ? "NOT_DISPUTED" : "ORDER_CANCELLED"});
    if (how == billing::v1::DISPUTE_OUTCOME_RELEASED) {
      ExpectMoney(order, {.captures = 1, .released = {12000}, .escrow = 0});
      continue;
    }
    ExpectCancelled(order, CANCELLATION_REASON_DISPUTE_RESOLVED);
    if (how == billing::v1::DISPUTE_OUTCOME_REFUNDED)
      ExpectMoney(order, {.captures = 1, .released = {}, .escrow = 0, .back = {kAllBack}});
    else
      ExpectMoney(order, {.captures = 1, .released = {}, .escrow = 0, .back = {kRestBack}, .split = kShare});
  }
  wins.ExpectOneOfEach();
}

TEST_F(DisputeRaces, WithdrawAgainstResolve) {
  Wins wins(2);
  for (const Start& start : StartsOf(2)) {
    const std::string order = DisputedOrder();
    const auto outcomes =
        RaceOf(start, {[&](PlatformClient& client, int) { return WithdrawDispute(client, bea_, order); },
                       [&](PlatformClient& client, int) {
                         return ResolveDispute(client, ops_, order, Decision::kRefund);
                       }});
    const bool withdrawn = OrderNow(order).state() == ORDER_STATE_ACTIVE;
    wins.Add(start, withdrawn ? 0 : 1);
    ExpectOneWinner(outcomes, {withdrawn ? "NOT_DISPUTED" : "ORDER_CANCELLED"});
    if (withdrawn) {
      EXPECT_EQ(OrderNow(order).milestones(0).state(), MILESTONE_STATE_DELIVERED);
      EXPECT_LT(BillingTime(), DueTime(order)) << "the review runs on";
      ExpectMoney(order, {.captures = 1, .released = {}, .escrow = 12000});
    } else {
      ExpectCancelled(order, CANCELLATION_REASON_DISPUTE_RESOLVED);
      ExpectMoney(order, {.captures = 1, .released = {}, .escrow = 0, .back = {kAllBack}});
    }
  }
  wins.ExpectOneOfEach();
}

// The buyer accepts, the seller gives all back: both end the dispute.
TEST_F(DisputeRaces, AcceptAgainstTheSellersRefund_A19) {
  Wins wins(2);
  for (const Start& start : StartsOf(2)) {
    const std::string order = DisputedOrder();
    const auto outcomes = RaceOf(
        start,
        {[&](PlatformClient& client, int) { return Accept(client, bea_, order, 1, NEXT_STEP_DECIDE_LATER); },
         [&](PlatformClient& client, int) { return AskToCancel(client, sam_, order); }});
    const billing::v1::Order now = OrderNow(order);
    const bool accepted = now.milestones(0).state() == MILESTONE_STATE_ACCEPTED;
    wins.Add(start, accepted ? 0 : 1);
    if (accepted) {
      // What the seller asks for afterwards is a request like any other.
      EXPECT_LE(Winners(outcomes), 2);
      EXPECT_EQ(now.has_cancellation_request(), Winners(outcomes) == 2);
      ExpectRefusals(outcomes, {"MILESTONE_ALREADY_ACCEPTED", "CANCELLATION_PENDING"});
      ExpectMoney(order, {.captures = 1, .released = {12000}, .escrow = 0});
    } else {
      ExpectOneWinner(outcomes, {"ORDER_CANCELLED"});
      ExpectCancelled(order, type::v1::CANCELLATION_REASON_REFUNDED_BY_SELLER);
      ExpectMoney(order, {.captures = 1, .released = {}, .escrow = 0, .back = {kAllBack}});
    }
  }
  wins.ExpectOneOfEach();
}

// With equal request ids all get the winner's answer.
class OneRequestId : public WaysOutRaces {
 protected:
  using OneStep = std::function<Outcome(PlatformClient&, const std::string& order, const std::string& id)>;
  void ExpectDoneOnce(const std::function<std::string()>& new_order, const OneStep& step,
                      const MoneyOf& left) {
    for (const Start& start : Starts()) {
      const std::string order = new_order(), request_id = NewRequestId();
      const auto outcomes =
          Race(start, [&](PlatformClient& client, int) { return step(client, order, request_id); });
      ExpectOneWinnerAndReplays(outcomes);
      ExpectMoney(order, left);
    }
  }
  static MoneyOf Held() { return {.captures = 1, .released = {}, .escrow = 12000}; }
  static MoneyOf AllBack() { return {.captures = 1, .released = {}, .escrow = 0, .back = {kAllBack}}; }
};

TEST_F(OneRequestId, CancelLateMilestone_W7) {
  ExpectDoneOnce(
      [&] { return CancellableOrder(); },
      [&](auto& client, const auto& order, const auto& id) { return CancelLate(client, bea_, order, id); },
      AllBack());
}

TEST_F(OneRequestId, RequestCancellation_W7) {
  ExpectDoneOnce([&] { return DeliveredOrder(); },
                 [&](auto& client, const auto& order, const auto& id) {
                   return AskToCancel(client, sam_, order, kShare, id);
                 },
                 Held());
  ExpectDoneOnce([&] { return DeliveredOrder(); },
                 [&](auto& client, const auto& order, const auto& id) {
                   return AskToCancel(client, ops_, order, kShare, id);
                 },
                 {.captures = 1, .released = {}, .escrow = 0, .back = {kRestBack}, .split = kShare});
}

TEST_F(OneRequestId, AnswerCancellation_W7) {
  ExpectDoneOnce([&] { return AskedOrder(); },
                 [&](auto& client, const auto& order, const auto& id) {
                   return AnswerCancellation(client, sam_, order, kAgree, id);
                 },
                 AllBack());
}

TEST_F(OneRequestId, OpenAndWithdrawDispute_W7) {
  ExpectDoneOnce(
      [&] { return DeliveredOrder(); },
      [&](auto& client, const auto& order, const auto& id) { return OpenDispute(client, sam_, order, id); },
      Held());
  ExpectDoneOnce([&] { return DisputedOrder(); },
                 [&](auto& client, const auto& order, const auto& id) {
                   return WithdrawDispute(client, bea_, order, id);
                 },
                 Held());
}

TEST_F(OneRequestId, ResolveDispute_W7) {
  ExpectDoneOnce([&] { return DisputedOrder(); },
                 [&](auto& client, const auto& order, const auto& id) {
                   return ResolveDispute(client, ops_, order, Decision::kRefund, id);
                 },
                 AllBack());
}

}  // namespace
}  // namespace milepost::e2e
