// The half of order_record.h that is about events.
#include <variant>

#include "services/milestone_billing/store/order_record.h"
#include "services/milestone_billing/store/record_parts.h"

namespace milepost::billing {
namespace record {
namespace {

using record::Put;  // beside the ones below

static_assert(static_cast<int>(Finding::kNoAnswer) + 1 == pb::OrderChargeRecheckSet::FINDING_NO_ANSWER);

void Put(const Release& release, pb::OrderRelease& out) {
  out.set_milestone(release.milestone);
  out.set_charge(BytesOf(release.charge));
  Put(release.amount, *out.mutable_amount());
  out.set_commission_minor(release.commission_minor);
  Put(release.move, *out.mutable_move());
}

Release ReleaseFrom(const pb::OrderRelease& in, Damage& damage) {
  return {in.milestone(), IdFrom<ChargeId>(in.charge(), "charge", damage), MoneyFrom(in.amount(), damage),
          in.commission_minor(), MoveFrom(in.move(), damage)};
}

// Of a text that may be erased; nothing of none.
std::string HashOf(const std::string& text) {
  return text.empty() ? std::string() : Sha256(text);
}

// A text that rows from before the chain have in the event itself.
const std::string& TextFrom(const std::string& inside, const std::string& among_texts) {
  return inside.empty() ? among_texts : inside;
}

// Writes each kind of event into its place of the oneof.
class Writer {
 public:
  explicit Writer(pb::OrderEvent& out) : out_(out) {}

