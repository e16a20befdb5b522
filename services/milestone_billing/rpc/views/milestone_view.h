// Shows milestones as a part of their order, and the events of their work with the parties' notifications.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/rpc/wire.h"
#include "milepost/billing/v1/order.pb.h"
#include "milepost/events/v1/event.pb.h"
#include "services/milestone_billing/domain/events.h"
#include "services/milestone_billing/domain/order.h"
#include "services/milestone_billing/rpc/order_wire.h"
#include "services/milestone_billing/rpc/views/dispute_view.h"
#include "services/milestone_billing/rpc/views/event_view.h"
#include "services/milestone_billing/rpc/views/move_view.h"
#include "services/milestone_billing/rpc/views/refund_view.h"
#include "services/milestone_billing/rpc/workflow_wire.h"

namespace milepost::billing {

// The milestones of one order. The order outlives it.
class MilestoneView {
 public:
  MilestoneView(const Order& order, const Visibility& visible, absl::Time now)
      : order_(order), visible_(visible), now_(now), order_name_(rpc::NameOf("orders", order.id.uuid())) {}

  void Write(const Milestone& milestone, v1::OrderMilestone& wire) const {
    WriteTerms(order_.terms.milestones[milestone.number - 1], wire);
    wire.set_name(absl::StrCat(order_name_, "/milestones/", milestone.number));
    wire.set_number(milestone.number);
    wire.set_state(StateOnWire(milestone.state));
    wire.set_revisions_used(static_cast<uint32_t>(milestone.revisions_used));
    wire.set_late(order_.IsLate(milestone, now_));
    wire.set_auto_accepted(milestone.auto_accepted);
    if (milestone.charge) wire.set_charge(ChargeName(*milestone.charge));
    WriteDeliveries(milestone, wire);
    if (milestone.dispute) billing::Write(*milestone.dispute, *wire.mutable_dispute());
    if (milestone.cancelled) WriteCancellation(milestone, *wire.mutable_cancellation());
    for (const Update& update : milestone.updates) {
      v1::MilestoneUpdate& posted = *wire.add_updates();
      rpc::Write(update.at, *posted.mutable_post_time());
      posted.set_message(update.message);
    }
    WriteTimes(milestone, wire);
  }

 private:
  void WriteTerms(const MilestoneTerms& terms, v1::OrderMilestone& wire) const {
    const FeePolicy& fees = order_.terms.fees;
    const Currency currency = order_.terms.currency();
    wire.set_title(terms.name);
    wire.set_description(terms.description);
    wire.set_zoom(terms.zoom);
    for (const std::string& substep : terms.substeps) wire.add_substeps(substep);
    rpc::Write(terms.amount, *wire.mutable_amount());
    rpc::Write(Money{fees.BuyerFee(terms.amount.minor), currency}, *wire.mutable_buyer_fee());
    rpc::Write(Money{fees.Commission(terms.amount.minor), currency}, *wire.mutable_commission());
    wire.set_days(static_cast<uint32_t>(terms.days));
    wire.set_unlimited_revisions(terms.revisions.unlimited);
    if (!terms.revisions.unlimited) wire.set_revisions_allowed(static_cast<uint32_t>(terms.revisions.count));
  }

  // The ones that were sent back, and the one that was not. An order of edition 0 has its latest one alone.
  static void WriteDeliveries(const Milestone& milestone, v1::OrderMilestone& wire) {
    for (const EarlierDelivery& earlier : milestone.earlier) {
      v1::Delivery& sent_back = *wire.add_deliveries();
      WriteDelivery(earlier.number, earlier.at, earlier.late, earlier, sent_back);
      rpc::Write(earlier.revision_at, *sent_back.mutable_revision_time());
      sent_back.set_revision_message(earlier.revision_message);
    }
    const auto number = static_cast<uint32_t>(milestone.deliveries);
    if (number == 0 || (!milestone.earlier.empty() && milestone.earlier.back().number == number)) return;
    const struct {
      const std::string& message;
      const std::string& meeting_url;
      const std::vector<std::string>& attachments;
    } latest = {milestone.delivery_message, milestone.meeting_url, milestone.attachments};
    v1::Delivery& delivery = *wire.add_deliveries();
    WriteDelivery(number, *milestone.delivered_at, milestone.late, latest, delivery);
    delivery.set_revision_message(milestone.revision_message);
  }

