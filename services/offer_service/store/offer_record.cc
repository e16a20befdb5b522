#include "services/offer_service/store/offer_record.h"

#include "common/db/codec.h"
#include "milepost/storage/v1/offer.pb.h"

namespace milepost::offers {

namespace pb = milepost::storage::v1;

// Terms.

template <class C>
void Fields(C& c, codec::Struct<C, Revisions>& revisions, codec::Message<C, pb::OfferRevisions>& stored) {
  c.All(revisions, MILEPOST_FIELD(revisions.count, stored, count),
        MILEPOST_FIELD(revisions.unlimited, stored, unlimited));
}

template <class C>
void Fields(C& c, codec::Struct<C, OneTimeTerms>& terms, codec::Message<C, pb::OfferTerms::OneTime>& stored) {
  c.All(terms, MILEPOST_FIELD(terms.price, stored, price), MILEPOST_FIELD(terms.days, stored, days),
        MILEPOST_FIELD(terms.revisions, stored, revisions),
        MILEPOST_FIELD(terms.description, stored, description));
}

template <class C>
void Fields(C& c, codec::Struct<C, SubscriptionTerms>& terms,
            codec::Message<C, pb::OfferTerms::Subscription>& stored) {
  c.All(terms, MILEPOST_FIELD(terms.interval_days, stored, interval_days),
        MILEPOST_FIELD(terms.cycles, stored, cycles), MILEPOST_FIELD(terms.price, stored, price),
        MILEPOST_FIELD(terms.discount_percent, stored, discount_percent),
        MILEPOST_FIELD(terms.days, stored, days), MILEPOST_FIELD(terms.revisions, stored, revisions),
        MILEPOST_FIELD(terms.description, stored, description));
}

template <class C>
void Fields(C& c, codec::Struct<C, OfferMilestone>& milestone,
            codec::Message<C, pb::OfferTerms::Milestone>& stored) {
  c.All(milestone, MILEPOST_FIELD(milestone.title, stored, title),
        MILEPOST_FIELD(milestone.description, stored, description),
        MILEPOST_FIELD(milestone.days, stored, days), MILEPOST_FIELD(milestone.amount, stored, amount),
        MILEPOST_FIELD(milestone.revisions, stored, revisions));
}

template <class C>
void Fields(C& c, codec::Struct<C, MilestoneTerms>& terms,
            codec::Message<C, pb::OfferTerms::Milestones>& stored) {
  c.All(terms, MILEPOST_FIELD(terms.milestones, stored, milestones));
}

template <class C>
void Fields(C& c, codec::Struct<C, Terms>& terms, codec::Message<C, pb::OfferTerms>& stored) {
  c.OneOf(terms, stored, MILEPOST_CASE(OneTimeTerms, one_time),
          MILEPOST_CASE(SubscriptionTerms, subscription), MILEPOST_CASE(MilestoneTerms, milestones));
}

// Parts of an offer's life.

template <class C>
void Fields(C& c, codec::Struct<C, AcceptAttempt>& attempt,
            codec::Message<C, pb::OfferAcceptAttempt>& stored) {
  c.All(attempt, MILEPOST_FIELD(attempt.number, stored, number),
        MILEPOST_FIELD(attempt.payment_method, stored, payment_method),
        MILEPOST_FIELD(attempt.title, stored, title), MILEPOST_FIELD(attempt.actor, stored, actor),
        MILEPOST_FIELD(attempt.request, stored, request),
        MILEPOST_FIELD(attempt.started_at, stored, started_us),
        MILEPOST_FIELD(attempt.accept_until, stored, accept_until_us));
}

template <class C>
void Fields(C& c, codec::Struct<C, LastPayment>& payment, codec::Message<C, pb::OfferPayment>& stored) {
  c.All(payment, MILEPOST_FIELD(payment.state, stored, state), MILEPOST_FIELD(payment.reason, stored, reason),
        MILEPOST_FIELD(payment.charge, stored, charge), MILEPOST_FIELD(payment.at, stored, at_us));
}

template <class C>
void Fields(C& c, codec::Struct<C, OfferDeadline>& deadline, codec::Message<C, pb::OfferDeadline>& stored) {
  c.All(deadline, MILEPOST_FIELD(deadline.number, stored, number),
        MILEPOST_FIELD(deadline.kind, stored, kind), MILEPOST_FIELD(deadline.due, stored, due_us));
}

// Events.

// The editable part of an offer: the last six members of OfferCreated, all of OfferUpdated.
template <class Event, class M>
auto Content(Event& event, M& stored) {
  return codec::Group(MILEPOST_FIELD(event.buyer, stored, buyer), MILEPOST_FIELD(event.gig, stored, gig),
                      MILEPOST_FIELD(event.conversation, stored, conversation),
                      MILEPOST_FIELD(event.message, stored, message),
                      MILEPOST_FIELD(event.terms, stored, terms),
                      MILEPOST_FIELD(event.expire_time, stored, expire_us));
}

template <class C>
void Fields(C& c, codec::Struct<C, OfferCreated>& event, codec::Message<C, pb::OfferEvent::Created>& stored) {
  c.All(event, codec::NotStored(event.id), MILEPOST_FIELD(event.seller, stored, seller),
        Content(event, MILEPOST_PART(c, stored, content)));
}

template <class C>
void Fields(C& c, codec::Struct<C, OfferUpdated>& event, codec::Message<C, pb::OfferEvent::Updated>& stored) {
  c.All(event, Content(event, MILEPOST_PART(c, stored, content)));
}

template <class C>
void Fields(C& c, codec::Struct<C, OfferSent>& event, codec::Message<C, pb::OfferEvent::Sent>& stored) {
  c.All(event, MILEPOST_FIELD(event.expire_time, stored, expire_us));
}

template <class C>
void Fields(C& c, codec::Struct<C, OfferDeclined>& event,
            codec::Message<C, pb::OfferEvent::Declined>& stored) {
  c.All(event, MILEPOST_FIELD(event.message, stored, message));
}

template <class C>
void Fields(C& c, codec::Struct<C, OfferAccepted>& event,
            codec::Message<C, pb::OfferEvent::Accepted>& stored) {
  c.All(event, MILEPOST_FIELD(event.order, stored, order), MILEPOST_FIELD(event.charge, stored, charge));
}

template <class C>
void Fields(C& c, codec::Struct<C, OfferAcceptFailed>& event,
            codec::Message<C, pb::OfferEvent::AcceptFailed>& stored) {
  c.All(event, MILEPOST_FIELD(event.attempt, stored, attempt), MILEPOST_FIELD(event.payment, stored, payment),
        MILEPOST_FIELD(event.reason, stored, reason), MILEPOST_FIELD(event.charge, stored, charge));
}

template <class C>
void Fields(C& c, codec::Struct<C, OfferOrderEnded>& event,
            codec::Message<C, pb::OfferEvent::OrderEnded>& stored) {
  c.All(event, MILEPOST_FIELD(event.outcome, stored, outcome), MILEPOST_FIELD(event.reason, stored, reason),
        MILEPOST_FIELD(event.cancellation_reason, stored, cancellation_reason));
}

template <class C>
void Fields(C& c, codec::Struct<C, OfferEvent>& event, codec::Message<C, pb::OfferEvent>& stored) {
  c.OneOf(event, stored, MILEPOST_CASE(OfferCreated, created), MILEPOST_CASE(OfferUpdated, updated),
          MILEPOST_CASE(OfferSent, sent), MILEPOST_CASE(OfferWithdrawn, withdrawn),
          MILEPOST_CASE(OfferDeclined, declined), MILEPOST_CASE(OfferExpired, expired),
          MILEPOST_CASE(OfferAcceptStarted, accept_started), MILEPOST_CASE(OfferAccepted, accepted),
          MILEPOST_CASE(OfferAcceptFailed, accept_failed), MILEPOST_CASE(OfferOrderEnded, order_ended),
          MILEPOST_CASE(OfferDeleted, deleted));
}

// The aggregate.

template <class C>
void Fields(C& c, codec::Struct<C, Offer>& offer, codec::Message<C, pb::Offer>& stored) {
  c.All(offer, codec::NotStored(offer.id, offer.sequence, offer.updated_at),
        MILEPOST_FIELD(offer.deadlines, stored, deadlines), MILEPOST_FIELD(offer.state, stored, state),
        MILEPOST_FIELD(offer.seller, stored, seller), MILEPOST_FIELD(offer.buyer, stored, buyer),
        MILEPOST_FIELD(offer.gig, stored, gig), MILEPOST_FIELD(offer.conversation, stored, conversation),
        MILEPOST_FIELD(offer.message, stored, message),
        MILEPOST_FIELD(offer.decline_message, stored, decline_message),
        MILEPOST_FIELD(offer.terms, stored, terms), MILEPOST_FIELD(offer.expire_time, stored, expire_us),
        MILEPOST_FIELD(offer.created_at, stored, created_us),
        MILEPOST_FIELD(offer.accept_attempts, stored, accept_attempts),
        MILEPOST_FIELD(offer.accept, stored, accept),
        MILEPOST_FIELD(offer.last_payment, stored, last_payment),
        MILEPOST_FIELD(offer.order_outcome, stored, order_outcome),
        MILEPOST_FIELD(offer.order_reason, stored, order_reason),
        MILEPOST_FIELD(offer.order_cancellation_reason, stored, order_cancellation_reason),
        MILEPOST_FIELD(offer.deadlines_set, stored, deadlines_set));
}

std::string OfferToBody(const Offer& offer) {
  return codec::Encode<pb::Offer>(offer);
}

absl::StatusOr<Offer> OfferFromBody(absl::string_view body) {
  return codec::Decode<pb::Offer, Offer>("offer", body);
}

std::string OfferEventToPayload(const OfferEvent& event) {
  return codec::Encode<pb::OfferEvent>(event);
}

absl::StatusOr<OfferEvent> OfferEventFromPayload(OfferId offer, absl::string_view payload) {
  absl::StatusOr<OfferEvent> event = codec::Decode<pb::OfferEvent, OfferEvent>("offer event", payload);
  if (!event.ok()) return event;
  if (OfferCreated* created = std::get_if<OfferCreated>(&*event)) created->id = offer;
  return event;
}

}  // namespace milepost::offers
