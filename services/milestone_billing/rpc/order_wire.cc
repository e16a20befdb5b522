#include "services/milestone_billing/rpc/order_wire.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/reason_wire.h"
#include "common/rpc/wire.h"
#include "services/milestone_billing/domain/next_actions.h"
#include "services/milestone_billing/rpc/workflow_wire.h"

namespace milepost::billing {
namespace {

v1::ChargeState OnWire(ChargeState state) {
  switch (state) {
    case ChargeState::kOpen:
      return v1::CHARGE_STATE_OPEN;
    case ChargeState::kSucceeded:
      return v1::CHARGE_STATE_SUCCEEDED;
    case ChargeState::kDeclined:
      return v1::CHARGE_STATE_DECLINED;
    case ChargeState::kVoided:
      return v1::CHARGE_STATE_VOIDED;
  }
  return v1::CHARGE_STATE_UNSPECIFIED;
}

v1::RefundState OnWire(RefundState state) {
  switch (state) {
    case RefundState::kPending:
      return v1::REFUND_STATE_PENDING;
    case RefundState::kSucceeded:
      return v1::REFUND_STATE_SUCCEEDED;
    case RefundState::kFailed:
      return v1::REFUND_STATE_FAILED;
  }
  return v1::REFUND_STATE_UNSPECIFIED;
}

type::v1::DeclineReason DeclinedOnWire(DeclineReason reason) {
  type::v1::DeclineReason wire = type::v1::DECLINE_REASON_UNSPECIFIED;
  type::v1::DeclineReason_Parse(absl::StrCat("DECLINE_REASON_", NameOf(reason)), &wire);
  return wire;
}

v1::Refund RefundOnWire(const Refund& refund, const Actor& viewer) {
  v1::Refund wire;
  wire.set_name(absl::StrCat(rpc::NameOf("charges", refund.charge.uuid()), "/refunds/", refund.number));
  *wire.mutable_amount() = rpc::ToWire(refund.amount);
  wire.set_state(OnWire(refund.state));
  wire.set_unknown(refund.unknown);
  if (viewer.kind == ActorKind::kOperator) wire.set_failure_reason(refund.failure);
  *wire.mutable_create_time() = rpc::ToWire(refund.created_at);
  if (refund.closed_at) *wire.mutable_close_time() = rpc::ToWire(*refund.closed_at);
  wire.set_provider_reference(refund.provider_reference);
  return wire;
}

type::v1::PaymentState PaymentStateOf(ChargeState state) {
  switch (state) {
    case ChargeState::kOpen:
      return type::v1::PAYMENT_STATE_OPEN;
    case ChargeState::kSucceeded:
      return type::v1::PAYMENT_STATE_SUCCEEDED;
    case ChargeState::kDeclined:
      return type::v1::PAYMENT_STATE_DECLINED;
    case ChargeState::kVoided:
      return type::v1::PAYMENT_STATE_VOIDED;
  }
  return type::v1::PAYMENT_STATE_UNSPECIFIED;
}

// Who learns why the buyer's payment was declined, and with what it was tried: not the seller.
bool SeesTheBuyersMeans(const Order& order, const Actor& viewer) {
  return !viewer.is_user() || viewer.name == order.buyer;
}

void WriteOutcome(const Charge& charge, type::v1::PaymentOutcome& outcome) {
  outcome.set_state(PaymentStateOf(charge.state));
  if (charge.decline_reason) rpc::SetWhy(NameOf(ForTheParties(*charge.decline_reason)), outcome);
  rpc::Write(charge.closed_at.value_or(charge.created_at), *outcome.mutable_update_time());
  outcome.set_charge(rpc::NameOf("charges", charge.id.uuid()));
}

// Placing was refused before a charge was started.
void WriteNeverStarted(PlacementFailure failure, absl::Time at, type::v1::PaymentOutcome& outcome) {
  outcome.set_state(type::v1::PAYMENT_STATE_VOIDED);
  rpc::SetWhy(NameOf(failure), outcome);
  rpc::Write(at, *outcome.mutable_update_time());
}

// The latest payment of the order (A29).
void WriteLastPayment(const Order& order, const Actor& viewer, type::v1::PaymentOutcome& outcome) {
  if (order.placement_failure == PlacementFailure::kAcceptWindowPassed)
    return WriteNeverStarted(*order.placement_failure, order.updated_at, outcome);
  if (const Charge* charge = order.last_charge()) WriteOutcome(*charge, outcome);
  if (!SeesTheBuyersMeans(order, viewer)) outcome.clear_why();
}

class OrderWriter {
 public:
  OrderWriter(const Order& order, absl::Time now, const Actor& viewer)
      : order_(order),
        now_(now),
        viewer_(viewer),
        currency_(order.terms.currency()),
        name_(rpc::NameOf("orders", order.id.uuid())) {}

