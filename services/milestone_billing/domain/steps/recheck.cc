// The provider is asked again about attempts that were closed on less than its final word (§4, Charge). Money that is found
// after all came too late and goes back (M9).
#include <algorithm>

#include "services/milestone_billing/domain/steps/step.h"

namespace milepost::billing {
namespace {

// A success that an operator reported and the provider confirms leaves nothing to ask; nor does the last answer.
ChargeRecheckSet NextRecheck(const Charge& charge, const RecordFinding& command, absl::Time now) {
  const RecheckPolicy& policy = command.recheck;
  ChargeRecheckSet next{charge.id, std::nullopt, charge.answers, command.finding};
  if (command.finding == Finding::kNoAnswer) {
    const size_t question = std::min<size_t>(charge.answers, policy.after.size() - 1);
    const absl::Time due = *charge.closed_at + policy.after[question];
    next.ask_at = now + std::clamp(now - due, policy.retry_first, policy.retry_greatest);
    return next;
  }
  ++next.answers;
  if (command.finding == Finding::kNoMoney && next.answers < policy.after.size())
    next.ask_at = std::max(*charge.closed_at + policy.after[next.answers], now);
  return next;
}

}  // namespace

Decision RecordFinding::Decide(const Order* order, absl::Time now) const {
  if (order == nullptr) return Refuse(Reason::kOrderNotFound);
  const Charge* asked = order->FindCharge(charge);
  if (asked == nullptr) return Refuse(Reason::kChargeNotFound);
  if (asked->state == ChargeState::kOpen) return std::vector<OrderEvent>{};  // SettleCharge settles it
  // Money that is there counts whoever found it, also the slower of two askers of one question.
  if (finding == Finding::kMoney && !asked->took_money())
    return RunRule(kTriggerOf<trigger::PaymentSucceededLate>, *this, *order, now, FactsOf(*order));
  if (!asked->ask_at || asked->answers != answers) return std::vector<OrderEvent>{};
  return std::vector<OrderEvent>{NextRecheck(*asked, *this, now)};
}

ChargeSucceededLate ChargeSucceededLate::Made(const Cause& cause) {
  const Charge& charge = *cause.charge();
  return {charge.id, std::get<Succeeded>(*cause.outcome()).provider_reference,
          M9LateSuccess(charge.amount, charge.buyer_fee_minor)};
}

bool ChargeSucceededLate::CanApply(const Order& order) const {
  return Has(order, charge) && IsBalanced(move);
}

void ChargeSucceededLate::Apply(Order& order, absl::Time at) const {
  Charge& late = order.At(charge);
  late.late_success_at = at;
  late.provider_reference = provider_reference;
  late.ask_at.reset();
}

// The first question about an attempt that ends.
ChargeRecheckSet ChargeRecheckSet::Made(const Cause& cause) {
  RecheckPolicy policy;
  if (const auto* settle = cause.asked<SettleCharge>()) policy = settle->recheck;
  if (const auto* resolve = cause.asked<ResolveCharge>()) policy = resolve->recheck;
  return {cause.charge()->id, cause.at + policy.after.front(), 0, Finding::kNotAsked};
}

bool ChargeRecheckSet::CanApply(const Order& order) const {
  return Has(order, charge);
}

void ChargeRecheckSet::Apply(Order& order, absl::Time) const {
  Charge& ended = order.At(charge);
  ended.ask_at = ask_at;
  ended.answers = answers;
}

}  // namespace milepost::billing
