// Nothing that is stored aborts the server: orders that no command leads to are planted in the database; their settlements,
// methods and deadlines meet no rule. The call is answered, the bug is logged and counted, and other orders go on.
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/core/refusal.h"
#include "common/obs/bugs.h"
#include "common/obs/exposition.h"
#include "common/obs/log.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "tests/component/milestone_billing/fixture.h"
#include "tests/support/database.h"

namespace milepost::billing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// milepost_bugs_total{kind="no_rule"} of this process, which the server runs in.
double BugsMet() {
  obs::Exposition exposition;
  obs::ReadBugs(exposition);
  for (const prometheus::MetricFamily& family : exposition.Families()) {
    if (family.name != "milepost_bugs_total") continue;
    for (const prometheus::ClientMetric& metric : family.metric)
      for (const auto& label : metric.label)
        if (label.name == "kind" && label.value == "no_rule") return metric.counter.value;
  }
  return 0;
}

// The fields of the log's lines that say "bug", as JSON.
std::vector<google::protobuf::Struct> BugLinesIn(const std::string& log) {
  std::vector<google::protobuf::Struct> lines;
  for (const absl::string_view line : absl::StrSplit(log, '\n', absl::SkipEmpty())) {
    if (!absl::StrContains(line, "\"msg\":\"bug\"")) continue;
    google::protobuf::Struct fields;
    const auto parsed = google::protobuf::util::JsonStringToMessage(std::string(line), &fields);
    EXPECT_TRUE(parsed.ok()) << "no JSON: " << line;
    lines.push_back(fields);
  }
  return lines;
}

// What is logged while `call` runs.
std::string LogOf(const std::function<void()>& call) {
  obs::FlushLog();
  ::testing::internal::CaptureStderr();
  call();
  obs::FlushLog();
  return ::testing::internal::GetCapturedStderr();
}

// The states in which no rule says what the end of an open payment does, with what else an order of that state has.
constexpr OrderState kUnpayable[] = {OrderState::kPlacementFailed, OrderState::kActive,
                                     OrderState::kAwaitingNext,    OrderState::kCompleted,
                                     OrderState::kDisputed,        OrderState::kCancelled};

void PutInto(Order& order, OrderState state) {
  order.state = state;
  order.current_milestone = 1;
  order.milestones[1].state = MilestoneState::kPending;
  order.deadlines.clear();
  if (state == OrderState::kActive) order.milestones[0].state = MilestoneState::kActive;
  if (state == OrderState::kPlacementFailed) {
    order.milestones[0].state = MilestoneState::kPending;
    order.placement_failure = PlacementFailure::kPaymentVoided;
  }
  if (state == OrderState::kDisputed) {
    order.milestones[0].state = MilestoneState::kDisputed;
    order.milestones[0].undisputed = MilestoneState::kDelivered;
    order.milestones[0].dispute = Dispute{.number = 1, .opened_at = order.updated_at};
  }
  if (state == OrderState::kCancelled) {
    order.cancellation_reason = CancellationReason::kAgreed;
    order.completed_at = order.updated_at;
  }
  if (state == OrderState::kCompleted) {
    order.completion_reason = CompletionReason::kEndedByBuyer;
    order.completed_at = order.updated_at;
  }
}

class DamagedOrdersTest : public BillingTest {
 protected:
  // The damaged orders can't prove themselves. All others do.
  void TearDown() override {
    for (const std::string& order : damaged_) {
      for (const char* table : {"charges", "entries", "refunds", "charge_questions"})
        Sql(absl::StrCat("DELETE FROM ", table, " WHERE order_id = ", SqlIdOf(order)));
      for (const char* table : {"events", "deadlines"})
        Sql(absl::StrCat("DELETE FROM ", table, " WHERE aggregate_id = ", SqlIdOf(order)));
      Sql(absl::StrCat("DELETE FROM orders WHERE id = ", SqlIdOf(order)));
    }
    BillingTest::TearDown();
  }

