// Races of an order's parties: whoever comes first has decided, everybody else is told what has become of it.
#include "tests/e2e/races/race.h"
#include "tests/support/matchers.h"

namespace milepost::e2e {
namespace {

using billing::v1::MilestoneBilling;
using billing::v1::ORDER_STATE_ACTIVE;
using billing::v1::ORDER_STATE_AWAITING_NEXT;
using billing::v1::ORDER_STATE_AWAITING_PAYMENT;
using billing::v1::ORDER_STATE_COMPLETED;

class OrderRaces : public RaceTest {
 protected:
  // A one-time order's quote.
  std::string Quote() {
    const std::string gig = PublishGig(*story_, sam_, "A plan", 20000);
    billing::v1::QuoteOrderRequest request;
    request.mutable_gig_selection()->set_gig(gig);
    request.mutable_gig_selection()->set_package(type::v1::PACKAGE_BASIC);
    request.mutable_gig_selection()->set_workflow(billing::v1::ORDER_TYPE_ONE_TIME);
    return story_->Do(bea_, platform_->client().billing(), &MilestoneBilling::Stub::QuoteOrder, request)
        .quote();
  }
  Reply<billing::v1::PlaceGigOrderResponse> Place(PlatformClient& client, const std::string& quote,
                                                  const std::string& request_id) {
    billing::v1::PlaceGigOrderRequest request;
    request.set_quote(quote);
    request.set_payment_method("pm_ok");
    request.set_request_id(request_id);
    return client.Call(bea_.actor, client.billing(), &MilestoneBilling::Stub::PlaceGigOrder, request);
  }
};

TEST_F(OrderRaces, TwoAcceptsThatDecideLater) {
  for (const Start& start : Starts()) {
    const std::string order = DeliveredOrder();
    const auto outcomes = Race(start, [&](PlatformClient& client, int) {
      return Accept(client, bea_, order, 1, billing::v1::NEXT_STEP_DECIDE_LATER);
    });
    ExpectOneWinner(outcomes, {"MILESTONE_ALREADY_ACCEPTED"});
    EXPECT_EQ(OrderNow(order).state(), ORDER_STATE_AWAITING_NEXT);
    ExpectMoney(order, {.captures = 1, .released = {12000}, .escrow = 0});
  }
}

TEST_F(OrderRaces, TwoAcceptsThatStartTheNext_W7) {
  for (const Start& start : Starts()) {
    const std::string order = DeliveredOrder();
    const auto outcomes = Race(start, [&](PlatformClient& client, int) {
      return Accept(client, bea_, order, 1, billing::v1::NEXT_STEP_START_NEXT);
    });
    ExpectOneWinner(outcomes, {"MILESTONE_ALREADY_ACCEPTED"});
    EXPECT_EQ(OrderNow(order).state(), ORDER_STATE_ACTIVE);
    ExpectMoney(order, {.captures = 2, .released = {12000}, .escrow = 8000});
  }
}

TEST_F(OrderRaces, TwoAcceptsWithOneRequestId_W7) {
  for (const Start& start : Starts()) {
    const std::string order = DeliveredOrder();
    const std::string request_id = NewRequestId();
    const auto outcomes = Race(start, [&](PlatformClient& client, int) {
      return Accept(client, bea_, order, 1, billing::v1::NEXT_STEP_START_NEXT, request_id);
    });
    ExpectOneWinnerAndReplays(outcomes);
    ExpectMoney(order, {.captures = 2, .released = {12000}, .escrow = 8000});
  }
}

// One says START_NEXT, the other END_ORDER: never both.
TEST_F(OrderRaces, AcceptAndEndAgainstAcceptAndStartNext) {
  Wins wins(2);
  for (const Start& start : StartsOf(2)) {
    const std::string order = DeliveredOrder();
    const auto accept = [&](PlatformClient& client, billing::v1::NextStep next) {
      return Accept(client, bea_, order, 1, next);
    };
    const auto outcomes = RaceOf(
        start,
        {[&](PlatformClient& client, int) { return accept(client, billing::v1::NEXT_STEP_START_NEXT); },
         [&](PlatformClient& client, int) { return accept(client, billing::v1::NEXT_STEP_END_ORDER); }});
    const bool ended = OrderNow(order).state() == ORDER_STATE_COMPLETED;
    wins.Add(start, ended ? 1 : 0);
    if (ended) {
      ExpectOneWinner(outcomes, {"ORDER_COMPLETED"});
      ExpectMoney(order, {.captures = 1, .released = {12000}, .escrow = 0});
    } else {
      ExpectOneWinner(outcomes, {"MILESTONE_ALREADY_ACCEPTED"});
      ExpectMoney(order, {.captures = 2, .released = {12000}, .escrow = 8000});
    }
  }
  wins.ExpectOneOfEach();
}

TEST_F(OrderRaces, EndAgainstStartNext_S29_S30) {
  Wins wins(2);
  for (const Start& start : StartsOf(2)) {
    const std::string order = AwaitingNextOrder();
    const auto outcomes =
        RaceOf(start, {[&](PlatformClient& client, int) { return EndOrder(client, bea_, order); },
                       [&](PlatformClient& client, int) { return StartNext(client, bea_, order); }});
    const billing::v1::Order now = OrderNow(order);
    wins.Add(start, now.state() == ORDER_STATE_COMPLETED ? 0 : 1);
    if (now.state() == ORDER_STATE_COMPLETED) {
      ExpectOneWinner(outcomes, {"ORDER_COMPLETED"});
      EXPECT_EQ(now.completion_reason(), type::v1::COMPLETION_REASON_ENDED_BY_BUYER);
      EXPECT_EQ(now.milestones(1).state(), billing::v1::MILESTONE_STATE_SKIPPED);
      ExpectMoney(order, {.captures = 1, .released = {12000}, .escrow = 0});
    } else {
      ExpectOneWinner(outcomes, {"PAYMENT_IN_PROGRESS", "NEXT_MILESTONE_RUNNING", "IS_THE_LAST_MILESTONE"});
      EXPECT_EQ(now.state(), ORDER_STATE_ACTIVE);
      ExpectMoney(order, {.captures = 2, .released = {12000}, .escrow = 8000});
    }
  }
  wins.ExpectOneOfEach();
}

TEST_F(OrderRaces, StartNextStormWithOneRequestId_W7) {
  for (const Start& start : Starts()) {
    const std::string order = AwaitingNextOrder();
    const std::string request_id = NewRequestId();
    const auto outcomes = Race(
        start, [&](PlatformClient& client, int) { return StartNext(client, bea_, order, "", request_id); });
    ExpectOneWinnerAndReplays(outcomes);
    ExpectMoney(order, {.captures = 2, .released = {12000}, .escrow = 8000});
  }
}

TEST_F(OrderRaces, DeliverAgainstDeliver) {
  for (const Start& start : Starts()) {
    const std::string order = ActiveOrder();
    const auto outcomes =
        Race(start, [&](PlatformClient& client, int) { return Deliver(client, sam_, order, 1, false); });
    ExpectOneWinner(outcomes, {"MILESTONE_ALREADY_DELIVERED"});
    EXPECT_EQ(OrderNow(order).milestones(0).state(), billing::v1::MILESTONE_STATE_DELIVERED);
    EXPECT_LT(BillingTime(), DueTime(order));  // one delivery: one window
    ExpectMoney(order, {.captures = 1, .released = {}, .escrow = 12000});
  }
}

// The buyer in two minds: a revision, or the money released. Never both.
TEST_F(OrderRaces, RevisionAgainstAccept_S33) {
  Wins wins(2);
  for (const Start& start : StartsOf(2)) {
    const std::string order = DeliveredOrder();
    const auto outcomes =
        RaceOf(start, {[&](PlatformClient& client, int) { return RequestRevision(client, bea_, order, 1); },
                       [&](PlatformClient& client, int) {
                         return Accept(client, bea_, order, 1, billing::v1::NEXT_STEP_DECIDE_LATER);
                       }});
    ExpectOneWinner(outcomes, {"MILESTONE_NOT_DELIVERED", "MILESTONE_ALREADY_ACCEPTED"});
    const bool revised =
        OrderNow(order).milestones(0).state() == billing::v1::MILESTONE_STATE_REVISION_REQUESTED;
    wins.Add(start, revised ? 0 : 1);
    if (revised) {
      ExpectMoney(order, {.captures = 1, .released = {}, .escrow = 12000});
    } else {
      EXPECT_EQ(OrderNow(order).milestones(0).state(), billing::v1::MILESTONE_STATE_ACCEPTED);
      ExpectMoney(order, {.captures = 1, .released = {12000}, .escrow = 0});
    }
  }
  wins.ExpectOneOfEach();
}

TEST_F(OrderRaces, RetryStormWithFreshRequestIds_A15_W7) {
  for (const Start& start : Starts()) {
    const std::string order = DeclinedOrder();
    const auto outcomes =
        Race(start, [&](PlatformClient& client, int) { return RetryPayment(client, bea_, order); });
    ExpectOneWinner(outcomes, {"PAYMENT_IN_PROGRESS", "NO_PAYMENT_DUE"});
    EXPECT_EQ(OrderNow(order).state(), ORDER_STATE_ACTIVE);
    ExpectMoney(order, {.captures = 2, .released = {12000}, .escrow = 8000});
  }
}

TEST_F(OrderRaces, RetryStormWithOneRequestId_W7) {
  for (const Start& start : Starts()) {
    const std::string order = DeclinedOrder();
    const std::string request_id = NewRequestId();
    const auto outcomes = Race(
        start, [&](PlatformClient& client, int) { return RetryPayment(client, bea_, order, request_id); });
    ExpectOneWinnerAndReplays(outcomes);
    ExpectMoney(order, {.captures = 2, .released = {12000}, .escrow = 8000});
  }
}

// The buyer retries while the reconciler, on either replica, learns what has become of the attempt before, which is still
// OPEN: refused until then. `method` is PENDING at the provider until it is asked for the second time.
class OpenAttempt : public OrderRaces {
 protected:
  // Every caller repeats until it has won, or there is nothing left to pay.
  std::vector<Outcome> RetryUntilSettled(const Start& start, const std::string& order) {
    const auto go_on = [&] {  // what an open attempt waits for: its lease, then its next question
      while (OrderNow(order).last_payment().state() == type::v1::PAYMENT_STATE_OPEN)
        AdvanceBilling(absl::Seconds(1));
    };
    return Race(
        start,
        [&](PlatformClient& client, int) {
          Outcome outcome;
          EXPECT_TRUE(Eventually([&] {
            outcome = RetryPayment(client, bea_, order);
            return outcome.ok || outcome.reason != "PAYMENT_IN_PROGRESS";
          }));
          return outcome;
        },
        go_on);
  }
  std::string OpenOrder(const std::string& method) {
    const std::string order = AwaitingNextOrder();
    EXPECT_TRUE(StartNext(client(1), bea_, order, method).ok);
    EXPECT_EQ(OrderNow(order).last_payment().state(), type::v1::PAYMENT_STATE_OPEN);
    return order;
  }
};

TEST_F(OpenAttempt, RetryIsRefusedUntilItHasSucceeded_A16) {
  const std::string order = OpenOrder("pm_unknown_then_ok");
  ExpectNoWinner(RetryUntilSettled({absl::Milliseconds(50), {}}, order), {"NO_PAYMENT_DUE"});
  EXPECT_EQ(OrderNow(order).state(), ORDER_STATE_ACTIVE);
  ExpectMoney(order, {.captures = 2, .released = {12000}, .escrow = 8000});
}

TEST_F(OpenAttempt, RetryIsRefusedUntilItWasDeclined_A16) {
  const std::string order = OpenOrder("pm_unknown_then_declined");
  ExpectOneWinner(RetryUntilSettled({absl::Milliseconds(50), {}}, order), {"NO_PAYMENT_DUE"});
  EXPECT_EQ(OrderNow(order).state(), ORDER_STATE_ACTIVE);
  ExpectMoney(order, {.captures = 2, .released = {12000}, .escrow = 8000});
}

// Slot 1 was voided and took the money all the same; the rechecker, on either replica, finds that out while the buyer's
// retries fund the milestone by slot 2.
class LateSuccess : public OrderRaces {
 protected:
  // An answer that is late is no answer here: with time frozen it would not be asked for again.
  static void SetUpTestSuite() {
    StartPlatform({{Platform::Server::kBilling, {"--provider_timeout=5s", "--charge_lease=16s"}}});
  }
  // The attempt at milestone 2 was voided; the provider is asked about it again a tick from now.
  std::string VoidedOrder() {
    const std::string order = OpenOrder();
    AdvanceClocks(absl::Hours(1));  // --charge_resubmit_until
    EXPECT_TRUE(
        Eventually([&] { return OrderNow(order).last_payment().state() == type::v1::PAYMENT_STATE_VOIDED; }));
    AdvanceClocks(absl::Hours(1) - kTick);  // --ask_again_first
    return order;
  }
  // Retries of it are OPEN for as long as several of the rechecker's turns: the late success comes in between.
  void SlowDownRetries(const std::string& order) {
    testing::v1::Script slow;
    slow.set_key_prefix(order);
    slow.set_payment_method("pm_ok");
    slow.mutable_answer_delay()->set_nanos(200'000'000);
    SetScript(slow);
  }
  std::vector<billing::v1::Charge> ChargesOf(const std::string& order) {
    billing::v1::ListChargesRequest request;
    request.set_order(order);
    const auto charges =
        story_->Do(bea_, platform_->client().billing(), &MilestoneBilling::Stub::ListCharges, request);
    return {charges.charges().begin(), charges.charges().end()};
  }
  // The late success is booked; `given_back`: and the money is back.
  bool IsBooked(const std::string& order, bool given_back) {
    const billing::v1::Charge voided = ChargesOf(order).at(1);
    if (!voided.has_late_success_time()) return false;
    return !given_back ||
           (voided.refunds_size() > 0 && voided.refunds(0).state() == billing::v1::REFUND_STATE_SUCCEEDED);
  }
  // Whether the ledger has the late success before what slot 2 paid.
  bool LateCameFirst(const std::string& order) {
    bool late = false, late_before_paid = false;
    for (const billing::v1::Entry& entry : Entries(order)) {
      if (entry.move() == "M9") late = true;
      if (entry.move() == "M1") late_before_paid = late;
    }
    return late_before_paid;
  }
  void ExpectOnePaidAndOneGivenBack(const std::string& order) {
    const std::vector<billing::v1::Charge> charges = ChargesOf(order);
    ASSERT_EQ(charges.size(), 3u) << "milestone 1's, the voided one, one retry";
    EXPECT_EQ(charges[1].state(), billing::v1::CHARGE_STATE_VOIDED) << "what ended stays ended";
    ASSERT_EQ(charges[1].refunds_size(), 1);
    EXPECT_EQ(Cents(charges[1].refunds(0).amount()),
              Cents(charges[1].amount()) + Cents(charges[1].buyer_fee()));
    EXPECT_EQ(charges[2].state(), billing::v1::CHARGE_STATE_SUCCEEDED);
    EXPECT_EQ(charges[2].slot(), 2u);
    const billing::v1::Order now = OrderNow(order);
    EXPECT_EQ(now.state(), ORDER_STATE_ACTIVE);
    EXPECT_EQ(now.milestones(1).charge(), charges[2].name());
    ExpectMoney(order, {.captures = 2, .released = {12000}, .escrow = 8000, .late = 1});
  }

