// Shows the events of placing an order, with the parties' notifications.
#pragma once

#include <string>

#include "common/rpc/wire.h"
#include "milepost/events/v1/event.pb.h"
#include "services/milestone_billing/domain/events.h"
#include "services/milestone_billing/rpc/order_wire.h"
#include "services/milestone_billing/rpc/views/event_view.h"

namespace milepost::billing {

// clang-format off
// If a payment was closed without the provider's answer, its text must not promise that nothing was charged: if money
// arrives, it is refunded (M9).
inline constexpr NotificationText kPlacementDeclinedToBuyer = {
    "The order was not placed: its first payment was declined, and nothing was charged. While the offer or the quote is "
    "valid, you can retry with the same or another payment method.",
    "Der Auftrag kam nicht zustande: Die erste Zahlung wurde abgelehnt, und es wurde nichts berechnet. Solange das Angebot "
    "oder das Preisangebot gilt, können Sie es mit demselben oder einem anderen Zahlungsmittel noch einmal versuchen."};
inline constexpr NotificationText kPlacementFailedToBuyer = {
    "The order was not placed: its first payment failed. If it goes through later after all, the money will be refunded to "
    "you. While the offer or the quote is valid, you can retry with the same or another payment method.",
    "Der Auftrag kam nicht zustande: Die erste Zahlung ist fehlgeschlagen. Sollte sie doch noch eingehen, wird sie Ihnen "
    "erstattet. Solange das Angebot oder das Preisangebot gilt, können Sie es mit demselben oder einem anderen "
    "Zahlungsmittel noch einmal versuchen."};
// clang-format on

struct PlacementEvents : EventView {
  // The buyer's own step: only its outcome notifies.
  void operator()(const OrderPlacementStarted& event) const {
    pb::OrderPlacementStarted& wire = *out.mutable_order_placement_started();
    wire.set_attempt(event.attempt);
    if (event.offer) wire.set_offer(rpc::NameOf("offers", event.offer->uuid()));
    WriteTerms(event.terms, wire);
    wire.set_terms_hash(event.terms_hash);
    if (visible.payment_means()) wire.set_payment_method(event.payment_method);
  }

  void operator()(const OrderPlacementFailed& event) const {
    pb::OrderPlacementFailed& wire = *out.mutable_order_placement_failed();
    wire.set_attempt(event.attempt);
    wire.set_failure(WireOf<type::v1::PlacementFailure>(event.failure));
    if (event.charge) wire.set_charge(ChargeName(*event.charge));
    wire.set_decline_reason(DeclineReasonOnWire(visible.DeclineReasonOf(event.decline_reason)));
    // Without a charge the acceptance of an offer came too late: OfferService notifies of that.
    if (!event.charge) return;
    const bool declined = event.failure == PlacementFailure::kPaymentDeclined;
    notify.ToBuyer(declined ? kPlacementDeclinedToBuyer : kPlacementFailedToBuyer);
  }

  // Nobody is notified: milestone.funded and milestone.work_authorized notify.
  void operator()(const OrderCreated&) const { out.mutable_order_created(); }

 private:
  static void WriteTerms(const Terms& terms, pb::OrderPlacementStarted& wire) {
    wire.set_order_type(ToWire(terms.kind));
    wire.set_title(terms.title);
    wire.set_gig(rpc::NameOf("gigs", terms.gig.uuid()));
    wire.set_package(PackageOf(terms.package));
    wire.set_plan_version(static_cast<uint32_t>(terms.plan_version));
    for (const MilestoneTerms& milestone : terms.milestones)
      WriteMilestone(milestone, static_cast<uint32_t>(wire.milestones_size() + 1), *wire.add_milestones());
    Write(terms.fees, terms.currency(), *wire.mutable_fee_policy());
    *wire.mutable_deadline_policy() = DeadlinesOnWire(terms);
  }
  static void WriteMilestone(const MilestoneTerms& terms, uint32_t number, pb::AgreedMilestone& wire) {
    wire.set_number(number);
    wire.set_title(terms.name);
    wire.set_description(terms.description);
    wire.set_zoom(terms.zoom);
    for (const std::string& substep : terms.substeps) wire.add_substeps(substep);
    rpc::Write(terms.amount, *wire.mutable_amount());
    wire.set_days(static_cast<uint32_t>(terms.days));
    if (terms.revisions.unlimited)
      wire.mutable_revisions()->set_unlimited(true);
    else
      wire.mutable_revisions()->set_count(static_cast<uint32_t>(terms.revisions.count));
  }
};

}  // namespace milepost::billing