  void Sql(const std::string& statement) { milepost::testing::ExecuteOrDie(options_.database, statement); }
  // The clock alone: nobody fires what is due.
  void AdvanceClockOnly(absl::Duration by) {
    Sql(absl::StrCat("UPDATE test_clock SET value_us = value_us + ", absl::ToInt64Microseconds(by)));
  }

  // Changes the order as it is stored, and answers whether it can still be read.
  absl::Status Damage(const std::string& name, const std::function<void(Order&)>& change) {
    damaged_.push_back(name);
    return ChangeStored(name, change);
  }
  // An order in that state although its second payment is open. The provider answers it later.
  std::string NewDamaged(OrderState state, const std::string& payment_method) {
    const std::string name = StartSecond(payment_method).name();
    EXPECT_THAT(Damage(name, [state](Order& order) { PutInto(order, state); }), IsOk()) << NameOf(state);
    Sql(absl::StrCat("DELETE FROM deadlines WHERE aggregate_id = ", SqlIdOf(name)));
    return name;
  }
  v1::Charge LastCharge(const std::string& order) { return client_->Charges(order).back(); }
  // Once every lease is over.
  size_t Reconcile() {
    client_->Advance(absl::Minutes(2));
    return Must(server_->reconciler().Tick());
  }

  std::vector<std::string> damaged_;
};

// Stands first: the same bug again is not logged at once.
TEST_F(DamagedOrdersTest, AMethodThatMeetsNoRuleIsAnsweredAndLoggedWithTheOrdersName) {
  const std::string name = NewDamaged(OrderState::kActive, "pm_pending");
  const std::string charge = LastCharge(name).name();
  const std::vector<int64_t> before = Footprint();
  const double bugs = BugsMet();
  std::vector<google::protobuf::Struct> lines;
  int calls = 0;
  for (const absl::Time end = WallNow() + absl::Minutes(2); lines.empty() && WallNow() < end; ++calls) {
    absl::StatusOr<v1::ResolveChargeResponse> answer;
    const std::string log = LogOf([&] { answer = client_->Resolve(ResolutionOf(charge)); });
    lines = BugLinesIn(log);
    EXPECT_TRUE(absl::IsInternal(answer.status()));
    ASSERT_THAT(answer, RefusedWith(Reason::kInternal));
    EXPECT_NE(RefusalOf(answer.status())->detail("log_id"), "");
    EXPECT_THAT(std::string(answer.status().message()), Not(HasSubstr("no rule"))) << "for the log alone";
  }
  ASSERT_THAT(lines, SizeIs(1)) << calls;
  EXPECT_EQ(lines[0].fields().at("level").string_value(), "error");
  EXPECT_EQ(lines[0].fields().at("kind").string_value(), "no_rule");
  EXPECT_THAT(lines[0].fields().at("what").string_value(),
              HasSubstr(absl::StrCat(name, " has no rule for ResolveCharge: it is ACTIVE")));
  EXPECT_EQ(BugsMet() - bugs, calls);
  EXPECT_EQ(Footprint(), before);
  // What has a rule goes on, with this order too.
  EXPECT_EQ(Must(client_->Get(name)).state(), v1::ORDER_STATE_ACTIVE);
  v1::PostUpdateRequest update;
  update.set_name(MilestoneName(name, 1));
  update.set_message("on we go");
  update.set_request_id(NewRequestId());
  EXPECT_THAT(client_->Billing(kSeller, &v1::MilestoneBilling::Stub::PostUpdate, update), IsOk());
}

