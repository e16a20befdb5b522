#include "services/offer_service/domain/offer.h"

namespace milepost::offers {

OrderId OrderOf(OfferId offer) {
  return OrderId(DeriveUuid(offer.uuid(), "order"));
}

bool MaySee(const Offer& offer, const Actor& actor) {
  if (offer.state == OfferState::kDeleted) return false;
  switch (actor.kind) {
    case ActorKind::kSystem:
    case ActorKind::kService:
    case ActorKind::kOperator:
      return true;
    case ActorKind::kUser:
      break;
  }
  if (actor.name == offer.seller) return true;
  return actor.name == offer.buyer && offer.state != OfferState::kDraft;
}

}  // namespace milepost::offers
