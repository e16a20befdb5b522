// Shows refunds as a part of their charge, and their events with the buyer's notifications.
#pragma once

#include "common/rpc/wire.h"
#include "milepost/billing/v1/order.pb.h"
#include "milepost/events/v1/event.pb.h"
#include "services/milestone_billing/domain/events.h"
#include "services/milestone_billing/domain/order.h"
#include "services/milestone_billing/rpc/views/event_view.h"
#include "services/milestone_billing/rpc/views/move_view.h"
#include "services/milestone_billing/rpc/visibility.h"

namespace milepost::billing {

inline v1::RefundState StateOnWire(RefundState state) {
  return WireOf<v1::RefundState>(state);
}

inline void Write(const Refund& refund, const Visibility& visible, v1::Refund& wire) {
  wire.set_name(RefundName(refund.charge, refund.number));
  rpc::Write(refund.amount, *wire.mutable_amount());
  wire.set_state(StateOnWire(refund.state));
  wire.set_unknown(refund.unknown);
  if (visible.operator_notes()) wire.set_failure_reason(refund.failure);
  rpc::Write(refund.created_at, *wire.mutable_create_time());
  if (refund.closed_at) rpc::Write(*refund.closed_at, *wire.mutable_close_time());
  wire.set_provider_reference(refund.provider_reference);
}

// clang-format off
inline constexpr NotificationText kLateRefundToBuyer = {
    "A payment that counted as failed went through after all. It does not count for the order; {amount} will be refunded to "
    "you.",
    "Eine Zahlung, die als gescheitert galt, ging doch noch ein. Sie zählt nicht für den Auftrag; {amount} werden Ihnen "
    "erstattet."};
inline constexpr NotificationText kRefundedToBuyer = {
    "A payment that counted as failed went through after all. It did not count for the order; {amount} was refunded to you.",
    "Eine Zahlung, die als gescheitert galt, ging doch noch ein. Sie zählte nicht für den Auftrag; {amount} wurden Ihnen "
    "erstattet."};
inline constexpr NotificationText kMilestoneRefundedToBuyer = {
    "{amount} was refunded to you for a cancelled milestone.",
    "Für einen stornierten Meilenstein wurden Ihnen {amount} erstattet."};
// clang-format on

struct RefundEvents : EventView {
  void operator()(const RefundStarted& event) const {
    pb::RefundStarted& wire = *out.mutable_refund_started();
    wire.set_refund(RefundName(event.charge, event.number));
    wire.set_charge(ChargeName(event.charge));
    rpc::Write(event.amount, *wire.mutable_amount());
    // Only the first refund notifies, because the later ones are retries; of a cancelled milestone, milestone.cancelled does.
    if (event.move.postings.empty()) return;
    Write(event.move, *wire.mutable_move());
    if (event.move.rule == "M9" && event.number == 1)
      notify.ToBuyer(kLateRefundToBuyer, {.amount = event.amount});
  }

  void operator()(const ChargeLateRefunded& event) const {
    pb::ChargeLateRefunded& wire = *out.mutable_charge_late_refunded();
    wire.set_refund(RefundName(event.charge, event.number));
    wire.set_charge(ChargeName(event.charge));
    wire.set_provider_reference(event.provider_reference);
    Write(event.move, *wire.mutable_move());
    notify.ToBuyer(kRefundedToBuyer, {.amount = AmountOf(event.move)});
  }

  void operator()(const RefundSucceeded& event) const {
    pb::RefundSucceeded& wire = *out.mutable_refund_succeeded();
    wire.set_refund(RefundName(event.charge, event.number));
    wire.set_charge(ChargeName(event.charge));
    wire.set_provider_reference(event.provider_reference);
    Write(event.move, *wire.mutable_move());
    notify.ToBuyer(kMilestoneRefundedToBuyer, {.amount = AmountOf(event.move)});
  }

  // Leases and retries of refunds are internal: nobody is notified.
  void operator()(const RefundFailed& event) const {
    pb::RefundFailed& wire = *out.mutable_refund_failed();
    wire.set_refund(RefundName(event.charge, event.number));
    wire.set_charge(ChargeName(event.charge));
    if (visible.operator_notes()) wire.set_reason(event.reason);
    Write(event.move, *wire.mutable_move());
  }

  void operator()(const RefundLeased& event) const {
    pb::RefundLeased& wire = *out.mutable_refund_leased();
    wire.set_refund(RefundName(event.charge, event.number));
    rpc::Write(event.until, *wire.mutable_lease_until_time());
  }

  void operator()(const RefundUndecided& event) const {
    pb::RefundUndecided& wire = *out.mutable_refund_undecided();
    wire.set_refund(RefundName(event.charge, event.number));
    wire.set_unknown(event.unknown);
    rpc::Write(event.retry_at, *wire.mutable_retry_time());
  }
};

}  // namespace milepost::billing
