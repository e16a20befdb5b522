// Shows the events of an order's end, with the parties' notifications.
#pragma once

#include "common/rpc/wire.h"
#include "milepost/events/v1/event.pb.h"
#include "services/milestone_billing/domain/events.h"
#include "services/milestone_billing/rpc/order_wire.h"
#include "services/milestone_billing/rpc/views/event_view.h"

namespace milepost::billing {

// clang-format off
inline constexpr NotificationText kEndedToBuyer = {
    "You have ended the order after milestone {milestone}. It is completed; nothing more will be charged.",
    "Sie haben den Auftrag nach Meilenstein {milestone} beendet. Er ist abgeschlossen; es wird nichts weiter berechnet."};
inline constexpr NotificationText kEndedToSeller = {
    "The buyer has ended the order. It is completed; please do not work on further milestones, because they will not be "
    "paid.",
    "Der Käufer hat den Auftrag beendet. Der Auftrag ist abgeschlossen; bitte arbeiten Sie nicht an weiteren "
    "Meilensteinen, denn sie werden nicht bezahlt."};
inline constexpr NotificationText kAllAcceptedToSeller = {
    "All work is accepted: the order is completed.",
    "Alle Arbeiten sind angenommen: Der Auftrag ist abgeschlossen."};
inline constexpr NotificationText kNextNotStartedToBuyer = {
    "You did not start the next milestone in time: the order is completed. Nothing more will be charged.",
    "Sie haben den nächsten Meilenstein nicht rechtzeitig begonnen: Der Auftrag ist abgeschlossen. Es wird nichts weiter "
    "berechnet."};
inline constexpr NotificationText kNextNotStartedToSeller = {
    "The buyer did not start the next milestone in time: the order is completed. Please do not work on further milestones, "
    "because they will not be paid.",
    "Der Käufer hat den nächsten Meilenstein nicht rechtzeitig begonnen: Der Auftrag ist abgeschlossen. Bitte arbeiten Sie "
    "nicht an weiteren Meilensteinen, denn sie werden nicht bezahlt."};
inline constexpr NotificationText kGraceTimeoutToBuyer = {
    "The next milestone was not paid for in time: the order is completed. Nothing more will be charged.",
    "Der nächste Meilenstein wurde nicht rechtzeitig bezahlt: Der Auftrag ist abgeschlossen. Es wird nichts weiter berechnet."};
inline constexpr NotificationText kGraceTimeoutToSeller = {
    "The buyer did not pay for the next milestone in time: the order is completed. Please do not work on further "
    "milestones, because they will not be paid.",
    "Der Käufer hat den nächsten Meilenstein nicht rechtzeitig bezahlt: Der Auftrag ist abgeschlossen. Bitte arbeiten Sie "
    "nicht an weiteren Meilensteinen, denn sie werden nicht bezahlt."};
// clang-format on

struct EndingEvents : EventView {
  void operator()(const OrderEnded& event) const {
    out.mutable_order_ended()->set_milestone_number(event.milestone);
    notify.ToBuyer(kEndedToBuyer, {.milestone = event.milestone});
  }

  void operator()(const SellerNotified& event) const {
    out.mutable_seller_notified()->set_seller(event.seller);
    events::Notify(event.seller, kEndedToSeller, {}, out);
  }

  void operator()(const OrderCompleted& event) const {
    out.mutable_order_completed()->set_reason(ToWire(event.reason));
    switch (event.reason) {
      case CompletionReason::kAllAccepted:
        return notify.ToSeller(kAllAcceptedToSeller);
      case CompletionReason::kEndedByBuyer:              // order.ended and seller.notified
      case CompletionReason::kReviewTimeout:             // milestone.auto_accepted
      case CompletionReason::kCancelledAfterAcceptance:  // the events of the cancellation
        return;
      case CompletionReason::kNextNotStarted:
        notify.ToBuyer(kNextNotStartedToBuyer);
        return notify.ToSeller(kNextNotStartedToSeller);
      case CompletionReason::kPaymentGraceTimeout:
        notify.ToBuyer(kGraceTimeoutToBuyer);
        return notify.ToSeller(kGraceTimeoutToSeller);
    }
  }

  // The service's own bookkeeping: nobody is notified.
  void operator()(const DeadlineNoted& event) const {
    pb::DeadlineNoted& wire = *out.mutable_deadline_noted();
    wire.set_number(event.deadline.number);
    wire.set_kind(ToWire(event.deadline.kind));
    rpc::Write(event.deadline.due, *wire.mutable_due_time());
  }

  void operator()(const OrderOutcomeRecorded&) const { out.mutable_order_outcome_recorded(); }
};

}  // namespace milepost::billing
