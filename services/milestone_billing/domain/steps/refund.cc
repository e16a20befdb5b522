// Money goes back to the buyer: a refund sets out, is leased to whoever asks the provider, and settled with its answer; after
// a failure the next one tries again (M5, M9).
#include <algorithm>
#include <variant>

#include "services/milestone_billing/domain/steps/step.h"

namespace milepost::billing {
namespace {

std::vector<OrderEvent> Undecided(const Refund& refund, bool unknown, absl::Time retry_at) {
  if (refund.unknown == unknown && refund.lease_until == retry_at) return {};
  return {RefundUndecided{refund.charge, refund.number, unknown, retry_at}};
}

struct BackToBuyer {
  ChargeId charge;
  Money amount;
  Move move;
};

// What a refund that starts gives back: all of a late success, what a failed refund did not, or the buyer's part of a cancelled
// milestone, whose own event moves the money.
BackToBuyer BackOf(const Cause& cause) {
  if (const Charge* late = cause.charge()) return {late->id, late->total(), M9RefundStarted(late->total())};
  if (const Refund* failed = cause.refund())
    return {failed->charge, failed->amount, M9RefundStarted(failed->amount)};
  const EscrowSplit split = MilestoneCancelled::Made(cause).split;
  return {split.charge, split.refund(), Move{"", split.amount.currency, {}}};
}

Refund& Close(Refund& refund, RefundState state, absl::Time at) {
  refund.state = state;
  refund.unknown = false;
  refund.closed_at = at;
  return refund;
}

}  // namespace

Decision LeaseRefund::Decide(const Order* order, absl::Time now) const {
  if (order == nullptr) return Refuse(Reason::kOrderNotFound);
  const Refund* refund = order->FindRefund(charge, number);
  if (refund == nullptr) return Refuse(Reason::kRefundNotFound);
  if (refund->state != RefundState::kPending) return std::vector<OrderEvent>{};
  if (refund->lease_until > now) return Refuse(Reason::kRefundInProgress);
  return std::vector<OrderEvent>{RefundLeased{charge, number, until}};
}

void SettleRefund::AppendRules(std::vector<Rule>& rules) {
  rules.push_back({.trigger = kTriggerOf<trigger::RefundSucceeded>,
                   .from = kAnyOrder,
                   .when = {Fact::kLateMoney},
                   .events = Events<ChargeLateRefunded>(),
                   .money = "M5",
                   .numbers = "M9"});
  rules.push_back({.trigger = kTriggerOf<trigger::RefundSucceeded>,
                   .from = kAnyOrder,
                   .unless = {Fact::kLateMoney},
                   .events = Events<RefundSucceeded>(),
                   .money = "M5",
                   .numbers = "M5 M6"});
  rules.push_back({.trigger = kTriggerOf<trigger::RefundFailed>,
                   .from = kAnyOrder,
                   .when = {Fact::kRefundTriesLeft},
                   .events = Events<RefundFailed, RefundStarted>(),
                   .money = "M5",
                   .numbers = "M9"});
  rules.push_back({.trigger = kTriggerOf<trigger::RefundFailed>,
                   .from = kAnyOrder,
                   .unless = {Fact::kRefundTriesLeft},
                   .events = Events<RefundFailed>(),
                   .money = "M5",
                   .numbers = "M9"});
}

Decision SettleRefund::Decide(const Order* order, absl::Time now) const {
  if (order == nullptr) return Refuse(Reason::kOrderNotFound);
  const Refund* refund = order->FindRefund(charge, number);
  if (refund == nullptr) return Refuse(Reason::kRefundNotFound);
  if (refund->state != RefundState::kPending) return std::vector<OrderEvent>{};
  if (const auto* unknown = std::get_if<Unknown>(&outcome))
    return Undecided(*refund, true, unknown->retry_at);
  if (const auto* pending = std::get_if<Pending>(&outcome))
    return Undecided(*refund, false, pending->retry_at);
  Facts facts = FactsOf(*order);
  facts.Add(Fact::kRefundTriesLeft, refund->number < kRefundTriesMax);
  facts.Add(Fact::kLateMoney, order->FindCharge(charge)->late_success_at.has_value());
  const bool succeeded = std::holds_alternative<Refunded>(outcome);
  return RunRule(succeeded ? kTriggerOf<trigger::RefundSucceeded> : kTriggerOf<trigger::RefundFailed>, *this,
                 *order, now, facts);
}

// The first is due at once: whoever looks first takes it. One that follows a failed one waits.
std::vector<RefundStarted> RefundStarted::Made(const Cause& cause) {
  const BackToBuyer back = BackOf(cause);
  if (back.amount.minor == 0) return {};
  const std::vector<Refund>& refunds = cause.order.refunds;
  const auto earlier = std::count_if(refunds.begin(), refunds.end(),
                                     [&](const Refund& refund) { return refund.charge == back.charge; });
  const auto number = static_cast<uint32_t>(earlier + 1);
  return {{back.charge, number, back.amount, cause.at + RefundWait(number), back.move}};
}

bool RefundStarted::CanApply(const Order& order) const {
  return Has(order, charge) && !Has(order, charge, number) && IsAmount(amount.minor) && IsBalanced(move);
}

void RefundStarted::Apply(Order& order, absl::Time at) const {
  order.refunds.push_back(
      {.charge = charge, .number = number, .amount = amount, .created_at = at, .lease_until = lease_until});
}

ChargeLateRefunded ChargeLateRefunded::Made(const Cause& cause) {
  const Refund& refund = *cause.refund();
  return {refund.charge, refund.number,
          std::get<Refunded>(cause.Asked<SettleRefund>().outcome).provider_reference,
          M5RefundSettled(refund.amount)};
}

bool ChargeLateRefunded::CanApply(const Order& order) const {
  return Has(order, charge, number) && IsBalanced(move);
}

void ChargeLateRefunded::Apply(Order& order, absl::Time at) const {
  Close(order.At(charge, number), RefundState::kSucceeded, at).provider_reference = provider_reference;
}

RefundSucceeded RefundSucceeded::Made(const Cause& cause) {
  const Refund& refund = *cause.refund();
  return {refund.charge, refund.number,
          std::get<Refunded>(cause.Asked<SettleRefund>().outcome).provider_reference,
          M5RefundSettled(refund.amount)};
}

bool RefundSucceeded::CanApply(const Order& order) const {
  return Has(order, charge, number) && IsBalanced(move);
}

void RefundSucceeded::Apply(Order& order, absl::Time at) const {
  Close(order.At(charge, number), RefundState::kSucceeded, at).provider_reference = provider_reference;
}

RefundFailed RefundFailed::Made(const Cause& cause) {
  const Refund& refund = *cause.refund();
  return {refund.charge, refund.number, std::get<NotRefunded>(cause.Asked<SettleRefund>().outcome).reason,
          M5RefundFailed(refund.amount)};
}

bool RefundFailed::CanApply(const Order& order) const {
  return Has(order, charge, number) && IsBalanced(move);
}

void RefundFailed::Apply(Order& order, absl::Time at) const {
  Close(order.At(charge, number), RefundState::kFailed, at).failure = reason;
}

bool RefundLeased::CanApply(const Order& order) const {
  return Has(order, charge, number);
}

void RefundLeased::Apply(Order& order, absl::Time) const {
  order.At(charge, number).lease_until = until;
}

bool RefundUndecided::CanApply(const Order& order) const {
  return Has(order, charge, number);
}

void RefundUndecided::Apply(Order& order, absl::Time) const {
  Refund& refund = order.At(charge, number);
  refund.unknown = unknown;
  refund.lease_until = retry_at;
}

}  // namespace milepost::billing
