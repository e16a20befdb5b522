// The guards and results of the gig's own commands. Decide() has already admitted the caller and the state, and adds what
// follows for the published plan.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "services/gig_catalog/domain/commands.h"
#include "services/gig_catalog/domain/events.h"
#include "services/gig_catalog/domain/subcategories.h"

namespace milepost::gig_catalog {

absl::StatusOr<std::vector<Event>> Create(const CreateGig& command, const Subcategories& subcategories);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const UpdateGig& command,
                                      const Subcategories& subcategories);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const PublishGig& command,
                                      const Subcategories& subcategories);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const PauseGig& command,
                                      const Subcategories& subcategories);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const DeleteGig& command,
                                      const Subcategories& subcategories);

// A2: what the gig and its subcategory mean for the published plan: MilestonePlanSuspended, MilestonePlanRestored, or
// nothing. A deleted gig's plan stays as it is.
std::vector<Event> ConsequencesFor(const Gig& gig, const Subcategories& subcategories);

}  // namespace milepost::gig_catalog
