// The events of a gig. They carry results, so a reader needs neither the command nor the rules. Each declares its
// type and its audience.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/core/audience.h"
#include "services/gig_catalog/domain/gig.h"

namespace milepost::gig_catalog {

struct GigCreated {
  static constexpr EventInfo kInfo{"gig.created", Audience::kSeller};
  GigId gig;
  std::string seller;
  std::string title;
  std::string description;
  std::string subcategory;
  Packages packages;
};
// The fields that changed, with their new values.
struct GigUpdated {
  static constexpr EventInfo kInfo{"gig.updated", Audience::kSeller};
  std::optional<std::string> title;
  std::optional<std::string> description;
  std::optional<std::string> subcategory;
  std::optional<Packages> packages;
};
struct GigPublished {
  static constexpr EventInfo kInfo{"gig.published", Audience::kSeller};
};
struct GigPaused {
  static constexpr EventInfo kInfo{"gig.paused", Audience::kSeller};
};
struct GigDeleted {
  static constexpr EventInfo kInfo{"gig.deleted", Audience::kSeller};
};

struct MilestonePlanCreated {
  static constexpr EventInfo kInfo{"milestone_plan.created", Audience::kSeller};
  PlanTerms draft;
};
// The whole draft as it is now.
struct MilestonePlanUpdated {
  static constexpr EventInfo kInfo{"milestone_plan.updated", Audience::kSeller};
  PlanTerms draft;
};
struct MilestonePlanPublished {
  static constexpr EventInfo kInfo{"milestone_plan.published", Audience::kSeller};
  uint32_t version = 0;
  PlanTerms terms;
};
// A2: after a change of the gig the published plan breaks these rules; not empty. Also emitted when a suspended plan
// breaks other rules than before.
struct MilestonePlanSuspended {
  static constexpr EventInfo kInfo{"milestone_plan.suspended", Audience::kSeller};
  std::vector<Ineligibility> why;
};
struct MilestonePlanRestored {
  static constexpr EventInfo kInfo{"milestone_plan.restored", Audience::kSeller};
};
struct MilestonePlanDisabled {
  static constexpr EventInfo kInfo{"milestone_plan.disabled", Audience::kSeller};
};

using Event = std::variant<GigCreated, GigUpdated, GigPublished, GigPaused, GigDeleted, MilestonePlanCreated,
                           MilestonePlanUpdated, MilestonePlanPublished, MilestonePlanSuspended,
                           MilestonePlanRestored, MilestonePlanDisabled>;

// "gig.created", "milestone_plan.suspended": the type that is stored and streamed.
absl::string_view EventType(const Event& event);

// The audience of events of that type; kNobody for an unknown type.
Audience AudienceOf(absl::string_view type);

}  // namespace milepost::gig_catalog