TEST_F(DamagedOrdersTest, ASettlementInEveryStateWithoutARuleForIt) {
  std::vector<std::string> orders;
  std::vector<v1::OrderState> states;
  for (const char* payment_method : {"pm_unknown_then_ok", "pm_unknown_then_declined"}) {
    for (const OrderState state : kUnpayable) {
      orders.push_back(NewDamaged(state, payment_method));
      states.push_back(Must(client_->Get(orders.back())).state());
    }
  }
  EXPECT_EQ(states[0], v1::ORDER_STATE_PLACEMENT_FAILED);
  const std::string healthy = PlaceOrder({5000, 5000}, "pm_unknown_then_ok").name();
  const double bugs = BugsMet();
  EXPECT_EQ(Reconcile(), 1u) << "the provider is not asked about an attempt whose end no rule knows";
  EXPECT_GE(BugsMet() - bugs, orders.size()) << "a batch that is run again meets its bugs again";
  EXPECT_EQ(Must(client_->Get(healthy)).state(), v1::ORDER_STATE_ACTIVE) << "is settled beside them";
  EXPECT_EQ(Reconcile(), 0u) << "and not later";
  EXPECT_GE(BugsMet() - bugs, 2 * orders.size());
  for (size_t i = 0; i < orders.size(); ++i) {
    SCOPED_TRACE(v1::OrderState_Name(states[i]));
    EXPECT_EQ(Must(client_->Get(orders[i])).state(), states[i]) << "stays as it stands";
    EXPECT_EQ(LastCharge(orders[i]).state(), v1::CHARGE_STATE_OPEN);
    EXPECT_THAT(client_->Resolve(ResolutionOf(LastCharge(orders[i]).name())), RefusedWith(Reason::kInternal));
  }
  EXPECT_GE(BugsMet() - bugs, 3 * orders.size());
  EXPECT_EQ(PlaceOrder({5000, 5000}).state(), v1::ORDER_STATE_ACTIVE);
}

// kUnpayable and the states that have rules for it are all that there are.
TEST_F(DamagedOrdersTest, EveryOtherStateHasItsRules) {
  EXPECT_EQ(std::size(kUnpayable) + 2, kValuesOf<OrderState>.size());
  const std::string placing = PlaceOrder({5000, 5000}, "pm_unknown_then_declined").name();
  const std::string paying = StartSecond("pm_unknown_then_declined").name();
  const double bugs = BugsMet();
  EXPECT_EQ(Reconcile(), 2u);
  EXPECT_EQ(Must(client_->Get(placing)).state(), v1::ORDER_STATE_PLACEMENT_FAILED);
  EXPECT_EQ(LastCharge(paying).state(), v1::CHARGE_STATE_DECLINED);
  EXPECT_EQ(BugsMet(), bugs);
}

// An order whose deadline no rule fires is shown as it stands, its methods are refused, and the sweeper fires what others wait
// for.
TEST_F(DamagedOrdersTest, ADeadlineThatNoRuleFiresHoldsUpNobodyElse) {
  const auto delivered = [this] {
    const std::string name = PlaceOrder({5000, 5000}).name();
    Must(client_->Deliver(name, 1, false));
    return name;
  };
  const std::string damaged = delivered(), healthy = delivered();
  EXPECT_THAT(Damage(damaged, [](Order& order) { order.milestones[0].state = MilestoneState::kActive; }),
              IsOk());
  AdvanceClockOnly(absl::Hours(8 * 24));
  EXPECT_EQ(Must(server_->shell().Sweep()), 1u);
  EXPECT_EQ(Must(client_->Get(healthy)).completion_reason(), type::v1::COMPLETION_REASON_REVIEW_TIMEOUT);
  for (const char* reader : {kBuyer, kSeller, kOperator})
    EXPECT_EQ(Must(client_->Get(damaged, reader)).state(), v1::ORDER_STATE_ACTIVE) << reader;
  EXPECT_THAT(client_->Accept(damaged, 1, v1::NEXT_STEP_DECIDE_LATER), RefusedWith(Reason::kInternal));
  EXPECT_TRUE(absl::IsInternal(server_->shell().Sweep().status())) << "nothing else is due";
  const std::string later = delivered();
  AdvanceClockOnly(absl::Hours(8 * 24));
  EXPECT_EQ(Must(server_->shell().Sweep()), 1u) << "the one that is due for ever is not in the way";
  EXPECT_EQ(Must(client_->Get(later)).state(), v1::ORDER_STATE_COMPLETED);
}

}  // namespace
}  // namespace milepost::billing
