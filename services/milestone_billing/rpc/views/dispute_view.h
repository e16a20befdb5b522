// Shows disputes as a part of their milestone, and their events with the parties' notifications.
#pragma once

#include "common/rpc/wire.h"
#include "milepost/billing/v1/order.pb.h"
#include "milepost/events/v1/event.pb.h"
#include "services/milestone_billing/domain/events.h"
#include "services/milestone_billing/rpc/order_wire.h"
#include "services/milestone_billing/rpc/views/event_view.h"
#include "services/milestone_billing/rpc/workflow_wire.h"

namespace milepost::billing {

inline void Write(const Dispute& dispute, v1::Dispute& wire) {
  wire.set_number(dispute.number);
  wire.set_opened_by(PartyOnWire(dispute.opened_by));
  rpc::Write(dispute.opened_at, *wire.mutable_open_time());
  wire.set_message(dispute.message);
  if (dispute.outcome) wire.set_outcome(WireOf<v1::DisputeOutcome>(*dispute.outcome));
  if (dispute.closed_by) wire.set_closed_by(PartyOnWire(*dispute.closed_by));
  if (dispute.closed_at) rpc::Write(*dispute.closed_at, *wire.mutable_close_time());
  wire.set_resolution(dispute.resolution);
}

// clang-format off
inline constexpr NotificationText kDisputeOpenedText = {
    "The other party has opened a dispute about milestone {milestone}; its deadlines stand still. You can agree on a solution; if the "
    "dispute is still open at {until}, an operator will look at it.",
    "Die andere Seite hat einen Streit über Meilenstein {milestone} eröffnet; seine Fristen stehen still. Sie können sich einigen; ist "
    "der Streit am {until} noch offen, sieht ihn sich ein Mitarbeiter der Plattform an."};
inline constexpr NotificationText kDisputeWithdrawnText = {
    "The other party has withdrawn the dispute about milestone {milestone}; its deadlines run on.",
    "Die andere Seite hat den Streit über Meilenstein {milestone} zurückgezogen; seine Fristen laufen weiter."};
inline constexpr NotificationText kDisputeResolvedText = {
    "An operator has decided the dispute about milestone {milestone}.",
    "Ein Mitarbeiter der Plattform hat den Streit über Meilenstein {milestone} entschieden."};
inline constexpr NotificationText kDisputeReleasedToBuyer = {
    "An operator has decided the dispute about milestone {milestone}: the milestone is accepted, and its money was released to the seller.",
    "Ein Mitarbeiter der Plattform hat den Streit über Meilenstein {milestone} entschieden: Der Meilenstein ist angenommen, und das Geld "
    "dafür wurde für den Anbieter freigegeben."};
// clang-format on

struct DisputeEvents : EventView {
  void operator()(const DisputeOpened& event) const {
    pb::DisputeOpened& wire = *out.mutable_dispute_opened();
    wire.set_milestone_number(event.milestone);
    wire.set_number(event.number);
    wire.set_opened_by(PartyOnWire(event.by));
    wire.set_message(event.message);
    rpc::Write(event.alarm_at, *wire.mutable_alarm_time());
    NotifyOther(event.by, kDisputeOpenedText, {.milestone = event.milestone, .until = event.alarm_at});
  }

  void operator()(const DisputeWithdrawn& event) const {
    pb::DisputeWithdrawn& wire = *out.mutable_dispute_withdrawn();
    wire.set_milestone_number(event.milestone);
    wire.set_withdrawn_by(PartyOnWire(event.by));
    for (const Deadline& deadline : event.resumed) {
      pb::ResumedDeadline& resumed = *wire.add_deadlines();
      resumed.set_number(deadline.number);
      resumed.set_kind(ToWire(deadline.kind));
      rpc::Write(deadline.due, *resumed.mutable_due_time());
    }
    NotifyOther(event.by, kDisputeWithdrawnText, {.milestone = event.milestone});
  }

  // A party that ends the dispute does it by a step whose own event notifies the other one.
  void operator()(const DisputeResolved& event) const {
    pb::DisputeResolved& wire = *out.mutable_dispute_resolved();
    wire.set_milestone_number(event.milestone);
    wire.set_outcome(WireOf<v1::DisputeOutcome>(event.outcome));
    wire.set_resolved_by(PartyOnWire(event.by));
    wire.set_message(event.message);
    if (event.by != Party::kOperator) return;
    const bool released = event.outcome == DisputeOutcome::kReleased;
    notify.ToBuyer(released ? kDisputeReleasedToBuyer : kDisputeResolvedText, {.milestone = event.milestone});
    notify.ToSeller(kDisputeResolvedText, {.milestone = event.milestone});
  }

  // For operators: no party is notified.
  void operator()(const OperatorNeeded& event) const {
    pb::OrderOperatorNeeded& wire = *out.mutable_order_operator_needed();
    wire.set_milestone_number(event.milestone);
    wire.set_task(WireOf<v1::OperatorTask>(event.task));
  }

 private:
  void NotifyOther(Party party, const NotificationText& text, const events::TextParts& parts) const {
    party == Party::kBuyer ? notify.ToSeller(text, parts) : notify.ToBuyer(text, parts);
  }
};

}  // namespace milepost::billing
