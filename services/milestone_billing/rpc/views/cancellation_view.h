// Shows requests to cancel and cancelled milestones as a part of their order, and the events of cancellations and late milestones with
// the parties' notifications.
#pragma once

#include "common/rpc/wire.h"
#include "milepost/billing/v1/order.pb.h"
#include "milepost/events/v1/event.pb.h"
#include "services/milestone_billing/domain/events.h"
#include "services/milestone_billing/domain/next_actions.h"
#include "services/milestone_billing/domain/order.h"
#include "services/milestone_billing/rpc/order_wire.h"
#include "services/milestone_billing/rpc/views/event_view.h"
#include "services/milestone_billing/rpc/views/move_view.h"
#include "services/milestone_billing/rpc/workflow_wire.h"

namespace milepost::billing {

inline void Write(const CancellationRequest& request, const Order& order, v1::CancellationRequest& wire) {
  wire.set_requested_by(PartyOnWire(request.by));
  rpc::Write(Money{request.seller_minor, order.terms.currency()}, *wire.mutable_seller_amount());
  wire.set_message(request.message);
  rpc::Write(request.at, *wire.mutable_create_time());
  if (const auto end = CancellationAnswerEnd(order)) rpc::Write(*end, *wire.mutable_answer_end_time());
}

// clang-format off
inline constexpr NotificationText kCancellationAskedToBuyer = {
    "The seller asks to cancel the order. Of the money that is held the seller would get {amount}; what is left would go back to you. "
    "Please answer by {until}, before the order goes on by itself; after that the request lapses.",
    "Der Anbieter bittet um die Stornierung des Auftrags. Vom hinterlegten Geld bekäme er {amount}; was übrig ist, ginge an Sie zurück. "
    "Bitte antworten Sie bis {until}, und bevor der Auftrag von selbst weitergeht; danach verfällt die Bitte."};
inline constexpr NotificationText kCancellationAskedToSeller = {
    "The buyer asks to cancel the order. Of the money that is held you would get {amount} before commission; what is left would go back "
    "to the buyer. Please answer by {until}, before the order goes on by itself; after that the request lapses.",
    "Der Käufer bittet um die Stornierung des Auftrags. Vom hinterlegten Geld bekämen Sie {amount} vor Abzug der Provision; was übrig "
    "ist, ginge an den Käufer zurück. Bitte antworten Sie bis {until}, und bevor der Auftrag von selbst weitergeht; danach verfällt die "
    "Bitte."};
inline constexpr NotificationText kCancellationAcceptedText = {
    "The other party has agreed to your request: the order is cancelled.",
    "Die andere Seite hat Ihrer Bitte zugestimmt: Der Auftrag ist storniert."};
inline constexpr NotificationText kCancellationRejectedText = {
    "The other party has refused your request to cancel: the order goes on.",
    "Die andere Seite hat Ihre Bitte um Stornierung abgelehnt: Der Auftrag geht weiter."};
inline constexpr NotificationText kOwnCancellationLapsedText = {
    "Your request to cancel was not answered in time: the order goes on.",
    "Ihre Bitte um Stornierung wurde nicht rechtzeitig beantwortet: Der Auftrag geht weiter."};
inline constexpr NotificationText kCancellationLapsedText = {
    "You did not answer the request to cancel in time: the order goes on.",
    "Sie haben die Bitte um Stornierung nicht rechtzeitig beantwortet: Der Auftrag geht weiter."};
inline constexpr NotificationText kCancellationVoidedText = {
    "Your request to cancel is void: the order went on, or ended, before the request was answered.",
    "Ihre Bitte um Stornierung ist hinfällig: Der Auftrag ging weiter oder endete, bevor sie beantwortet war."};
inline constexpr NotificationText kCancellationOrderedText = {
    "An operator has cancelled the order. Accepted milestones stay accepted and paid.",
    "Ein Mitarbeiter der Plattform hat den Auftrag storniert. Angenommene Meilensteine bleiben angenommen und bezahlt."};
inline constexpr NotificationText kOverdueToBuyer = {
    "Milestone {milestone} is late. If it is not delivered by {until}, you may cancel it and get its money back.",
    "Meilenstein {milestone} ist verspätet. Wird er nicht bis {until} geliefert, können Sie ihn stornieren und bekommen das Geld dafür "
    "zurück."};
inline constexpr NotificationText kOverdueToSeller = {
    "Milestone {milestone} is late. Please deliver it by {until}; after that the buyer may cancel it.",
    "Meilenstein {milestone} ist verspätet. Bitte liefern Sie ihn bis {until}; danach kann der Käufer ihn stornieren."};
inline constexpr NotificationText kRevisionOverdueToBuyer = {
    "The revision of milestone {milestone} is late. If it is not delivered by {until}, an operator will look at the order. You can open "
    "a dispute before that.",
    "Die Überarbeitung von Meilenstein {milestone} ist verspätet. Wird sie nicht bis {until} geliefert, sieht sich ein Mitarbeiter der "
    "Plattform den Auftrag an. Sie können schon vorher einen Streit eröffnen."};
inline constexpr NotificationText kRevisionOverdueToSeller = {
    "The revision of milestone {milestone} is late. Please deliver it; after {until} an operator will look at the order.",
    "Die Überarbeitung von Meilenstein {milestone} ist verspätet. Bitte liefern Sie sie; nach {until} sieht sich ein Mitarbeiter der "
    "Plattform den Auftrag an."};
inline constexpr NotificationText kCancellableToBuyer = {
    "Milestone {milestone} is late: you may cancel it now. If nothing is delivered by {until}, it is cancelled, and its money goes back "
    "to you.",
    "Meilenstein {milestone} ist verspätet: Sie können ihn jetzt stornieren. Wird bis {until} nichts geliefert, wird er storniert, und "
    "das Geld dafür geht an Sie zurück."};
inline constexpr NotificationText kCancellableToSeller = {
    "Milestone {milestone} is late: the buyer may cancel it now. If you do not deliver by {until}, it is cancelled.",
    "Meilenstein {milestone} ist verspätet: Der Käufer kann ihn jetzt stornieren. Liefern Sie nicht bis {until}, wird er storniert."};
inline constexpr NotificationText kCancelledToBuyer = {
    "Milestone {milestone} is cancelled. {amount} will be refunded to you.",
    "Meilenstein {milestone} ist storniert. {amount} werden Ihnen erstattet."};
inline constexpr NotificationText kCancelledPaidToBuyer = {
    "Milestone {milestone} is cancelled. Its money was released to the seller.",
    "Meilenstein {milestone} ist storniert. Das Geld dafür wurde für den Anbieter freigegeben."};
inline constexpr NotificationText kCancelledToSeller = {
    "Milestone {milestone} is cancelled, and its money goes back to the buyer. Please do not work on it any further.",
    "Meilenstein {milestone} ist storniert, und das Geld dafür geht an den Käufer zurück. Bitte arbeiten Sie nicht weiter daran."};
inline constexpr NotificationText kCancelledPaidToSeller = {
    "Milestone {milestone} is cancelled. You have earned {amount}. Please do not work on it any further.",
    "Meilenstein {milestone} ist storniert. Sie haben {amount} verdient. Bitte arbeiten Sie nicht weiter daran."};
// clang-format on

struct CancellationEvents : EventView {
  void operator()(const CancellationRequested& event) const {
    pb::CancellationRequested& wire = *out.mutable_cancellation_requested();
    wire.set_requested_by(PartyOnWire(event.by));
    rpc::Write(event.seller_amount, *wire.mutable_seller_amount());
    wire.set_message(event.message);
    rpc::Write(event.answer_due, *wire.mutable_answer_end_time());
    const events::TextParts parts{.amount = event.seller_amount, .until = event.answer_due};
    if (event.by == Party::kSeller) return notify.ToBuyer(kCancellationAskedToBuyer, parts);
    notify.ToSeller(kCancellationAskedToSeller, parts);
  }

