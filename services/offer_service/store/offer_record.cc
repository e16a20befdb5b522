#include "services/offer_service/store/offer_record.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/core/clock.h"
#include "common/core/status_macros.h"
#include "milepost/storage/v1/offer.pb.h"

namespace milepost::offers {
namespace {

namespace pb = milepost::storage::v1;

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("a stored offer's ", what, " is not one that was ever written"));
}

// Stored enums count from 1 in the order of the domain's; 0 is never written.
template <class Stored, class E>
Stored Number(E value) {
  return static_cast<Stored>(static_cast<int>(value) + 1);
}

template <class E>
absl::StatusOr<E> FromNumber(int stored, E last, absl::string_view what) {
  if (stored < 1 || stored > static_cast<int>(last) + 1) return Damaged(what);
  return static_cast<E>(stored - 1);
}

static_assert(static_cast<int>(OfferState::kExpired) + 1 == pb::Offer::STATE_EXPIRED);
static_assert(static_cast<int>(PaymentState::kVoided) + 1 == pb::OfferPayment::STATE_VOIDED);
static_assert(static_cast<int>(OrderOutcome::kCancelled) + 1 == pb::Offer::ORDER_OUTCOME_CANCELLED);
static_assert(static_cast<int>(OfferDeadlineKind::kExpiry) + 1 == pb::OfferDeadline::KIND_EXPIRY);

template <class Id>
std::string BytesOf(const std::optional<Id>& id) {
  return id ? id->uuid().ToBytes() : std::string();
}

template <class Id>
absl::StatusOr<std::optional<Id>> OptionalId(const std::string& bytes) {
  if (bytes.empty()) return std::optional<Id>();
  MILEPOST_ASSIGN_OR_RETURN(const Uuid uuid, Uuid::FromBytes(bytes));
  return std::optional<Id>(uuid);
}

// Amounts, revisions, terms.

void Put(const Money& money, pb::OfferMoney& out) {
  out.set_minor(money.minor);
  out.set_currency(std::string(money.currency.code()));
}

absl::StatusOr<Money> MoneyFrom(const pb::OfferMoney& in) {
  MILEPOST_ASSIGN_OR_RETURN(const Currency currency, Currency::Parse(in.currency()));
  return Money{in.minor(), currency};
}

void Put(const Revisions& revisions, pb::OfferRevisions& out) {
  out.set_count(static_cast<uint32_t>(revisions.count));
  out.set_unlimited(revisions.unlimited);
}

Revisions RevisionsFrom(const pb::OfferRevisions& in) {
  return {static_cast<int>(in.count()), in.unlimited()};
}

void Put(const OneTimeTerms& terms, pb::OfferTerms& out) {
  pb::OfferTerms::OneTime& one_time = *out.mutable_one_time();
  Put(terms.price, *one_time.mutable_price());
  one_time.set_days(static_cast<uint32_t>(terms.days));
  Put(terms.revisions, *one_time.mutable_revisions());
  one_time.set_description(terms.description);
}

void Put(const SubscriptionTerms& terms, pb::OfferTerms& out) {
  pb::OfferTerms::Subscription& subscription = *out.mutable_subscription();
  subscription.set_interval_days(static_cast<uint32_t>(terms.interval_days));
  subscription.set_cycles(static_cast<uint32_t>(terms.cycles));
  Put(terms.price, *subscription.mutable_price());
  subscription.set_discount_percent(static_cast<uint32_t>(terms.discount_percent));
  subscription.set_days(static_cast<uint32_t>(terms.days));
  Put(terms.revisions, *subscription.mutable_revisions());
  subscription.set_description(terms.description);
}

void Put(const MilestoneTerms& terms, pb::OfferTerms& out) {
  pb::OfferTerms::Milestones& milestones = *out.mutable_milestones();
  for (const OfferMilestone& milestone : terms.milestones) {
    pb::OfferTerms::Milestone& added = *milestones.add_milestones();
    added.set_title(milestone.title);
    added.set_description(milestone.description);
    added.set_days(static_cast<uint32_t>(milestone.days));
    Put(milestone.amount, *added.mutable_amount());
    Put(milestone.revisions, *added.mutable_revisions());
  }
}

void Put(const Terms& terms, pb::OfferTerms& out) {
  std::visit([&](const auto& type) { Put(type, out); }, terms);
}

absl::StatusOr<Terms> OneTimeFrom(const pb::OfferTerms::OneTime& in) {
  MILEPOST_ASSIGN_OR_RETURN(const Money price, MoneyFrom(in.price()));
  return OneTimeTerms{price, static_cast<int>(in.days()), RevisionsFrom(in.revisions()), in.description()};
}

