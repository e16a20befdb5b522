#include "services/milestone_billing/domain/effects.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace milepost::billing {
namespace {

const MilestoneTerms& TermsOf(const Order& order, uint32_t milestone) {
  return order.terms.milestones[milestone - 1];
}

absl::Duration WorkTime(const MilestoneTerms& terms) {
  return absl::Hours(24) * terms.days;
}

// A17: max(3 days, half of the milestone's days).
absl::Duration RevisionTime(const Order& order, uint32_t milestone) {
  return std::max(order.terms.deadlines.min_revision, WorkTime(TermsOf(order, milestone)) / 2);
}

uint32_t NextSlot(const Order& order, uint32_t milestone) {
  if (order.state == OrderState::kPlacing) return order.placement_attempt;
  uint32_t used = 0;
  for (const Charge& charge : order.charges) used += charge.milestone == milestone;
  return used + 1;
}

OrderPlacementFailed PlacementFailed(const Order& order, const Cause& cause) {
  if (cause.charge == nullptr)
    return {order.placement_attempt, PlacementFailure::kAcceptWindowPassed, {}, {}};
  if (const auto* declined = std::get_if<Declined>(cause.outcome))
    return {order.placement_attempt, PlacementFailure::kPaymentDeclined, cause.charge->id, declined->reason};
  return {order.placement_attempt, PlacementFailure::kPaymentVoided, cause.charge->id, {}};
}

MilestonePaymentStarted PaymentStarted(const Rule& rule, const Order& order, const Cause& cause,
                                       absl::Time at) {
  MilestonePaymentStarted started;
  started.milestone = MilestoneToPay(order);
  started.slot = NextSlot(order, started.milestone);
  started.charge = ChargeIdOf(order.id, started.milestone, started.slot);
  started.amount = TermsOf(order, started.milestone).amount;
  started.buyer_fee_minor = order.terms.fees.BuyerFee(started.amount.minor);
  started.payment_method = cause.payment_method.empty() ? order.payment_method : cause.payment_method;
  started.lease_until = at + cause.attempts.lease;
  started.submit_until = std::min(at + cause.attempts.submit_window, cause.accept_until);
  if (rule.sets == DeadlineKind::kPaymentGrace) started.grace_due = at + order.terms.deadlines.payment_grace;
  return started;
}

MilestoneFunded Funded(const Cause& cause) {
  const Charge& charge = *cause.charge;
  return {charge.milestone,
          charge.id,
          std::get<Succeeded>(*cause.outcome).provider_reference,
          charge.amount,
          charge.buyer_fee_minor,
          M1Charge(charge.id, charge.amount, charge.buyer_fee_minor)};
}

MilestoneWorkAuthorized WorkAuthorized(const Order& order, const Cause& cause, absl::Time at) {
  const uint32_t milestone = cause.charge->milestone;
  return {milestone, at + WorkTime(TermsOf(order, milestone))};
}

MilestonePaymentFailed PaymentFailed(const Cause& cause) {
  MilestonePaymentFailed failed{cause.charge->milestone, cause.charge->id, {}};
  if (const auto* declined = std::get_if<Declined>(cause.outcome)) failed.decline_reason = declined->reason;
  return failed;
}

MilestoneDelivered Delivered(const Order& order, const Cause& cause, absl::Time at) {
  return {order.current_milestone, cause.delivery->final_delivery, order.IsLate(order.current(), at),
          cause.delivery->message, cause.delivery->meeting_url,    at + order.terms.review_window()};
}

MilestoneRevisionRequested RevisionRequested(const Order& order, const Cause& cause, absl::Time at) {
  return {order.current_milestone, order.current().revisions_used + 1, cause.revision->message,
          at + RevisionTime(order, order.current_milestone)};
}

Release ReleaseOf(const Order& order) {
  const Charge& charge = *order.FindCharge(*order.current().charge);
  const int64_t commission = order.terms.fees.Commission(charge.amount.minor);
  return {charge.milestone, charge.id, charge.amount, commission,
          M2Release(charge.id, order.seller, charge.amount, commission)};
}

MilestoneAccepted Accepted(const Rule& rule, const Order& order, absl::Time at) {
  MilestoneAccepted accepted{ReleaseOf(order), {}};
  if (rule.sets == DeadlineKind::kNextNotStarted) accepted.next_due = at + order.terms.deadlines.next_start;
  return accepted;
}

void AppendSkipped(const Order& order, std::vector<OrderEvent>& events) {
  for (const Milestone& milestone : order.milestones) {
    if (milestone.state == MilestoneState::kPending || milestone.state == MilestoneState::kAwaitingPayment)
      events.push_back(MilestoneSkipped{milestone.number});
  }
}

ChargeSucceededLate SucceededLate(const Cause& cause) {
  const Charge& charge = *cause.charge;
  return {charge.id, std::get<Succeeded>(*cause.outcome).provider_reference,
          M9LateSuccess(charge.amount, charge.buyer_fee_minor)};
}

ChargeResolved Resolved(const Cause& cause) {
  const ResolveCharge& said = *cause.resolution;
  const ChargeState state = std::holds_alternative<Succeeded>(said.outcome)  ? ChargeState::kSucceeded
                            : std::holds_alternative<Declined>(said.outcome) ? ChargeState::kDeclined
                                                                             : ChargeState::kVoided;
  return {cause.charge->id, state, said.actor.name, said.evidence};
}

ChargeRecheckSet FirstRecheck(const Cause& cause, absl::Time at) {
  return {cause.charge->id, at + cause.recheck.after.front(), 0, Finding::kNotAsked};
}

// All that was taken. The first is due at once: whoever looks first takes it. One that follows a failed one waits.
RefundStarted LateRefund(const Order& order, const Cause& cause, absl::Time at) {
  const Charge& charge = cause.charge ? *cause.charge : *order.FindCharge(cause.refund->charge);
  const auto earlier = std::count_if(order.refunds.begin(), order.refunds.end(),
                                     [&](const Refund& refund) { return refund.charge == charge.id; });
  const auto number = static_cast<uint32_t>(earlier + 1);
  return {charge.id, number, charge.total(), at + RefundWait(number), M9RefundStarted(charge.total())};
}

ChargeLateRefunded LateRefunded(const Cause& cause) {
  const Refund& refund = *cause.refund;
  return {refund.charge, refund.number, std::get<Refunded>(*cause.refund_outcome).provider_reference,
          M5RefundSettled(refund.amount)};
}

RefundFailed NotGivenBack(const Cause& cause) {
  const Refund& refund = *cause.refund;
  return {refund.charge, refund.number, std::get<NotRefunded>(*cause.refund_outcome).reason,
          M5RefundFailed(refund.amount)};
}

// What is about payment attempts that had ended, and about refunds.
void AppendAftermath(EventKind kind, const Order& order, const Cause& cause, absl::Time at,
                     std::vector<OrderEvent>& events) {
  switch (kind) {
    case EventKind::kChargeSucceededLate:
      events.push_back(SucceededLate(cause));
      return;
    case EventKind::kChargeResolved:
      events.push_back(Resolved(cause));
      return;
    case EventKind::kChargeRecheckSet:
      events.push_back(FirstRecheck(cause, at));
      return;
    case EventKind::kRefundStarted:
      events.push_back(LateRefund(order, cause, at));
      return;
    case EventKind::kChargeLateRefunded:
      events.push_back(LateRefunded(cause));
      return;
    case EventKind::kRefundFailed:
      events.push_back(NotGivenBack(cause));
      return;
    default:
      return;  // bookkeeping: no rule names it
  }
}

void Append(EventKind kind, const Rule& rule, const Order& order, const Cause& cause, absl::Time at,
            std::vector<OrderEvent>& events) {
  switch (kind) {
    case EventKind::kOrderPlacementStarted:
      events.push_back(*cause.placement);
      return;
    case EventKind::kOrderPlacementFailed:
      events.push_back(PlacementFailed(order, cause));
      return;
    case EventKind::kOrderCreated:
      events.push_back(OrderCreated{});
      return;
    case EventKind::kMilestonePaymentStarted:
      events.push_back(PaymentStarted(rule, order, cause, at));
      return;
    case EventKind::kMilestoneFunded:
      events.push_back(Funded(cause));
      return;
    case EventKind::kMilestoneWorkAuthorized:
      events.push_back(WorkAuthorized(order, cause, at));
      return;
    case EventKind::kMilestonePaymentFailed:
      events.push_back(PaymentFailed(cause));
      return;
    case EventKind::kMilestoneDelivered:
      events.push_back(Delivered(order, cause, at));
      return;
    case EventKind::kMilestoneRevisionRequested:
      events.push_back(RevisionRequested(order, cause, at));
      return;
    case EventKind::kMilestoneAccepted:
      events.push_back(Accepted(rule, order, at));
      return;
    case EventKind::kMilestoneAutoAccepted:
      events.push_back(MilestoneAutoAccepted{ReleaseOf(order)});
      return;
    case EventKind::kMilestoneSkipped:
      AppendSkipped(order, events);
      return;
    case EventKind::kOrderEnded: {
      // What was accepted last: the current milestone, or while its successor waits for payment the one
      // before.
      const bool paying = order.state == OrderState::kAwaitingPayment;
      events.push_back(OrderEnded{order.current_milestone - (paying ? 1 : 0)});
      return;
    }
    case EventKind::kSellerNotified:
      events.push_back(SellerNotified{order.seller});
      return;
    case EventKind::kOrderCompleted:
      events.push_back(OrderCompleted{*rule.completion_reason});
      return;
    case EventKind::kDeadlineNoted:
      events.push_back(DeadlineNoted{*cause.deadline});
      return;
    case EventKind::kChargeSucceededLate:
    case EventKind::kChargeResolved:
    case EventKind::kChargeRecheckSet:
    case EventKind::kRefundStarted:
    case EventKind::kChargeLateRefunded:
    case EventKind::kRefundFailed:
    case EventKind::kChargeLeased:
    case EventKind::kChargeUndecided:
    case EventKind::kOrderOutcomeRecorded:
    case EventKind::kRefundLeased:
    case EventKind::kRefundUndecided:
      AppendAftermath(kind, order, cause, at, events);
      return;
  }
}

}  // namespace

std::vector<OrderEvent> EventsOf(const Rule& rule, const Order& order, const Cause& cause, absl::Time at) {
  std::vector<OrderEvent> events;
  events.reserve(rule.events.size());
  for (const EventKind kind : rule.events) Append(kind, rule, order, cause, at, events);
  return events;
}

}  // namespace milepost::billing
