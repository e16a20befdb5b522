#include "services/milestone_billing/rpc/order_feed.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/core/status_macros.h"
#include "common/rpc/wire.h"
#include "milepost/events/v1/order_events.pb.h"
#include "services/milestone_billing/domain/events.h"
#include "services/milestone_billing/rpc/notifications.h"
#include "services/milestone_billing/rpc/order_wire.h"
#include "services/milestone_billing/store/order_record.h"

namespace milepost::billing {
namespace {

namespace pb = ::milepost::events::v1;
using events::Audience;
using events::StoredEvent;
using events::Viewer;

std::string ChargeName(const ChargeId& charge) {
  return rpc::NameOf("charges", charge.uuid());
}

std::string RefundName(const ChargeId& charge, uint32_t number) {
  return absl::StrCat(ChargeName(charge), "/refunds/", number);
}

void Set(const Move& move, pb::MoneyMove& out) {
  out.set_rule(move.rule);
  for (const Posting& posting : move.postings) {
    pb::Posting& line = *out.add_postings();
    line.set_account(posting.account);
    const Money amount{std::abs(posting.amount_minor), move.currency};
    *(posting.amount_minor > 0 ? line.mutable_debit() : line.mutable_credit()) = rpc::ToWire(amount);
  }
}

void Set(const Release& release, pb::MilestoneRelease& out) {
  out.set_milestone_number(release.milestone);
  out.set_charge(ChargeName(release.charge));
  *out.mutable_amount() = rpc::ToWire(release.amount);
  *out.mutable_commission() = rpc::ToWire(Money{release.commission_minor, release.amount.currency});
  *out.mutable_seller_earned() =
      rpc::ToWire(Money{release.amount.minor - release.commission_minor, release.amount.currency});
  Set(release.move, *out.mutable_move());
}

void Set(const MilestoneTerms& terms, uint32_t number, pb::AgreedMilestone& out) {
  out.set_number(number);
  out.set_title(terms.name);
  out.set_description(terms.description);
  out.set_zoom(terms.zoom);
  for (const std::string& substep : terms.substeps) out.add_substeps(substep);
  *out.mutable_amount() = rpc::ToWire(terms.amount);
  out.set_days(static_cast<uint32_t>(terms.days));
  if (terms.revisions.unlimited)
    out.mutable_revisions()->set_unlimited(true);
  else
    out.mutable_revisions()->set_count(static_cast<uint32_t>(terms.revisions.count));
}

// Writes each kind of event into its place of the oneof.
class PayloadWriter {
 public:
  PayloadWriter(Viewer viewer, pb::Event& out) : viewer_(viewer), out_(out) {}

