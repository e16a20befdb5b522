// The fields of an order and of its events, each named once with the stored field that holds it: common/db/codec.h writes and
// reads by these lists.
#include "services/milestone_billing/store/order_record.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/core/id.h"
#include "common/db/codec.h"
#include "milepost/storage/v1/order.pb.h"
#include "services/milestone_billing/domain/order.h"

namespace milepost::billing {

namespace pb = milepost::storage::v1;

namespace record {

// Of a text that may be erased; nothing of none.
inline std::string HashOf(const std::string& text) {
  return text.empty() ? std::string() : Sha256(text);
}

// A member that two functions write and read.
template <class Save, class Load>
class Custom {
 public:
  static constexpr size_t kMembers = 1;
  Custom(Save save, Load load) : save_(std::move(save)), load_(std::move(load)) {}
  void Write(codec::Writer&) const { save_(); }
  void Read(codec::Reader&) const { load_(); }

 private:
  Save save_;
  Load load_;
};

}  // namespace record

// A text that people wrote and that can be erased: the event has its hash, and the text lies among the texts at the payload's
// end. Rows from before the chain have it in the event.
#define MILEPOST_ERASABLE_TEXT(text, stored, whole, field)               \
  record::Custom(                                                        \
      [&] {                                                              \
        if constexpr (C::kWrites) {                                      \
          stored.set_##field##_sha256(record::HashOf(text));             \
          if (!(text).empty()) whole.mutable_texts()->set_##field(text); \
        }                                                                \
      },                                                                 \
      [&] {                                                              \
        if constexpr (!C::kWrites) {                                     \
          text = whole.texts().field();                                  \
          if constexpr (requires { stored.field(); })                    \
            if (!stored.field().empty()) text = stored.field();          \
        }                                                                \
      })

// Likewise a list of texts without line ends, a line each.
#define MILEPOST_ERASABLE_LINES(texts_, stored, whole, field)                                               \
  record::Custom(                                                                                           \
      [&] {                                                                                                 \
        if constexpr (C::kWrites) {                                                                         \
          const std::string lines = absl::StrJoin(texts_, "\n");                                            \
          stored.set_##field##_sha256(record::HashOf(lines));                                               \
          if (!lines.empty()) whole.mutable_texts()->set_##field(lines);                                    \
        }                                                                                                   \
      },                                                                                                    \
      [&] {                                                                                                 \
        if constexpr (!C::kWrites) texts_ = absl::StrSplit(whole.texts().field(), '\n', absl::SkipEmpty()); \
      })

// --- What was agreed

template <class C>
void Fields(C& c, codec::Struct<C, MilestoneTerms>& terms,
            codec::Message<C, pb::OrderMilestoneTerms>& stored) {
  c.All(terms, MILEPOST_FIELD(terms.name, stored, name),
        MILEPOST_FIELD(terms.description, stored, description), MILEPOST_FIELD(terms.days, stored, days),
        MILEPOST_FIELD(terms.amount, stored, amount),
        codec::Inline(terms.revisions, MILEPOST_FIELD(terms.revisions.unlimited, stored, unlimited_revisions),
                      MILEPOST_FIELD(terms.revisions.count, stored, revisions)),
        MILEPOST_FIELD(terms.zoom, stored, zoom), MILEPOST_FIELD(terms.substeps, stored, substeps));
}

template <class C>
void Fields(C& c, codec::Struct<C, FeePolicy>& fees, codec::Message<C, pb::OrderFeePolicy>& stored) {
  c.All(fees, MILEPOST_FIELD(fees.commission_bps, stored, commission_bps),
        MILEPOST_FIELD(fees.buyer_fee_bps, stored, buyer_fee_bps),
        MILEPOST_FIELD(fees.small_order_fee_minor, stored, small_order_fee_minor),
        MILEPOST_FIELD(fees.small_order_below_minor, stored, small_order_below_minor));
}

template <class C>
void Fields(C& c, codec::Struct<C, DeadlinePolicy>& policy,
            codec::Message<C, pb::OrderDeadlinePolicy>& stored) {
  c.All(policy, MILEPOST_FIELD(policy.review, stored, review_us),
        MILEPOST_FIELD(policy.one_time_review, stored, one_time_review_us),
        MILEPOST_FIELD(policy.next_start, stored, next_start_us),
        MILEPOST_FIELD(policy.payment_grace, stored, payment_grace_us),
        MILEPOST_FIELD(policy.min_revision, stored, min_revision_us),
        MILEPOST_FIELD(policy.late_cancellation, stored, late_cancellation_us),
        MILEPOST_FIELD(policy.non_delivery, stored, non_delivery_us),
        MILEPOST_FIELD(policy.cancellation_answer, stored, cancellation_answer_us),
        MILEPOST_FIELD(policy.dispute, stored, dispute_us),
        MILEPOST_FIELD(policy.after_dispute, stored, after_dispute_us));
}

template <class C>
void Fields(C& c, codec::Struct<C, Terms>& terms, codec::Message<C, pb::OrderTerms>& stored) {
  c.All(terms, MILEPOST_FIELD(terms.kind, stored, kind), MILEPOST_FIELD(terms.gig, stored, gig),
        MILEPOST_FIELD(terms.title, stored, title), MILEPOST_FIELD(terms.package, stored, package),
        MILEPOST_FIELD(terms.plan_version, stored, plan_version),
        MILEPOST_FIELD(terms.payments_on, stored, payments_on),
        MILEPOST_FIELD(terms.milestones, stored, milestones), MILEPOST_FIELD(terms.fees, stored, fees),
        MILEPOST_FIELD(terms.deadlines, stored, deadlines));
}

// --- Parts of an order

template <class C>
void Fields(C& c, codec::Struct<C, Update>& update, codec::Message<C, pb::OrderUpdate>& stored) {
  c.All(update, MILEPOST_FIELD(update.at, stored, at_us), MILEPOST_FIELD(update.message, stored, message));
}

template <class C>
void Fields(C& c, codec::Struct<C, EarlierDelivery>& delivery,
            codec::Message<C, pb::OrderEarlierDelivery>& stored) {
  c.All(delivery, MILEPOST_FIELD(delivery.number, stored, number), MILEPOST_FIELD(delivery.at, stored, at_us),
        MILEPOST_FIELD(delivery.late, stored, late), MILEPOST_FIELD(delivery.message, stored, message),
        MILEPOST_FIELD(delivery.meeting_url, stored, meeting_url),
        MILEPOST_FIELD(delivery.attachments, stored, attachments),
        MILEPOST_FIELD(delivery.revision_at, stored, revision_us),
        MILEPOST_FIELD(delivery.revision_message, stored, revision_message));
}

template <class C>
void Fields(C& c, codec::Struct<C, Dispute>& dispute, codec::Message<C, pb::OrderDispute>& stored) {
  c.All(dispute, MILEPOST_FIELD(dispute.number, stored, number),
        MILEPOST_FIELD(dispute.opened_by, stored, opened_by),
        MILEPOST_FIELD(dispute.opened_at, stored, opened_us),
        MILEPOST_FIELD(dispute.message, stored, message), MILEPOST_FIELD(dispute.outcome, stored, outcome),
        MILEPOST_FIELD(dispute.closed_by, stored, closed_by),
        MILEPOST_FIELD(dispute.closed_at, stored, closed_us),
        MILEPOST_FIELD(dispute.resolution, stored, resolution));
}

template <class C>
void Fields(C& c, codec::Struct<C, Cancelled>& cancelled, codec::Message<C, pb::OrderMilestoneEnd>& stored) {
  c.All(cancelled, MILEPOST_FIELD(cancelled.at, stored, at_us),
        MILEPOST_FIELD(cancelled.reason, stored, reason),
        MILEPOST_FIELD(cancelled.seller_minor, stored, seller_minor),
        MILEPOST_FIELD(cancelled.commission_minor, stored, commission_minor),
        MILEPOST_FIELD(cancelled.fee_minor, stored, fee_minor));
}

template <class C>
void Fields(C& c, codec::Struct<C, CancellationRequest>& request,
            codec::Message<C, pb::OrderCancellationRequest>& stored) {
  c.All(request, MILEPOST_FIELD(request.by, stored, by),
        MILEPOST_FIELD(request.seller_minor, stored, seller_minor),
        MILEPOST_FIELD(request.message, stored, message), MILEPOST_FIELD(request.at, stored, at_us));
}

template <class C>
void Fields(C& c, codec::Struct<C, Milestone>& milestone, codec::Message<C, pb::OrderMilestone>& stored) {
  c.All(
      milestone, MILEPOST_FIELD(milestone.number, stored, number),
      MILEPOST_FIELD(milestone.state, stored, state), MILEPOST_FIELD(milestone.charge, stored, charge),
      MILEPOST_FIELD(milestone.funded_at, stored, funded_us),
      MILEPOST_FIELD(milestone.due_at, stored, due_us),
      MILEPOST_FIELD(milestone.revisions_used, stored, revisions_used),
      MILEPOST_FIELD(milestone.deliveries, stored, deliveries), MILEPOST_FIELD(milestone.late, stored, late),
      MILEPOST_FIELD(milestone.delivered_at, stored, delivered_us),
      MILEPOST_FIELD(milestone.delivery_message, stored, delivery_message),
      MILEPOST_FIELD(milestone.meeting_url, stored, meeting_url),
      MILEPOST_FIELD(milestone.attachments, stored, attachments),
      MILEPOST_FIELD(milestone.revision_message, stored, revision_message),
      MILEPOST_FIELD(milestone.earlier, stored, earlier),
      MILEPOST_FIELD(milestone.accepted_at, stored, accepted_us),
      MILEPOST_FIELD(milestone.auto_accepted, stored, auto_accepted),
      MILEPOST_FIELD(milestone.updates, stored, updates), MILEPOST_FIELD(milestone.dispute, stored, dispute),
      MILEPOST_FIELD(milestone.disputes_of_buyer, stored, disputes_of_buyer),
      MILEPOST_FIELD(milestone.disputes_of_seller, stored, disputes_of_seller),
      MILEPOST_FIELD(milestone.undisputed, stored, undisputed),
      MILEPOST_FIELD(milestone.cancelled, stored, cancelled));
}

template <class C>
void Fields(C& c, codec::Struct<C, Charge>& charge, codec::Message<C, pb::OrderCharge>& stored) {
  c.All(charge, MILEPOST_FIELD(charge.id, stored, id), MILEPOST_FIELD(charge.milestone, stored, milestone),
        MILEPOST_FIELD(charge.slot, stored, slot), MILEPOST_FIELD(charge.amount, stored, amount),
        MILEPOST_FIELD(charge.buyer_fee_minor, stored, buyer_fee_minor),
        MILEPOST_FIELD(charge.payment_method, stored, payment_method),
        MILEPOST_FIELD(charge.state, stored, state), MILEPOST_FIELD(charge.unknown, stored, unknown),
        MILEPOST_FIELD(charge.created_at, stored, created_us),
        MILEPOST_FIELD(charge.lease_until, stored, lease_until_us),
        MILEPOST_FIELD(charge.submit_until, stored, submit_until_us),
        MILEPOST_FIELD(charge.closed_at, stored, closed_us),
        MILEPOST_FIELD(charge.decline_reason, stored, decline_reason),
        MILEPOST_FIELD(charge.provider_reference, stored, provider_reference),
        MILEPOST_FIELD(charge.late_success_at, stored, late_success_us),
        record::Custom(
            [&] {
              if constexpr (C::kWrites) {
                if (!charge.resolution) return;
                stored.set_resolved_by(charge.resolution->by);
                stored.set_evidence(charge.resolution->evidence);
              }
            },
            [&] {
              if constexpr (!C::kWrites) {
                if (!stored.resolved_by().empty())
                  charge.resolution = Resolution{stored.resolved_by(), stored.evidence()};
              }
            }),
        MILEPOST_FIELD(charge.ask_at, stored, ask_us), MILEPOST_FIELD(charge.answers, stored, answers));
}

template <class C>
void Fields(C& c, codec::Struct<C, Refund>& refund, codec::Message<C, pb::OrderRefund>& stored) {
  c.All(refund, MILEPOST_FIELD(refund.charge, stored, charge), MILEPOST_FIELD(refund.number, stored, number),
        MILEPOST_FIELD(refund.amount, stored, amount), MILEPOST_FIELD(refund.state, stored, state),
        MILEPOST_FIELD(refund.unknown, stored, unknown),
        MILEPOST_FIELD(refund.created_at, stored, created_us),
        MILEPOST_FIELD(refund.lease_until, stored, lease_until_us),
        MILEPOST_FIELD(refund.closed_at, stored, closed_us),
        MILEPOST_FIELD(refund.provider_reference, stored, provider_reference),
        MILEPOST_FIELD(refund.failure, stored, failure));
}

template <class C>
void Fields(C& c, codec::Struct<C, Totals>& totals, codec::Message<C, pb::OrderTotals>& stored) {
  c.All(totals, MILEPOST_FIELD(totals.funded_minor, stored, funded_minor),
        MILEPOST_FIELD(totals.released_minor, stored, released_minor),
        MILEPOST_FIELD(totals.refunded_minor, stored, refunded_minor),
        MILEPOST_FIELD(totals.buyer_fees_minor, stored, buyer_fees_minor),
        MILEPOST_FIELD(totals.commission_minor, stored, commission_minor),
        MILEPOST_FIELD(totals.fees_refunded_minor, stored, fees_refunded_minor));
}

}  // namespace milepost::billing

