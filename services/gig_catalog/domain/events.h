// What happened to a gig. Events carry results: a reader needs neither the command nor the rules to follow.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/gig_catalog/domain/gig.h"

namespace milepost::gig_catalog {

struct GigCreated {
  GigId gig;
  std::string seller;
  std::string title;
  std::string description;
  std::string subcategory;
  Packages packages;
};
// The fields that changed, with their new values.
struct GigUpdated {
  std::optional<std::string> title;
  std::optional<std::string> description;
  std::optional<std::string> subcategory;
  std::optional<Packages> packages;
};
struct GigPublished {};
struct GigPaused {};
struct GigDeleted {};

struct MilestonePlanCreated {
  PlanTerms draft;
};
// The whole draft as it is now.
struct MilestonePlanUpdated {
  PlanTerms draft;
};
struct MilestonePlanPublished {
  uint32_t version = 0;
  PlanTerms terms;
};
// A2: after a change of the gig these rules of the published plan don't hold; not empty. Also when they are
// now others.
struct MilestonePlanSuspended {
  std::vector<Ineligibility> why;
};
struct MilestonePlanRestored {};
struct MilestonePlanDisabled {};

using Event = std::variant<GigCreated, GigUpdated, GigPublished, GigPaused, GigDeleted, MilestonePlanCreated,
                           MilestonePlanUpdated, MilestonePlanPublished, MilestonePlanSuspended,
                           MilestonePlanRestored, MilestonePlanDisabled>;

// "gig.created", "milestone_plan.suspended": the type that is stored and streamed.
absl::string_view EventType(const Event& event);

}  // namespace milepost::gig_catalog
