// Races of cancellations and disputes (DOMAIN §4) as two replicas' lanes decide them, on the memory and on the MySQL store: of 24 callers
// one wins, the others are told a reason, and the money goes one way. tests/e2e/races has them with real processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/core/clock.h"
#include "common/core/refusal.h"
#include "common/db/lane.h"
#include "common/db/migrations.h"
#include "common/db/mysql_store.h"
#include "common/db/mysql_timeline.h"
#include "migrations/milestone_billing.h"
#include "services/milestone_billing/store/order_mapping.h"
#include "tests/support/database.h"
#include "tests/support/matchers.h"
#include "tests/support/memory_store.h"

namespace milepost::billing {
namespace {

constexpr int kRacers = 24;
constexpr absl::Duration kTick = absl::Microseconds(1);
const absl::Time kBeginning = absl::FromUnixSeconds(1'750'000'000);
const Actor kBen = *Actor::Parse("users/ben"), kSam = *Actor::Parse("users/sam"),
            kOps = *Actor::Parse("operators/ops-1");

using Answered = absl::StatusOr<db::Answer<OrderDomain>>;
using Pending = std::future<Answered>;
using Reasons = std::set<Reason>;

// A database with a frozen clock.
class Stores {
 public:
  virtual ~Stores() = default;
  virtual std::unique_ptr<db::Store<OrderDomain>> MakeStore() = 0;
  virtual db::Timeline& timeline() = 0;
};

class MemoryStores : public Stores {
 public:
  std::unique_ptr<db::Store<OrderDomain>> MakeStore() override {
    return std::make_unique<testing::MemoryStore<OrderDomain>>(&database_);
  }
  db::Timeline& timeline() override { return timeline_; }

 private:
  testing::MemoryDatabase<OrderDomain> database_{
      testing::MemoryOptions<OrderDomain>{.clock = {db::ClockMode::kFrozen, {}, kBeginning}}};
  testing::MemoryTimeline<OrderDomain> timeline_{&database_};
};

class MySqlStores : public Stores {
 public:
  MySqlStores() {
    EXPECT_THAT(db::Migrate(schema_, {migrations::milestone_billing()}), testing::IsOk());
    EXPECT_THAT(db::EnableTestClock(schema_, db::ClockMode::kFrozen), testing::IsOk());
    EXPECT_THAT(timeline_.ShowTime(kBeginning), testing::IsOk());
  }
  std::unique_ptr<db::Store<OrderDomain>> MakeStore() override {
    return std::make_unique<db::MySqlStore<OrderDomain>>(schema_, table_, db::TestClockUse::kFollow);
  }
  db::Timeline& timeline() override { return timeline_; }

 private:
  const db::ConnectOptions schema_ = testing::TestDatabase::Get().NewSchema();
  const std::shared_ptr<const db::AggregateTable<OrderDomain>> table_ =
      std::make_shared<const db::AggregateTable<OrderDomain>>(OrderMapping());
  db::MySqlTimeline timeline_{schema_, "order", db::TestClockUse::kFollow};
};

// How a race went: who won, and what the others were told, by side.
struct Outcome {
  std::array<int, 2> won = {0, 0};
  std::array<Reasons, 2> refused;
};

class StoreRaces : public ::testing::TestWithParam<bool> {
 protected:
  StoreRaces()
      : stores_(GetParam() ? std::unique_ptr<Stores>(new MySqlStores) : std::make_unique<MemoryStores>()) {
    for (auto& lanes : replicas_)
      lanes = std::make_unique<db::Lanes<OrderDomain>>(db::LaneOptions{.lanes = 2},
                                                       [this] { return stores_->MakeStore(); });
  }

  void At(absl::Time now) {
    now_ = now;
    EXPECT_THAT(stores_->timeline().ShowTime(now), testing::IsOk());
  }
  Pending Send(int replica, const OrderId& order, OrderCommand command, const Uuid& request) {
    auto promise = std::make_shared<std::promise<Answered>>();
    Pending answer = promise->get_future();
    db::Submission<OrderDomain> submission{order, std::move(command), Actor::System(), "Race",
                                           db::RequestKey{order.uuid(), request, std::string(32, 'h')}};
    replicas_[replica]->Submit(std::move(submission),
                               [promise](Answered answered) { promise->set_value(std::move(answered)); });
    return answer;
  }
  // The order after a step that must not fail.
  Order Done(const OrderId& order, OrderCommand command) {
    const Answered answered = Send(0, order, std::move(command), NewUuid(WallNow())).get();
    EXPECT_THAT(answered, testing::IsOk());
    return answered.ok() ? answered->state : Order();
  }
  Order Now(const OrderId& order) { return Done(order, Tick{}); }

  // Half of the callers want the one, half the other, on both replicas; the side `first` begins.
  Outcome Race(const OrderId& order, const OrderCommand& one, const OrderCommand& other, int first) {
    std::vector<std::pair<int, Pending>> pending;
    for (int caller = 0; caller < kRacers; ++caller) {
      const int side = (caller / 2 + first) % 2;
      pending.emplace_back(side, Send(caller % 2, order, side == 0 ? one : other, NewUuid(WallNow())));
    }
    return OutcomeOf(pending);
  }
  // All want the same. Half of them call, then time comes, then a sweeper fires what is due on each replica and the others call.
  Outcome RaceAgainstTime(const OrderId& order, const OrderCommand& command, absl::Time due) {
    std::vector<std::pair<int, Pending>> pending;
    for (int caller = 0; caller < kRacers / 2; ++caller)
      pending.emplace_back(0, Send(caller % 2, order, command, NewUuid(WallNow())));
    At(due);
    std::vector<Pending> sweeps;
    for (const int replica : {0, 1}) sweeps.push_back(Send(replica, order, Tick{}, NewUuid(WallNow())));
    for (int caller = 0; caller < kRacers / 2; ++caller)
      pending.emplace_back(0, Send(caller % 2, order, command, NewUuid(WallNow())));
    for (Pending& sweep : sweeps) EXPECT_THAT(sweep.get(), testing::IsOk());
    return OutcomeOf(pending);
  }
  static Outcome OutcomeOf(std::vector<std::pair<int, Pending>>& pending) {
    Outcome outcome;
    for (auto& [side, answer] : pending) {
      const Answered answered = answer.get();
      const std::optional<Refusal> refusal = RefusalOf(answered.status());
      EXPECT_TRUE(answered.ok() || refusal) << answered.status();
      if (answered.ok())
        ++outcome.won[side];
      else if (refusal)
        outcome.refused[side].insert(refusal->reason);
    }
    return outcome;
  }
  // One caller won, of the side that is told; all others were refused with one of these.
  static void ExpectOneWinner(const Outcome& outcome, int side, const Reasons& losers) {
    EXPECT_EQ(outcome.won[side], 1);
    EXPECT_EQ(outcome.won[1 - side], 0);
    for (const Reasons& refused : outcome.refused)
      for (const Reason reason : refused) EXPECT_TRUE(losers.contains(reason)) << RowOf(reason).name;
  }
  // What is held, what the seller got before commission, what the buyer gets back without the fee; each refund once.
  static void ExpectMoney(const Order& order, int64_t held, int64_t released, int64_t refunded) {
    EXPECT_EQ(order.totals.escrow_minor(), held);
    EXPECT_EQ(order.totals.released_minor, released);
    EXPECT_EQ(order.totals.refunded_minor, refunded);
    EXPECT_EQ(order.refunds.size(), refunded > 0 ? 1u : 0u);
  }

  // Orders of two milestones of 150.00 and 4 days; milestone 1 is paid.
  Order Active() {
    PlaceOrder place{.actor = *Actor::Parse("services/offer-service"), .offer = OfferId(NewUuid(WallNow()))};
    place.buyer = kBen.name;
    place.seller = kSam.name;
    for (int i = 0; i < 2; ++i)
      place.terms.milestones.push_back({.name = "Step", .days = 4, .amount = Money::Usd(15000)});
    place.payment_method = "pm";
    place.attempt = 1;
    place.accept_until = now_ + absl::Hours(1);
    const Order placed = Done(OrderIdOf(place.offer), place);
    return Done(placed.id, SettleCharge{placed.charges.back().id, Succeeded{"captured"}});
  }
  Order Delivered() { return Done(Active().id, DeliverMilestone{kSam, 1, false, "done", ""}); }
  Order Disputed() { return Done(Delivered().id, OpenDispute{kBen, 1, "not this"}); }
  Order Cancellable() {
    const Order order = Active();
    At(now_ + absl::Hours(5 * 24));
    return Now(order.id);
  }
  Order Asked() { return Done(Delivered().id, RequestCancellation{kBen, Money::Usd(0), "no money"}); }

  const std::unique_ptr<Stores> stores_;
  absl::Time now_ = kBeginning;
  std::array<std::unique_ptr<db::Lanes<OrderDomain>>, 2> replicas_;
};

TEST_P(StoreRaces, DeliverAgainstCancelLateMilestone_A20) {
  for (const int first : {0, 1}) {
    const OrderId id = Cancellable().id;
    const Outcome outcome =
        Race(id, DeliverMilestone{kSam, 1, false, "", ""}, CancelLateMilestone{kBen, 1, ""}, first);
    const Order now = Now(id);
    const bool delivered = now.state == OrderState::kActive;
    ExpectOneWinner(outcome, delivered ? 0 : 1,
                    {delivered ? Reason::kMilestoneAlreadyDelivered : Reason::kOrderCancelled});
    ExpectMoney(now, delivered ? 15000 : 0, 0, delivered ? 0 : 15000);
  }
}

TEST_P(StoreRaces, AcceptAgainstAnswerCancellation_A19) {
  for (const int first : {0, 1}) {
    const OrderId id = Asked().id;
    const Outcome outcome = Race(id, AcceptMilestone{kBen, 1, NextStep::kDecideLater, {}},
                                 AnswerCancellation{kSam, true, ""}, first);
    const Order now = Now(id);
    const bool accepted = now.has_accepted();
    ExpectOneWinner(outcome, accepted ? 0 : 1,
                    accepted ? Reasons{Reason::kMilestoneAlreadyAccepted, Reason::kNoCancellationRequested}
                             : Reasons{Reason::kOrderCancelled});
    EXPECT_FALSE(now.cancellation_request.has_value());
    ExpectMoney(now, 0, accepted ? 15000 : 0, accepted ? 0 : 15000);
  }
}

TEST_P(StoreRaces, AcceptAgainstOpenDispute) {
  for (const int first : {0, 1}) {
    const OrderId id = Delivered().id;
    const Outcome outcome =
        Race(id, AcceptMilestone{kBen, 1, NextStep::kStartNext, {}}, OpenDispute{kSam, 1, "?"}, first);
    const Order now = Now(id);
    const bool disputed = now.state == OrderState::kDisputed;
    ExpectOneWinner(outcome, disputed ? 1 : 0,
                    {disputed ? Reason::kOrderDisputed : Reason::kMilestoneAlreadyAccepted});
    ExpectMoney(now, disputed ? 15000 : 0, disputed ? 0 : 15000, 0);
  }
}

TEST_P(StoreRaces, OperatorsWhoResolveDifferently) {
  const ResolveDispute release{kOps, 1, DisputeOutcome::kReleased, {}, "a"},
      refund{kOps, 1, DisputeOutcome::kRefunded, {}, "b"},
      split{kOps, 1, DisputeOutcome::kSplit, Money::Usd(6000), "c"};
  for (const int first : {0, 1}) {
    const OrderId id = Disputed().id, other = Disputed().id;
    const Outcome outcome = Race(id, release, refund, first);
    const Order now = Now(id);
    const bool released = now.has_accepted();
    ExpectOneWinner(outcome, released ? 0 : 1, {released ? Reason::kNotDisputed : Reason::kOrderCancelled});
    ExpectMoney(now, 0, released ? 15000 : 0, released ? 0 : 15000);
    const Outcome cut = Race(other, refund, split, first);
    const bool refunded = Now(other).current().dispute->outcome == DisputeOutcome::kRefunded;
    ExpectOneWinner(cut, refunded ? 0 : 1, {Reason::kOrderCancelled});
    ExpectMoney(Now(other), 0, refunded ? 0 : 6000, refunded ? 15000 : 9000);
  }
}

TEST_P(StoreRaces, WithdrawAgainstResolve) {
  for (const int first : {0, 1}) {
    const OrderId id = Disputed().id;
    const Outcome outcome = Race(id, WithdrawDispute{kBen, 1},
                                 ResolveDispute{kOps, 1, DisputeOutcome::kRefunded, {}, "b"}, first);
    const Order now = Now(id);
    const bool withdrawn = now.state == OrderState::kActive;
    ExpectOneWinner(outcome, withdrawn ? 0 : 1, {withdrawn ? Reason::kNotDisputed : Reason::kOrderCancelled});
    ExpectMoney(now, withdrawn ? 15000 : 0, 0, withdrawn ? 0 : 15000);
  }
}

TEST_P(StoreRaces, RequestsOfBothParties_A19) {
  for (const int first : {0, 1}) {
    const OrderId id = Delivered().id;
    const Outcome outcome = Race(id, RequestCancellation{kBen, Money::Usd(0), "a"},
                                 RequestCancellation{kSam, Money::Usd(6000), "b"}, first);
    const Order now = Now(id);
    ASSERT_TRUE(now.cancellation_request.has_value());
    ExpectOneWinner(outcome, now.cancellation_request->by == Party::kBuyer ? 0 : 1,
                    {Reason::kCancellationPending});
    ExpectMoney(now, 15000, 0, 0);
  }
}

TEST_P(StoreRaces, AnOperatorAgainstStartNextMilestone_A16) {
  for (const int first : {0, 1}) {
    const OrderId id = Done(Delivered().id, AcceptMilestone{kBen, 1, NextStep::kDecideLater, {}}).id;
    const Outcome outcome =
        Race(id, RequestCancellation{kOps, Money::Usd(0), "a"}, StartNextMilestone{kBen, "", {}}, first);
    const Order now = Now(id);
    const bool started = now.open_charge() != nullptr;
    ExpectOneWinner(outcome, started ? 1 : 0,
                    {started ? Reason::kPaymentInProgress : Reason::kOrderCompleted});
    EXPECT_EQ(now.charges.size(), started ? 2u : 1u) << "nothing is charged after the end";
  }
}

TEST_P(StoreRaces, OpenDisputeAgainstTheReviewDeadline_A14) {
  const Order order = Delivered();
  At(order.main_deadline()->due - kTick);
  const Outcome outcome = RaceAgainstTime(order.id, OpenDispute{kSam, 1, "?"}, now_ + kTick);
  const Order now = Now(order.id);
  if (now.state == OrderState::kDisputed) return ExpectOneWinner(outcome, 0, {Reason::kOrderDisputed});
  EXPECT_EQ(outcome.won[0], 0);
  EXPECT_EQ(outcome.refused[0], Reasons{Reason::kOrderCompleted});
  ExpectMoney(now, 0, 15000, 0);
}

TEST_P(StoreRaces, AnswerAgainstItsLapse_A19) {
  const Order order = Asked();
  At(now_ + absl::Hours(48) - kTick);
  const Outcome outcome = RaceAgainstTime(order.id, AnswerCancellation{kSam, true, ""}, now_ + kTick);
  const Order now = Now(order.id);
  if (now.state == OrderState::kCancelled) return ExpectOneWinner(outcome, 0, {Reason::kOrderCancelled});
  EXPECT_EQ(outcome.won[0], 0);
  EXPECT_EQ(outcome.refused[0], Reasons{Reason::kNoCancellationRequested});
  ExpectMoney(now, 15000, 0, 0);
}

TEST_P(StoreRaces, NonDeliveryAgainstDeliverAndCancelLateMilestone_A27) {
  for (const bool cancels : {false, true}) {
    const Order order = Cancellable();
    At(order.main_deadline()->due - kTick);
    const OrderCommand command = cancels ? OrderCommand(CancelLateMilestone{kBen, 1, ""})
                                         : OrderCommand(DeliverMilestone{kSam, 1, false, "", ""});
    const Outcome outcome = RaceAgainstTime(order.id, command, now_ + kTick);
    const Order now = Now(order.id);
    const bool fired = now.cancellation_reason == CancellationReason::kNonDelivery;
    if (fired)
      EXPECT_EQ(outcome.won[0], 0);
    else
      ExpectOneWinner(outcome, 0, {cancels ? Reason::kOrderCancelled : Reason::kMilestoneAlreadyDelivered});
    const bool refunded = fired || cancels;
    ExpectMoney(now, refunded ? 0 : 15000, 0, refunded ? 15000 : 0);
  }
}

TEST_P(StoreRaces, SweepersOfTwoReplicasCancelOnce_A27) {
  const Order order = Cancellable();
  At(order.main_deadline()->due);
  const Outcome outcome = Race(order.id, Tick{}, Tick{}, 0);
  EXPECT_EQ(outcome.won[0] + outcome.won[1], kRacers) << "a tick is never refused";
  const Order now = Now(order.id);
  EXPECT_EQ(now.cancellation_reason, CancellationReason::kNonDelivery);
  ExpectMoney(now, 0, 0, 15000);
}

// The lease is one refunder's; whatever many say about the outcome counts once.
TEST_P(StoreRaces, RefundersOfTwoReplicasSettleOnce_M5) {
  const Order order = Done(Active().id, RequestCancellation{kOps, Money::Usd(0), "a"});
  const ChargeId charge = order.charges[0].id;
  const LeaseRefund lease{charge, 1, now_ + absl::Seconds(20)};
  const Outcome leased = Race(order.id, lease, lease, 0);
  EXPECT_EQ(leased.won[0] + leased.won[1], 1);
  for (const Reasons& refused : leased.refused) EXPECT_EQ(refused, Reasons{Reason::kRefundInProgress});
  const uint64_t before = Now(order.id).sequence;
  const Outcome outcome = Race(order.id, SettleRefund{charge, 1, Refunded{"back"}},
                               SettleRefund{charge, 1, NotRefunded{"ACCOUNT_CLOSED"}}, 0);
  EXPECT_EQ(outcome.won[0] + outcome.won[1], kRacers) << "what is known changes nothing, and is no error";
  const Order now = Now(order.id);
  ASSERT_EQ(now.refunds[0].state == RefundState::kSucceeded ? 1u : 2u, now.refunds.size());
  EXPECT_EQ(now.sequence, before + now.refunds.size())
      << "one event; where it failed, the next one's start too";
}

TEST_P(StoreRaces, OneRequestIdIsAnsweredAlike_W7) {
  const std::vector<std::pair<OrderId, OrderCommand>> steps = {
      {Cancellable().id, CancelLateMilestone{kBen, 1, ""}},
      {Delivered().id, RequestCancellation{kSam, Money::Usd(6000), "a"}},
      {Delivered().id, RequestCancellation{kOps, Money::Usd(6000), "a"}},
      {Asked().id, AnswerCancellation{kSam, true, ""}},
      {Delivered().id, OpenDispute{kSam, 1, "?"}},
      {Disputed().id, WithdrawDispute{kBen, 1}},
      {Disputed().id, ResolveDispute{kOps, 1, DisputeOutcome::kSplit, Money::Usd(6000), "c"}}};
  for (const auto& [order, command] : steps) {
    const Uuid request = NewUuid(WallNow());
    std::vector<Pending> pending;
    for (int caller = 0; caller < kRacers; ++caller)
      pending.push_back(Send(caller % 2, order, command, request));
    int first = 0;
    std::set<uint64_t> sequences;
    for (Pending& one : pending) {
      const Answered answered = one.get();
      ASSERT_THAT(answered, testing::IsOk());
      first += !answered->replayed;
      sequences.insert(answered->state.sequence);
    }
    EXPECT_EQ(first, 1);
    EXPECT_EQ(sequences.size(), 1u) << "all get the winner's answer";
  }
}

INSTANTIATE_TEST_SUITE_P(On, StoreRaces, ::testing::Bool(),
                         [](const auto& backend) { return backend.param ? "MySql" : "Memory"; });

}  // namespace
}  // namespace milepost::billing
