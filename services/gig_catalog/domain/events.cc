#include "services/gig_catalog/domain/events.h"

namespace milepost::gig_catalog {

absl::string_view EventType(const Event& event) {
  // In the order of the variant.
  constexpr absl::string_view kTypes[] = {"gig.created",
                                          "gig.updated",
                                          "gig.published",
                                          "gig.paused",
                                          "gig.deleted",
                                          "milestone_plan.created",
                                          "milestone_plan.updated",
                                          "milestone_plan.published",
                                          "milestone_plan.suspended",
                                          "milestone_plan.restored",
                                          "milestone_plan.disabled"};
  static_assert(std::size(kTypes) == std::variant_size_v<Event>);
  return kTypes[event.index()];
}

}  // namespace milepost::gig_catalog
