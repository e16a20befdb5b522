// The guards and results of the plan's commands. Decide() has already admitted the caller and both states.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "services/gig_catalog/domain/commands.h"
#include "services/gig_catalog/domain/events.h"

namespace milepost::gig_catalog {

// The default title of the milestone that a plan from scratch starts with (S9).
inline constexpr PlanText kPlaceholderTitle = {"Milestone 1", "Meilenstein 1"};

absl::StatusOr<std::vector<Event>> On(const Gig& gig, const StartMilestonePlan& command);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const RestartMilestonePlan& command);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const AddMilestone& command);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const UpdateMilestone& command);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const DeleteMilestone& command);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const MoveMilestone& command);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const AddSubstep& command);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const UpdateSubstep& command);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const DeleteSubstep& command);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const SetMilestonePayments& command);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const PublishMilestonePlan& command);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const DisableMilestonePlan& command);

}  // namespace milepost::gig_catalog
