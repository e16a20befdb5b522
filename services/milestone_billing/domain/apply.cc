// The fold: how each event changes the order. Total; refuses nothing.
#include <algorithm>
#include <variant>

#include "services/milestone_billing/domain/order_domain.h"

namespace milepost::billing {
namespace {

class Fold {
 public:
  Fold(Order& order, absl::Time at) : order_(order), at_(at) {}

  void operator()(const OrderPlacementStarted& event) {
    if (order_.sequence == 0) order_.requested_at = at_;
    order_.id = event.order;
    order_.buyer = event.buyer;
    order_.seller = event.seller;
    order_.offer = event.offer;
    order_.terms = event.terms;
    order_.terms_hash = event.terms_hash;
    order_.payment_method = event.payment_method;
    order_.state = OrderState::kPlacing;
    order_.placement_attempt = event.attempt;
    order_.quote_expires = event.quote_expires;
    order_.placement_failure.reset();
    order_.milestones.assign(event.terms.milestones.size(), Milestone{});
    for (size_t i = 0; i < order_.milestones.size(); ++i)
      order_.milestones[i].number = static_cast<uint32_t>(i + 1);
  }
  void operator()(const OrderPlacementFailed& event) {
    order_.state = OrderState::kPlacementFailed;
    order_.placement_failure = event.failure;
    if (event.charge) CloseUnpaid(*event.charge, event.decline_reason);
  }
  void operator()(const OrderCreated&) {
    order_.state = OrderState::kActive;
    order_.created_at = at_;
  }
  void operator()(const MilestonePaymentStarted& event) {
    Charge charge;
    charge.id = event.charge;
    charge.milestone = event.milestone;
    charge.slot = event.slot;
    charge.amount = event.amount;
    charge.buyer_fee_minor = event.buyer_fee_minor;
    charge.payment_method = event.payment_method;
    charge.created_at = at_;
    charge.lease_until = event.lease_until;
    charge.submit_until = event.submit_until;
    order_.charges.push_back(std::move(charge));
    order_.payment_method = event.payment_method;
    if (order_.state == OrderState::kPlacing) return;
    order_.state = OrderState::kAwaitingPayment;
    order_.current_milestone = event.milestone;
    At(event.milestone).state = MilestoneState::kAwaitingPayment;
    if (event.grace_due) Set(DeadlineKind::kPaymentGrace, *event.grace_due);
  }
  void operator()(const MilestoneFunded& event) {
    Charge& charge = At(event.charge);
    Close(charge, ChargeState::kSucceeded);
    charge.provider_reference = event.provider_reference;
    Milestone& milestone = At(event.milestone);
    milestone.charge = event.charge;
    milestone.funded_at = at_;
    order_.totals.funded_minor += event.amount.minor;
    order_.totals.buyer_fees_minor += event.buyer_fee_minor;
  }
  void operator()(const MilestoneWorkAuthorized& event) {
    order_.state = OrderState::kActive;
    order_.noted_deadline.reset();  // A16: the state that it belonged to is left
    Clear();
    Milestone& milestone = At(event.milestone);
    milestone.state = MilestoneState::kActive;
    milestone.due_at = event.due_at;
  }
  void operator()(const MilestonePaymentFailed& event) { CloseUnpaid(event.charge, event.decline_reason); }
  void operator()(const MilestoneDelivered& event) {
    Milestone& milestone = At(event.milestone);
    milestone.state = MilestoneState::kDelivered;
    ++milestone.deliveries;
    milestone.delivered_at = at_;
    milestone.late = event.late;
    milestone.delivery_message = event.message;
    milestone.meeting_url = event.meeting_url;
    Set(DeadlineKind::kReview, event.review_due);
  }
  void operator()(const MilestoneRevisionRequested& event) {
    Milestone& milestone = At(event.milestone);
    milestone.state = MilestoneState::kRevisionRequested;
    milestone.revisions_used = event.revisions_used;
    milestone.revision_message = event.message;
    milestone.due_at = event.due_at;
    Clear();
  }
  void operator()(const MilestoneAccepted& event) {
    Accept(event.release);
    if (!event.next_due) return;  // what follows says what becomes of the order
    order_.state = OrderState::kAwaitingNext;
    Set(DeadlineKind::kNextNotStarted, *event.next_due);
  }
  void operator()(const MilestoneAutoAccepted& event) {
    Accept(event.release);
    At(event.release.milestone).auto_accepted = true;
  }
  void operator()(const MilestoneSkipped& event) { At(event.milestone).state = MilestoneState::kSkipped; }
  void operator()(const OrderEnded&) {}
  void operator()(const SellerNotified&) {}
  void operator()(const OrderCompleted& event) {
    order_.state = OrderState::kCompleted;
    order_.completion_reason = event.reason;
    order_.completed_at = at_;
    order_.noted_deadline.reset();
    Clear();
    if (order_.offer) order_.outcome_due = at_;
  }
  void operator()(const DeadlineNoted& event) {
    Clear();
    order_.noted_deadline = event.deadline;
  }
  void operator()(const ChargeLeased& event) { At(event.charge).lease_until = event.until; }
  void operator()(const ChargeUndecided& event) {
    Charge& charge = At(event.charge);
    charge.unknown = event.unknown;
    charge.lease_until = event.retry_at;
  }
  void operator()(const ChargeSucceededLate& event) {
    Charge& charge = At(event.charge);
    charge.late_success_at = at_;
    charge.provider_reference = event.provider_reference;
    charge.ask_at.reset();
  }
  void operator()(const ChargeResolved& event) {
    At(event.charge).resolution = Resolution{event.by, event.evidence};
  }
  void operator()(const ChargeRecheckSet& event) {
    Charge& charge = At(event.charge);
    charge.ask_at = event.ask_at;
    charge.answers = event.answers;
  }
  void operator()(const RefundStarted& event) {
    order_.refunds.push_back({.charge = event.charge,
                              .number = event.number,
                              .amount = event.amount,
                              .created_at = at_,
                              .lease_until = event.lease_until});
  }
  void operator()(const ChargeLateRefunded& event) {
    Close(At(event.charge, event.number), RefundState::kSucceeded).provider_reference =
        event.provider_reference;
  }
  void operator()(const RefundFailed& event) {
    Close(At(event.charge, event.number), RefundState::kFailed).failure = event.reason;
  }
  void operator()(const RefundLeased& event) { At(event.charge, event.number).lease_until = event.until; }
  void operator()(const RefundUndecided& event) {
    Refund& refund = At(event.charge, event.number);
    refund.unknown = event.unknown;
    refund.lease_until = event.retry_at;
  }
  void operator()(const OrderOutcomeRecorded&) { order_.outcome_due.reset(); }