  void operator()(const OrderPlacementStarted& event) {
    pb::OrderPlacementStarted& out = *out_.mutable_placement_started();
    out.set_order(BytesOf(event.order));
    out.set_attempt(event.attempt);
    out.set_buyer(event.buyer);
    out.set_seller(event.seller);
    out.set_offer(BytesOf(event.offer));
    Put(event.terms, *out.mutable_terms());
    out.set_terms_hash(event.terms_hash);
    out.set_payment_method(event.payment_method);
    if (event.quote_expires) out.set_quote_expires_us(ToMicros(*event.quote_expires));
  }
  void operator()(const OrderPlacementFailed& event) {
    pb::OrderPlacementFailed& out = *out_.mutable_placement_failed();
    out.set_attempt(event.attempt);
    out.set_failure(Number<pb::OrderPlacementFailure>(event.failure));
    out.set_charge(BytesOf(event.charge));
    out.set_decline_reason(Number<pb::OrderDeclineReason>(event.decline_reason));
  }
  void operator()(const OrderCreated&) { out_.mutable_created(); }
  void operator()(const MilestonePaymentStarted& event) {
    pb::OrderPaymentStarted& out = *out_.mutable_payment_started();
    out.set_milestone(event.milestone);
    out.set_charge(BytesOf(event.charge));
    out.set_slot(event.slot);
    Put(event.amount, *out.mutable_amount());
    out.set_buyer_fee_minor(event.buyer_fee_minor);
    out.set_payment_method(event.payment_method);
    out.set_lease_until_us(ToMicros(event.lease_until));
    out.set_submit_until_us(ToMicros(event.submit_until));
    if (event.grace_due) out.set_grace_due_us(ToMicros(*event.grace_due));
  }
  void operator()(const MilestoneFunded& event) {
    pb::OrderFunded& out = *out_.mutable_funded();
    out.set_milestone(event.milestone);
    out.set_charge(BytesOf(event.charge));
    out.set_provider_reference(event.provider_reference);
    Put(event.amount, *out.mutable_amount());
    out.set_buyer_fee_minor(event.buyer_fee_minor);
    Put(event.move, *out.mutable_move());
  }
  void operator()(const MilestoneWorkAuthorized& event) {
    pb::OrderWorkAuthorized& out = *out_.mutable_work_authorized();
    out.set_milestone(event.milestone);
    out.set_due_us(ToMicros(event.due_at));
  }
  void operator()(const MilestonePaymentFailed& event) {
    pb::OrderPaymentFailed& out = *out_.mutable_payment_failed();
    out.set_milestone(event.milestone);
    out.set_charge(BytesOf(event.charge));
    out.set_decline_reason(Number<pb::OrderDeclineReason>(event.decline_reason));
  }
  void operator()(const MilestoneDelivered& event) {
    pb::OrderDelivered& out = *out_.mutable_delivered();
    out.set_milestone(event.milestone);
    out.set_final_delivery(event.final_delivery);
    out.set_late(event.late);
    out.set_message_sha256(HashOf(event.message));
    if (!event.message.empty()) out_.mutable_texts()->set_message(event.message);
    out.set_meeting_url_sha256(HashOf(event.meeting_url));
    if (!event.meeting_url.empty()) out_.mutable_texts()->set_meeting_url(event.meeting_url);
    out.set_review_due_us(ToMicros(event.review_due));
  }
  void operator()(const MilestoneRevisionRequested& event) {
    pb::OrderRevisionRequested& out = *out_.mutable_revision_requested();
    out.set_milestone(event.milestone);
    out.set_revisions_used(event.revisions_used);
    out.set_message_sha256(HashOf(event.message));
    if (!event.message.empty()) out_.mutable_texts()->set_message(event.message);
    out.set_due_us(ToMicros(event.due_at));
  }
  void operator()(const MilestoneAccepted& event) {
    pb::OrderAccepted& out = *out_.mutable_accepted();
    Put(event.release, *out.mutable_release());
    if (event.next_due) out.set_next_due_us(ToMicros(*event.next_due));
  }
  void operator()(const MilestoneAutoAccepted& event) { Put(event.release, *out_.mutable_auto_accepted()); }
  void operator()(const MilestoneSkipped& event) { out_.set_skipped(event.milestone); }
  void operator()(const OrderEnded& event) { out_.set_ended(event.milestone); }
  void operator()(const SellerNotified& event) { out_.set_seller_notified(event.seller); }
  void operator()(const OrderCompleted& event) {
    out_.set_completed(Number<pb::OrderCompletionReason>(event.reason));
  }
  void operator()(const DeadlineNoted& event) { Put(event.deadline, *out_.mutable_deadline_noted()); }
  void operator()(const ChargeLeased& event) {
    pb::OrderChargeLeased& out = *out_.mutable_charge_leased();
    out.set_charge(BytesOf(event.charge));
    out.set_until_us(ToMicros(event.until));
  }
  void operator()(const ChargeUndecided& event) {
    pb::OrderChargeUndecided& out = *out_.mutable_charge_undecided();
    out.set_charge(BytesOf(event.charge));
    out.set_unknown(event.unknown);
    out.set_retry_us(ToMicros(event.retry_at));
  }
  void operator()(const ChargeSucceededLate& event) {
    pb::OrderChargeSucceededLate& out = *out_.mutable_charge_succeeded_late();
    out.set_charge(BytesOf(event.charge));
    out.set_provider_reference(event.provider_reference);
    Put(event.move, *out.mutable_move());
  }
  void operator()(const OrderOutcomeRecorded&) { out_.mutable_outcome_recorded(); }
  void operator()(const ChargeResolved& event) {
    pb::OrderChargeResolved& out = *out_.mutable_charge_resolved();
    out.set_charge(BytesOf(event.charge));
    out.set_state(Number<pb::OrderCharge::State>(event.state));
    out.set_by(event.by);
    out.set_evidence_sha256(HashOf(event.evidence));
    if (!event.evidence.empty()) out_.mutable_texts()->set_evidence(event.evidence);
  }
  void operator()(const ChargeRecheckSet& event) {
    pb::OrderChargeRecheckSet& out = *out_.mutable_charge_recheck_set();
    out.set_charge(BytesOf(event.charge));
    if (event.ask_at) out.set_ask_us(ToMicros(*event.ask_at));
    out.set_answers(event.answers);
    out.set_found(Number<pb::OrderChargeRecheckSet::Finding>(event.found));
  }
  void operator()(const RefundStarted& event) {
    pb::OrderRefundStarted& out = *out_.mutable_refund_started();
    out.set_charge(BytesOf(event.charge));
    out.set_number(event.number);
    Put(event.amount, *out.mutable_amount());
    out.set_lease_until_us(ToMicros(event.lease_until));
    Put(event.move, *out.mutable_move());
  }
  void operator()(const ChargeLateRefunded& event) {
    PutEnd(event, event.provider_reference, *out_.mutable_charge_late_refunded());
  }
  void operator()(const RefundFailed& event) { PutEnd(event, event.reason, *out_.mutable_refund_failed()); }
  void operator()(const RefundLeased& event) {
    PutWait(event, event.until, false, *out_.mutable_refund_leased());
  }
  void operator()(const RefundUndecided& event) {
    PutWait(event, event.retry_at, event.unknown, *out_.mutable_refund_undecided());
  }

 private:
  template <class Event>
  static void PutEnd(const Event& event, const std::string& word, pb::OrderRefundEnded& out) {
    out.set_charge(BytesOf(event.charge));
    out.set_number(event.number);
    out.set_word(word);
    Put(event.move, *out.mutable_move());
  }
  template <class Event>
  static void PutWait(const Event& event, absl::Time until, bool unknown, pb::OrderRefundWaits& out) {
    out.set_charge(BytesOf(event.charge));
    out.set_number(event.number);
    out.set_until_us(ToMicros(until));
    out.set_unknown(unknown);
  }

