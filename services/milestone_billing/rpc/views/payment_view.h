// Shows payment attempts as charges, and their events with the parties' notifications.
#pragma once

#include <string>

#include "common/rpc/wire.h"
#include "milepost/billing/v1/order.pb.h"
#include "milepost/events/v1/event.pb.h"
#include "services/milestone_billing/domain/events.h"
#include "services/milestone_billing/domain/order.h"
#include "services/milestone_billing/rpc/views/event_view.h"
#include "services/milestone_billing/rpc/views/move_view.h"
#include "services/milestone_billing/rpc/views/refund_view.h"
#include "services/milestone_billing/rpc/visibility.h"

namespace milepost::billing {

inline v1::ChargeState StateOnWire(ChargeState state) {
  return WireOf<v1::ChargeState>(state);
}

// A charge of this order.
class ChargeView {
 public:
  ChargeView(const Order& order, const Charge& charge, Visibility visible)
      : order_(order), charge_(charge), visible_(visible) {}

  void Write(v1::Charge& wire) const {
    wire.set_name(ChargeName(charge_.id));
    wire.set_order(rpc::NameOf("orders", order_.id.uuid()));
    wire.set_milestone_number(charge_.milestone);
    wire.set_slot(charge_.slot);
    wire.set_provider_key(ProviderKeyOf(order_.id, charge_));
    wire.set_state(StateOnWire(charge_.state));
    wire.set_unknown(charge_.unknown);
    wire.set_decline_reason(DeclineReasonOnWire(visible_.DeclineReasonOf(charge_.decline_reason)));
    rpc::Write(charge_.amount, *wire.mutable_amount());
    rpc::Write(Money{charge_.buyer_fee_minor, charge_.amount.currency}, *wire.mutable_buyer_fee());
    if (visible_.payment_means()) wire.set_payment_method(charge_.payment_method);
    rpc::Write(charge_.created_at, *wire.mutable_create_time());
    if (charge_.closed_at) rpc::Write(*charge_.closed_at, *wire.mutable_close_time());
    wire.set_provider_reference(std::string(visible_.CaptureOf(charge_)));
    if (visible_.late_money()) WriteLateMoney(wire);
    if (visible_.operator_notes()) WriteNotes(wire);
  }

 private:
  void WriteLateMoney(v1::Charge& wire) const {
    if (charge_.late_success_at) rpc::Write(*charge_.late_success_at, *wire.mutable_late_success_time());
    for (const Refund& refund : order_.refunds)
      if (refund.charge == charge_.id) billing::Write(refund, visible_, *wire.add_refunds());
  }
  void WriteNotes(v1::Charge& wire) const {
    if (charge_.resolution) {
      wire.mutable_resolution()->set_resolved_by(charge_.resolution->by);
      wire.mutable_resolution()->set_evidence(charge_.resolution->evidence);
    }
    if (charge_.ask_at) rpc::Write(*charge_.ask_at, *wire.mutable_ask_again_time());
  }

  const Order& order_;
  const Charge& charge_;
  const Visibility visible_;
};

// clang-format off
inline constexpr NotificationText kFundedToBuyer = {
    "Milestone {milestone} is paid: {amount} was charged. The seller can work on it now.",
    "Meilenstein {milestone} ist bezahlt: {amount} wurden eingezogen. Der Anbieter kann jetzt daran arbeiten."};
inline constexpr NotificationText kPaymentDeclinedToBuyer = {
    "The payment for milestone {milestone} was declined, and nothing was charged. While the order waits for it, you can "
    "retry with the same or another payment method.",
    "Die Zahlung für Meilenstein {milestone} wurde abgelehnt, und es wurde nichts berechnet. Solange der Auftrag darauf "
    "wartet, können Sie es mit demselben oder einem anderen Zahlungsmittel noch einmal versuchen."};
inline constexpr NotificationText kPaymentFailedToBuyer = {
    "The payment for milestone {milestone} failed. If it goes through later after all, the money will be refunded to you. "
    "While the order waits for a payment, you can retry with the same or another payment method.",
    "Die Zahlung für Meilenstein {milestone} ist fehlgeschlagen. Sollte sie doch noch eingehen, wird sie Ihnen erstattet. "
    "Solange der Auftrag auf eine Zahlung wartet, können Sie es mit demselben oder einem anderen Zahlungsmittel noch "
    "einmal versuchen."};
// clang-format on

struct PaymentEvents : EventView {
  // Nobody is notified yet: the outcome notifies.
  void operator()(const MilestonePaymentStarted& event) const {
    pb::MilestonePaymentStarted& wire = *out.mutable_milestone_payment_started();
    wire.set_milestone_number(event.milestone);
    wire.set_charge(ChargeName(event.charge));
    wire.set_slot(event.slot);
    rpc::Write(event.amount, *wire.mutable_amount());
    rpc::Write(Money{event.buyer_fee_minor, event.amount.currency}, *wire.mutable_buyer_fee());
    if (visible.payment_means()) wire.set_payment_method(event.payment_method);
    rpc::Write(event.submit_until, *wire.mutable_submit_until_time());
    if (event.grace_due) rpc::Write(*event.grace_due, *wire.mutable_grace_end_time());
  }

