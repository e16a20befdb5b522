// An operator ends an OPEN attempt with evidence (A16). Her word ends it as the provider's would, and is not taken for the
// provider's last.
#include <string>
#include <utility>
#include <variant>

#include "services/milestone_billing/domain/steps/pay.h"
#include "services/milestone_billing/domain/steps/step.h"

namespace milepost::billing {

void ResolveCharge::AppendRules(std::vector<Rule>& rules) {
  constexpr Trigger kResolve = kTriggerOf<ResolveCharge>;
  rules.push_back({.trigger = kResolve,
                   .from = kAnyOrder,
                   .when = {Fact::kNamesClosed},
                   .refusal = Reason::kChargeNotOpen,
                   .numbers = "A16"});
  rules.push_back({.trigger = kResolve,
                   .from = kAnyOrder,
                   .unless = {Fact::kPaymentOpen},
                   .refusal = Reason::kChargeNotOpen,
                   .numbers = "A16"});
  for (Rule rule : AttemptEnds()) {
    if (rule.trigger == kTriggerOf<trigger::PaymentDeclined>) continue;  // as voided
    rule.when.Add(Fact::kSaysSucceeded, rule.trigger == kTriggerOf<trigger::PaymentSucceeded>);
    rule.trigger = kResolve;
    rule.events.insert(rule.events.begin(), kKindOf<ChargeResolved>);
    if (rule.events.back() != kKindOf<ChargeRecheckSet>) rule.events.push_back(kKindOf<ChargeRecheckSet>);
    rules.push_back(std::move(rule));
  }
}

Decision ResolveCharge::Decide(const Order* order, absl::Time now) const {
  if (actor.kind != ActorKind::kOperator) return Refuse(Reason::kNotAnOperator);
  const Charge* ended = order ? order->FindCharge(charge) : nullptr;
  if (ended == nullptr) return Refuse(Reason::kChargeNotFound);
  const bool succeeded = std::holds_alternative<Succeeded>(outcome);
  Facts facts = FactsOf(*order);
  facts.Add(Fact::kNamesClosed, ended->state != ChargeState::kOpen);
  facts.Add(Fact::kSaysSucceeded, succeeded);
  const Rule* rule = FindRule(kTriggerOf<ResolveCharge>, order, facts);
  if (rule == nullptr) return NoRule(kTriggerOf<ResolveCharge>, order);
  if (rule->refuses())
    return Refuse(*rule->refusal, {{"state", std::string(NameOf(order->state))},
                                   {"charge_state", std::string(NameOf(ended->state))}});
  if (succeeded && amount != ended->total())
    return Refuse(Reason::kChargeAmountMismatch,
                  {{"required", ended->total().ToString()}, {"actual", amount.ToString()}});
  return EventsOf({.rule = *rule, .order = *order, .at = now, .command = this});
}

ChargeResolved ChargeResolved::Made(const Cause& cause) {
  const auto& said = cause.Asked<ResolveCharge>();
  const ChargeState state = std::holds_alternative<Succeeded>(said.outcome)  ? ChargeState::kSucceeded
                            : std::holds_alternative<Declined>(said.outcome) ? ChargeState::kDeclined
                                                                             : ChargeState::kVoided;
  return {said.charge, state, said.actor.name, said.evidence};
}

bool ChargeResolved::CanApply(const Order& order) const {
  return Has(order, charge);
}

void ChargeResolved::Apply(Order& order, absl::Time) const {
  order.At(charge).resolution = Resolution{by, evidence};
}

}  // namespace milepost::billing
