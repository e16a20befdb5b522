// Races of cancellations and disputes with deadlines, on their edge: see deadline_races_test.cc.
#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/e2e/races/ways_out.h"
#include "tests/support/database.h"

namespace milepost::e2e {
namespace {

using billing::v1::DEADLINE_KIND_CANCELLATION_ANSWER;
using billing::v1::DEADLINE_KIND_NON_DELIVERY;
using billing::v1::DEADLINE_KIND_REVIEW;
using billing::v1::ORDER_STATE_ACTIVE;
using billing::v1::ORDER_STATE_DISPUTED;
using type::v1::CANCELLATION_REASON_AGREED;
using type::v1::CANCELLATION_REASON_LATE_DELIVERY;
using type::v1::CANCELLATION_REASON_NON_DELIVERY;
using type::v1::COMPLETION_REASON_REVIEW_TIMEOUT;

class WaysOutDeadlineRaces : public WaysOutRaces {
 protected:
  // A milestone that ends without a delivery in a microsecond.
  std::string NeverDelivered() {
    const std::string order = CancellableOrder();
    GoToTheEdge(order, DEADLINE_KIND_NON_DELIVERY);
    return order;
  }
  void ExpectNonDelivery(const std::string& order) {
    ExpectCancelled(order, CANCELLATION_REASON_NON_DELIVERY);
    ExpectMoney(order, {.captures = 1, .released = {}, .escrow = 0, .back = {kAllBack}});
  }
  int64_t EventsOf(const std::string& order, const std::string& type) {
    return testing::CountOrDie(
        platform_->schema(Platform::Server::kBilling),
        absl::StrCat("SELECT COUNT(*) FROM events WHERE aggregate_id = UNHEX(REPLACE('", order.substr(7),
                     "', '-', '')) AND type = '", type, "'"));
  }
};

TEST_F(WaysOutDeadlineRaces, OpenDisputeAgainstTheReviewDeadline_S34) {
  Wins wins(2);
  for (const Start& start : StartsOf(2)) {
    const std::string order = DeliveredOrder();
    GoToTheEdge(order);
    const auto outcomes = Race(
        start,
        [&](PlatformClient& client, int caller) {
          return OpenDispute(client, caller % 3 == 0 ? sam_ : bea_, order);
        },
        [] { AdvanceBilling(kTick); });
    const billing::v1::Order now = OrderNow(order);
    const bool fired = now.state() != ORDER_STATE_DISPUTED;
    wins.Add(start, fired ? kTheOther : kTheCallers);
    if (fired) {
      ExpectNoWinner(outcomes, {"ORDER_COMPLETED"});
      EXPECT_EQ(now.completion_reason(), COMPLETION_REASON_REVIEW_TIMEOUT);
      EXPECT_FALSE(now.milestones(0).has_dispute());
      ExpectMoney(order, {.captures = 1, .released = {12000}, .escrow = 0});
    } else {
      ExpectOneWinner(outcomes, {"ORDER_DISPUTED"});
      ExpectMoney(order, {.captures = 1, .released = {}, .escrow = 12000});
    }
  }
  wins.ExpectOneOfEach();
}

TEST_F(WaysOutDeadlineRaces, OpenDisputeAgainstNonDelivery_A27) {
  Wins wins(2);
  for (const Start& start : StartsOf(2)) {
    const std::string order = NeverDelivered();
    const auto outcomes = Race(
        start, [&](PlatformClient& client, int) { return OpenDispute(client, sam_, order); },
        [] { AdvanceBilling(kTick, 1); });
    const bool fired = OrderNow(order).state() != ORDER_STATE_DISPUTED;
    wins.Add(start, fired ? kTheOther : kTheCallers);
    if (fired) {
      ExpectNoWinner(outcomes, {"ORDER_CANCELLED"});
      ExpectNonDelivery(order);
    } else {
      ExpectOneWinner(outcomes, {"ORDER_DISPUTED"});
      ExpectMoney(order, {.captures = 1, .released = {}, .escrow = 12000});
    }
  }
  wins.ExpectOneOfEach();
}

// A request is pending: whichever wins voids it, once.
TEST_F(WaysOutDeadlineRaces, AcceptAgainstTheReviewDeadlineVoidsTheRequestOnce_A19) {
  Wins wins(2);
  for (const Start& start : StartsOf(2)) {
    const std::string order = DeliveredOrder();
    AdvanceClocks(DueTime(order) - absl::Hours(1) - BillingTime());
    EXPECT_TRUE(AskToCancel(client(0), sam_, order).ok);
    GoToTheEdge(order, DEADLINE_KIND_REVIEW);
    const auto outcomes = Race(
        start,
        [&](PlatformClient& client, int) {
          return Accept(client, bea_, order, 1, billing::v1::NEXT_STEP_DECIDE_LATER);
        },
        [] { AdvanceBilling(kTick); });
    const billing::v1::Order now = OrderNow(order);
    const bool fired = now.milestones(0).auto_accepted();
    wins.Add(start, fired ? kTheOther : kTheCallers);
    if (fired)
      ExpectNoWinner(outcomes, {"ORDER_COMPLETED"});
    else
      ExpectOneWinner(outcomes, {"MILESTONE_ALREADY_ACCEPTED"});
    EXPECT_FALSE(now.has_cancellation_request());
    EXPECT_EQ(EventsOf(order, "cancellation.voided"), 1);
    ExpectMoney(order, {.captures = 1, .released = {12000}, .escrow = 0});
  }
  wins.ExpectOneOfEach();
}

TEST_F(WaysOutDeadlineRaces, AnswerAgainstItsLapse_A19) {
  Wins wins(2);
  for (const Start& start : StartsOf(2)) {
    const std::string order = AskedOrder();
    GoToTheEdge(order, DEADLINE_KIND_CANCELLATION_ANSWER);
    const auto outcomes = Race(
        start, [&](PlatformClient& client, int) { return AnswerCancellation(client, sam_, order, kAgree); },
        [] { AdvanceBilling(kTick); });
    const bool lapsed = OrderNow(order).state() == ORDER_STATE_ACTIVE;
    wins.Add(start, lapsed ? kTheOther : kTheCallers);
    EXPECT_EQ(EventsOf(order, "cancellation.lapsed"), lapsed ? 1 : 0);
    if (lapsed) {
      ExpectNoWinner(outcomes, {"NO_CANCELLATION_REQUESTED"});
      ExpectMoney(order, {.captures = 1, .released = {}, .escrow = 12000});
    } else {
      ExpectOneWinner(outcomes, {"ORDER_CANCELLED"});
      ExpectCancelled(order, CANCELLATION_REASON_AGREED);
      ExpectMoney(order, {.captures = 1, .released = {}, .escrow = 0, .back = {kAllBack}});
    }
  }
  wins.ExpectOneOfEach();
}

TEST_F(WaysOutDeadlineRaces, DeliverAgainstNonDelivery_A27) {
  Wins wins(2);
  for (const Start& start : StartsOf(2)) {
    const std::string order = NeverDelivered();
    const auto outcomes = Race(
        start, [&](PlatformClient& client, int) { return Deliver(client, sam_, order, 1, false); },
        [] { AdvanceBilling(kTick); });
    const bool fired = OrderNow(order).state() != ORDER_STATE_ACTIVE;
    wins.Add(start, fired ? kTheOther : kTheCallers);
    if (fired) {
      ExpectNoWinner(outcomes, {"ORDER_CANCELLED"});
      ExpectNonDelivery(order);
    } else {
      ExpectOneWinner(outcomes, {"MILESTONE_ALREADY_DELIVERED"});
      ExpectMoney(order, {.captures = 1, .released = {}, .escrow = 12000});
    }
  }
  wins.ExpectOneOfEach();
}

// Either way it is cancelled; refunded once, for one reason.
TEST_F(WaysOutDeadlineRaces, CancelLateMilestoneAgainstNonDelivery_A20_A27) {
  Wins wins(2);
  for (const Start& start : StartsOf(2)) {
    const std::string order = NeverDelivered();
    const auto outcomes = Race(
        start, [&](PlatformClient& client, int) { return CancelLate(client, bea_, order); },
        [] { AdvanceBilling(kTick, 1); });
    const bool fired = OrderNow(order).cancellation_reason() == CANCELLATION_REASON_NON_DELIVERY;
    wins.Add(start, fired ? kTheOther : kTheCallers);
    if (fired)
      ExpectNoWinner(outcomes, {"ORDER_CANCELLED"});
    else
      ExpectOneWinner(outcomes, {"ORDER_CANCELLED"});
    ExpectCancelled(order, fired ? CANCELLATION_REASON_NON_DELIVERY : CANCELLATION_REASON_LATE_DELIVERY);
    ExpectMoney(order, {.captures = 1, .released = {}, .escrow = 0, .back = {kAllBack}});
  }
  wins.ExpectOneOfEach();
}

// A microsecond too early for the buyer, and then not any more.
TEST_F(WaysOutDeadlineRaces, CancelLateMilestoneAgainstItsFirstMoment_A20) {
  for (const Start& start : Starts()) {
    const std::string order = ActiveOrder();
    AdvanceClocks(DueTime(order) - BillingTime());
    GoToTheEdge(order, billing::v1::DEADLINE_KIND_LATE_CANCELLATION);
    const auto outcomes = Race(
        start, [&](PlatformClient& client, int) { return CancelLate(client, bea_, order); },
        [] { AdvanceBilling(kTick); });
    EXPECT_LE(Winners(outcomes), 1);
    ExpectRefusals(outcomes, {"MILESTONE_NOT_LATE", "ORDER_CANCELLED"});
    if (Winners(outcomes) == 0) {
      EXPECT_TRUE(CancelLate(client(0), bea_, order).ok);
    }
    ExpectCancelled(order, CANCELLATION_REASON_LATE_DELIVERY);
    ExpectMoney(order, {.captures = 1, .released = {}, .escrow = 0, .back = {kAllBack}});
  }
}

// As DeadlineRaces.TwoSweepers: sixteen milestones end without a delivery at once.
TEST_F(WaysOutDeadlineRaces, TwoSweepers_A27) {
  constexpr int kOrders = 16;
  const db::ConnectOptions& schema = platform_->schema(Platform::Server::kBilling);
  std::vector<std::string> orders;
  for (int i = 0; i < kOrders; ++i) orders.push_back(ActiveOrder());
  AdvanceClocks(absl::Hours(6 * 24));
  const absl::Time due = DueTime(orders.back(), DEADLINE_KIND_NON_DELIVERY);
  std::atomic<bool> swept = false;
  std::thread thief([&] {
    while (!swept) testing::ExecuteOrDie(schema, "UPDATE leases SET until_us = 0 WHERE name = 'sweeper'");
  });
  testing::ExecuteOrDie(schema, absl::StrCat("UPDATE test_clock SET value_us = ", absl::ToUnixMicros(due)));
  const auto outcomes = Race({absl::Milliseconds(30), {}}, [&](PlatformClient& client, int caller) {
    const std::string& order = orders[caller % kOrders];
    return caller % 2 == 0 ? Deliver(client, sam_, order, 1, false) : CancelLate(client, bea_, order);
  });
  EXPECT_TRUE(Eventually([&] {
    return testing::CountOrDie(schema,
                               "SELECT COUNT(*) FROM deadlines WHERE pending_due_us <= "
                               "(SELECT value_us FROM test_clock)") == 0;
  }));
  swept = true;
  thief.join();
  AdvanceClocks(BillingTime() - OffersTime());  // all clocks go together
  ExpectNoWinner(outcomes, {"ORDER_CANCELLED"});
  for (const std::string& order : orders) {
    EXPECT_EQ(EventsOf(order, "milestone.cancelled"), 1);
    ExpectNonDelivery(order);
  }
}

}  // namespace
}  // namespace milepost::e2e