  pb::OrderEvent& out_;
};

ChargeId ChargeFrom(const std::string& bytes, Damage& damage) {
  return IdFrom<ChargeId>(bytes, "charge", damage);
}

std::optional<DeclineReason> DeclineFrom(int stored, Damage& damage) {
  return OptionalEnumFrom(stored, DeclineReason::kSuspectedFraud, "decline reason", damage);
}

OrderPlacementStarted Read(const pb::OrderPlacementStarted& in, Damage& damage) {
  OrderPlacementStarted event{IdFrom<OrderId>(in.order(), "id", damage),
                              in.attempt(),
                              in.buyer(),
                              in.seller(),
                              OptionalIdFrom<OfferId>(in.offer(), "offer", damage),
                              TermsFrom(in.terms(), damage),
                              in.terms_hash(),
                              in.payment_method(),
                              std::nullopt};
  if (in.has_quote_expires_us()) event.quote_expires = FromMicros(in.quote_expires_us());
  return event;
}

OrderPlacementFailed Read(const pb::OrderPlacementFailed& in, Damage& damage) {
  return {in.attempt(),
          EnumFrom(in.failure(), PlacementFailure::kAcceptWindowPassed, "placement failure", damage),
          OptionalIdFrom<ChargeId>(in.charge(), "charge", damage), DeclineFrom(in.decline_reason(), damage)};
}

MilestonePaymentStarted Read(const pb::OrderPaymentStarted& in, Damage& damage) {
  MilestonePaymentStarted event;
  event.milestone = in.milestone();
  event.charge = ChargeFrom(in.charge(), damage);
  event.slot = in.slot();
  event.amount = MoneyFrom(in.amount(), damage);
  event.buyer_fee_minor = in.buyer_fee_minor();
  event.payment_method = in.payment_method();
  event.lease_until = FromMicros(in.lease_until_us());
  event.submit_until = FromMicros(in.submit_until_us());
  if (in.has_grace_due_us()) event.grace_due = FromMicros(in.grace_due_us());
  return event;
}

MilestoneFunded Read(const pb::OrderFunded& in, Damage& damage) {
  return {in.milestone(),          ChargeFrom(in.charge(), damage),
          in.provider_reference(), MoneyFrom(in.amount(), damage),
          in.buyer_fee_minor(),    MoveFrom(in.move(), damage)};
}

MilestoneDelivered Read(const pb::OrderDelivered& in, const pb::OrderTexts& texts) {
  return {in.milestone(),
          in.final_delivery(),
          in.late(),
          TextFrom(in.message(), texts.message()),
          TextFrom(in.meeting_url(), texts.meeting_url()),
          FromMicros(in.review_due_us())};
}

MilestoneAccepted Read(const pb::OrderAccepted& in, Damage& damage) {
  MilestoneAccepted event{ReleaseFrom(in.release(), damage), {}};
  if (in.has_next_due_us()) event.next_due = FromMicros(in.next_due_us());
  return event;
}

ChargeRecheckSet Read(const pb::OrderChargeRecheckSet& in, Damage& damage) {
  ChargeRecheckSet event{ChargeFrom(in.charge(), damage), std::nullopt, in.answers(),
                         EnumFrom(in.found(), Finding::kNoAnswer, "finding", damage)};
  if (in.has_ask_us()) event.ask_at = FromMicros(in.ask_us());
  return event;
}

template <class Event>
Event EndFrom(const pb::OrderRefundEnded& in, Damage& damage) {
  return {ChargeFrom(in.charge(), damage), in.number(), in.word(), MoveFrom(in.move(), damage)};
}

// What is about one milestone and its money.
OrderEvent ReadMilestoneEvent(const pb::OrderEvent& in, Damage& damage) {
  switch (in.event_case()) {
    case pb::OrderEvent::kPaymentStarted:
      return Read(in.payment_started(), damage);
    case pb::OrderEvent::kFunded:
      return Read(in.funded(), damage);
    case pb::OrderEvent::kWorkAuthorized:
      return MilestoneWorkAuthorized{in.work_authorized().milestone(),
                                     FromMicros(in.work_authorized().due_us())};
    case pb::OrderEvent::kPaymentFailed: {
      const pb::OrderPaymentFailed& failed = in.payment_failed();
      return MilestonePaymentFailed{failed.milestone(), ChargeFrom(failed.charge(), damage),
                                    DeclineFrom(failed.decline_reason(), damage)};
    }
    case pb::OrderEvent::kDelivered:
      return Read(in.delivered(), in.texts());
    case pb::OrderEvent::kRevisionRequested: {
      const pb::OrderRevisionRequested& requested = in.revision_requested();
      return MilestoneRevisionRequested{requested.milestone(), requested.revisions_used(),
                                        TextFrom(requested.message(), in.texts().message()),
                                        FromMicros(requested.due_us())};
    }
    case pb::OrderEvent::kAccepted:
      return Read(in.accepted(), damage);
    case pb::OrderEvent::kAutoAccepted:
      return MilestoneAutoAccepted{ReleaseFrom(in.auto_accepted(), damage)};
    case pb::OrderEvent::kSkipped:
      return MilestoneSkipped{in.skipped()};
    default:
      damage.Mark("event");
      return OrderCreated{};
  }
}

// What is about one payment attempt.
OrderEvent ReadChargeEvent(const pb::OrderEvent& in, Damage& damage) {
  switch (in.event_case()) {
    case pb::OrderEvent::kChargeLeased:
      return ChargeLeased{ChargeFrom(in.charge_leased().charge(), damage),
                          FromMicros(in.charge_leased().until_us())};
    case pb::OrderEvent::kChargeUndecided: {
      const pb::OrderChargeUndecided& undecided = in.charge_undecided();
      return ChargeUndecided{ChargeFrom(undecided.charge(), damage), undecided.unknown(),
                             FromMicros(undecided.retry_us())};
    }
    case pb::OrderEvent::kChargeSucceededLate: {
      const pb::OrderChargeSucceededLate& late = in.charge_succeeded_late();
      return ChargeSucceededLate{ChargeFrom(late.charge(), damage), late.provider_reference(),
                                 MoveFrom(late.move(), damage)};
    }
    default:
      return ReadMilestoneEvent(in, damage);
  }
}

// What is about attempts that had ended, and about refunds.
OrderEvent ReadAftermath(const pb::OrderEvent& in, Damage& damage) {
  switch (in.event_case()) {
    case pb::OrderEvent::kChargeResolved: {
      const pb::OrderChargeResolved& resolved = in.charge_resolved();
      return ChargeResolved{ChargeFrom(resolved.charge(), damage),
                            EnumFrom(resolved.state(), ChargeState::kVoided, "charge state", damage),
                            resolved.by(), in.texts().evidence()};
    }
    case pb::OrderEvent::kChargeRecheckSet:
      return Read(in.charge_recheck_set(), damage);
    case pb::OrderEvent::kRefundStarted: {
      const pb::OrderRefundStarted& started = in.refund_started();
      return RefundStarted{ChargeFrom(started.charge(), damage), started.number(),
                           MoneyFrom(started.amount(), damage), FromMicros(started.lease_until_us()),
                           MoveFrom(started.move(), damage)};
    }
    case pb::OrderEvent::kChargeLateRefunded:
      return EndFrom<ChargeLateRefunded>(in.charge_late_refunded(), damage);
    case pb::OrderEvent::kRefundFailed:
      return EndFrom<RefundFailed>(in.refund_failed(), damage);
    case pb::OrderEvent::kRefundLeased:
      return RefundLeased{ChargeFrom(in.refund_leased().charge(), damage), in.refund_leased().number(),
                          FromMicros(in.refund_leased().until_us())};
    case pb::OrderEvent::kRefundUndecided: {
      const pb::OrderRefundWaits& undecided = in.refund_undecided();
      return RefundUndecided{ChargeFrom(undecided.charge(), damage), undecided.number(), undecided.unknown(),
                             FromMicros(undecided.until_us())};
    }
    default:
      return ReadChargeEvent(in, damage);
  }
}

OrderEvent ReadEvent(const pb::OrderEvent& in, Damage& damage) {
  switch (in.event_case()) {
    case pb::OrderEvent::kPlacementStarted:
      return Read(in.placement_started(), damage);
    case pb::OrderEvent::kPlacementFailed:
      return Read(in.placement_failed(), damage);
    case pb::OrderEvent::kCreated:
      return OrderCreated{};
    case pb::OrderEvent::kEnded:
      return OrderEnded{in.ended()};
    case pb::OrderEvent::kSellerNotified:
      return SellerNotified{in.seller_notified()};
    case pb::OrderEvent::kCompleted:
      return OrderCompleted{
          EnumFrom(in.completed(), CompletionReason::kPaymentGraceTimeout, "completion reason", damage)};
    case pb::OrderEvent::kDeadlineNoted:
      return DeadlineNoted{DeadlineFrom(in.deadline_noted(), damage)};
    case pb::OrderEvent::kOutcomeRecorded:
      return OrderOutcomeRecorded{};
    default:
      return ReadAftermath(in, damage);
  }
}

}  // namespace
}  // namespace record

std::string EncodeEvent(const OrderEvent& event) {
  record::pb::OrderEvent payload;
  std::visit(record::Writer(payload), event);
  return payload.SerializeAsString();
}

absl::StatusOr<OrderEvent> DecodeEvent(absl::string_view payload) {
  record::pb::OrderEvent stored;
  record::Damage damage;
  if (!stored.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) damage.Mark("event");
  OrderEvent event = record::ReadEvent(stored, damage);
  if (absl::Status damaged = damage.status(); !damaged.ok()) return damaged;
  return event;
}

}  // namespace milepost::billing
