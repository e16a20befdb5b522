#include "services/milestone_billing/rpc/order_wire.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/reason_wire.h"
#include "common/rpc/wire.h"
#include "services/milestone_billing/domain/next_actions.h"
#include "services/milestone_billing/rpc/views/cancellation_view.h"
#include "services/milestone_billing/rpc/views/milestone_view.h"
#include "services/milestone_billing/rpc/views/payment_view.h"
#include "services/milestone_billing/rpc/visibility.h"
#include "services/milestone_billing/rpc/workflow_wire.h"

namespace milepost::billing {
namespace {

type::v1::PaymentState PaymentStateOf(ChargeState state) {
  return WireOf<type::v1::PaymentState>(state);
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
void WriteLastPayment(const Order& order, const Visibility& visible, type::v1::PaymentOutcome& outcome) {
  if (order.placement_failure == PlacementFailure::kAcceptWindowPassed)
    return WriteNeverStarted(*order.placement_failure, order.updated_at, outcome);
  if (const Charge* charge = order.last_charge()) WriteOutcome(*charge, outcome);
  if (!visible.payment_means()) outcome.clear_why();
}

class OrderWriter {
 public:
  OrderWriter(const Order& order, absl::Time now, const Actor& viewer)
      : order_(order),
        now_(now),
        visible_(Visibility::Of(order, viewer)),
        currency_(order.terms.currency()) {}

  void Write(v1::Order& wire) const {
    WriteAgreement(wire);
    WriteProgress(wire);
    const MilestoneView milestones(order_, visible_, now_);
    for (const Milestone& milestone : order_.milestones) milestones.Write(milestone, *wire.add_milestones());
    WriteTotals(*wire.mutable_totals());
    for (const NextAction& action : NextActions(order_, now_)) {
      if (action.actor == Party::kOperator && visible_.is_party()) continue;  // the parties don't wait for it
      billing::Write(action, *wire.add_next_actions());
    }
    if (!order_.charges.empty() || order_.placement_failure)
      WriteLastPayment(order_, visible_, *wire.mutable_last_payment());
  }

 private:
  void WriteAmount(int64_t minor, google::type::Money& wire) const {
    rpc::Write(Money{minor, currency_}, wire);
  }

  // What never changes.
  void WriteAgreement(v1::Order& wire) const {
    const Terms& terms = order_.terms;
    wire.set_name(rpc::NameOf("orders", order_.id.uuid()));
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
    if (order_.cancellation_reason)
      wire.set_cancellation_reason(billing::ToWire(*order_.cancellation_reason));
    if (order_.cancellation_request)
      billing::Write(*order_.cancellation_request, order_, *wire.mutable_cancellation_request());
    if (order_.operator_task && !visible_.is_party()) {
      wire.set_operator_task(WireOf<v1::OperatorTask>(*order_.operator_task));
      rpc::Write(*order_.operator_since, *wire.mutable_operator_since_time());
    }
    wire.set_current_milestone(order_.current_milestone);
    wire.set_work_authorized(order_.work_authorized());
    wire.set_etag(absl::StrCat(order_.sequence));
    rpc::Write(order_.updated_at, *wire.mutable_update_time());
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
    WriteAmount(totals.fees_refunded_minor, *wire.mutable_buyer_fees_refunded());
  }

  const Order& order_;
  const absl::Time now_;
  const Visibility visible_;
  const Currency currency_;
};

}  // namespace

void Write(const Order& order, absl::Time now, const Actor& viewer, v1::Order& wire) {
  OrderWriter(order, now, viewer).Write(wire);
}

v1::Charge ToWire(const Order& order, const Charge& charge, const Actor& viewer) {
  v1::Charge wire;
  ChargeView(order, charge, Visibility::Of(order, viewer)).Write(wire);
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

type::v1::Package PackageOf(const std::string& name) {
  type::v1::Package package = type::v1::PACKAGE_UNSPECIFIED;
  if (!name.empty()) static_cast<void>(type::v1::Package_Parse(absl::StrCat("PACKAGE_", name), &package));
  return package;
}

type::v1::CompletionReason ToWire(CompletionReason reason) {
  return WireOf<type::v1::CompletionReason>(reason);
}

type::v1::CancellationReason ToWire(CancellationReason reason) {
  return WireOf<type::v1::CancellationReason>(reason);
}

v1::DeadlineKind ToWire(DeadlineKind kind) {
  return WireOf<v1::DeadlineKind>(kind);
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
  const DeadlinePolicy& policy = terms.deadlines;
  const auto hours = [](absl::Duration duration) {
    return static_cast<uint32_t>(absl::ToInt64Hours(duration));
  };
  v1::DeadlinePolicy wire;
  wire.set_review_hours(hours(terms.review_window()));
  wire.set_next_not_started_hours(hours(policy.next_start));
  wire.set_payment_grace_hours(hours(policy.payment_grace));
  wire.set_late_cancellation_hours(hours(policy.late_cancellation));  // 0 where deliveries have no deadlines
  wire.set_non_delivery_hours(hours(policy.non_delivery));
  wire.set_cancellation_answer_hours(hours(policy.Of(&DeadlinePolicy::cancellation_answer)));
  wire.set_dispute_hours(hours(policy.Of(&DeadlinePolicy::dispute)));
  wire.set_after_dispute_hours(hours(policy.Of(&DeadlinePolicy::after_dispute)));
  return wire;
}

}  // namespace milepost::billing
