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
    ExpectOneWinner(outcomes, {"MILESTONE_NOT_DELIVERED"});
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
    ExpectOneWinner(outcomes, {"NOT_THE_CURRENT_MILESTONE"});
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
  for (const Start& start : Starts()) {
    const std::string order = DeliveredOrder();
    const auto outcomes = Race(start, [&](PlatformClient& client, int caller) {
      return Accept(client, bea_, order, 1,
                    caller % 4 < 2 ? billing::v1::NEXT_STEP_START_NEXT : billing::v1::NEXT_STEP_END_ORDER);
    });
    if (OrderNow(order).state() == ORDER_STATE_COMPLETED) {
      ExpectOneWinner(outcomes, {"ORDER_COMPLETED"});
      ExpectMoney(order, {.captures = 1, .released = {12000}, .escrow = 0});
    } else {
      ExpectOneWinner(outcomes, {"NOT_THE_CURRENT_MILESTONE"});
      ExpectMoney(order, {.captures = 2, .released = {12000}, .escrow = 8000});
    }
  }
}

TEST_F(OrderRaces, EndAgainstStartNext_S29_S30) {
  for (const Start& start : Starts()) {
    const std::string order = AwaitingNextOrder();
    const auto outcomes = Race(start, [&](PlatformClient& client, int caller) {
      return caller % 4 < 2 ? EndOrder(client, bea_, order) : StartNext(client, bea_, order);
    });
    const billing::v1::Order now = OrderNow(order);
    if (now.state() == ORDER_STATE_COMPLETED) {
      ExpectOneWinner(outcomes, {"ORDER_COMPLETED"});
      EXPECT_EQ(now.completion_reason(), billing::v1::COMPLETION_REASON_ENDED_BY_BUYER);
      EXPECT_EQ(now.milestones(1).state(), billing::v1::MILESTONE_STATE_SKIPPED);
      ExpectMoney(order, {.captures = 1, .released = {12000}, .escrow = 0});
    } else {
      ExpectOneWinner(outcomes,
                      {"PAYMENT_IN_PROGRESS", "NEXT_MILESTONE_RUNNING", "NEXT_MILESTONE_NOT_STARTABLE"});
      EXPECT_EQ(now.state(), ORDER_STATE_ACTIVE);
      ExpectMoney(order, {.captures = 2, .released = {12000}, .escrow = 8000});
    }
  }
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
  for (const Start& start : Starts()) {
    const std::string order = DeliveredOrder();
    const auto outcomes = Race(start, [&](PlatformClient& client, int caller) {
      return caller % 4 < 2 ? RequestRevision(client, bea_, order, 1)
                            : Accept(client, bea_, order, 1, billing::v1::NEXT_STEP_DECIDE_LATER);
    });
    ExpectOneWinner(outcomes, {"MILESTONE_NOT_DELIVERED"});
    if (OrderNow(order).milestones(0).state() == billing::v1::MILESTONE_STATE_REVISION_REQUESTED) {
      ExpectMoney(order, {.captures = 1, .released = {}, .escrow = 12000});
    } else {
      EXPECT_EQ(OrderNow(order).milestones(0).state(), billing::v1::MILESTONE_STATE_ACCEPTED);
      ExpectMoney(order, {.captures = 1, .released = {12000}, .escrow = 0});
    }
  }
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

// The buyer retries while the reconciler, on either replica, learns what has become of the attempt before. `method` is
// PENDING at the provider until it is asked for the second time.
class LateOutcome : public OrderRaces {
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

TEST_F(LateOutcome, RetryAgainstALateSuccess_A16) {
  const std::string order = OpenOrder("pm_unknown_then_ok");
  ExpectNoWinner(RetryUntilSettled({absl::Milliseconds(50), {}}, order), {"NO_PAYMENT_DUE"});
  EXPECT_EQ(OrderNow(order).state(), ORDER_STATE_ACTIVE);
  ExpectMoney(order, {.captures = 2, .released = {12000}, .escrow = 8000});
}

TEST_F(LateOutcome, RetryAgainstALateDecline_A16) {
  const std::string order = OpenOrder("pm_unknown_then_declined");
  ExpectOneWinner(RetryUntilSettled({absl::Milliseconds(50), {}}, order), {"NO_PAYMENT_DUE"});
  EXPECT_EQ(OrderNow(order).state(), ORDER_STATE_ACTIVE);
  ExpectMoney(order, {.captures = 2, .released = {12000}, .escrow = 8000});
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
