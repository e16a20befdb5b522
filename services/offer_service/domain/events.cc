#include "services/offer_service/domain/events.h"

#include "common/core/event_infos.h"

namespace milepost::offers {

absl::string_view NameOf(const OfferEvent& event) {
  const OfferOrderEnded* ended = std::get_if<OfferOrderEnded>(&event);
  if (ended && ended->outcome == OrderOutcome::kCancelled) return OfferOrderEnded::kCancelled;
  return kEventInfosOf<OfferEvent>[event.index()].name;
}

Audience AudienceOf(absl::string_view type) {
  return AudienceIn<OfferEvent>(type == OfferOrderEnded::kCancelled ? OfferOrderEnded::kInfo.name : type);
}

}  // namespace milepost::offers
