// The guards and results of the gig's own commands. Decide() has already admitted the caller and the state.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "services/gig_catalog/domain/commands.h"
#include "services/gig_catalog/domain/events.h"

namespace milepost::gig_catalog {

absl::StatusOr<std::vector<Event>> Create(const CreateGig& command);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const UpdateGig& command);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const PublishGig& command);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const PauseGig& command);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const DeleteGig& command);

}  // namespace milepost::gig_catalog
