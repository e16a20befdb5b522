// The fold: what each event makes of the offer. Total; decides nothing.
#include <utility>

#include "services/offer_service/domain/offer_domain.h"

namespace milepost::offers {
namespace {

// The expiry runs while the offer is SENT: an acceptance under way takes it out, a failed one puts it back
// (§4).
void Open(Offer& offer) {
  offer.state = OfferState::kSent;
  offer.deadlines = {{++offer.deadlines_set, OfferDeadlineKind::kExpiry, *offer.expire_time}};
}

void Close(Offer& offer, OfferState state) {
  offer.state = state;
  offer.deadlines.clear();
}

struct Fold {
  Offer& offer;
  absl::Time at;

  void operator()(const OfferCreated& event) const {
    offer.id = event.id;
    offer.state = OfferState::kDraft;
    offer.seller = event.seller;
    offer.buyer = event.buyer;
    offer.gig = event.gig;
    offer.conversation = event.conversation;
    offer.message = event.message;
    offer.terms = event.terms;
    offer.expire_time = event.expire_time;
    offer.created_at = at;
  }
  void operator()(const OfferUpdated& event) const {
    offer.buyer = event.buyer;
    offer.gig = event.gig;
    offer.conversation = event.conversation;
    offer.message = event.message;
    offer.terms = event.terms;
    offer.expire_time = event.expire_time;
  }
  void operator()(const OfferSent& event) const {
    offer.expire_time = event.expire_time;
    Open(offer);
  }
  void operator()(const OfferWithdrawn&) const { Close(offer, OfferState::kWithdrawn); }
  void operator()(const OfferDeclined& event) const {
    Close(offer, OfferState::kDeclined);
    offer.decline_message = event.message;
  }
  void operator()(const OfferExpired&) const { Close(offer, OfferState::kExpired); }
  void operator()(const OfferAcceptStarted& event) const {
    Close(offer, OfferState::kAccepting);
    offer.accept_attempts = event.attempt.number;
    offer.accept = event.attempt;
    offer.last_payment = LastPayment{PaymentState::kOpen, "", {}, at};
  }
  void operator()(const OfferAccepted& event) const {
    Close(offer, OfferState::kAccepted);
    offer.accept.reset();
    offer.last_payment = LastPayment{PaymentState::kSucceeded, "", event.charge, at};
  }
  void operator()(const OfferAcceptFailed& event) const {
    Open(offer);
    offer.accept.reset();
    offer.last_payment = LastPayment{event.payment, event.reason, event.charge, at};
  }
  void operator()(const OfferDeleted&) const { Close(offer, OfferState::kDeleted); }
  void operator()(const OfferOrderEnded& event) const {
    offer.order_outcome = event.outcome;
    offer.order_reason = event.reason;
    offer.order_cancellation_reason = event.cancellation_reason;
  }
};

}  // namespace

void OfferDomain::Apply(Offer& offer, const OfferEvent& event, absl::Time at) {
  std::visit(Fold{offer, at}, event);
}

}  // namespace milepost::offers
