// Functions that the steps of an order share: checks of the actor, the search for the rule, refusals, and checks of
// events.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/core/actor.h"
#include "common/core/reason.h"
#include "common/core/refusal.h"
#include "services/milestone_billing/domain/cause.h"
#include "services/milestone_billing/domain/commands.h"
#include "services/milestone_billing/domain/events.h"
#include "services/milestone_billing/domain/order.h"
#include "services/milestone_billing/domain/workflow.h"

namespace milepost::billing {

inline constexpr EnumSet<OrderState> kAnyOrder = EnumSet<OrderState>::Of(kValuesOf<OrderState>);
inline constexpr EnumSet<OrderState> kUnfinished = {OrderState::kActive, OrderState::kAwaitingNext,
                                                    OrderState::kAwaitingPayment, OrderState::kDisputed};
inline constexpr EnumSet<OrderState> kFinished = {OrderState::kCompleted, OrderState::kCancelled};
inline constexpr EnumSet<OrderState> kPlaced = kUnfinished | kFinished;

// A rule that refuses in these states.
Rule Deny(Trigger trigger, EnumSet<OrderState> from, Reason reason, absl::string_view numbers);
// In every state, refuses a milestone that the order does not have.
void DenyUnknown(Trigger trigger, std::vector<Rule>& rules);
// In every state, refuses an earlier milestone: it is accepted.
void DenyAccepted(Trigger trigger, std::vector<Rule>& rules);
// Refuses a party's method before the order is placed and after its end.
void DenyOutsideOfWork(Trigger trigger, std::vector<Rule>& rules);
// Refuses a milestone that is not the current one.
void DenyOther(Trigger trigger, std::vector<Rule>& rules);
// The refusals that both answers to a delivery share, before and in these order states.
void DenyWithoutDelivery(Trigger trigger, std::vector<Rule>& rules);

// Decides a party's method: checks that the actor is a party of the order, or an operator, and the one that the method is for; then
// runs the first rule that matches. `said`: the facts of the request. `milestone`: the one that the caller names; 0:
// the method names none, the current one is meant.
template <class Command>
Decision TakeStep(const Command& command, const Order* order, absl::Time now, Facts said = {},
                  uint32_t milestone = 0);

// Runs the rule of a trigger that is no party's method. It must not refuse.
template <class Command>
Decision RunRule(Trigger trigger, const Command& command, const Order& order, absl::Time now, Facts facts);

// A refusal by the table, with all values that its text or a client may need. `milestone` is the one that the caller
// named.
absl::Status RefuseState(Reason reason, const Order& order, uint32_t milestone);
// Refuses an amount for the seller in another currency, or of more than is held.
void DenySellerAmounts(Trigger trigger, EnumSet<OrderState> from, std::vector<Rule>& rules);
// What these rules ask about the amount.
Facts FactsOfSellerAmount(const Order* order, Money seller_amount);

// For CanApply.
bool Has(const Order& order, uint32_t milestone);
bool Has(const Order& order, const ChargeId& charge);
bool Has(const Order& order, const ChargeId& charge, uint32_t refund);
bool IsBalanced(const Move& move);

// Parts of templates above.
absl::StatusOr<Party> PartyOf(const Order* order, Trigger trigger, const Actor& actor);
Facts FactsAbout(const Order& order, uint32_t milestone);

template <class Command>
Decision TakeStep(const Command& command, const Order* order, absl::Time now, Facts said,
                  uint32_t milestone) {
  constexpr Trigger trigger = kTriggerOf<Command>;
  const absl::StatusOr<Party> by = PartyOf(order, trigger, command.actor);
  if (!by.ok()) return by.status();
  if (milestone == 0) milestone = order->current_milestone;
  const Facts facts = said | FactsAbout(*order, milestone) | FactsOf(*order, *by);
  const Rule* rule = FindRule(trigger, order, facts, *by);
  if (rule == nullptr) return NoRule(trigger, order);
  if (rule->refuses()) return RefuseState(*rule->refusal, *order, milestone);
  return EventsOf({.rule = *rule, .order = *order, .at = now, .by = *by, .command = &command});
}

template <class Command>
Decision RunRule(Trigger trigger, const Command& command, const Order& order, absl::Time now, Facts facts) {
  const Rule* rule = FindRule(trigger, &order, facts);
  if (rule == nullptr || rule->refuses()) return NoRule(trigger, &order);
  return EventsOf({.rule = *rule, .order = order, .at = now, .command = &command});
}

}  // namespace milepost::billing