  void operator()(const CancellationAccepted& event) const {
    pb::CancellationAccepted& wire = *out.mutable_cancellation_accepted();
    wire.set_answered_by(PartyOnWire(event.by));
    wire.set_message(event.message);
    NotifyOther(event.by, kCancellationAcceptedText);
  }

  void operator()(const CancellationRejected& event) const {
    pb::CancellationRejected& wire = *out.mutable_cancellation_rejected();
    wire.set_answered_by(PartyOnWire(event.by));
    wire.set_message(event.message);
    NotifyOther(event.by, kCancellationRejectedText);
  }

  void operator()(const CancellationLapsed& event) const {
    out.mutable_cancellation_lapsed()->set_requested_by(PartyOnWire(event.by));
    NotifyParty(event.by, kOwnCancellationLapsedText);
    NotifyOther(event.by, kCancellationLapsedText);
  }

  void operator()(const CancellationVoided& event) const {
    out.mutable_cancellation_voided()->set_requested_by(PartyOnWire(event.by));
    const bool own_step = out.actor() == (event.by == Party::kBuyer ? out.buyer() : out.seller());
    if (!own_step) NotifyParty(event.by, kCancellationVoidedText);
  }

  void operator()(const CancellationOrdered& event) const {
    pb::CancellationOrdered& wire = *out.mutable_cancellation_ordered();
    rpc::Write(event.seller_amount, *wire.mutable_seller_amount());
    wire.set_message(event.message);
    notify.ToBuyer(kCancellationOrderedText);
    notify.ToSeller(kCancellationOrderedText);
  }

