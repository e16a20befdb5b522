#include "services/offer_service/domain/offer.h"

#include "services/offer_service/domain/gig_facts.h"

namespace milepost::offers {

absl::string_view NameOf(OfferState state) {
  switch (state) {
    case OfferState::kDraft:
      return "DRAFT";
    case OfferState::kSent:
      return "SENT";
    case OfferState::kAccepting:
      return "ACCEPTING";
    case OfferState::kAccepted:
      return "ACCEPTED";
    case OfferState::kDeclined:
      return "DECLINED";
    case OfferState::kWithdrawn:
      return "WITHDRAWN";
    case OfferState::kExpired:
      return "EXPIRED";
  }
  return "";
}

absl::string_view NameOf(PaymentState state) {
  switch (state) {
    case PaymentState::kOpen:
      return "OPEN";
    case PaymentState::kSucceeded:
      return "SUCCEEDED";
    case PaymentState::kDeclined:
      return "DECLINED";
    case PaymentState::kVoided:
      return "VOIDED";
  }
  return "";
}

absl::string_view NameOf(GigState state) {
  switch (state) {
    case GigState::kDraft:
      return "DRAFT";
    case GigState::kPublished:
      return "PUBLISHED";
    case GigState::kPaused:
      return "PAUSED";
    case GigState::kDeleted:
      return "DELETED";
  }
  return "";
}

OrderId OrderOf(OfferId offer) {
  return OrderId(DeriveUuid(offer.uuid(), "order"));
}

bool MaySee(const Offer& offer, const Actor& actor) {
  switch (actor.kind) {
    case ActorKind::kSystem:
    case ActorKind::kService:
      return true;
    case ActorKind::kOperator:
      return false;
    case ActorKind::kUser:
      break;
  }
  if (actor.name == offer.seller) return true;
  return actor.name == offer.buyer && offer.state != OfferState::kDraft;
}

}  // namespace milepost::offers