absl::StatusOr<Terms> SubscriptionFrom(const pb::OfferTerms::Subscription& in) {
  MILEPOST_ASSIGN_OR_RETURN(const Money price, MoneyFrom(in.price()));
  return SubscriptionTerms{static_cast<int>(in.interval_days()),
                           static_cast<int>(in.cycles()),
                           price,
                           static_cast<int>(in.discount_percent()),
                           static_cast<int>(in.days()),
                           RevisionsFrom(in.revisions()),
                           in.description()};
}

absl::StatusOr<Terms> MilestonesFrom(const pb::OfferTerms::Milestones& in) {
  MilestoneTerms terms;
  for (const pb::OfferTerms::Milestone& milestone : in.milestones()) {
    MILEPOST_ASSIGN_OR_RETURN(const Money amount, MoneyFrom(milestone.amount()));
    terms.milestones.push_back({milestone.title(), milestone.description(),
                                static_cast<int>(milestone.days()), amount,
                                RevisionsFrom(milestone.revisions())});
  }
  return terms;
}

absl::StatusOr<Terms> TermsFrom(const pb::OfferTerms& in) {
  switch (in.type_case()) {
    case pb::OfferTerms::kOneTime:
      return OneTimeFrom(in.one_time());
    case pb::OfferTerms::kSubscription:
      return SubscriptionFrom(in.subscription());
    case pb::OfferTerms::kMilestones:
      return MilestonesFrom(in.milestones());
    case pb::OfferTerms::TYPE_NOT_SET:
      break;
  }
  return Damaged("terms");
}

// Parts of an offer's life.

void Put(const AcceptAttempt& attempt, pb::OfferAcceptAttempt& out) {
  out.set_number(attempt.number);
  out.set_payment_method(attempt.payment_method);
  out.set_title(attempt.title);
  out.set_actor(attempt.actor.name);
  out.set_request(attempt.request.ToBytes());
  out.set_started_us(ToMicros(attempt.started_at));
  out.set_accept_until_us(ToMicros(attempt.accept_until));
}

absl::StatusOr<AcceptAttempt> AttemptFrom(const pb::OfferAcceptAttempt& in) {
  MILEPOST_ASSIGN_OR_RETURN(Actor actor, Actor::Parse(in.actor()));
  MILEPOST_ASSIGN_OR_RETURN(const Uuid request, Uuid::FromBytes(in.request()));
  return AcceptAttempt{in.number(),
                       in.payment_method(),
                       in.title(),
                       std::move(actor),
                       request,
                       FromMicros(in.started_us()),
                       FromMicros(in.accept_until_us())};
}

void Put(const LastPayment& payment, pb::OfferPayment& out) {
  out.set_state(Number<pb::OfferPayment::State>(payment.state));
  out.set_reason(payment.reason);
  out.set_charge(BytesOf(payment.charge));
  out.set_at_us(ToMicros(payment.at));
}

absl::StatusOr<LastPayment> PaymentFrom(const pb::OfferPayment& in) {
  MILEPOST_ASSIGN_OR_RETURN(const PaymentState state,
                            FromNumber(in.state(), PaymentState::kVoided, "payment state"));
  MILEPOST_ASSIGN_OR_RETURN(const std::optional<ChargeId> charge, OptionalId<ChargeId>(in.charge()));
  return LastPayment{state, in.reason(), charge, FromMicros(in.at_us())};
}

absl::StatusOr<OfferDeadline> DeadlineFrom(const pb::OfferDeadline& in) {
  MILEPOST_ASSIGN_OR_RETURN(const OfferDeadlineKind kind,
                            FromNumber(in.kind(), OfferDeadlineKind::kExpiry, "deadline kind"));
  return OfferDeadline{in.number(), kind, FromMicros(in.due_us())};
}

template <class Message>
std::optional<absl::Time> ExpiryFrom(const Message& in) {
  return in.has_expire_us() ? std::optional<absl::Time>(FromMicros(in.expire_us())) : std::nullopt;
}

// Events.

template <class Event>
void PutContent(const Event& event, pb::OfferEvent::Content& out) {
  out.set_buyer(event.buyer);
  out.set_gig(event.gig.uuid().ToBytes());
  out.set_conversation(event.conversation);
  out.set_message(event.message);
  Put(event.terms, *out.mutable_terms());
  if (event.expire_time) out.set_expire_us(ToMicros(*event.expire_time));
}