  template <class Content>
  static void WriteDelivery(uint32_t number, absl::Time at, bool late, const Content& content,
                            v1::Delivery& wire) {
    wire.set_number(number);
    rpc::Write(at, *wire.mutable_deliver_time());
    wire.set_late(late);
    wire.set_message(content.message);
    wire.set_meeting_url(content.meeting_url);
    for (const std::string& link : content.attachments) wire.add_attachments(link);
  }

  void WriteCancellation(const Milestone& milestone, v1::MilestoneCancellation& wire) const {
    const Currency currency = order_.terms.currency();
    const Cancelled& cancelled = *milestone.cancelled;
    const Money amount = order_.TermsOf(milestone.number).amount;
    wire.set_reason(ToWire(cancelled.reason));
    rpc::Write(cancelled.at, *wire.mutable_cancel_time());
    rpc::Write(Money{cancelled.seller_minor, currency}, *wire.mutable_seller_amount());
    rpc::Write(Money{cancelled.commission_minor, currency}, *wire.mutable_commission());
    rpc::Write(Money{amount.minor - cancelled.seller_minor, currency}, *wire.mutable_refunded_amount());
    rpc::Write(Money{cancelled.fee_minor, currency}, *wire.mutable_refunded_fee());
    if (!visible_.late_money()) return;
    for (const Refund& refund : order_.refunds)
      if (refund.charge == *milestone.charge) wire.set_refund_state(StateOnWire(refund.state));
  }

  void WriteTimes(const Milestone& milestone, v1::OrderMilestone& wire) const {
    if (milestone.due_at) rpc::Write(*milestone.due_at, *wire.mutable_due_time());
    if (milestone.delivered_at) rpc::Write(*milestone.delivered_at, *wire.mutable_deliver_time());
    if (milestone.accepted_at) rpc::Write(*milestone.accepted_at, *wire.mutable_accept_time());
    if (milestone.number != order_.current_milestone) return;
    for (const Deadline& deadline : order_.deadlines)
      if (deadline.kind == DeadlineKind::kReview && !deadline.frozen())
        rpc::Write(deadline.due, *wire.mutable_review_end_time());
  }

  const Order& order_;
  const Visibility& visible_;
  const absl::Time now_;
  const std::string order_name_;
};

// clang-format off
inline constexpr NotificationText kWorkAuthorizedToSeller = {
    "Milestone {milestone} is paid. Please work on it and deliver it by {until}.",
    "Meilenstein {milestone} ist bezahlt. Bitte arbeiten Sie daran und liefern Sie ihn bis {until}."};
inline constexpr NotificationText kDeliveredToBuyer = {
    "Milestone {milestone} was delivered. Please accept it or ask for a revision by {until}; after that it counts as "
    "accepted and the order is completed.",
    "Meilenstein {milestone} wurde geliefert. Bitte nehmen Sie ihn bis {until} an oder bitten Sie um eine Überarbeitung; "
    "danach gilt er als angenommen und der Auftrag ist abgeschlossen."};
inline constexpr NotificationText kFinallyDeliveredToBuyer = {
    "The complete project was delivered with milestone {milestone}. Please accept it or ask for a revision by {until}; "
    "after that it counts as accepted and the order is completed.",
    "Mit Meilenstein {milestone} wurde das gesamte Projekt geliefert. Bitte nehmen Sie es bis {until} an oder bitten Sie um "
    "eine Überarbeitung; danach gilt es als angenommen und der Auftrag ist abgeschlossen."};
inline constexpr NotificationText kRevisionRequestedToSeller = {
    "The buyer asks for a revision of milestone {milestone}. Please deliver it again by {until}.",
    "Der Käufer bittet um eine Überarbeitung von Meilenstein {milestone}. Bitte liefern Sie ihn bis {until} noch einmal."};
inline constexpr NotificationText kUpdatedToBuyer = {
    "The seller has posted an update on milestone {milestone}. You do not need to do anything.",
    "Der Anbieter hat eine Nachricht zum Stand von Meilenstein {milestone} geschrieben. Sie müssen nichts tun."};
inline constexpr NotificationText kAcceptedToSeller = {
    "Milestone {milestone} was accepted. You have earned {amount}.",
    "Meilenstein {milestone} wurde angenommen. Sie haben {amount} verdient."};
inline constexpr NotificationText kAutoAcceptedToSeller = {
    "The buyer did not answer the delivery of milestone {milestone} in time: it counts as accepted and the order is "
    "completed. You have earned {amount}.",
    "Der Käufer hat auf die Lieferung von Meilenstein {milestone} nicht rechtzeitig geantwortet: Der Meilenstein gilt als "
    "angenommen, und der Auftrag ist abgeschlossen. Sie haben {amount} verdient."};
inline constexpr NotificationText kAutoAcceptedToBuyer = {
    "You did not answer the delivery of milestone {milestone} in time: it counts as accepted, {amount} was released to the "
    "seller, and the order is completed. Nothing more will be charged.",
    "Sie haben auf die Lieferung von Meilenstein {milestone} nicht rechtzeitig geantwortet: Der Meilenstein gilt als "
    "angenommen, {amount} wurden für den Anbieter freigegeben, und der Auftrag ist abgeschlossen. Es wird nichts weiter "
    "berechnet."};
// clang-format on

struct MilestoneEvents : EventView {
  void operator()(const MilestoneWorkAuthorized& event) const {
    pb::MilestoneWorkAuthorized& wire = *out.mutable_milestone_work_authorized();
    wire.set_milestone_number(event.milestone);
    rpc::Write(event.due_at, *wire.mutable_due_time());
    notify.ToSeller(kWorkAuthorizedToSeller, {.milestone = event.milestone, .until = event.due_at});
  }

