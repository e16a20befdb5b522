// Races against a deadline, on its edge: the clock stands one microsecond before it, and goes on while callers call. Who
// is decided before is decided; who is decided at it meets what the deadline has done (A14). Never both, whoever fires it.
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/e2e/races/race.h"
#include "tests/support/database.h"

namespace milepost::e2e {
namespace {

using billing::v1::MilestoneBilling;
using billing::v1::ORDER_STATE_ACTIVE;
using billing::v1::ORDER_STATE_AWAITING_NEXT;
using billing::v1::ORDER_STATE_COMPLETED;
using type::v1::COMPLETION_REASON_NEXT_NOT_STARTED;
using type::v1::COMPLETION_REASON_PAYMENT_GRACE_TIMEOUT;
using type::v1::COMPLETION_REASON_REVIEW_TIMEOUT;

class DeadlineRaces : public RaceTest {};

TEST_F(DeadlineRaces, AcceptAgainstTheReviewDeadline_S33_S34) {
  Wins wins(2);
  for (const Start& start : StartsOf(2)) {
    const std::string order = DeliveredOrder();
    GoToTheEdge(order);
    const auto outcomes = Race(
        start,
        [&](PlatformClient& client, int) {
          return Accept(client, bea_, order, 1, billing::v1::NEXT_STEP_DECIDE_LATER);
        },
        [] { AdvanceBilling(kTick); });
    const billing::v1::Order now = OrderNow(order);
    const bool fired = now.milestones(0).auto_accepted();
    wins.Add(start, fired ? kTheOther : kTheCallers);
    if (fired) {
      ExpectNoWinner(outcomes, {"ORDER_COMPLETED"});
      EXPECT_EQ(now.completion_reason(), COMPLETION_REASON_REVIEW_TIMEOUT);
    } else {
      // Whoever came after the winner met an accepted milestone; the deadline no longer was.
      ExpectOneWinner(outcomes, {"MILESTONE_ALREADY_ACCEPTED"});
      EXPECT_EQ(now.state(), ORDER_STATE_AWAITING_NEXT);
    }
    ExpectMoney(order, {.captures = 1, .released = {12000}, .escrow = 0});
  }
  wins.ExpectOneOfEach();
}

// Nothing moves: one microsecond before, a caller wins; on the deadline, none does, whether it was fired already or not.
TEST_F(DeadlineRaces, AcceptJustBeforeAndOnTheDeadline_A14) {
  const std::string before = DeliveredOrder(), on = DeliveredOrder();
  const auto accept = [&](const std::string& order) {
    return Race({}, [&](PlatformClient& client, int) {
      return Accept(client, bea_, order, 1, billing::v1::NEXT_STEP_DECIDE_LATER);
    });
  };
  GoToTheEdge(before);
  ExpectOneWinner(accept(before), {"MILESTONE_ALREADY_ACCEPTED"});
  EXPECT_EQ(OrderNow(on).milestones(0).state(), billing::v1::MILESTONE_STATE_DELIVERED);
  // Without AdvanceClock, which would have fired it: only time has come.
  testing::ExecuteOrDie(platform_->schema(Platform::Server::kBilling),
                        absl::StrCat("UPDATE test_clock SET value_us = ", absl::ToUnixMicros(DueTime(on))));
  ExpectNoWinner(accept(on), {"ORDER_COMPLETED"});
  EXPECT_EQ(OrderNow(on).completion_reason(), COMPLETION_REASON_REVIEW_TIMEOUT);
  EXPECT_TRUE(Eventually([&] {  // a refusal drops the firing, so the sweeper writes it
    return testing::CountOrDie(platform_->schema(Platform::Server::kBilling),
                               "SELECT COUNT(*) FROM deadlines WHERE pending_due_us <= "
                               "(SELECT value_us FROM test_clock)") == 0;
  }));
  ExpectMoney(on, {.captures = 1, .released = {12000}, .escrow = 0});
}

TEST_F(DeadlineRaces, StartNextAgainstItsDeadline_A12) {
  Wins wins(2);
  for (const Start& start : StartsOf(2)) {
    const std::string order = AwaitingNextOrder();
    GoToTheEdge(order);
    const auto outcomes = Race(
        start, [&](PlatformClient& client, int) { return StartNext(client, bea_, order); },
        [] { AdvanceBilling(kTick, 1); });
    const billing::v1::Order now = OrderNow(order);
    const bool fired = now.state() == ORDER_STATE_COMPLETED;
    wins.Add(start, fired ? kTheOther : kTheCallers);
    if (fired) {
      ExpectNoWinner(outcomes, {"ORDER_COMPLETED"});
      EXPECT_EQ(now.completion_reason(), COMPLETION_REASON_NEXT_NOT_STARTED);
      ExpectMoney(order, {.captures = 1, .released = {12000}, .escrow = 0});
    } else {
      ExpectOneWinner(outcomes, {"PAYMENT_IN_PROGRESS", "IS_THE_LAST_MILESTONE"});
      EXPECT_EQ(now.state(), ORDER_STATE_ACTIVE);
      ExpectMoney(order, {.captures = 2, .released = {12000}, .escrow = 8000});
    }
  }
  wins.ExpectOneOfEach();
}

TEST_F(DeadlineRaces, RetryAgainstTheGraceDeadline_A15_A16) {
  Wins wins(2);
  for (const Start& start : StartsOf(2)) {
    const std::string order = DeclinedOrder();
    GoToTheEdge(order);
    const auto outcomes = Race(
        start, [&](PlatformClient& client, int) { return RetryPayment(client, bea_, order); },
        [] { AdvanceBilling(kTick); });
    const billing::v1::Order now = OrderNow(order);
    const bool fired = now.state() == ORDER_STATE_COMPLETED;
    wins.Add(start, fired ? kTheOther : kTheCallers);
    if (fired) {
      ExpectNoWinner(outcomes, {"ORDER_COMPLETED"});
      EXPECT_EQ(now.completion_reason(), COMPLETION_REASON_PAYMENT_GRACE_TIMEOUT);
      ExpectMoney(order, {.captures = 1, .released = {12000}, .escrow = 0});
    } else {
      // The deadline that fell due while the retry was open is dropped by its success.
      ExpectOneWinner(outcomes, {"PAYMENT_IN_PROGRESS", "NO_PAYMENT_DUE"});
      EXPECT_EQ(now.state(), ORDER_STATE_ACTIVE);
      ExpectMoney(order, {.captures = 2, .released = {12000}, .escrow = 8000});
    }
  }
  wins.ExpectOneOfEach();
}

TEST_F(DeadlineRaces, AcceptOfferAgainstItsExpiry) {
  Wins wins(2);
  for (const Start& start : StartsOf(2)) {
    const offers::v1::Offer offer = SentOffer();
    const absl::Time expiry =
        absl::FromUnixSeconds(offer.expire_time().seconds()) + absl::Nanoseconds(offer.expire_time().nanos());
    AdvanceClocks(expiry - kTick - OffersTime());
    const auto outcomes = Race(
        start, [&](PlatformClient& client, int) { return AcceptOffer(client, bea_, offer); },
        [] { AdvanceOffers(kTick, 1); });
    const offers::v1::Offer now = OfferNow(offer.name());
    const bool fired = now.state() == offers::v1::OFFER_STATE_EXPIRED;
    wins.Add(start, fired ? kTheOther : kTheCallers);
    if (fired) {
      ExpectNoWinner(outcomes, {"OFFER_EXPIRED"});
      EXPECT_EQ(Captures(*story_, "orders/" + offer.name().substr(7)), 0);
    } else {
      ExpectOneWinner(outcomes, {"ACCEPT_IN_PROGRESS", "OFFER_NOT_SENT"});
      EXPECT_EQ(now.state(), offers::v1::OFFER_STATE_ACCEPTED);
      ExpectMoney(now.order(), {.captures = 1, .released = {}, .escrow = 12000});
    }
  }
  wins.ExpectOneOfEach();
}

// Sixteen reviews are over at once. Both replicas' sweepers fire them (their lease is taken from whoever has it, again and
// again), and so does every command of 24 callers: each deadline is fired once.
TEST_F(DeadlineRaces, TwoSweepers) {
  constexpr int kOrders = 16;
  const db::ConnectOptions& schema = platform_->schema(Platform::Server::kBilling);
  std::vector<std::string> orders;
  for (int i = 0; i < kOrders; ++i) orders.push_back(DeliveredOrder());
  const auto pending = [&] {
    return testing::CountOrDie(schema,
                               "SELECT COUNT(*) FROM deadlines WHERE pending_due_us <= (SELECT value_us FROM "
                               "test_clock)");
  };
  std::atomic<bool> swept = false;
  std::thread thief([&] {
    while (!swept) testing::ExecuteOrDie(schema, "UPDATE leases SET until_us = 0 WHERE name = 'sweeper'");
  });
  testing::ExecuteOrDie(
      schema, absl::StrCat("UPDATE test_clock SET value_us = ", absl::ToUnixMicros(DueTime(orders.back()))));
  const auto outcomes = Race({absl::Milliseconds(30), {}}, [&](PlatformClient& client, int caller) {
    return Accept(client, bea_, orders[caller % kOrders], 1, billing::v1::NEXT_STEP_DECIDE_LATER);
  });
  EXPECT_TRUE(Eventually([&] { return pending() == 0; }));
  swept = true;
  thief.join();
  AdvanceOffers(BillingTime() - OffersTime());  // instants cross services: all clocks go together
  ExpectNoWinner(outcomes, {"ORDER_COMPLETED"});
  for (const std::string& order : orders) {
    EXPECT_EQ(OrderNow(order).completion_reason(), COMPLETION_REASON_REVIEW_TIMEOUT);
    ExpectMoney(order, {.captures = 1, .released = {12000}, .escrow = 0});
  }
}

// Both replicas are told to advance the clock at once: one does, the others are told to come back, and do.
TEST_F(DeadlineRaces, TwoWhoAdvanceTheClock_W4) {
  const std::string order = DeliveredOrder();
  const absl::Time due = DueTime(order);
  GoToTheEdge(order);
  Race({}, [&](PlatformClient& client, int caller) {
    testing::v1::AdvanceClockRequest request;
    request.mutable_by()->set_nanos(1000);
    Outcome outcome;
    EXPECT_TRUE(Eventually([&] {
      const auto reply = client.Call("operators/races", *client.clocks()[2],
                                     &testing::v1::TestClock::Stub::AdvanceClock, request);
      outcome = {reply.ok(), false, reply.reason};
      EXPECT_EQ(reply.reason, reply.ok() ? "" : "RESOURCE_BUSY") << caller;
      return reply.ok();
    }));
    return outcome;
  });
  EXPECT_EQ(BillingTime(), due + (kCallers - 1) * kTick);
  EXPECT_EQ(OrderNow(order).completion_reason(), COMPLETION_REASON_REVIEW_TIMEOUT);
  ExpectMoney(order, {.captures = 1, .released = {12000}, .escrow = 0});
}

}  // namespace
}  // namespace milepost::e2e