absl::StatusOr<OfferUpdated> ContentFrom(const pb::OfferEvent::Content& in) {
  MILEPOST_ASSIGN_OR_RETURN(const Uuid gig, Uuid::FromBytes(in.gig()));
  MILEPOST_ASSIGN_OR_RETURN(Terms terms, TermsFrom(in.terms()));
  return OfferUpdated{in.buyer(),   GigId(gig),       in.conversation(),
                      in.message(), std::move(terms), ExpiryFrom(in)};
}

struct EventWriter {
  pb::OfferEvent& out;

  void operator()(const OfferCreated& event) const {
    out.mutable_created()->set_seller(event.seller);
    PutContent(event, *out.mutable_created()->mutable_content());
  }
  void operator()(const OfferUpdated& event) const {
    PutContent(event, *out.mutable_updated()->mutable_content());
  }
  void operator()(const OfferSent& event) const {
    out.mutable_sent()->set_expire_us(ToMicros(event.expire_time));
  }
  void operator()(const OfferWithdrawn&) const { out.mutable_withdrawn(); }
  void operator()(const OfferDeclined& event) const { out.mutable_declined()->set_message(event.message); }
  void operator()(const OfferExpired&) const { out.mutable_expired(); }
  void operator()(const OfferAcceptStarted& event) const {
    Put(event.attempt, *out.mutable_accept_started());
  }
  void operator()(const OfferAccepted& event) const {
    out.mutable_accepted()->set_order(event.order.uuid().ToBytes());
    out.mutable_accepted()->set_charge(BytesOf(event.charge));
  }
  void operator()(const OfferAcceptFailed& event) const {
    pb::OfferEvent::AcceptFailed& failed = *out.mutable_accept_failed();
    failed.set_attempt(event.attempt);
    failed.set_payment(Number<pb::OfferPayment::State>(event.payment));
    failed.set_reason(event.reason);
    failed.set_charge(BytesOf(event.charge));
  }
  void operator()(const OfferOrderEnded& event) const {
    out.mutable_order_ended()->set_outcome(Number<pb::Offer::OrderOutcome>(event.outcome));
    out.mutable_order_ended()->set_reason(event.reason);
  }
};

absl::StatusOr<OfferEvent> CreatedFrom(OfferId offer, const pb::OfferEvent::Created& in) {
  MILEPOST_ASSIGN_OR_RETURN(OfferUpdated content, ContentFrom(in.content()));
  return OfferCreated{offer,
                      in.seller(),
                      std::move(content.buyer),
                      content.gig,
                      std::move(content.conversation),
                      std::move(content.message),
                      std::move(content.terms),
                      content.expire_time};
}

absl::StatusOr<OfferEvent> AcceptedFrom(const pb::OfferEvent::Accepted& in) {
  MILEPOST_ASSIGN_OR_RETURN(const Uuid order, Uuid::FromBytes(in.order()));
  MILEPOST_ASSIGN_OR_RETURN(const std::optional<ChargeId> charge, OptionalId<ChargeId>(in.charge()));
  return OfferAccepted{OrderId(order), charge};
}

absl::StatusOr<OfferEvent> AcceptFailedFrom(const pb::OfferEvent::AcceptFailed& in) {
  MILEPOST_ASSIGN_OR_RETURN(const PaymentState payment,
                            FromNumber(in.payment(), PaymentState::kVoided, "payment state"));
  MILEPOST_ASSIGN_OR_RETURN(const std::optional<ChargeId> charge, OptionalId<ChargeId>(in.charge()));
  return OfferAcceptFailed{in.attempt(), payment, in.reason(), charge};
}

absl::StatusOr<OfferEvent> OrderEndedFrom(const pb::OfferEvent::OrderEnded& in) {
  MILEPOST_ASSIGN_OR_RETURN(const OrderOutcome outcome,
                            FromNumber(in.outcome(), OrderOutcome::kCancelled, "order outcome"));
  return OfferOrderEnded{outcome, in.reason()};
}

}  // namespace

