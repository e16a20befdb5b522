#include "services/milestone_billing/domain/next_actions.h"

#include "absl/strings/str_cat.h"

namespace milepost::billing {
namespace {

constexpr Trigger kMethods[] = {Trigger::kDeliverMilestone, Trigger::kRequestRevision,
                                Trigger::kAcceptMilestone,  Trigger::kStartNextMilestone,
                                Trigger::kEndOrder,         Trigger::kRetryPayment,
                                Trigger::kResolveCharge};

// The method called as it has the best chance: about the current milestone, the final delivery where that is due.
Facts BestFacts(const Order& order) {
  Facts facts = FactsOf(order);
  facts.Add(Fact::kFinalDelivery, order.is_last(order.current_milestone));
  return facts;
}

uint32_t MilestoneOf(Trigger trigger, const Order& order) {
  const bool next = trigger == Trigger::kStartNextMilestone && !order.is_last(order.current_milestone) &&
                    order.state != OrderState::kAwaitingPayment;
  return order.current_milestone + (next ? 1 : 0);
}

std::string OutcomeOf(const Rule& rule) {
  return absl::StrCat(rule.money == "M2" ? "milestone ACCEPTED and paid to the seller, " : "", "order ",
                      NameOf(*rule.to),
                      rule.completion_reason ? absl::StrCat(" (", NameOf(*rule.completion_reason), ")") : "");
}

// A delivery has no timer: after its due time it is merely overdue (A20). Everything else ends with the order's timer.
void SetDeadline(const Order& order, NextAction& action) {
  if (action.trigger == Trigger::kDeliverMilestone) {
    action.deadline = order.current().due_at;
    action.at_deadline = "the delivery is overdue";
  } else if (!order.deadlines.empty()) {
    const Deadline& deadline = order.deadlines.front();
    action.deadline = deadline.due;
    action.at_deadline = OutcomeOf(RuleFor(TriggerOf(deadline.kind), &order, FactsOf(order)));
  }
}

}  // namespace

std::vector<NextAction> NextActions(const Order& order) {
  const Facts facts = BestFacts(order);
  std::vector<NextAction> actions;
  for (const Trigger trigger : kMethods) {
    const Rule& rule = RuleFor(trigger, &order, facts);
    NextAction action{PartyOf(trigger), trigger, MilestoneOf(trigger, order), rule.refusal, {}, ""};
    if (!rule.refuses()) SetDeadline(order, action);
    actions.push_back(std::move(action));
  }
  return actions;
}

}  // namespace milepost::billing