  void Write(v1::Order& wire) const {
    WriteAgreement(wire);
    WriteProgress(wire);
    for (const Milestone& milestone : order_.milestones) WriteMilestone(milestone, *wire.add_milestones());
    WriteTotals(*wire.mutable_totals());
    for (const NextAction& action : NextActions(order_, now_)) {
      if (action.actor == Party::kOperator && viewer_.is_user()) continue;  // not what the parties wait for
      billing::Write(action, *wire.add_next_actions());
    }
    if (!order_.charges.empty() || order_.placement_failure)
      WriteLastPayment(order_, viewer_, *wire.mutable_last_payment());
  }

 private:
  void WriteAmount(int64_t minor, google::type::Money& wire) const {
    rpc::Write(Money{minor, currency_}, wire);
  }

  // What never changes.
  void WriteAgreement(v1::Order& wire) const {
    const Terms& terms = order_.terms;
    wire.set_name(name_);
    wire.set_buyer(order_.buyer);
    wire.set_seller(order_.seller);
    wire.set_type(billing::ToWire(terms.kind));
    wire.set_title(terms.title);
    wire.set_gig(rpc::NameOf("gigs", terms.gig.uuid()));
    wire.set_package(PackageOf(terms.package));
    wire.set_plan_version(static_cast<uint32_t>(terms.plan_version));
    if (order_.offer) wire.set_offer(rpc::NameOf("offers", order_.offer->uuid()));
    wire.set_terms_hash(order_.terms_hash);
    billing::Write(terms.fees, currency_, *wire.mutable_fee_policy());
    rpc::Write(order_.requested_at, *wire.mutable_create_time());
  }

  void WriteProgress(v1::Order& wire) const {
    wire.set_state(StateOnWire(order_.state));
    if (order_.completion_reason) wire.set_completion_reason(billing::ToWire(*order_.completion_reason));
    wire.set_current_milestone(order_.current_milestone);
    wire.set_work_authorized(order_.work_authorized());
    wire.set_etag(absl::StrCat(order_.sequence));
    rpc::Write(order_.updated_at, *wire.mutable_update_time());
  }

  void WriteMilestone(const Milestone& milestone, v1::OrderMilestone& wire) const {
    WriteTerms(order_.terms.milestones[milestone.number - 1], wire);
    wire.set_name(absl::StrCat(name_, "/milestones/", milestone.number));
    wire.set_number(milestone.number);
    wire.set_state(StateOnWire(milestone.state));
    wire.set_revisions_used(static_cast<uint32_t>(milestone.revisions_used));
    wire.set_late(order_.IsLate(milestone, now_));
    wire.set_auto_accepted(milestone.auto_accepted);
    if (milestone.charge) wire.set_charge(rpc::NameOf("charges", milestone.charge->uuid()));
    wire.set_delivery_message(milestone.delivery_message);
    wire.set_revision_message(milestone.revision_message);
    wire.set_meeting_url(milestone.meeting_url);
    WriteTimes(milestone, wire);
  }

  void WriteTerms(const MilestoneTerms& terms, v1::OrderMilestone& wire) const {
    wire.set_title(terms.name);
    wire.set_description(terms.description);
    wire.set_zoom(terms.zoom);
    for (const std::string& substep : terms.substeps) wire.add_substeps(substep);
    rpc::Write(terms.amount, *wire.mutable_amount());
    WriteAmount(order_.terms.fees.BuyerFee(terms.amount.minor), *wire.mutable_buyer_fee());
    WriteAmount(order_.terms.fees.Commission(terms.amount.minor), *wire.mutable_commission());
    wire.set_days(static_cast<uint32_t>(terms.days));
    wire.set_unlimited_revisions(terms.revisions.unlimited);
    if (!terms.revisions.unlimited) wire.set_revisions_allowed(static_cast<uint32_t>(terms.revisions.count));
  }