std::string OfferToBody(const Offer& offer) {
  pb::Offer body;
  body.set_state(Number<pb::Offer::State>(offer.state));
  body.set_seller(offer.seller);
  body.set_buyer(offer.buyer);
  body.set_gig(offer.gig.uuid().ToBytes());
  body.set_conversation(offer.conversation);
  body.set_message(offer.message);
  body.set_decline_message(offer.decline_message);
  Put(offer.terms, *body.mutable_terms());
  if (offer.expire_time) body.set_expire_us(ToMicros(*offer.expire_time));
  body.set_created_us(ToMicros(offer.created_at));
  body.set_accept_attempts(offer.accept_attempts);
  if (offer.accept) Put(*offer.accept, *body.mutable_accept());
  if (offer.last_payment) Put(*offer.last_payment, *body.mutable_last_payment());
  if (offer.order_outcome) body.set_order_outcome(Number<pb::Offer::OrderOutcome>(*offer.order_outcome));
  body.set_order_reason(offer.order_reason);
  body.set_deadlines_set(offer.deadlines_set);
  for (const OfferDeadline& deadline : offer.deadlines) {
    pb::OfferDeadline& added = *body.add_deadlines();
    added.set_number(deadline.number);
    added.set_kind(Number<pb::OfferDeadline::Kind>(deadline.kind));
    added.set_due_us(ToMicros(deadline.due));
  }
  return body.SerializeAsString();
}

absl::StatusOr<Offer> OfferFromBody(absl::string_view bytes) {
  pb::Offer body;
  if (!body.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return Damaged("body");
  Offer offer;
  MILEPOST_ASSIGN_OR_RETURN(offer.state, FromNumber(body.state(), OfferState::kExpired, "state"));
  offer.seller = std::move(*body.mutable_seller());
  offer.buyer = std::move(*body.mutable_buyer());
  MILEPOST_ASSIGN_OR_RETURN(const Uuid gig, Uuid::FromBytes(body.gig()));
  offer.gig = GigId(gig);
  offer.conversation = std::move(*body.mutable_conversation());
  offer.message = std::move(*body.mutable_message());
  offer.decline_message = std::move(*body.mutable_decline_message());
  MILEPOST_ASSIGN_OR_RETURN(offer.terms, TermsFrom(body.terms()));
  offer.expire_time = ExpiryFrom(body);
  offer.created_at = FromMicros(body.created_us());
  offer.accept_attempts = body.accept_attempts();
  if (body.has_accept()) {
    MILEPOST_ASSIGN_OR_RETURN(offer.accept, AttemptFrom(body.accept()));
  }
  if (body.has_last_payment()) {
    MILEPOST_ASSIGN_OR_RETURN(offer.last_payment, PaymentFrom(body.last_payment()));
  }
  if (body.order_outcome() != pb::Offer::ORDER_OUTCOME_UNSPECIFIED) {
    MILEPOST_ASSIGN_OR_RETURN(offer.order_outcome,
                              FromNumber(body.order_outcome(), OrderOutcome::kCancelled, "order outcome"));
  }
  offer.order_reason = std::move(*body.mutable_order_reason());
  offer.deadlines_set = body.deadlines_set();
  for (const pb::OfferDeadline& stored : body.deadlines()) {
    MILEPOST_ASSIGN_OR_RETURN(const OfferDeadline deadline, DeadlineFrom(stored));
    offer.deadlines.push_back(deadline);
  }
  return offer;
}

std::string OfferEventToPayload(const OfferEvent& event) {
  pb::OfferEvent payload;
  std::visit(EventWriter{payload}, event);
  return payload.SerializeAsString();
}

absl::StatusOr<OfferEvent> OfferEventFromPayload(OfferId offer, absl::string_view bytes) {
  pb::OfferEvent payload;
  if (!payload.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return Damaged("event");
  switch (payload.event_case()) {
    case pb::OfferEvent::kCreated:
      return CreatedFrom(offer, payload.created());
    case pb::OfferEvent::kUpdated:
      return ContentFrom(payload.updated().content());
    case pb::OfferEvent::kSent:
      return OfferSent{FromMicros(payload.sent().expire_us())};
    case pb::OfferEvent::kWithdrawn:
      return OfferWithdrawn{};
    case pb::OfferEvent::kDeclined:
      return OfferDeclined{payload.declined().message()};
    case pb::OfferEvent::kExpired:
      return OfferExpired{};
    case pb::OfferEvent::kAcceptStarted: {
      MILEPOST_ASSIGN_OR_RETURN(AcceptAttempt attempt, AttemptFrom(payload.accept_started()));
      return OfferAcceptStarted{std::move(attempt)};
    }
    case pb::OfferEvent::kAccepted:
      return AcceptedFrom(payload.accepted());
    case pb::OfferEvent::kAcceptFailed:
      return AcceptFailedFrom(payload.accept_failed());
    case pb::OfferEvent::kOrderEnded:
      return OrderEndedFrom(payload.order_ended());
    case pb::OfferEvent::EVENT_NOT_SET:
      break;
  }
  return Damaged("event");
}

}  // namespace milepost::offers