 private:
  std::string OpenOrder() {
    testing::v1::Script captured_all_the_same;
    captured_all_the_same.set_payment_method("pm_" + NewRequestId());
    captured_all_the_same.set_pending_queries(1'000'000);  // for ever: until it is voided
    captured_all_the_same.set_captured_after_void(1);
    SetScript(captured_all_the_same);
    const std::string order = AwaitingNextOrder();
    EXPECT_TRUE(StartNext(client(1), bea_, order, captured_all_the_same.payment_method()).ok);
    EXPECT_EQ(OrderNow(order).last_payment().state(), type::v1::PAYMENT_STATE_OPEN);
    return order;
  }
  static void SetScript(const testing::v1::Script& script) {
    testing::v1::SetScriptRequest request;
    *request.mutable_script() = script;
    PlatformClient& client = platform_->client();
    EXPECT_TRUE(client
                    .Call("operators/races", client.simulator(),
                          &testing::v1::PaymentSimulator::Stub::SetScript, request)
                    .ok());
  }
};

TEST_F(LateSuccess, RetryAgainstALateSuccess_M9) {
  Wins wins(2);
  for (const Start& start : StartsOf(2)) {
    const std::string order = VoidedOrder();
    if (start.first == kNobody) SlowDownRetries(order);
    const auto outcomes = Race(
        start, [&](PlatformClient& client, int) { return RetryPayment(client, bea_, order); },
        [&] {
          AdvanceBilling(kTick, 1);
          EXPECT_TRUE(Eventually([&] { return IsBooked(order, /*given_back=*/false); }));
        });
    ExpectOneWinner(outcomes, {"PAYMENT_IN_PROGRESS", "NO_PAYMENT_DUE"});
    EXPECT_TRUE(Eventually([&] {
      if (OrderNow(order).last_payment().state() == type::v1::PAYMENT_STATE_SUCCEEDED &&
          IsBooked(order, /*given_back=*/true))
        return true;
      AdvanceClocks(absl::Seconds(1));  // what was not answered in time is asked again
      return false;
    }));
    wins.Add(start, LateCameFirst(order) ? kTheOther : kTheCallers);
    ExpectOnePaidAndOneGivenBack(order);
  }
  wins.ExpectOneOfEach();
}

// The quote is the business key: every caller is answered with the one order, which is charged once.
TEST_F(OrderRaces, TwoPlacementsOfOneQuote_W7) {
  for (const Start& start : Starts()) {
    const std::string quote = Quote();
    std::vector<std::string> orders(kCallers);
    const auto outcomes = Race(start, [&](PlatformClient& client, int caller) {
      const auto reply = Place(client, quote, NewRequestId());
      orders[caller] = reply->order().name();
      return OutcomeOf(reply);
    });
    EXPECT_EQ(Winners(outcomes), kCallers);
    EXPECT_EQ(std::set<std::string>(orders.begin(), orders.end()).size(), 1u);
    EXPECT_EQ(OrderNow(orders[0]).state(), ORDER_STATE_ACTIVE);
    ExpectMoney(orders[0], {.captures = 1, .released = {}, .escrow = 20000});
  }
}

TEST_F(OrderRaces, TwoPlacementsOfOneQuoteWithOneRequestId_W7) {
  for (const Start& start : Starts()) {
    const std::string quote = Quote(), request_id = NewRequestId();
    std::vector<std::string> orders(kCallers);
    const auto outcomes = Race(start, [&](PlatformClient& client, int caller) {
      const auto reply = Place(client, quote, request_id);
      orders[caller] = reply->order().name();
      return OutcomeOf(reply);
    });
    ExpectOneWinnerAndReplays(outcomes);
    EXPECT_EQ(std::set<std::string>(orders.begin(), orders.end()).size(), 1u);
    ExpectMoney(orders[0], {.captures = 1, .released = {}, .escrow = 20000});
  }
}

}  // namespace
}  // namespace milepost::e2e
