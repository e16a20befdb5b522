// Nothing from outside aborts the process: a settlement, a deadline or an answer that meets no rule is refused as a bug that names
// the order, and changes nothing. Orders are damaged here in ways that no command leads to.
#include <set>

#include "common/core/bug.h"
#include "services/milestone_billing/domain/workflow.h"
#include "tests/unit/milestone_billing/story.h"

namespace milepost::billing {
namespace {

// An order whose first payment is open, however it stands.
Order WithOpenPayment(OrderState state, MilestoneState milestone) {
  Story story;
  EXPECT_DONE(story.Place(MilestonesOf(3)));
  Order order = story.order();
  order.state = state;
  order.milestones[0].state = milestone;
  order.created_at = kStart;
  return order;
}

// The states in which DOMAIN §4 knows what the end of an open payment does.
const std::set<OrderState> kPayable = {OrderState::kPlacing, OrderState::kAwaitingPayment};

void ExpectDecided(const Order& order, const OrderCommand& command, bool has_rule) {
  const absl::StatusOr<Step<OrderDomain>> step = Run<OrderDomain>(&order, command, kStart);
  if (has_rule) {
    EXPECT_EQ(step.status(), absl::OkStatus()) << NameOf(order.state);
    return;
  }
  EXPECT_EQ(BugKindOf(step.status()), BugKind::kNoRule) << NameOf(order.state) << step.status();
  EXPECT_NE(step.status().message().find(order.id.ToString()), absl::string_view::npos) << step.status();
}

TEST(ADamagedOrder, RefusesASettlementInEveryStateThatHasNoRuleForIt) {
  for (const OrderState state : kValuesOf<OrderState>) {
    for (const MilestoneState milestone : kValuesOf<MilestoneState>) {
      const Order order = WithOpenPayment(state, milestone);
      const ChargeId charge = order.charges[0].id;
      const bool has_rule = kPayable.contains(state);
      for (const ChargeOutcome& outcome :
           {ChargeOutcome(Succeeded{"cap-1"}), ChargeOutcome(Declined{}), ChargeOutcome(Voided{})}) {
        ExpectDecided(order, SettleCharge{charge, outcome, {}}, has_rule);
        Money amount;
        if (std::holds_alternative<Succeeded>(outcome)) amount = order.charges[0].total();
        ExpectDecided(order, ResolveCharge{kOperator, charge, outcome, amount, "a call", {}}, has_rule);
      }
      ExpectDecided(order, SettleCharge{charge, Unknown{kStart}, {}}, /*has_rule=*/true);
    }
  }
}

TEST(ADamagedOrder, KeepsADeadlineThatNoRuleFires) {
  for (const OrderState state : kValuesOf<OrderState>) {
    for (const MilestoneState milestone : kValuesOf<MilestoneState>) {
      for (const DeadlineKind kind : kValuesOf<DeadlineKind>) {
        Order order = WithOpenPayment(state, milestone);
        order.deadlines = {{1, kind, kStart - kDay}};
        const bool has_rule = FindRule(TriggerOf(kind), &order, FactsOf(order)) != nullptr;
        if (has_rule) continue;  // its own story: deadlines_test
        ExpectDecided(order, Tick{}, /*has_rule=*/false);
        EXPECT_EQ(AsOf<OrderDomain>(order, kStart), order) << "a read shows it as it stands";
      }
    }
  }
}

TEST(ADamagedOrder, RefusesAMethodThatNoRuleKnows) {
  Order order = WithOpenPayment(OrderState::kActive, MilestoneState::kSkipped);
  ExpectDecided(order, DeliverMilestone{kSeller, 1, false, "done", ""}, /*has_rule=*/false);
}

}  // namespace
}  // namespace milepost::billing