  void operator()(const MilestoneOverdue& event) const {
    pb::MilestoneOverdue& wire = *out.mutable_milestone_overdue();
    wire.set_milestone_number(event.milestone);
    rpc::Write(event.due_at, *wire.mutable_due_time());
    if (event.cancellable_at) rpc::Write(*event.cancellable_at, *wire.mutable_cancellable_time());
    rpc::Write(event.non_delivery_at, *wire.mutable_non_delivery_time());
    const events::TextParts parts{.milestone = event.milestone,
                                  .until = event.cancellable_at.value_or(event.non_delivery_at)};
    notify.ToBuyer(event.cancellable_at ? kOverdueToBuyer : kRevisionOverdueToBuyer, parts);
    notify.ToSeller(event.cancellable_at ? kOverdueToSeller : kRevisionOverdueToSeller, parts);
  }

  void operator()(const MilestoneCancellable& event) const {
    pb::MilestoneCancellable& wire = *out.mutable_milestone_cancellable();
    wire.set_milestone_number(event.milestone);
    rpc::Write(event.non_delivery_at, *wire.mutable_non_delivery_time());
    const events::TextParts parts{.milestone = event.milestone, .until = event.non_delivery_at};
    notify.ToBuyer(kCancellableToBuyer, parts);
    notify.ToSeller(kCancellableToSeller, parts);
  }

  void operator()(const MilestoneCancelled& event) const {
    pb::MilestoneCancelled& wire = *out.mutable_milestone_cancelled();
    wire.set_reason(ToWire(event.reason));
    wire.set_message(event.message);
    WriteSplit(event.split, wire);
    const EscrowSplit& split = event.split;
    const Money refund = split.refund(), earned = EarnedIn(split);
    notify.ToBuyer(refund.minor > 0 ? kCancelledToBuyer : kCancelledPaidToBuyer,
                   {.milestone = split.milestone, .amount = refund});
    notify.ToSeller(earned.minor > 0 ? kCancelledPaidToSeller : kCancelledToSeller,
                    {.milestone = split.milestone, .amount = earned});
  }

  // Nobody is notified: milestone.cancelled notifies.
  void operator()(const OrderCancelled& event) const {
    out.mutable_order_cancelled()->set_reason(ToWire(event.reason));
  }

 private:
  void NotifyParty(Party party, const NotificationText& text) const {
    party == Party::kBuyer ? notify.ToBuyer(text) : notify.ToSeller(text);
  }
  void NotifyOther(Party party, const NotificationText& text) const {
    NotifyParty(party == Party::kBuyer ? Party::kSeller : Party::kBuyer, text);
  }
  static Money EarnedIn(const EscrowSplit& split) {
    return {split.seller_minor - split.commission_minor, split.amount.currency};
  }
  static void WriteSplit(const EscrowSplit& split, pb::MilestoneCancelled& wire) {
    const Currency currency = split.amount.currency;
    wire.set_milestone_number(split.milestone);
    wire.set_charge(ChargeName(split.charge));
    rpc::Write(split.amount, *wire.mutable_amount());
    rpc::Write(Money{split.seller_minor, currency}, *wire.mutable_seller_amount());
    rpc::Write(Money{split.commission_minor, currency}, *wire.mutable_commission());
    rpc::Write(EarnedIn(split), *wire.mutable_seller_earned());
    rpc::Write(Money{split.amount.minor - split.seller_minor, currency}, *wire.mutable_refunded_amount());
    rpc::Write(Money{split.fee_minor, currency}, *wire.mutable_refunded_fee());
    Write(split.move, *wire.mutable_move());
  }
};

}  // namespace milepost::billing