  void operator()(const OrderPlacementStarted& event) {
    pb::OrderPlacementStarted& out = *out_.mutable_order_placement_started();
    out.set_attempt(event.attempt);
    if (event.offer) out.set_offer(rpc::NameOf("offers", event.offer->uuid()));
    const Terms& terms = event.terms;
    out.set_order_type(billing::ToWire(terms.kind));
    out.set_title(terms.title);
    out.set_gig(rpc::NameOf("gigs", terms.gig.uuid()));
    out.set_package(PackageOf(terms.package));
    out.set_plan_version(static_cast<uint32_t>(terms.plan_version));
    for (const MilestoneTerms& milestone : terms.milestones)
      Set(milestone, static_cast<uint32_t>(out.milestones_size() + 1), *out.add_milestones());
    billing::Write(terms.fees, terms.currency(), *out.mutable_fee_policy());
    *out.mutable_deadline_policy() = DeadlinesOnWire(terms);
    out.set_terms_hash(event.terms_hash);
    if (sees_means()) out.set_payment_method(event.payment_method);
  }
  void operator()(const OrderPlacementFailed& event) {
    pb::OrderPlacementFailed& out = *out_.mutable_order_placement_failed();
    out.set_attempt(event.attempt);
    out.set_reason(std::string(NameOf(event.failure)));
    if (event.charge) out.set_charge(ChargeName(*event.charge));
    out.set_decline_reason(Declined(event.decline_reason));
  }
  void operator()(const OrderCreated&) { out_.mutable_order_created(); }
  void operator()(const MilestonePaymentStarted& event) {
    pb::MilestonePaymentStarted& out = *out_.mutable_milestone_payment_started();
    out.set_milestone_number(event.milestone);
    out.set_charge(ChargeName(event.charge));
    out.set_slot(event.slot);
    *out.mutable_amount() = rpc::ToWire(event.amount);
    *out.mutable_buyer_fee() = rpc::ToWire(Money{event.buyer_fee_minor, event.amount.currency});
    if (sees_means()) out.set_payment_method(event.payment_method);
    *out.mutable_submit_until_time() = rpc::ToWire(event.submit_until);
    if (event.grace_due) *out.mutable_grace_end_time() = rpc::ToWire(*event.grace_due);
  }
  void operator()(const MilestoneFunded& event) {
    pb::MilestoneFunded& out = *out_.mutable_milestone_funded();
    out.set_milestone_number(event.milestone);
    out.set_charge(ChargeName(event.charge));
    out.set_provider_reference(event.provider_reference);
    *out.mutable_amount() = rpc::ToWire(event.amount);
    *out.mutable_buyer_fee() = rpc::ToWire(Money{event.buyer_fee_minor, event.amount.currency});
    Set(event.move, *out.mutable_move());
  }
  void operator()(const MilestoneWorkAuthorized& event) {
    pb::MilestoneWorkAuthorized& out = *out_.mutable_milestone_work_authorized();
    out.set_milestone_number(event.milestone);
    *out.mutable_due_time() = rpc::ToWire(event.due_at);
  }
  void operator()(const MilestonePaymentFailed& event) {
    pb::MilestonePaymentFailed& out = *out_.mutable_milestone_payment_failed();
    out.set_milestone_number(event.milestone);
    out.set_charge(ChargeName(event.charge));
    out.set_decline_reason(Declined(event.decline_reason));
  }
  void operator()(const MilestoneDelivered& event) {
    pb::MilestoneDelivered& out = *out_.mutable_milestone_delivered();
    out.set_milestone_number(event.milestone);
    out.set_final_delivery(event.final_delivery);
    out.set_late(event.late);
    out.set_message(event.message);
    out.set_meeting_url(event.meeting_url);
    *out.mutable_review_end_time() = rpc::ToWire(event.review_due);
  }
  void operator()(const MilestoneRevisionRequested& event) {
    pb::MilestoneRevisionRequested& out = *out_.mutable_milestone_revision_requested();
    out.set_milestone_number(event.milestone);
    out.set_revisions_used(static_cast<uint32_t>(event.revisions_used));
    out.set_message(event.message);
    *out.mutable_due_time() = rpc::ToWire(event.due_at);
  }
  void operator()(const MilestoneAccepted& event) {
    pb::MilestoneAccepted& out = *out_.mutable_milestone_accepted();
    Set(event.release, *out.mutable_release());
    if (event.next_due) *out.mutable_next_due_time() = rpc::ToWire(*event.next_due);
  }
  void operator()(const MilestoneAutoAccepted& event) {
    Set(event.release, *out_.mutable_milestone_auto_accepted()->mutable_release());
  }
  void operator()(const MilestoneSkipped& event) {
    out_.mutable_milestone_skipped()->set_milestone_number(event.milestone);
  }
  void operator()(const OrderEnded& event) {
    out_.mutable_order_ended()->set_milestone_number(event.milestone);
  }
  void operator()(const SellerNotified& event) { out_.mutable_seller_notified()->set_seller(event.seller); }
  void operator()(const OrderCompleted& event) {
    out_.mutable_order_completed()->set_reason(billing::ToWire(event.reason));
  }
  void operator()(const DeadlineNoted& event) {
    pb::DeadlineNoted& out = *out_.mutable_deadline_noted();
    out.set_number(event.deadline.number);
    out.set_kind(billing::ToWire(event.deadline.kind));
    *out.mutable_due_time() = rpc::ToWire(event.deadline.due);
  }
  void operator()(const ChargeLeased& event) {
    pb::ChargeLeased& out = *out_.mutable_charge_leased();
    out.set_charge(ChargeName(event.charge));
    *out.mutable_lease_until_time() = rpc::ToWire(event.until);
  }
  void operator()(const ChargeUndecided& event) {
    pb::ChargeUndecided& out = *out_.mutable_charge_undecided();
    out.set_charge(ChargeName(event.charge));
    out.set_unknown(event.unknown);
    *out.mutable_retry_time() = rpc::ToWire(event.retry_at);
  }
  void operator()(const ChargeSucceededLate& event) {
    pb::ChargeSucceededLate& out = *out_.mutable_charge_succeeded_late();
    out.set_charge(ChargeName(event.charge));
    out.set_provider_reference(event.provider_reference);
    Set(event.move, *out.mutable_move());
  }
  void operator()(const OrderOutcomeRecorded&) { out_.mutable_order_outcome_recorded(); }
  void operator()(const ChargeResolved& event) {
    pb::ChargeResolved& out = *out_.mutable_charge_resolved();
    out.set_charge(ChargeName(event.charge));
    out.set_state(std::string(NameOf(event.state)));
    out.set_resolved_by(event.by);
    out.set_evidence(event.evidence);
  }
  void operator()(const ChargeRecheckSet& event) {
    pb::ChargeRecheckSet& out = *out_.mutable_charge_recheck_set();
    out.set_charge(ChargeName(event.charge));
    if (event.ask_at) *out.mutable_ask_time() = rpc::ToWire(*event.ask_at);
    out.set_answers(event.answers);
    out.set_found(std::string(NameOf(event.found)));
  }
  void operator()(const RefundStarted& event) {
    pb::RefundStarted& out = *out_.mutable_refund_started();
    out.set_refund(RefundName(event.charge, event.number));
    out.set_charge(ChargeName(event.charge));
    *out.mutable_amount() = rpc::ToWire(event.amount);
    Set(event.move, *out.mutable_move());
  }
  void operator()(const ChargeLateRefunded& event) {
    pb::ChargeLateRefunded& out = *out_.mutable_charge_late_refunded();
    out.set_refund(RefundName(event.charge, event.number));
    out.set_charge(ChargeName(event.charge));
    out.set_provider_reference(event.provider_reference);
    Set(event.move, *out.mutable_move());
  }
  void operator()(const RefundFailed& event) {
    pb::RefundFailed& out = *out_.mutable_refund_failed();
    out.set_refund(RefundName(event.charge, event.number));
    out.set_charge(ChargeName(event.charge));
    out.set_reason(event.reason);
    Set(event.move, *out.mutable_move());
  }
  void operator()(const RefundLeased& event) {
    pb::RefundLeased& out = *out_.mutable_refund_leased();
    out.set_refund(RefundName(event.charge, event.number));
    *out.mutable_lease_until_time() = rpc::ToWire(event.until);
  }
  void operator()(const RefundUndecided& event) {
    pb::RefundUndecided& out = *out_.mutable_refund_undecided();
    out.set_refund(RefundName(event.charge, event.number));
    out.set_unknown(event.unknown);
    *out.mutable_retry_time() = rpc::ToWire(event.retry_at);
  }