namespace milepost {  // where Deadline is

template <class C>
void Fields(C& c, codec::Struct<C, billing::Deadline>& deadline,
            codec::Message<C, billing::pb::OrderDeadline>& stored) {
  c.All(deadline, MILEPOST_FIELD(deadline.number, stored, number),
        MILEPOST_FIELD(deadline.kind, stored, kind), MILEPOST_FIELD(deadline.due, stored, due_us),
        MILEPOST_FIELD(deadline.subject, stored, subject), MILEPOST_FIELD(deadline.left, stored, left_us));
}

}  // namespace milepost

namespace milepost::billing {

template <class C>
void Fields(C& c, codec::Struct<C, Order>& order, codec::Message<C, pb::Order>& stored) {
  c.All(order, codec::NotStored(order.id, order.sequence, order.updated_at),
        MILEPOST_FIELD(order.deadlines, stored, deadlines), MILEPOST_FIELD(order.buyer, stored, buyer),
        MILEPOST_FIELD(order.seller, stored, seller), MILEPOST_FIELD(order.offer, stored, offer),
        MILEPOST_FIELD(order.terms, stored, terms), MILEPOST_FIELD(order.terms_hash, stored, terms_hash),
        MILEPOST_FIELD(order.payment_method, stored, payment_method),
        MILEPOST_FIELD(order.edition, stored, edition), MILEPOST_FIELD(order.state, stored, state),
        MILEPOST_FIELD(order.completion_reason, stored, completion_reason),
        MILEPOST_FIELD(order.cancellation_reason, stored, cancellation_reason),
        MILEPOST_FIELD(order.placement_attempt, stored, placement_attempt),
        MILEPOST_FIELD(order.quote_expires, stored, quote_expires_us),
        MILEPOST_FIELD(order.placement_failure, stored, placement_failure),
        MILEPOST_FIELD(order.requested_at, stored, requested_us),
        MILEPOST_FIELD(order.created_at, stored, created_us),
        MILEPOST_FIELD(order.completed_at, stored, completed_us),
        MILEPOST_FIELD(order.milestones, stored, milestones),
        MILEPOST_FIELD(order.current_milestone, stored, current_milestone),
        MILEPOST_FIELD(order.charges, stored, charges), MILEPOST_FIELD(order.refunds, stored, refunds),
        MILEPOST_FIELD(order.totals, stored, totals),
        MILEPOST_FIELD(order.cancellation_request, stored, cancellation_request),
        MILEPOST_FIELD(order.operator_task, stored, operator_task),
        MILEPOST_FIELD(order.operator_since, stored, operator_since_us),
        MILEPOST_FIELD(order.noted_deadline, stored, noted_deadline),
        MILEPOST_FIELD(order.deadlines_set, stored, deadlines_set),
        MILEPOST_FIELD(order.outcome_due, stored, outcome_due_us));
}

// --- Parts of events

template <class C>
void Fields(C& c, codec::Struct<C, Posting>& posting, codec::Message<C, pb::OrderPosting>& stored) {
  c.All(posting, MILEPOST_FIELD(posting.account, stored, account),
        MILEPOST_FIELD(posting.amount_minor, stored, amount_minor));
}

template <class C>
void Fields(C& c, codec::Struct<C, Move>& move, codec::Message<C, pb::OrderMove>& stored) {
  c.All(move, MILEPOST_FIELD(move.rule, stored, rule), MILEPOST_FIELD(move.currency, stored, currency),
        MILEPOST_FIELD(move.postings, stored, postings));
}

template <class C>
void Fields(C& c, codec::Struct<C, Release>& release, codec::Message<C, pb::OrderRelease>& stored) {
  c.All(release, MILEPOST_FIELD(release.milestone, stored, milestone),
        MILEPOST_FIELD(release.charge, stored, charge), MILEPOST_FIELD(release.amount, stored, amount),
        MILEPOST_FIELD(release.commission_minor, stored, commission_minor),
        MILEPOST_FIELD(release.move, stored, move));
}

// --- Events. Those of one member, or none, lie in the field of the oneof itself.

template <class C>
void Fields(C& c, codec::Struct<C, OrderPlacementStarted>& event,
            codec::Message<C, pb::OrderPlacementStarted>& stored) {
  c.All(event, MILEPOST_FIELD(event.order, stored, order), MILEPOST_FIELD(event.attempt, stored, attempt),
        MILEPOST_FIELD(event.buyer, stored, buyer), MILEPOST_FIELD(event.seller, stored, seller),
        MILEPOST_FIELD(event.offer, stored, offer), MILEPOST_FIELD(event.terms, stored, terms),
        MILEPOST_FIELD(event.terms_hash, stored, terms_hash),
        MILEPOST_FIELD(event.payment_method, stored, payment_method),
        MILEPOST_FIELD(event.quote_expires, stored, quote_expires_us),
        MILEPOST_FIELD(event.edition, stored, edition));
}

template <class C>
void Fields(C& c, codec::Struct<C, OrderPlacementFailed>& event,
            codec::Message<C, pb::OrderPlacementFailed>& stored) {
  c.All(event, MILEPOST_FIELD(event.attempt, stored, attempt), MILEPOST_FIELD(event.failure, stored, failure),
        MILEPOST_FIELD(event.charge, stored, charge),
        MILEPOST_FIELD(event.decline_reason, stored, decline_reason));
}

template <class C>
void Fields(C& c, codec::Struct<C, MilestonePaymentStarted>& event,
            codec::Message<C, pb::OrderPaymentStarted>& stored) {
  c.All(event, MILEPOST_FIELD(event.milestone, stored, milestone),
        MILEPOST_FIELD(event.charge, stored, charge), MILEPOST_FIELD(event.slot, stored, slot),
        MILEPOST_FIELD(event.amount, stored, amount),
        MILEPOST_FIELD(event.buyer_fee_minor, stored, buyer_fee_minor),
        MILEPOST_FIELD(event.payment_method, stored, payment_method),
        MILEPOST_FIELD(event.lease_until, stored, lease_until_us),
        MILEPOST_FIELD(event.submit_until, stored, submit_until_us),
        MILEPOST_FIELD(event.grace_due, stored, grace_due_us));
}

template <class C>
void Fields(C& c, codec::Struct<C, MilestoneFunded>& event, codec::Message<C, pb::OrderFunded>& stored) {
  c.All(event, MILEPOST_FIELD(event.milestone, stored, milestone),
        MILEPOST_FIELD(event.charge, stored, charge),
        MILEPOST_FIELD(event.provider_reference, stored, provider_reference),
        MILEPOST_FIELD(event.amount, stored, amount),
        MILEPOST_FIELD(event.buyer_fee_minor, stored, buyer_fee_minor),
        MILEPOST_FIELD(event.move, stored, move));
}

template <class C>
void Fields(C& c, codec::Struct<C, MilestoneWorkAuthorized>& event,
            codec::Message<C, pb::OrderWorkAuthorized>& stored) {
  c.All(event, MILEPOST_FIELD(event.milestone, stored, milestone),
        MILEPOST_FIELD(event.due_at, stored, due_us));
}

template <class C>
void Fields(C& c, codec::Struct<C, MilestonePaymentFailed>& event,
            codec::Message<C, pb::OrderPaymentFailed>& stored) {
  c.All(event, MILEPOST_FIELD(event.milestone, stored, milestone),
        MILEPOST_FIELD(event.charge, stored, charge),
        MILEPOST_FIELD(event.decline_reason, stored, decline_reason));
}

template <class C>
void Fields(C& c, codec::Struct<C, MilestoneDelivered>& event, codec::Message<C, pb::OrderDelivered>& stored,
            codec::Message<C, pb::OrderEvent>& whole) {
  c.All(event, MILEPOST_FIELD(event.milestone, stored, milestone),
        MILEPOST_FIELD(event.final_delivery, stored, final_delivery),
        MILEPOST_FIELD(event.late, stored, late),
        MILEPOST_ERASABLE_TEXT(event.message, stored, whole, message),
        MILEPOST_ERASABLE_TEXT(event.meeting_url, stored, whole, meeting_url),
        MILEPOST_ERASABLE_LINES(event.attachments, stored, whole, attachments),
        MILEPOST_FIELD(event.review_due, stored, review_due_us));
}

template <class C>
void Fields(C& c, codec::Struct<C, MilestoneRevisionRequested>& event,
            codec::Message<C, pb::OrderRevisionRequested>& stored, codec::Message<C, pb::OrderEvent>& whole) {
  c.All(event, MILEPOST_FIELD(event.milestone, stored, milestone),
        MILEPOST_FIELD(event.revisions_used, stored, revisions_used),
        MILEPOST_ERASABLE_TEXT(event.message, stored, whole, message),
        MILEPOST_FIELD(event.due_at, stored, due_us));
}

template <class C>
void Fields(C& c, codec::Struct<C, MilestoneUpdated>& event, codec::Message<C, pb::OrderUpdated>& stored,
            codec::Message<C, pb::OrderEvent>& whole) {
  c.All(event, MILEPOST_FIELD(event.milestone, stored, milestone),
        MILEPOST_ERASABLE_TEXT(event.message, stored, whole, message));
}

template <class C>
void Fields(C& c, codec::Struct<C, MilestoneAccepted>& event, codec::Message<C, pb::OrderAccepted>& stored) {
  c.All(event, MILEPOST_FIELD(event.release, stored, release),
        MILEPOST_FIELD(event.next_due, stored, next_due_us));
}

template <class C>
void Fields(C& c, codec::Struct<C, ChargeLeased>& event, codec::Message<C, pb::OrderChargeLeased>& stored) {
  c.All(event, MILEPOST_FIELD(event.charge, stored, charge), MILEPOST_FIELD(event.until, stored, until_us));
}

template <class C>
void Fields(C& c, codec::Struct<C, ChargeUndecided>& event,
            codec::Message<C, pb::OrderChargeUndecided>& stored) {
  c.All(event, MILEPOST_FIELD(event.charge, stored, charge), MILEPOST_FIELD(event.unknown, stored, unknown),
        MILEPOST_FIELD(event.retry_at, stored, retry_us));
}

template <class C>
void Fields(C& c, codec::Struct<C, ChargeSucceededLate>& event,
            codec::Message<C, pb::OrderChargeSucceededLate>& stored) {
  c.All(event, MILEPOST_FIELD(event.charge, stored, charge),
        MILEPOST_FIELD(event.provider_reference, stored, provider_reference),
        MILEPOST_FIELD(event.move, stored, move));
}

template <class C>
void Fields(C& c, codec::Struct<C, ChargeResolved>& event, codec::Message<C, pb::OrderChargeResolved>& stored,
            codec::Message<C, pb::OrderEvent>& whole) {
  c.All(event, MILEPOST_FIELD(event.charge, stored, charge), MILEPOST_FIELD(event.state, stored, state),
        MILEPOST_FIELD(event.by, stored, by),
        MILEPOST_ERASABLE_TEXT(event.evidence, stored, whole, evidence));
}

template <class C>
void Fields(C& c, codec::Struct<C, ChargeRecheckSet>& event,
            codec::Message<C, pb::OrderChargeRecheckSet>& stored) {
  c.All(event, MILEPOST_FIELD(event.charge, stored, charge), MILEPOST_FIELD(event.ask_at, stored, ask_us),
        MILEPOST_FIELD(event.answers, stored, answers), MILEPOST_FIELD(event.found, stored, found));
}

template <class C>
void Fields(C& c, codec::Struct<C, RefundStarted>& event, codec::Message<C, pb::OrderRefundStarted>& stored) {
  c.All(event, MILEPOST_FIELD(event.charge, stored, charge), MILEPOST_FIELD(event.number, stored, number),
        MILEPOST_FIELD(event.amount, stored, amount),
        MILEPOST_FIELD(event.lease_until, stored, lease_until_us), MILEPOST_FIELD(event.move, stored, move));
}

template <class C>
void Fields(C& c, codec::Struct<C, ChargeLateRefunded>& event,
            codec::Message<C, pb::OrderRefundEnded>& stored) {
  c.All(event, MILEPOST_FIELD(event.charge, stored, charge), MILEPOST_FIELD(event.number, stored, number),
        MILEPOST_FIELD(event.provider_reference, stored, word), MILEPOST_FIELD(event.move, stored, move));
}

template <class C>
void Fields(C& c, codec::Struct<C, RefundFailed>& event, codec::Message<C, pb::OrderRefundEnded>& stored) {
  c.All(event, MILEPOST_FIELD(event.charge, stored, charge), MILEPOST_FIELD(event.number, stored, number),
        MILEPOST_FIELD(event.reason, stored, word), MILEPOST_FIELD(event.move, stored, move));
}

template <class C>
void Fields(C& c, codec::Struct<C, RefundLeased>& event, codec::Message<C, pb::OrderRefundWaits>& stored) {
  c.All(event, MILEPOST_FIELD(event.charge, stored, charge), MILEPOST_FIELD(event.number, stored, number),
        MILEPOST_FIELD(event.until, stored, until_us));
}

template <class C>
void Fields(C& c, codec::Struct<C, RefundUndecided>& event, codec::Message<C, pb::OrderRefundWaits>& stored) {
  c.All(event, MILEPOST_FIELD(event.charge, stored, charge), MILEPOST_FIELD(event.number, stored, number),
        MILEPOST_FIELD(event.unknown, stored, unknown), MILEPOST_FIELD(event.retry_at, stored, until_us));
}

template <class C>
void Fields(C& c, codec::Struct<C, RefundSucceeded>& event, codec::Message<C, pb::OrderRefundEnded>& stored) {
  c.All(event, MILEPOST_FIELD(event.charge, stored, charge), MILEPOST_FIELD(event.number, stored, number),
        MILEPOST_FIELD(event.provider_reference, stored, word), MILEPOST_FIELD(event.move, stored, move));
}

template <class C>
void Fields(C& c, codec::Struct<C, CancellationRequested>& event,
            codec::Message<C, pb::OrderCancellationRequested>& stored,
            codec::Message<C, pb::OrderEvent>& whole) {
  c.All(event, MILEPOST_FIELD(event.by, stored, by),
        MILEPOST_FIELD(event.seller_amount, stored, seller_amount),
        MILEPOST_ERASABLE_TEXT(event.message, stored, whole, message),
        MILEPOST_FIELD(event.answer_due, stored, answer_due_us));
}

template <class C>
void Fields(C& c, codec::Struct<C, CancellationAccepted>& event,
            codec::Message<C, pb::OrderCancellationAnswered>& stored,
            codec::Message<C, pb::OrderEvent>& whole) {
  c.All(event, MILEPOST_FIELD(event.by, stored, by),
        MILEPOST_ERASABLE_TEXT(event.message, stored, whole, message));
}

template <class C>
void Fields(C& c, codec::Struct<C, CancellationRejected>& event,
            codec::Message<C, pb::OrderCancellationAnswered>& stored,
            codec::Message<C, pb::OrderEvent>& whole) {
  c.All(event, MILEPOST_FIELD(event.by, stored, by),
        MILEPOST_ERASABLE_TEXT(event.message, stored, whole, message));
}

template <class C>
void Fields(C& c, codec::Struct<C, CancellationOrdered>& event,
            codec::Message<C, pb::OrderCancellationOrdered>& stored,
            codec::Message<C, pb::OrderEvent>& whole) {
  c.All(event, MILEPOST_FIELD(event.seller_amount, stored, seller_amount),
        MILEPOST_ERASABLE_TEXT(event.message, stored, whole, message));
}

template <class C>
void Fields(C& c, codec::Struct<C, MilestoneOverdue>& event,
            codec::Message<C, pb::OrderMilestoneOverdue>& stored) {
  c.All(event, MILEPOST_FIELD(event.milestone, stored, milestone),
        MILEPOST_FIELD(event.due_at, stored, due_us),
        MILEPOST_FIELD(event.cancellable_at, stored, cancellable_us),
        MILEPOST_FIELD(event.non_delivery_at, stored, non_delivery_us));
}

template <class C>
void Fields(C& c, codec::Struct<C, MilestoneCancellable>& event,
            codec::Message<C, pb::OrderMilestoneCancellable>& stored) {
  c.All(event, MILEPOST_FIELD(event.milestone, stored, milestone),
        MILEPOST_FIELD(event.non_delivery_at, stored, non_delivery_us));
}

template <class C>
void Fields(C& c, codec::Struct<C, EscrowSplit>& split, codec::Message<C, pb::OrderEscrowSplit>& stored) {
  c.All(split, MILEPOST_FIELD(split.milestone, stored, milestone),
        MILEPOST_FIELD(split.charge, stored, charge), MILEPOST_FIELD(split.amount, stored, amount),
        MILEPOST_FIELD(split.seller_minor, stored, seller_minor),
        MILEPOST_FIELD(split.commission_minor, stored, commission_minor),
        MILEPOST_FIELD(split.fee_minor, stored, fee_minor), MILEPOST_FIELD(split.move, stored, move));
}

template <class C>
void Fields(C& c, codec::Struct<C, MilestoneCancelled>& event,
            codec::Message<C, pb::OrderMilestoneCancelled>& stored,
            codec::Message<C, pb::OrderEvent>& whole) {
  c.All(event, MILEPOST_FIELD(event.reason, stored, reason), MILEPOST_FIELD(event.split, stored, split),
        MILEPOST_ERASABLE_TEXT(event.message, stored, whole, message));
}

template <class C>
void Fields(C& c, codec::Struct<C, DisputeOpened>& event, codec::Message<C, pb::OrderDisputeOpened>& stored,
            codec::Message<C, pb::OrderEvent>& whole) {
  c.All(event, MILEPOST_FIELD(event.milestone, stored, milestone),
        MILEPOST_FIELD(event.number, stored, number), MILEPOST_FIELD(event.by, stored, by),
        MILEPOST_ERASABLE_TEXT(event.message, stored, whole, message),
        MILEPOST_FIELD(event.alarm_at, stored, alarm_us));
}

template <class C>
void Fields(C& c, codec::Struct<C, DisputeWithdrawn>& event,
            codec::Message<C, pb::OrderDisputeWithdrawn>& stored) {
  c.All(event, MILEPOST_FIELD(event.milestone, stored, milestone), MILEPOST_FIELD(event.by, stored, by),
        MILEPOST_FIELD(event.resumed, stored, resumed));
}

template <class C>
void Fields(C& c, codec::Struct<C, DisputeResolved>& event,
            codec::Message<C, pb::OrderDisputeResolved>& stored, codec::Message<C, pb::OrderEvent>& whole) {
  c.All(event, MILEPOST_FIELD(event.milestone, stored, milestone),
        MILEPOST_FIELD(event.outcome, stored, outcome), MILEPOST_FIELD(event.by, stored, by),
        MILEPOST_ERASABLE_TEXT(event.message, stored, whole, message));
}

template <class C>
void Fields(C& c, codec::Struct<C, OperatorNeeded>& event,
            codec::Message<C, pb::OrderOperatorNeeded>& stored) {
  c.All(event, MILEPOST_FIELD(event.milestone, stored, milestone), MILEPOST_FIELD(event.task, stored, task));
}

template <class C>
void Fields(C& c, codec::Struct<C, OrderEvent>& event, codec::Message<C, pb::OrderEvent>& stored) {
  c.OneOf(
      event, stored, MILEPOST_CASE(OrderPlacementStarted, placement_started),
      MILEPOST_CASE(OrderPlacementFailed, placement_failed), MILEPOST_CASE(OrderCreated, created),
      MILEPOST_CASE(MilestoneSkipped, skipped), MILEPOST_CASE(OrderEnded, ended),
      MILEPOST_CASE(SellerNotified, seller_notified), MILEPOST_CASE(OrderCompleted, completed),
      MILEPOST_CASE(OrderOutcomeRecorded, outcome_recorded),
      MILEPOST_CASE(MilestoneWorkAuthorized, work_authorized), MILEPOST_CASE(MilestoneDelivered, delivered),
      MILEPOST_CASE(MilestoneRevisionRequested, revision_requested), MILEPOST_CASE(MilestoneUpdated, updated),
      MILEPOST_CASE(MilestoneAccepted, accepted), MILEPOST_CASE(MilestoneAutoAccepted, auto_accepted),
      MILEPOST_CASE(CancellationRequested, cancellation_requested),
      MILEPOST_CASE(CancellationAccepted, cancellation_accepted),
      MILEPOST_CASE(CancellationRejected, cancellation_rejected),
      MILEPOST_CASE(CancellationLapsed, cancellation_lapsed),
      MILEPOST_CASE(CancellationVoided, cancellation_voided),
      MILEPOST_CASE(CancellationOrdered, cancellation_ordered), MILEPOST_CASE(MilestoneOverdue, overdue),
      MILEPOST_CASE(MilestoneCancellable, cancellable),
      MILEPOST_CASE(MilestoneCancelled, milestone_cancelled), MILEPOST_CASE(OrderCancelled, cancelled),
      MILEPOST_CASE(DisputeOpened, dispute_opened), MILEPOST_CASE(DisputeWithdrawn, dispute_withdrawn),
      MILEPOST_CASE(DisputeResolved, dispute_resolved), MILEPOST_CASE(OperatorNeeded, operator_needed),
      MILEPOST_CASE(MilestonePaymentStarted, payment_started), MILEPOST_CASE(MilestoneFunded, funded),
      MILEPOST_CASE(MilestonePaymentFailed, payment_failed), MILEPOST_CASE(ChargeLeased, charge_leased),
      MILEPOST_CASE(ChargeUndecided, charge_undecided),
      MILEPOST_CASE(ChargeSucceededLate, charge_succeeded_late),
      MILEPOST_CASE(ChargeResolved, charge_resolved), MILEPOST_CASE(ChargeRecheckSet, charge_recheck_set),
      MILEPOST_CASE(RefundStarted, refund_started), MILEPOST_CASE(ChargeLateRefunded, charge_late_refunded),
      MILEPOST_CASE(RefundSucceeded, refund_succeeded), MILEPOST_CASE(RefundFailed, refund_failed),
      MILEPOST_CASE(RefundLeased, refund_leased), MILEPOST_CASE(RefundUndecided, refund_undecided),
      MILEPOST_CASE(DeadlineNoted, deadline_noted));
}

namespace {

bool AreWhole(const Terms& terms) {
  for (const MilestoneTerms& milestone : terms.milestones)
    if (!IsAmount(milestone.amount.minor)) return false;
  const FeePolicy& fees = terms.fees;
  return IsAmount(fees.commission_bps) && fees.commission_bps <= 10000 && IsAmount(fees.buyer_fee_bps) &&
         IsAmount(fees.small_order_fee_minor) && IsAmount(fees.small_order_below_minor);
}

bool IsWhole(const Order& order, const Milestone& milestone) {
  const bool disputed = milestone.state == MilestoneState::kDisputed;
  if (disputed && !(milestone.dispute && milestone.undisputed)) return false;
  if ((milestone.state == MilestoneState::kCancelled) != milestone.cancelled.has_value()) return false;
  const bool started = !milestone.not_started() && milestone.state != MilestoneState::kSkipped;
  return !started || (milestone.charge && order.FindCharge(*milestone.charge) && milestone.due_at);
}

bool IsWhole(const Order& order, const Charge& charge) {
  const bool open = charge.state == ChargeState::kOpen;
  return order.FindMilestone(charge.milestone) && IsAmount(charge.amount.minor) && charge.amount.minor > 0 &&
         IsAmount(charge.buyer_fee_minor) && (open || charge.closed_at);
}

// What the rules rely on without asking: a milestone for each of the terms', a current one among them, and another one after
// it where the order waits for that, a disputed one exactly in a dispute; each that was ever worked on with its due time and the
// charge that funded it, and how it was cancelled; a request to cancel wherever the time to answer it runs; charges of
// milestones, refunds of charges, and amounts within bounds.
bool IsWhole(const Order& order) {
  if (order.milestones.empty() || order.milestones.size() != order.terms.milestones.size()) return false;
  if (order.FindMilestone(order.current_milestone) == nullptr || !AreWhole(order.terms)) return false;
  const bool disputed = order.state == OrderState::kDisputed;
  if (disputed != (order.current().state == MilestoneState::kDisputed)) return false;
  if (order.state == OrderState::kAwaitingNext && order.is_last(order.current_milestone)) return false;
  const bool answer_awaited = FindDeadline(order.deadlines, DeadlineKind::kCancellationAnswer) != nullptr;
  if (answer_awaited && !order.cancellation_request) return false;
  const auto is_whole = [&order](const auto& part) { return IsWhole(order, part); };
  const auto is_of_a_charge = [&order](const Refund& refund) { return order.FindCharge(refund.charge); };
  return absl::c_all_of(order.milestones, is_whole) && absl::c_all_of(order.charges, is_whole) &&
         absl::c_all_of(order.refunds, is_of_a_charge);
}

}  // namespace

std::string EncodeOrder(const Order& order) {
  return codec::Encode<pb::Order>(order);
}

absl::StatusOr<Order> DecodeOrder(absl::string_view body) {
  absl::StatusOr<Order> order = codec::Decode<pb::Order, Order>("order", body);
  if (order.ok() && !IsWhole(*order))
    return absl::DataLossError(
        "a stored order's milestones, charges or refunds are not ones that were ever written");
  return order;
}

std::string EncodeEvent(const OrderEvent& event) {
  return codec::Encode<pb::OrderEvent>(event);
}

absl::StatusOr<OrderEvent> DecodeEvent(absl::string_view payload) {
  return codec::Decode<pb::OrderEvent, OrderEvent>("order event", payload);
}

}  // namespace milepost::billing