 private:
  Milestone& At(uint32_t number) { return order_.milestones[number - 1]; }
  Charge& At(const ChargeId& id) {
    return *std::find_if(order_.charges.begin(), order_.charges.end(),
                         [&](const Charge& c) { return c.id == id; });
  }
  Refund& At(const ChargeId& charge, uint32_t number) {
    return *std::find_if(order_.refunds.begin(), order_.refunds.end(),
                         [&](const Refund& r) { return r.charge == charge && r.number == number; });
  }

  // An order has one timer at a time: whatever sets or ends one ends the one before.
  void Clear() { order_.deadlines.clear(); }
  void Set(DeadlineKind kind, absl::Time due) {
    Clear();
    order_.deadlines.push_back({++order_.deadlines_set, kind, due});
  }

  void Close(Charge& charge, ChargeState state) {
    charge.state = state;
    charge.unknown = false;
    charge.closed_at = at_;
  }
  Refund& Close(Refund& refund, RefundState state) {
    refund.state = state;
    refund.unknown = false;
    refund.closed_at = at_;
    return refund;
  }
  void CloseUnpaid(const ChargeId& id, std::optional<DeclineReason> reason) {
    Charge& charge = At(id);
    Close(charge, reason ? ChargeState::kDeclined : ChargeState::kVoided);
    charge.decline_reason = reason;
  }

  void Accept(const Release& release) {
    Milestone& milestone = At(release.milestone);
    milestone.state = MilestoneState::kAccepted;
    milestone.accepted_at = at_;
    order_.totals.released_minor += release.amount.minor;
    order_.totals.commission_minor += release.commission_minor;
    Clear();
  }

  Order& order_;
  const absl::Time at_;
};

}  // namespace

void OrderDomain::Apply(Order& order, const OrderEvent& event, absl::Time at) {
  std::visit(Fold(order, at), event);
}

}  // namespace milepost::billing
