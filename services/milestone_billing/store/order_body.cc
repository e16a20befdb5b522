// The half of order_record.h that is about orders.
#include "services/milestone_billing/domain/transitions.h"
#include "services/milestone_billing/store/order_record.h"
#include "services/milestone_billing/store/record_parts.h"

namespace milepost::billing {
namespace record {
namespace {

using record::Put;  // beside the ones below

static_assert(static_cast<int>(OrderState::kCompleted) + 1 == pb::Order::STATE_COMPLETED);
static_assert(static_cast<int>(MilestoneState::kSkipped) + 1 == pb::OrderMilestone::STATE_SKIPPED);
static_assert(static_cast<int>(ChargeState::kVoided) + 1 == pb::OrderCharge::STATE_VOIDED);
static_assert(static_cast<int>(RefundState::kFailed) + 1 == pb::OrderRefund::STATE_FAILED);
static_assert(static_cast<int>(CompletionReason::kPaymentGraceTimeout) + 1 ==
              pb::ORDER_COMPLETION_REASON_PAYMENT_GRACE_TIMEOUT);
static_assert(static_cast<int>(PlacementFailure::kAcceptWindowPassed) + 1 ==
              pb::ORDER_PLACEMENT_FAILURE_ACCEPT_WINDOW_PASSED);
static_assert(static_cast<int>(DeclineReason::kSuspectedFraud) + 1 ==
              pb::ORDER_DECLINE_REASON_SUSPECTED_FRAUD);

void Put(const Milestone& milestone, pb::OrderMilestone& out) {
  out.set_number(milestone.number);
  out.set_state(Number<pb::OrderMilestone::State>(milestone.state));
  out.set_charge(BytesOf(milestone.charge));
  if (milestone.funded_at) out.set_funded_us(ToMicros(*milestone.funded_at));
  if (milestone.due_at) out.set_due_us(ToMicros(*milestone.due_at));
  out.set_revisions_used(milestone.revisions_used);
  out.set_deliveries(milestone.deliveries);
  if (milestone.delivered_at) out.set_delivered_us(ToMicros(*milestone.delivered_at));
  out.set_late(milestone.late);
  out.set_delivery_message(milestone.delivery_message);
  out.set_meeting_url(milestone.meeting_url);
  out.set_revision_message(milestone.revision_message);
  if (milestone.accepted_at) out.set_accepted_us(ToMicros(*milestone.accepted_at));
  out.set_auto_accepted(milestone.auto_accepted);
}

Milestone MilestoneFrom(const pb::OrderMilestone& in, Damage& damage) {
  Milestone milestone;
  milestone.number = in.number();
  milestone.state = EnumFrom(in.state(), MilestoneState::kSkipped, "milestone state", damage);
  milestone.charge = OptionalIdFrom<ChargeId>(in.charge(), "milestone's charge", damage);
  if (in.has_funded_us()) milestone.funded_at = FromMicros(in.funded_us());
  if (in.has_due_us()) milestone.due_at = FromMicros(in.due_us());
  milestone.revisions_used = in.revisions_used();
  milestone.deliveries = in.deliveries();
  if (in.has_delivered_us()) milestone.delivered_at = FromMicros(in.delivered_us());
  milestone.late = in.late();
  milestone.delivery_message = in.delivery_message();
  milestone.meeting_url = in.meeting_url();
  milestone.revision_message = in.revision_message();
  if (in.has_accepted_us()) milestone.accepted_at = FromMicros(in.accepted_us());
  milestone.auto_accepted = in.auto_accepted();
  return milestone;
}

void Put(const Charge& charge, pb::OrderCharge& out) {
  out.set_id(BytesOf(charge.id));
  out.set_milestone(charge.milestone);
  out.set_slot(charge.slot);
  Put(charge.amount, *out.mutable_amount());
  out.set_buyer_fee_minor(charge.buyer_fee_minor);
  out.set_payment_method(charge.payment_method);
  out.set_state(Number<pb::OrderCharge::State>(charge.state));
  out.set_unknown(charge.unknown);
  out.set_created_us(ToMicros(charge.created_at));
  out.set_lease_until_us(ToMicros(charge.lease_until));
  out.set_submit_until_us(ToMicros(charge.submit_until));
  if (charge.closed_at) out.set_closed_us(ToMicros(*charge.closed_at));
  out.set_decline_reason(Number<pb::OrderDeclineReason>(charge.decline_reason));
  out.set_provider_reference(charge.provider_reference);
  if (charge.late_success_at) out.set_late_success_us(ToMicros(*charge.late_success_at));
  if (charge.resolution) {
    out.set_resolved_by(charge.resolution->by);
    out.set_evidence(charge.resolution->evidence);
  }
  if (charge.ask_at) out.set_ask_us(ToMicros(*charge.ask_at));
  out.set_answers(charge.answers);
}

Charge ChargeFrom(const pb::OrderCharge& in, Damage& damage) {
  Charge charge;
  charge.id = IdFrom<ChargeId>(in.id(), "charge", damage);
  charge.milestone = in.milestone();
  charge.slot = in.slot();
  charge.amount = MoneyFrom(in.amount(), damage);
  charge.buyer_fee_minor = in.buyer_fee_minor();
  charge.payment_method = in.payment_method();
  charge.state = EnumFrom(in.state(), ChargeState::kVoided, "charge state", damage);
  charge.unknown = in.unknown();
  charge.created_at = FromMicros(in.created_us());
  charge.lease_until = FromMicros(in.lease_until_us());
  charge.submit_until = FromMicros(in.submit_until_us());
  if (in.has_closed_us()) charge.closed_at = FromMicros(in.closed_us());
  charge.decline_reason =
      OptionalEnumFrom(in.decline_reason(), DeclineReason::kSuspectedFraud, "decline reason", damage);
  charge.provider_reference = in.provider_reference();
  if (in.has_late_success_us()) charge.late_success_at = FromMicros(in.late_success_us());
  if (!in.resolved_by().empty()) charge.resolution = Resolution{in.resolved_by(), in.evidence()};
  if (in.has_ask_us()) charge.ask_at = FromMicros(in.ask_us());
  charge.answers = in.answers();
  return charge;
}

void Put(const Refund& refund, pb::OrderRefund& out) {
  out.set_charge(BytesOf(refund.charge));
  out.set_number(refund.number);
  Put(refund.amount, *out.mutable_amount());
  out.set_state(Number<pb::OrderRefund::State>(refund.state));
  out.set_unknown(refund.unknown);
  out.set_created_us(ToMicros(refund.created_at));
  out.set_lease_until_us(ToMicros(refund.lease_until));
  if (refund.closed_at) out.set_closed_us(ToMicros(*refund.closed_at));
  out.set_provider_reference(refund.provider_reference);
  out.set_failure(refund.failure);
}

Refund RefundFrom(const pb::OrderRefund& in, Damage& damage) {
  Refund refund;
  refund.charge = IdFrom<ChargeId>(in.charge(), "refund's charge", damage);
  refund.number = in.number();
  refund.amount = MoneyFrom(in.amount(), damage);
  refund.state = EnumFrom(in.state(), RefundState::kFailed, "refund state", damage);
  refund.unknown = in.unknown();
  refund.created_at = FromMicros(in.created_us());
  refund.lease_until = FromMicros(in.lease_until_us());
  if (in.has_closed_us()) refund.closed_at = FromMicros(in.closed_us());
  refund.provider_reference = in.provider_reference();
  refund.failure = in.failure();
  return refund;
}

void Put(const Totals& totals, pb::OrderTotals& out) {
  out.set_funded_minor(totals.funded_minor);
  out.set_released_minor(totals.released_minor);
  out.set_refunded_minor(totals.refunded_minor);
  out.set_buyer_fees_minor(totals.buyer_fees_minor);
  out.set_commission_minor(totals.commission_minor);
}

Totals TotalsFrom(const pb::OrderTotals& in) {
  return {in.funded_minor(), in.released_minor(), in.refunded_minor(), in.buyer_fees_minor(),
          in.commission_minor()};
}

// What was agreed, and how the order was placed.
void PutAgreement(const Order& order, pb::Order& out) {
  out.set_buyer(order.buyer);
  out.set_seller(order.seller);
  out.set_offer(BytesOf(order.offer));
  Put(order.terms, *out.mutable_terms());
  out.set_terms_hash(order.terms_hash);
  out.set_payment_method(order.payment_method);
  out.set_placement_attempt(order.placement_attempt);
  if (order.quote_expires) out.set_quote_expires_us(ToMicros(*order.quote_expires));
  out.set_placement_failure(Number<pb::OrderPlacementFailure>(order.placement_failure));
  out.set_requested_us(ToMicros(order.requested_at));
  if (order.created_at) out.set_created_us(ToMicros(*order.created_at));
}

void TakeAgreement(const pb::Order& in, Order& order, Damage& damage) {
  order.buyer = in.buyer();
  order.seller = in.seller();
  order.offer = OptionalIdFrom<OfferId>(in.offer(), "offer", damage);
  order.terms = TermsFrom(in.terms(), damage);
  order.terms_hash = in.terms_hash();
  order.payment_method = in.payment_method();
  order.placement_attempt = in.placement_attempt();
  if (in.has_quote_expires_us()) order.quote_expires = FromMicros(in.quote_expires_us());
  order.placement_failure = OptionalEnumFrom(in.placement_failure(), PlacementFailure::kAcceptWindowPassed,
                                             "placement failure", damage);
  order.requested_at = FromMicros(in.requested_us());
  if (in.has_created_us()) order.created_at = FromMicros(in.created_us());
}

// Where it stands.
void PutProgress(const Order& order, pb::Order& out) {
  out.set_state(Number<pb::Order::State>(order.state));
  out.set_completion_reason(Number<pb::OrderCompletionReason>(order.completion_reason));
  if (order.completed_at) out.set_completed_us(ToMicros(*order.completed_at));
  for (const Milestone& milestone : order.milestones) Put(milestone, *out.add_milestones());
  out.set_current_milestone(order.current_milestone);
  for (const Charge& charge : order.charges) Put(charge, *out.add_charges());
  for (const Refund& refund : order.refunds) Put(refund, *out.add_refunds());
  Put(order.totals, *out.mutable_totals());
  for (const Deadline& deadline : order.deadlines) Put(deadline, *out.add_deadlines());
  if (order.noted_deadline) Put(*order.noted_deadline, *out.mutable_noted_deadline());
  out.set_deadlines_set(order.deadlines_set);
  if (order.outcome_due) out.set_outcome_due_us(ToMicros(*order.outcome_due));
}

// What the rules rely on without asking: a milestone for each of the terms', a current one among them, and each that was
// ever worked on with its due time and the charge that funded it.
bool IsWhole(const Order& order) {
  if (order.milestones.empty() || order.milestones.size() != order.terms.milestones.size()) return false;
  if (order.FindMilestone(order.current_milestone) == nullptr) return false;
  for (const Milestone& milestone : order.milestones) {
    const bool started = milestone.state != MilestoneState::kPending &&
                         milestone.state != MilestoneState::kAwaitingPayment &&
                         milestone.state != MilestoneState::kSkipped;
    const bool funded = milestone.charge && order.FindCharge(*milestone.charge) && milestone.due_at;
    if (started && !funded) return false;
  }
  return IsInWorkflow(order);
}

void TakeProgress(const pb::Order& in, Order& order, Damage& damage) {
  order.state = EnumFrom(in.state(), OrderState::kCompleted, "state", damage);
  order.completion_reason = OptionalEnumFrom(in.completion_reason(), CompletionReason::kPaymentGraceTimeout,
                                             "completion reason", damage);
  if (in.has_completed_us()) order.completed_at = FromMicros(in.completed_us());
  order.milestones.reserve(in.milestones_size());
  order.charges.reserve(in.charges_size());
  for (const auto& milestone : in.milestones()) order.milestones.push_back(MilestoneFrom(milestone, damage));
  order.current_milestone = in.current_milestone();
  for (const auto& charge : in.charges()) order.charges.push_back(ChargeFrom(charge, damage));
  for (const auto& refund : in.refunds()) order.refunds.push_back(RefundFrom(refund, damage));
  order.totals = TotalsFrom(in.totals());
  for (const auto& deadline : in.deadlines()) order.deadlines.push_back(DeadlineFrom(deadline, damage));
  if (in.has_noted_deadline()) order.noted_deadline = DeadlineFrom(in.noted_deadline(), damage);
  order.deadlines_set = in.deadlines_set();
  if (in.has_outcome_due_us()) order.outcome_due = FromMicros(in.outcome_due_us());
  if (!IsWhole(order)) damage.Mark("list of milestones");
}

}  // namespace
}  // namespace record

std::string EncodeOrder(const Order& order) {
  record::OnStack<record::pb::Order> body;
  record::PutAgreement(order, *body);
  record::PutProgress(order, *body);
  return body->SerializeAsString();
}

absl::StatusOr<Order> DecodeOrder(absl::string_view body) {
  record::OnStack<record::pb::Order> stored;
  record::Damage damage;
  if (!stored->ParseFromArray(body.data(), static_cast<int>(body.size()))) damage.Mark("body");
  Order order;
  record::TakeAgreement(*stored, order, damage);
  record::TakeProgress(*stored, order, damage);
  if (absl::Status damaged = damage.status(); !damaged.ok()) return damaged;
  return order;
}

}  // namespace milepost::billing