  void WriteTimes(const Milestone& milestone, v1::OrderMilestone& wire) const {
    if (milestone.due_at) rpc::Write(*milestone.due_at, *wire.mutable_due_time());
    if (milestone.delivered_at) rpc::Write(*milestone.delivered_at, *wire.mutable_deliver_time());
    if (milestone.accepted_at) rpc::Write(*milestone.accepted_at, *wire.mutable_accept_time());
    if (milestone.number != order_.current_milestone) return;
    for (const Deadline& deadline : order_.deadlines) {
      if (deadline.kind == DeadlineKind::kReview) rpc::Write(deadline.due, *wire.mutable_review_end_time());
    }
  }

  void WriteTotals(v1::OrderTotals& wire) const {
    int64_t price = 0;
    for (const MilestoneTerms& milestone : order_.terms.milestones) price += milestone.amount.minor;
    const billing::Totals& totals = order_.totals;
    WriteAmount(price, *wire.mutable_price());
    WriteAmount(totals.funded_minor, *wire.mutable_funded());
    WriteAmount(totals.released_minor, *wire.mutable_released());
    WriteAmount(totals.refunded_minor, *wire.mutable_refunded());
    WriteAmount(totals.escrow_minor(), *wire.mutable_escrow_held());
    WriteAmount(totals.buyer_fees_minor, *wire.mutable_buyer_fees());
    WriteAmount(totals.commission_minor, *wire.mutable_commission());
    WriteAmount(totals.released_minor - totals.commission_minor, *wire.mutable_seller_earned());
  }

