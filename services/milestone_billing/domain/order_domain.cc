#include "services/milestone_billing/domain/order_domain.h"

#include <variant>

#include "services/milestone_billing/domain/cause.h"
#include "services/milestone_billing/domain/workflow.h"

namespace milepost::billing {

Decision OrderDomain::Decide(const Order* order, const OrderCommand& command, absl::Time now) {
  return std::visit([&](const auto& any) { return any.Decide(order, now); }, command);
}

Decision OrderDomain::Fire(const Order& order, const Deadline& deadline) {
  const Trigger trigger = TriggerOf(deadline.kind);
  const Rule* rule = FindRule(trigger, &order, FactsOf(order));
  if (rule == nullptr) return NoRule(trigger, &order);
  return EventsOf({.rule = *rule, .order = order, .at = deadline.due, .command = {}, .deadline = &deadline});
}

void OrderDomain::Apply(Order& order, const OrderEvent& event, absl::Time at) {
  std::visit([&](const auto& any) { any.Apply(order, at); }, event);
}

}  // namespace milepost::billing
