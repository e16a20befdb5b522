#include "services/milestone_billing/rpc/preview_wire.h"

#include "common/rpc/wire.h"
#include "services/milestone_billing/rpc/views/move_view.h"

namespace milepost::billing {
namespace {

void WritePreviewed(const PreviewedPayment& payment, type::v1::PaymentDue due,
                    type::v1::PreviewedPayment& wire) {
  wire.set_milestone_number(payment.milestone);
  wire.set_due(due);
  rpc::Write(payment.amount, *wire.mutable_amount());
  rpc::Write(payment.buyer_fee, *wire.mutable_buyer_fee());
  rpc::Write(payment.total(), *wire.mutable_total());
}

}  // namespace

void Write(const MoneyPreview& preview, type::v1::MoneyPreview& wire) {
  WritePreviewed(preview.charged_now, type::v1::PAYMENT_DUE_NOW, *wire.mutable_charged_now());
  for (const Move& move : preview.moves) Write(move, *wire.add_moves());
  type::v1::PreviewedDeadline& delivery = *wire.add_deadlines();
  delivery.set_kind(type::v1::PREVIEWED_DEADLINE_KIND_DELIVERY);
  delivery.set_milestone_number(preview.delivery.milestone);
  rpc::Write(preview.delivery.due, *delivery.mutable_due_time());
  for (const PreviewedPayment& payment : preview.later_payments)
    WritePreviewed(payment, type::v1::PAYMENT_DUE_WHEN_MILESTONE_STARTS, *wire.add_later_payments());
  wire.set_order_state(WireOf<type::v1::PreviewedOrderState>(preview.order.state));
  for (const Milestone& milestone : preview.order.milestones) {
    type::v1::PreviewedMilestone& left = *wire.add_milestones();
    left.set_milestone_number(milestone.number);
    left.set_state(WireOf<type::v1::PreviewedMilestoneState>(milestone.state));
  }
}

}  // namespace milepost::billing
