#include "services/gig_catalog/domain/events.h"

#include "common/core/event_infos.h"

namespace milepost::gig_catalog {

absl::string_view EventType(const Event& event) {
  return kEventInfosOf<Event>[event.index()].name;
}

Audience AudienceOf(absl::string_view type) {
  return AudienceIn<Event>(type);
}

}  // namespace milepost::gig_catalog
