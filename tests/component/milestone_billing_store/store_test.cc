// Orders on a real database: what a lane writes is what the state says, the lists find it, the constraints hold.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <map>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/db/lane.h"
#include "common/db/migrations.h"
#include "common/db/mysql_store.h"
#include "common/db/mysql_timeline.h"
#include "migrations/milestone_billing.h"
#include "services/milestone_billing/store/backlogs.h"
#include "services/milestone_billing/store/ledger_queries.h"
#include "services/milestone_billing/store/order_mapping.h"
#include "services/milestone_billing/store/order_queries.h"
#include "tests/support/database.h"
#include "tests/support/matchers.h"

namespace milepost::billing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::RefusedWith;
using ::testing::UnorderedElementsAre;
using Result = absl::StatusOr<db::Answer<OrderDomain>>;

const absl::Time kStart = absl::FromUnixSeconds(1'750'000'000);
constexpr absl::Duration kDay = absl::Hours(24);
const Actor kBuyer = *Actor::Parse("users/ben");
const Actor kSeller = *Actor::Parse("users/sam");

OfferId OfferNumbered(int number) {
  return OfferId(DeriveUuid(NewUuid(kStart), "offer", std::to_string(number)));
}

Terms MilestonesOf(int count) {
  Terms terms;
  terms.gig = GigId(NewUuid(kStart));
  terms.title = "A trailer";
  for (int i = 0; i < count; ++i)
    terms.milestones.push_back(
        {.name = "Step", .days = 4, .amount = Money::Usd(15000), .revisions = {.count = 1}});
  return terms;
}

PlaceOrder Placing(const OfferId& offer, Terms terms, std::string buyer = kBuyer.name) {
  PlaceOrder place{
      .actor = *Actor::Parse("services/offer-service"), .offer = offer, .buyer = std::move(buyer)};
  place.seller = kSeller.name;
  place.terms = std::move(terms);
  place.terms_hash = "agreed";
  place.payment_method = "pm-visa";
  place.attempt = 1;
  place.accept_until = kStart + 1000 * kDay;
  return place;
}

// A schema of its own with a frozen clock, one lane and one connection for reads.
class OrdersInMySql : public ::testing::Test {
 protected:
  OrdersInMySql() : schema_(testing::TestDatabase::Get().NewSchema()), timeline_(schema_, "order", kFollow) {
    EXPECT_THAT(db::Migrate(schema_, {migrations::milestone_billing()}), IsOk());
    EXPECT_THAT(db::EnableTestClock(schema_, db::ClockMode::kFrozen), IsOk());
    connection_ = *db::Connection::Open(schema_);
    const auto table = std::make_shared<db::AggregateTable<OrderDomain>>(OrderMapping());
    lanes_ = std::make_unique<db::Lanes<OrderDomain>>(db::LaneOptions{.lanes = 1}, [this, table] {
      return std::make_unique<db::MySqlStore<OrderDomain>>(schema_, table, kFollow);
    });
    At(kStart);
  }

  void At(absl::Time now) {
    now_ = now;
    EXPECT_THAT(timeline_.ShowTime(now), IsOk());
  }

  Result Do(const OrderId& order, OrderCommand command) {
    std::promise<Result> promise;
    lanes_->Submit({order, std::move(command), Actor::System(), "Test"},
                   [&](Result result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }
  // The order after a step that must not fail.
  Order Done(const OrderId& order, OrderCommand command) {
    Result result = Do(order, std::move(command));
    EXPECT_THAT(result, IsOk());
    return result.ok() ? result->state : Order{};
  }

  Order Place(const OfferId& offer, Terms terms, std::string buyer = kBuyer.name) {
    return Done(OrderIdOf(offer), Placing(offer, std::move(terms), std::move(buyer)));
  }
  Order Settle(const Order& order, ChargeOutcome outcome) {
    return Done(order.id, SettleCharge{order.charges.back().id, std::move(outcome)});
  }
  Order Placed(int number, Terms terms, std::string buyer = kBuyer.name) {
    return Settle(Place(OfferNumbered(number), std::move(terms), std::move(buyer)), Succeeded{"cap"});
  }
  Order Deliver(const Order& order) {
    return Done(order.id, DeliverMilestone{kSeller, order.current_milestone,
                                           order.is_last(order.current_milestone), "done", ""});
  }
  Order Accept(const Order& order, NextStep next) {
    return Done(order.id, AcceptMilestone{kBuyer, order.current_milestone, next, {}});
  }

  // As a new process would read it.
  Order Stored(const OrderId& id) {
    const db::AggregateTable<OrderDomain> table(OrderMapping());
    const absl::StatusOr<std::vector<Order>> orders = table.Load(*connection_, {id});
    EXPECT_TRUE(orders.ok() && orders->size() == 1);
    return orders.ok() && !orders->empty() ? orders->front() : Order{};
  }
  int64_t Count(const std::string& what) {
    return testing::CountOrDie(schema_, "SELECT COUNT(*) FROM " + what);
  }

  static constexpr db::TestClockUse kFollow = db::TestClockUse::kFollow;
  const db::ConnectOptions schema_;
  db::MySqlTimeline timeline_;
  absl::Time now_;
  std::unique_ptr<db::Connection> connection_;
  std::unique_ptr<db::Lanes<OrderDomain>> lanes_;
};

TEST_F(OrdersInMySql, KeepsAWholeOrderAsItsStateSays) {
  Order order = Placed(1, MilestonesOf(2));
  order = Deliver(order);
  order = Accept(order, NextStep::kStartNext);
  EXPECT_EQ(Stored(order.id), order);
  order = Settle(order, Declined{DeclineReason::kCardExpired});
  order = Done(order.id, RetryPayment{kBuyer, "pm-new", {}});
  order = Settle(order, Unknown{now_ + absl::Minutes(1)});
  EXPECT_EQ(Stored(order.id), order);
  order = Settle(order, Succeeded{"cap-2"});
  order = Deliver(order);
  order = Accept(order, NextStep::kUnset);
  EXPECT_EQ(Stored(order.id), order);
  EXPECT_EQ(order.state, OrderState::kCompleted);
  EXPECT_EQ(Count("charges"), 3);
  EXPECT_EQ(Count("charges WHERE state = 'SUCCEEDED' AND open_lease_us IS NULL"), 2);
  EXPECT_EQ(Count("charges WHERE state = 'DECLINED' AND decline_reason = 'CARD_EXPIRED' AND slot = 1"), 1);
  EXPECT_EQ(Count("orders WHERE state = 'COMPLETED' AND funded_minor = 30000 AND released_minor = 30000"), 1);
  EXPECT_EQ(Count("entries"), 12);
  EXPECT_EQ(Count("events"), static_cast<int64_t>(order.sequence));
}

TEST_F(OrdersInMySql, FindsAndFiresDeadlines) {
  Order order = Deliver(Placed(1, MilestonesOf(2)));
  order = Done(order.id, RequestRevision{kBuyer, 1, "again"});
  order = Deliver(order);
  const absl::Time due = kStart + 8 * kDay;
  EXPECT_THAT(*ListDeadlines(*connection_, order.id, 0, 10),
              ElementsAre(StoredDeadline{{1, DeadlineKind::kReview, due}, DeadlineStatus::kPending, {}}))
      << "one row that has moved four times";
  At(due + absl::Hours(1));
  order = Done(order.id, Tick{});
  EXPECT_EQ(order.completion_reason, CompletionReason::kReviewTimeout);
  EXPECT_THAT(*ListDeadlines(*connection_, order.id, 0, 10),
              ElementsAre(StoredDeadline{{1, DeadlineKind::kReview, due}, DeadlineStatus::kFired, due}));
}

// A27: a deadline that fires is followed by the next, in a row of its own.
TEST_F(OrdersInMySql, FiresTheDeadlinesOfAMilestoneThatIsNeverDelivered) {
  const Order order = Placed(1, MilestonesOf(2));
  const absl::Time due = kStart + 4 * kDay;
  const StoredDeadline late{{1, DeadlineKind::kDelivery, due}, DeadlineStatus::kFired, due};
  const StoredDeadline cancellable{
      {2, DeadlineKind::kLateCancellation, due + kDay}, DeadlineStatus::kFired, due + kDay};
  const Deadline never{3, DeadlineKind::kNonDelivery, due + 30 * kDay};
  At(due + 2 * kDay);
  EXPECT_EQ(Stored(Done(order.id, Tick{}).id).deadlines, std::vector<Deadline>{never});
  EXPECT_THAT(*ListDeadlines(*connection_, order.id, 0, 10),
              ElementsAre(late, cancellable, StoredDeadline{never, DeadlineStatus::kPending, {}}));
  At(due + 30 * kDay);
  const Order cancelled = Done(order.id, Tick{});
  EXPECT_EQ(cancelled.state, OrderState::kCancelled);
  EXPECT_EQ(Stored(order.id), cancelled);
  EXPECT_THAT(*ListDeadlines(*connection_, order.id, 0, 10),
              ElementsAre(late, cancellable, StoredDeadline{never, DeadlineStatus::kFired, never.due}));
  EXPECT_EQ(Count("orders WHERE state = 'CANCELLED' AND funded_minor = 15000 AND released_minor = 0 AND "
                  "refunded_minor = 15000 AND operator_since_us IS NULL"),
            1);
  EXPECT_THAT(*ListPendingRefunds(*connection_, now_, 10),
              ElementsAre(PendingRefund{order.id, order.charges[0].id, 1}));
}

TEST_F(OrdersInMySql, KeepsFrozenDeadlinesWithTheTimeThatIsLeft) {
  const Order order = Deliver(Placed(1, MilestonesOf(2)));
  Done(order.id, RequestCancellation{kSeller, Money::Usd(5000), "no time"});
  At(kStart + kDay);
  const Order disputed = Done(order.id, OpenDispute{kBuyer, 1, "not this"});
  EXPECT_EQ(Stored(order.id), disputed);
  const Deadline review{1, DeadlineKind::kReview, kStart + 8 * kDay, 0, 7 * kDay};
  const Deadline answer{2, DeadlineKind::kCancellationAnswer, kStart + 2 * kDay, 0, kDay};
  const Deadline alarm{3, DeadlineKind::kDispute, kStart + 15 * kDay};
  EXPECT_THAT(*ListDeadlines(*connection_, order.id, 0, 10),
              ElementsAre(StoredDeadline{review, DeadlineStatus::kFrozen, {}},
                          StoredDeadline{answer, DeadlineStatus::kFrozen, {}},
                          StoredDeadline{alarm, DeadlineStatus::kPending, {}}));
  EXPECT_EQ(Count("deadlines WHERE pending_due_us IS NOT NULL"), 1);
  At(kStart + 10 * kDay);
  const Order withdrawn = Done(order.id, WithdrawDispute{kBuyer, 1});
  EXPECT_EQ(Stored(order.id), withdrawn);
  EXPECT_THAT(
      *ListDeadlines(*connection_, order.id, 0, 10),
      ElementsAre(
          StoredDeadline{{1, DeadlineKind::kReview, now_ + 7 * kDay}, DeadlineStatus::kPending, {}},
          StoredDeadline{{2, DeadlineKind::kCancellationAnswer, now_ + kDay}, DeadlineStatus::kPending, {}},
          StoredDeadline{alarm, DeadlineStatus::kCleared, {}}));
}

// One step ends the order and with it the deadline that was set before; another's row is cleared.
TEST_F(OrdersInMySql, KeepsASplitOrderAsItsStateSays) {
  const Order order = Deliver(Placed(1, MilestonesOf(2)));
  Done(order.id, OpenDispute{kSeller, 1, "it is what was agreed"});
  const Actor ops = *Actor::Parse("operators/ops-1");
  const Order split =
      Done(order.id, ResolveDispute{ops, 1, DisputeOutcome::kSplit, Money::Usd(5000), "both had a point"});
  EXPECT_EQ(Stored(order.id), split);
  EXPECT_EQ(Count("orders WHERE state = 'CANCELLED' AND released_minor = 5000 AND refunded_minor = 10000"),
            1);
  EXPECT_EQ(Count("deadlines WHERE state = 3"), 2) << "both are cleared";
  // 100.00, and 5.50 of the fee of 8.25.
  EXPECT_EQ(Count("refunds WHERE state = 'PENDING' AND amount_minor = 10550"), 1);
  const Order settled = Done(order.id, SettleRefund{order.charges[0].id, 1, Refunded{"back"}});
  EXPECT_EQ(Stored(order.id), settled);
  EXPECT_EQ(*ReadBalance(*connection_, "refund:transit", Currency::Usd()), 0);
  EXPECT_EQ(*ReadBalance(*connection_, EscrowAccount(order.charges[0].id), Currency::Usd()), 0);
}

TEST_F(OrdersInMySql, ListsAndCountsTheOrdersThatWaitForAnOperator) {
  const auto disputed = [&](int number, const std::string& buyer) {
    const Order order = Deliver(Placed(number, MilestonesOf(2), buyer));
    return Done(order.id, OpenDispute{*Actor::Parse(buyer), 1, "not this"});
  };
  const Order first = disputed(1, "users/ben");
  At(kStart + kDay);
  const Order second = disputed(2, "users/eve");
  Placed(3, MilestonesOf(1));
  const auto list = [&](OrderFilter filter, std::optional<OrderPlace> after = {}, int limit = 100) {
    filter.operator_needed = true;
    return *ListOrders(*connection_, filter, after, limit);
  };
  EXPECT_EQ(ReadDisputes(*connection_, 100)->count, 2);
  EXPECT_EQ(ReadDisputes(*connection_, 1)->count, 1) << "no more are counted";
  EXPECT_THAT(list({}), IsEmpty());
  EXPECT_EQ(ReadOperatorTasks(*connection_, 100)->count, 0);
  EXPECT_EQ(ReadOperatorTasks(*connection_, 100)->oldest, std::nullopt);
  At(kStart + 15 * kDay);
  for (const Order& order : {first, second}) Done(order.id, Tick{});
  const OrderPlace older{kStart + 14 * kDay, first.id}, newer{kStart + 15 * kDay, second.id};
  EXPECT_THAT(list({}), ElementsAre(older, newer)) << "the longest waiting first";
  EXPECT_THAT(list({}, older), ElementsAre(newer));
  EXPECT_THAT(list({}, std::nullopt, 1), ElementsAre(older));
  EXPECT_THAT(list({.buyer = "users/eve"}), ElementsAre(newer));
  EXPECT_THAT(list({.state = OrderState::kActive}), IsEmpty());
  EXPECT_EQ(ReadOperatorTasks(*connection_, 100)->count, 2);
  EXPECT_EQ(ReadOperatorTasks(*connection_, 100)->oldest, older.at);
  Done(first.id, WithdrawDispute{kBuyer, 1});
  EXPECT_THAT(list({}), ElementsAre(newer));
  EXPECT_EQ(ReadDisputes(*connection_, 100)->count, 1);
}

TEST_F(OrdersInMySql, ListsAUsersOrdersNewestFirstPageByPage) {
  std::vector<OrderPlace> all;
  for (int i = 0; i < 5; ++i) {
    At(kStart + absl::Seconds(i / 2));  // two at the same instant
    const Order order = Placed(i, MilestonesOf(2));
    all.push_back({order.requested_at, order.id});
  }
  Placed(9, MilestonesOf(1), "users/eve");
  const Order delivered = Deliver(Stored(all[2].id));
  Accept(delivered, NextStep::kDecideLater);
  std::sort(all.begin(), all.end(), [](const OrderPlace& a, const OrderPlace& b) {
    return std::pair(b.at, b.id) < std::pair(a.at, a.id);
  });
  const auto list = [&](const OrderFilter& filter, std::optional<OrderPlace> after, int limit) {
    return *ListOrders(*connection_, filter, after, limit);
  };
  EXPECT_EQ(list({.buyer = "users/ben"}, {}, 100), all);
  std::vector<OrderPlace> paged;
  for (std::optional<OrderPlace> after;;) {
    const std::vector<OrderPlace> page = list({.buyer = "users/ben"}, after, 2);
    if (page.empty()) break;
    paged.insert(paged.end(), page.begin(), page.end());
    after = page.back();
  }
  EXPECT_EQ(paged, all);
  EXPECT_EQ(list({.seller = "users/sam"}, {}, 100).size(), 6u);
  EXPECT_THAT(list({.seller = "users/ben"}, {}, 100), IsEmpty());
  EXPECT_THAT(list({.buyer = "users/ben", .state = OrderState::kAwaitingNext}, {}, 100),
              ElementsAre(OrderPlace{delivered.requested_at, delivered.id}));
}

TEST_F(OrdersInMySql, ListsAllUsersOrdersByAnyOfTheFilters) {
  const Order first = Placed(1, MilestonesOf(2));
  At(kStart + absl::Seconds(1));
  const Order second = Placed(2, MilestonesOf(2), "users/eve");
  const Order later = Deliver(second);  // its review ends 8 days after this second
  At(kStart + absl::Seconds(2));
  const Order third = Placed(3, MilestonesOf(2));
  const Order latest = Deliver(third);
  const auto list = [&](const OrderFilter& filter, std::optional<OrderPlace> after = {}, int limit = 100) {
    std::vector<OrderId> ids;
    const auto places = ListOrders(*connection_, filter, after, limit);
    for (const OrderPlace& place : *places) ids.push_back(place.id);
    return ids;
  };
  EXPECT_THAT(list({}), ElementsAre(third.id, second.id, first.id));
  EXPECT_THAT(list({.state = OrderState::kActive}), ElementsAre(third.id, second.id, first.id));
  EXPECT_THAT(list({.state = OrderState::kCompleted}), IsEmpty());
  EXPECT_THAT(list({.buyer = "users/eve", .seller = "users/sam"}), ElementsAre(second.id));
  EXPECT_THAT(list({.buyer = "users/sam", .seller = "users/eve"}), IsEmpty());
  EXPECT_THAT(list({}, OrderPlace{second.requested_at, second.id}), ElementsAre(first.id));

  const absl::Time soon = first.deadlines.front().due;  // of the work on the first
  const absl::Time due = later.deadlines.front().due;
  const absl::Time last = latest.deadlines.front().due;
  EXPECT_EQ(soon, kStart + 4 * kDay);
  EXPECT_EQ(due, kStart + absl::Seconds(1) + 8 * kDay);
  const absl::Duration us = absl::Microseconds(1);
  EXPECT_THAT(list({.due_before = soon}), IsEmpty()) << "before it, not at it";
  EXPECT_THAT(list({.due_before = due}), ElementsAre(first.id));
  EXPECT_THAT(list({.due_before = due + us}), ElementsAre(first.id, second.id));
  EXPECT_THAT(list({.due_before = last + us}), ElementsAre(first.id, second.id, third.id))
      << "the first due first";
  EXPECT_THAT(list({.due_before = last + us}, OrderPlace{due, second.id}), ElementsAre(third.id));
  EXPECT_THAT(list({.due_before = last + us}, {}, 1), ElementsAre(first.id));
  EXPECT_THAT(list({.buyer = "users/ben", .due_before = last + us}), ElementsAre(first.id, third.id));
  EXPECT_THAT(list({.seller = "users/sam", .due_before = last + us}),
              ElementsAre(first.id, second.id, third.id));
  EXPECT_THAT(list({.seller = "users/sam", .due_before = last + us}, OrderPlace{due, second.id}),
              ElementsAre(third.id));
  EXPECT_THAT(list({.state = OrderState::kAwaitingNext, .due_before = last + us}), IsEmpty());
  Done(third.id, OpenDispute{kBuyer, 1, "not this"});
  EXPECT_THAT(list({.due_before = last + us}), ElementsAre(first.id, second.id))
      << "a frozen deadline is none, and the dispute's is later";
}

TEST_F(OrdersInMySql, ListsAnOrderWithTwoDeadlinesOnceByTheNext) {
  const Order order = Deliver(Placed(1, MilestonesOf(2)));
  const absl::Time review = order.deadlines.front().due, answer = kStart + 2 * kDay;
  Done(order.id, RequestCancellation{kBuyer, Money::Usd(0), "no money"});
  for (const OrderFilter& filter : {OrderFilter{.due_before = review + kDay},
                                    OrderFilter{.buyer = "users/ben", .due_before = review + kDay}})
    EXPECT_THAT(*ListOrders(*connection_, filter, {}, 100), ElementsAre(OrderPlace{answer, order.id}));
  Done(order.id, AnswerCancellation{kSeller, /*agrees=*/false, ""});
  EXPECT_THAT(*ListOrders(*connection_, {.due_before = review + kDay}, {}, 100),
              ElementsAre(OrderPlace{review, order.id}));
}

TEST_F(OrdersInMySql, FindsOpenAttemptsWhoseLeaseIsOverAndWhoseTheyAre) {
  const Order open = Place(OfferNumbered(1), MilestonesOf(2));
  const Order settled = Placed(2, MilestonesOf(2));
  const absl::Time lease_end = open.charges.back().lease_until;
  EXPECT_THAT(*ListOpenCharges(*connection_, lease_end - absl::Microseconds(1), 10), IsEmpty());
  const OpenCharge expected{open.id, open.charges.back().id, lease_end};
  EXPECT_THAT(*ListOpenCharges(*connection_, lease_end, 10), ElementsAre(expected));
  At(lease_end);
  Done(open.id, LeaseCharge{expected.charge, lease_end + absl::Minutes(1)});
  EXPECT_THAT(*ListOpenCharges(*connection_, lease_end, 10), IsEmpty());
  EXPECT_EQ(*FindOrderOfCharge(*connection_, settled.charges.back().id), settled.id);
  EXPECT_EQ(*FindOrderOfCharge(*connection_, ChargeId(NewUuid(kStart))), std::nullopt);
}

TEST_F(OrdersInMySql, FindsQuestionsAboutEndedAttemptsWhenTheyAreDue) {
  Order order = Settle(Place(OfferNumbered(1), MilestonesOf(2)), Voided{});
  const ChargeId charge = order.charges.back().id;
  const absl::Time due = kStart + absl::Hours(1);
  const DueQuestion expected{order.id, charge};
  EXPECT_THAT(*ListDueQuestions(*connection_, due - absl::Microseconds(1), 10), IsEmpty());
  EXPECT_THAT(*ListDueQuestions(*connection_, due, 10), ElementsAre(expected));
  At(due);
  Done(order.id, RecordFinding{charge, 0, Finding::kNoMoney, "", {}});
  EXPECT_THAT(*ListDueQuestions(*connection_, due, 10), IsEmpty());
  EXPECT_THAT(*ListDueQuestions(*connection_, kStart + kDay, 10), ElementsAre(expected));
  order = Settle(order, Succeeded{"late"});
  EXPECT_THAT(*ListDueQuestions(*connection_, kStart + 100 * kDay, 10), IsEmpty());
  EXPECT_EQ(Stored(order.id), order);
}

TEST_F(OrdersInMySql, FindsPendingRefundsWhoseLeaseIsOver) {
  Order order = Settle(Place(OfferNumbered(1), MilestonesOf(2)), Voided{});
  const ChargeId charge = order.charges.back().id;
  EXPECT_THAT(*ListPendingRefunds(*connection_, now_, 10), IsEmpty());
  order = Settle(order, Succeeded{"late"});
  const PendingRefund expected{order.id, charge, 1};
  EXPECT_THAT(*ListPendingRefunds(*connection_, now_, 10), ElementsAre(expected));
  order = Done(order.id, LeaseRefund{charge, 1, now_ + absl::Minutes(1)});
  EXPECT_THAT(*ListPendingRefunds(*connection_, now_ + absl::Minutes(1) - absl::Microseconds(1), 10),
              IsEmpty());
  EXPECT_THAT(*ListPendingRefunds(*connection_, now_ + absl::Minutes(1), 10), ElementsAre(expected));
  order = Done(order.id, SettleRefund{charge, 1, Refunded{"back"}});
  EXPECT_THAT(*ListPendingRefunds(*connection_, now_ + kDay, 10), IsEmpty());
  EXPECT_EQ(Count("refunds WHERE state = 'SUCCEEDED' AND amount_minor = 15825 AND number = 1"), 1);
  EXPECT_EQ(Stored(order.id), order);
}

TEST_F(OrdersInMySql, OwesOfferServiceAnOutcomeUntilItIsRecorded) {
  const Order first = Accept(Deliver(Placed(1, MilestonesOf(1))), NextStep::kUnset);
  const Order second = Accept(Deliver(Placed(2, MilestonesOf(1))), NextStep::kUnset);
  const auto list = [&](const std::optional<OwedOutcome>& after, int limit) {
    return *ListOwedOutcomes(*connection_, after, limit);
  };
  const std::vector<OwedOutcome> all = list({}, 10);
  EXPECT_THAT(all, UnorderedElementsAre(OwedOutcome{*first.outcome_due, first.id},
                                        OwedOutcome{*second.outcome_due, second.id}));
  EXPECT_THAT(list({}, 1), ElementsAre(all[0]));
  EXPECT_THAT(list(all[0], 10), ElementsAre(all[1]));
  EXPECT_THAT(list(all[1], 10), IsEmpty());
  Done(first.id, OutcomeRecorded{});
  EXPECT_THAT(list({}, 10), ElementsAre(OwedOutcome{*second.outcome_due, second.id}));
}

TEST_F(OrdersInMySql, BalancesTheLedger) {
  Order paid =
      Accept(Deliver(Placed(1, MilestonesOf(2))), NextStep::kDecideLater);  // $150: fee 825, commission 3000
  const Order held = Placed(2, MilestonesOf(1));
  Order late = Settle(Place(OfferNumbered(3), MilestonesOf(1)), Voided{});
  late = Settle(late, Succeeded{"cap-late"});  // M9
  const Currency usd = Currency::Usd();
  const auto balance = [&](const std::string& account) { return *ReadBalance(*connection_, account, usd); };
  EXPECT_EQ(balance("provider:clearing"), 3 * 15825);
  EXPECT_EQ(balance("seller:sam:clearing"), -12000);
  EXPECT_EQ(balance("revenue:commission"), -3000);
  EXPECT_EQ(balance("revenue:buyer_fee"), -2 * 825);
  EXPECT_EQ(balance("suspense"), 0);
  EXPECT_EQ(balance("refund:transit"), -15825);
  EXPECT_EQ(balance(EscrowAccount(held.charges[0].id)), -15000);
  EXPECT_EQ(balance(EscrowAccount(paid.charges[0].id)), 0);
  EXPECT_EQ(balance("seller:nobody:clearing"), 0);
  EXPECT_EQ(*ReadBalance(*connection_, "suspense", *Currency::Parse("EUR")), 0);
  EXPECT_THAT(*ReadTrialBalance(*connection_),
              ElementsAre(TrialBalanceLine{"escrow", usd, 15000, 30000, 2},
                          TrialBalanceLine{"provider:clearing", usd, 3 * 15825, 0, 1},
                          TrialBalanceLine{"refund:transit", usd, 0, 15825, 1},
                          TrialBalanceLine{"revenue:buyer_fee", usd, 0, 1650, 1},
                          TrialBalanceLine{"revenue:commission", usd, 0, 3000, 1},
                          TrialBalanceLine{"seller:clearing", usd, 0, 12000, 1},
                          TrialBalanceLine{"suspense", usd, 15825, 15825, 1}));
  // Statements, page by page.
  std::vector<LedgerEntry> statement;
  for (std::optional<LedgerEntry> after;;) {
    const std::vector<LedgerEntry> page = *ListEntriesOfAccount(*connection_, "provider:clearing", after, 1);
    if (page.empty()) break;
    statement.push_back(page[0]);
    after = page[0];
  }
  EXPECT_EQ(statement.size(), 3u);
  const std::vector<LedgerEntry> entries = *ListEntriesOfOrder(*connection_, paid.id, {}, 100);
  ASSERT_EQ(entries.size(), 6u);
  EXPECT_EQ(entries[0].move, "M1");
  EXPECT_EQ(entries[0].amount, Money::Usd(15825));
  EXPECT_EQ(entries[5].account, "revenue:commission");
  EXPECT_EQ(*ListEntriesOfOrder(*connection_, paid.id, entries[3], 100),
            std::vector<LedgerEntry>(entries.begin() + 4, entries.end()));
}

TEST_F(OrdersInMySql, TwoLanesPlacingOneOfferMakeOneOrder) {
  const OfferId offer = OfferNumbered(1);
  const Order first = Place(offer, MilestonesOf(2));
  const auto table = std::make_shared<db::AggregateTable<OrderDomain>>(OrderMapping());
  db::Lanes<OrderDomain> replica(db::LaneOptions{.lanes = 1}, [&] {
    return std::make_unique<db::MySqlStore<OrderDomain>>(schema_, table, kFollow);
  });
  std::promise<Result> promise;
  replica.Submit({OrderIdOf(offer), Placing(offer, MilestonesOf(2)), Actor::System(), "Test"},
                 [&](Result result) { promise.set_value(std::move(result)); });
  const Result second = promise.get_future().get();
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->state, first);
  EXPECT_EQ(Count("orders"), 1);
  EXPECT_EQ(Count("charges"), 1);
}

// The audit compares what the mapping writes: so there is no column that it does not write, and no table about orders that it
// does not know (decisions/0010 has the exceptions).
TEST_F(OrdersInMySql, W1HasNoColumnThatTheAuditDoesNotCompare) {
  const db::Mapping<OrderDomain> mapping = OrderMapping();
  std::map<std::string, std::vector<std::string>> compared = {
      {"orders", db::ColumnsOf(mapping)},
      {"deadlines", db::DeadlineColumns()},
      {"events",
       {"aggregate_id", "sequence", "type", "at_us", "actor", "payload", "digest", "lane", "batch",
        "place"}}};
  for (const auto& side : mapping.side_tables) compared[side.table] = side.columns;
  const auto texts = [&](const std::string& sql, const db::Row& parameters) {
    std::vector<std::string> found;
    EXPECT_THAT(connection_->Query(sql, parameters,
                                   [&](const db::ResultRow& row) {
                                     found.push_back(row.Bytes(0));
                                     return absl::OkStatus();
                                   }),
                IsOk());
    return found;
  };
  for (const auto& [table, columns] : compared) {
    EXPECT_THAT(
        texts("SELECT column_name FROM information_schema.columns WHERE table_schema = ? AND table_name = ?",
              db::Row{schema_.schema, table}),
        ::testing::UnorderedElementsAreArray(columns))
        << table;
  }
  for (const std::string& table : texts("SELECT DISTINCT table_name FROM information_schema.columns WHERE "
                                        "table_schema = ? AND column_name IN"
                                        " ('order_id', 'aggregate_id') AND table_name <> 'requests'",
                                        db::Row{schema_.schema})) {
    EXPECT_TRUE(compared.contains(table)) << table;
  }
}

// The constraints are the second lock behind the rules.
TEST_F(OrdersInMySql, RefusesWhatTheRulesNeverWrite) {
  const Order order = Placed(1, MilestonesOf(2));
  Settle(Settle(Place(OfferNumbered(2), MilestonesOf(2)), Voided{}), Succeeded{"late"});
  for (const char* wrong : {
           "UPDATE orders SET released_minor = funded_minor + 1",
           "UPDATE orders SET state = 'COMPLETED'",  // with money in escrow
           "UPDATE orders SET state = 'CANCELLED'",
           "UPDATE orders SET seller = buyer",
           "UPDATE charges SET state = 'OPEN'",
           "UPDATE charges SET state = 'DECLINED'",
           "UPDATE charges SET outcome_unknown = 1",
           "INSERT INTO charges SELECT REVERSE(id), order_id, milestone, slot, state, outcome_unknown, "
           "amount_minor,"
           " buyer_fee_minor, currency, payment_method, decline_reason, created_us, "
           "open_lease_us,"
           " closed_us, late_success_us FROM charges",  // a second attempt in the same slot
           "UPDATE entries SET amount_minor = 0",
           "UPDATE refunds SET state = 'SUCCEEDED'",
           "UPDATE refunds SET amount_minor = 0",
       }) {
    EXPECT_FALSE(connection_->Execute(wrong).ok()) << wrong;
  }
  EXPECT_EQ(Stored(order.id), order);
}

// An attempt's key says which slot of which milestone it is. Were the same slot opened a second time, by a mistake of ours, the
// database refuses it: what stands there, a payment that succeeded, say, is not written over.
TEST_F(OrdersInMySql, NeverOpensAnAttemptOverOneThatIsThere) {
  Placed(1, MilestonesOf(2));
  const OfferId offer = OfferNumbered(2);
  const ChargeId taken = ChargeIdOf(OrderIdOf(offer), 1, 1);
  testing::ExecuteOrDie(schema_, absl::StrCat("UPDATE charges SET id = UNHEX('",
                                              absl::BytesToHexString(taken.uuid().ToBytes()), "')"));
  const Result refused = Do(OrderIdOf(offer), Placing(offer, MilestonesOf(2)));
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(Count("charges WHERE state = 'SUCCEEDED'"), 1);
  EXPECT_EQ(Count("charges"), 1);
  EXPECT_EQ(Count("orders"), 1);
}

// Likewise money that was given back already.
TEST_F(OrdersInMySql, NeverOpensARefundOverOneThatIsThere) {
  const Order order = Settle(Place(OfferNumbered(1), MilestonesOf(2)), Voided{});
  testing::ExecuteOrDie(
      schema_,
      "INSERT INTO refunds (charge_id, number, order_id, state, outcome_unknown, amount_minor, currency, "
      "created_us, closed_us) SELECT id, 1, order_id, 'SUCCEEDED', 0, 4711, currency, created_us, created_us "
      "FROM charges");
  const Result refused = Do(order.id, SettleCharge{order.charges.back().id, Succeeded{"late"}});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(Count("refunds WHERE state = 'SUCCEEDED' AND amount_minor = 4711"), 1);
  EXPECT_EQ(Stored(order.id), order);
}

}  // namespace
}  // namespace milepost::billing