 private:
  // With what the buyer pays, and why that was declined: not for the seller.
  bool sees_means() const { return viewer_ != Viewer::kSeller; }

  std::string Declined(const std::optional<DeclineReason>& reason) const {
    if (!reason || !sees_means()) return "";
    return std::string(NameOf(viewer_ == Viewer::kOperator ? *reason : ForTheParties(*reason)));
  }

  const Viewer viewer_;
  pb::Event& out_;
};

absl::Status Show(const StoredEvent& stored, Viewer viewer, pb::Event& out) {
  MILEPOST_ASSIGN_OR_RETURN(const OrderEvent event, DecodeEvent(stored.payload));
  std::visit(PayloadWriter(viewer, out), event);
  Tell(event, stored.buyer, stored.seller, out);
  return absl::OkStatus();
}

// How open payments and refunds are pursued, and what OfferService was told, is nobody's business but ours. A payment that
// came late and goes back is the buyer's: the order never had it.
Audience AudienceOf(absl::string_view type) {
  static constexpr EventKind kBookkeeping[] = {
      EventKind::kDeadlineNoted,  EventKind::kChargeLeased,     EventKind::kChargeUndecided,
      EventKind::kChargeResolved, EventKind::kChargeRecheckSet, EventKind::kRefundFailed,
      EventKind::kRefundLeased,   EventKind::kRefundUndecided,  EventKind::kOrderOutcomeRecorded};
  static constexpr EventKind kGoingBack[] = {EventKind::kChargeSucceededLate, EventKind::kRefundStarted,
                                             EventKind::kChargeLateRefunded};
  const auto is_type = [&](EventKind kind) { return NameOf(kind) == type; };
  if (std::any_of(std::begin(kBookkeeping), std::end(kBookkeeping), is_type)) return Audience::kNobody;
  if (std::any_of(std::begin(kGoingBack), std::end(kGoingBack), is_type)) return Audience::kBuyer;
  return Audience::kParties;
}

}  // namespace

events::FeedSource OrderFeed() {
  return {.stream = {.table = "orders",
                     .seller_column = "seller",
                     .buyer_column = "buyer",
                     .audience = AudienceOf},
          .types = events::TypesOf<OrderEvent>([](const OrderEvent& event) { return NameOf(KindOf(event)); }),
          .show = Show};
}

}  // namespace milepost::billing