  void operator()(const MilestoneDelivered& event) const {
    pb::MilestoneDelivered& wire = *out.mutable_milestone_delivered();
    wire.set_milestone_number(event.milestone);
    wire.set_final_delivery(event.final_delivery);
    wire.set_late(event.late);
    wire.set_message(event.message);
    wire.set_meeting_url(event.meeting_url);
    for (const std::string& link : event.attachments) wire.add_attachments(link);
    rpc::Write(event.review_due, *wire.mutable_review_end_time());
    notify.ToBuyer(event.final_delivery ? kFinallyDeliveredToBuyer : kDeliveredToBuyer,
                   {.milestone = event.milestone, .until = event.review_due});
  }

  void operator()(const MilestoneRevisionRequested& event) const {
    pb::MilestoneRevisionRequested& wire = *out.mutable_milestone_revision_requested();
    wire.set_milestone_number(event.milestone);
    wire.set_revisions_used(static_cast<uint32_t>(event.revisions_used));
    wire.set_message(event.message);
    rpc::Write(event.due_at, *wire.mutable_due_time());
    notify.ToSeller(kRevisionRequestedToSeller, {.milestone = event.milestone, .until = event.due_at});
  }

  void operator()(const MilestoneUpdated& event) const {
    pb::MilestoneUpdated& wire = *out.mutable_milestone_updated();
    wire.set_milestone_number(event.milestone);
    wire.set_message(event.message);
    notify.ToBuyer(kUpdatedToBuyer, {.milestone = event.milestone});
  }

  void operator()(const MilestoneAccepted& event) const {
    pb::MilestoneAccepted& wire = *out.mutable_milestone_accepted();
    WriteRelease(event.release, *wire.mutable_release());
    if (event.next_due) rpc::Write(*event.next_due, *wire.mutable_next_due_time());
    notify.ToSeller(kAcceptedToSeller,
                    {.milestone = event.release.milestone, .amount = EarnedIn(event.release)});
  }

  void operator()(const MilestoneAutoAccepted& event) const {
    const Release& release = event.release;
    WriteRelease(release, *out.mutable_milestone_auto_accepted()->mutable_release());
    notify.ToSeller(kAutoAcceptedToSeller, {.milestone = release.milestone, .amount = EarnedIn(release)});
    notify.ToBuyer(kAutoAcceptedToBuyer, {.milestone = release.milestone, .amount = release.amount});
  }

  // Nobody is notified: the events of the order's end notify.
  void operator()(const MilestoneSkipped& event) const {
    out.mutable_milestone_skipped()->set_milestone_number(event.milestone);
  }

 private:
  static Money EarnedIn(const Release& release) {
    return {release.amount.minor - release.commission_minor, release.amount.currency};
  }
  static void WriteRelease(const Release& release, pb::MilestoneRelease& wire) {
    wire.set_milestone_number(release.milestone);
    wire.set_charge(ChargeName(release.charge));
    rpc::Write(release.amount, *wire.mutable_amount());
    rpc::Write(Money{release.commission_minor, release.amount.currency}, *wire.mutable_commission());
    rpc::Write(EarnedIn(release), *wire.mutable_seller_earned());
    Write(release.move, *wire.mutable_move());
  }
};

}  // namespace milepost::billing