  void operator()(const MilestoneFunded& event) const {
    pb::MilestoneFunded& wire = *out.mutable_milestone_funded();
    wire.set_milestone_number(event.milestone);
    wire.set_charge(ChargeName(event.charge));
    wire.set_provider_reference(event.provider_reference);
    rpc::Write(event.amount, *wire.mutable_amount());
    rpc::Write(Money{event.buyer_fee_minor, event.amount.currency}, *wire.mutable_buyer_fee());
    Write(event.move, *wire.mutable_move());
    const Money charged{event.amount.minor + event.buyer_fee_minor, event.amount.currency};
    notify.ToBuyer(kFundedToBuyer, {.milestone = event.milestone, .amount = charged});
  }

  void operator()(const MilestonePaymentFailed& event) const {
    pb::MilestonePaymentFailed& wire = *out.mutable_milestone_payment_failed();
    wire.set_milestone_number(event.milestone);
    wire.set_charge(ChargeName(event.charge));
    wire.set_decline_reason(DeclineReasonOnWire(visible.DeclineReasonOf(event.decline_reason)));
    notify.ToBuyer(event.decline_reason ? kPaymentDeclinedToBuyer : kPaymentFailedToBuyer,
                   {.milestone = event.milestone});
  }

  // Leases and retries of open payments are internal: nobody is notified.
  void operator()(const ChargeLeased& event) const {
    pb::ChargeLeased& wire = *out.mutable_charge_leased();
    wire.set_charge(ChargeName(event.charge));
    rpc::Write(event.until, *wire.mutable_lease_until_time());
  }

  void operator()(const ChargeUndecided& event) const {
    pb::ChargeUndecided& wire = *out.mutable_charge_undecided();
    wire.set_charge(ChargeName(event.charge));
    wire.set_unknown(event.unknown);
    rpc::Write(event.retry_at, *wire.mutable_retry_time());
  }

  void operator()(const ChargeResolved& event) const {
    pb::ChargeResolved& wire = *out.mutable_charge_resolved();
    wire.set_charge(ChargeName(event.charge));
    wire.set_state(StateOnWire(event.state));
    if (!visible.operator_notes()) return;
    wire.set_resolved_by(event.by);
    wire.set_evidence(event.evidence);
  }

  void operator()(const ChargeRecheckSet& event) const {
    pb::ChargeRecheckSet& wire = *out.mutable_charge_recheck_set();
    wire.set_charge(ChargeName(event.charge));
    if (event.ask_at && visible.operator_notes()) rpc::Write(*event.ask_at, *wire.mutable_ask_time());
    wire.set_answers(event.answers);
    wire.set_found(WireOf<pb::RecheckFinding>(event.found));
  }

  // Nobody is notified: refund.started notifies.
  void operator()(const ChargeSucceededLate& event) const {
    pb::ChargeSucceededLate& wire = *out.mutable_charge_succeeded_late();
    wire.set_charge(ChargeName(event.charge));
    wire.set_provider_reference(event.provider_reference);
    Write(event.move, *wire.mutable_move());
  }
};

}  // namespace milepost::billing