  const Order& order_;
  const absl::Time now_;
  const Actor& viewer_;
  const Currency currency_;
  const std::string name_;
};

// What came of an attempt after it had ended, and who ended it.
void WriteAftermath(const Order& order, const Charge& charge, const Actor& viewer, v1::Charge& wire) {
  if (charge.late_success_at && SeesTheBuyersMeans(order, viewer))
    *wire.mutable_late_success_time() = rpc::ToWire(*charge.late_success_at);
  for (const Refund& refund : order.refunds)
    if (refund.charge == charge.id && SeesTheBuyersMeans(order, viewer))
      *wire.add_refunds() = RefundOnWire(refund, viewer);
  if (viewer.kind != ActorKind::kOperator) return;
  if (charge.resolution) {
    wire.mutable_resolution()->set_resolved_by(charge.resolution->by);
    wire.mutable_resolution()->set_evidence(charge.resolution->evidence);
  }
  if (charge.ask_at) *wire.mutable_ask_again_time() = rpc::ToWire(*charge.ask_at);
}

}  // namespace

void Write(const Order& order, absl::Time now, const Actor& viewer, v1::Order& wire) {
  OrderWriter(order, now, viewer).Write(wire);
}

v1::Charge ToWire(const Order& order, const Charge& charge, const Actor& viewer) {
  v1::Charge wire;
  wire.set_name(rpc::NameOf("charges", charge.id.uuid()));
  wire.set_order(rpc::NameOf("orders", order.id.uuid()));
  wire.set_milestone_number(charge.milestone);
  wire.set_slot(charge.slot);
  wire.set_provider_key(ProviderKeyOf(order.id, charge));
  wire.set_state(OnWire(charge.state));
  wire.set_unknown(charge.unknown);
  const bool sees_means = SeesTheBuyersMeans(order, viewer);
  if (charge.decline_reason && sees_means) {
    const bool whole_truth = viewer.kind == ActorKind::kOperator;
    wire.set_decline_reason(
        DeclinedOnWire(whole_truth ? *charge.decline_reason : ForTheParties(*charge.decline_reason)));
  }
  *wire.mutable_amount() = rpc::ToWire(charge.amount);
  *wire.mutable_buyer_fee() = rpc::ToWire(Money{charge.buyer_fee_minor, charge.amount.currency});
  if (sees_means) wire.set_payment_method(charge.payment_method);
  *wire.mutable_create_time() = rpc::ToWire(charge.created_at);
  if (charge.closed_at) *wire.mutable_close_time() = rpc::ToWire(*charge.closed_at);
  wire.set_provider_reference(charge.provider_reference);
  WriteAftermath(order, charge, viewer, wire);
  return wire;
}

PlacementOnWire PlacementOnWireOf(const Order& order, uint32_t attempt) {
  const PlacementOutcome placement = PlacementOf(order, attempt);
  PlacementOnWire wire;
  switch (placement.kind) {
    case PlacementOutcome::Kind::kOpen:
      wire.state = v1::PLACEMENT_STATE_OPEN;
      break;
    case PlacementOutcome::Kind::kPlaced:
      wire.state = v1::PLACEMENT_STATE_PLACED;
      break;
    case PlacementOutcome::Kind::kFailed:
      wire.state = v1::PLACEMENT_STATE_FAILED;
      break;
  }
  if (const Charge* charge = order.FindCharge(/*milestone=*/1, attempt)) {
    WriteOutcome(*charge, wire.payment);
  } else if (placement.failure) {
    WriteNeverStarted(*placement.failure, order.updated_at, wire.payment);
  }
  return wire;
}

DeclineReason ForTheParties(DeclineReason reason) {
  return reason == DeclineReason::kSuspectedFraud ? DeclineReason::kRefusedByIssuer : reason;
}

type::v1::Package PackageOf(const std::string& name) {
  type::v1::Package package = type::v1::PACKAGE_UNSPECIFIED;
  if (!name.empty()) type::v1::Package_Parse(absl::StrCat("PACKAGE_", name), &package);
  return package;
}

type::v1::CompletionReason ToWire(CompletionReason reason) {
  switch (reason) {
    case CompletionReason::kAllAccepted:
      return type::v1::COMPLETION_REASON_ALL_ACCEPTED;
    case CompletionReason::kEndedByBuyer:
      return type::v1::COMPLETION_REASON_ENDED_BY_BUYER;
    case CompletionReason::kReviewTimeout:
      return type::v1::COMPLETION_REASON_REVIEW_TIMEOUT;
    case CompletionReason::kNextNotStarted:
      return type::v1::COMPLETION_REASON_NEXT_NOT_STARTED;
    case CompletionReason::kPaymentGraceTimeout:
      return type::v1::COMPLETION_REASON_PAYMENT_GRACE_TIMEOUT;
  }
  return type::v1::COMPLETION_REASON_UNSPECIFIED;
}

v1::DeadlineKind ToWire(DeadlineKind kind) {
  switch (kind) {
    case DeadlineKind::kReview:
      return v1::DEADLINE_KIND_REVIEW;
    case DeadlineKind::kNextNotStarted:
      return v1::DEADLINE_KIND_NEXT_NOT_STARTED;
    case DeadlineKind::kPaymentGrace:
      return v1::DEADLINE_KIND_PAYMENT_GRACE;
  }
  return v1::DEADLINE_KIND_UNSPECIFIED;
}

v1::OrderType ToWire(OrderKind kind) {
  switch (kind) {
    case OrderKind::kOneTime:
      return v1::ORDER_TYPE_ONE_TIME;
    case OrderKind::kMilestones:
      return v1::ORDER_TYPE_MILESTONES;
    case OrderKind::kSubscription:
      break;
  }
  return v1::ORDER_TYPE_UNSPECIFIED;
}

void Write(const FeePolicy& fees, Currency currency, v1::FeePolicy& wire) {
  wire.set_commission_basis_points(static_cast<uint32_t>(fees.commission_bps));
  wire.set_buyer_fee_basis_points(static_cast<uint32_t>(fees.buyer_fee_bps));
  rpc::Write(Money{fees.small_order_fee_minor, currency}, *wire.mutable_small_payment_fee());
  rpc::Write(Money{fees.small_order_below_minor, currency}, *wire.mutable_small_payment_limit());
}

v1::DeadlinePolicy DeadlinesOnWire(const Terms& terms) {
  v1::DeadlinePolicy wire;
  wire.set_review_hours(static_cast<uint32_t>(absl::ToInt64Hours(terms.review_window())));
  wire.set_next_not_started_hours(static_cast<uint32_t>(absl::ToInt64Hours(terms.deadlines.next_start)));
  wire.set_payment_grace_hours(static_cast<uint32_t>(absl::ToInt64Hours(terms.deadlines.payment_grace)));
  return wire;
}

}  // namespace milepost::billing
