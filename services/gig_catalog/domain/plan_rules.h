// The guards and results of the plan's commands. Decide() has already admitted the caller and both states.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "services/gig_catalog/domain/commands.h"
#include "services/gig_catalog/domain/events.h"
#include "services/gig_catalog/domain/subcategories.h"

namespace milepost::gig_catalog {

// The default title of the milestone that a plan from scratch starts with (S9).
inline constexpr PlanText kPlaceholderTitle = {"Milestone 1", "Meilenstein 1"};

absl::StatusOr<std::vector<Event>> On(const Gig& gig, const StartMilestonePlan& command,
                                      const Subcategories& subcategories);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const RestartMilestonePlan& command,
                                      const Subcategories& subcategories);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const AddMilestone& command,
                                      const Subcategories& subcategories);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const UpdateMilestone& command,
                                      const Subcategories& subcategories);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const DeleteMilestone& command,
                                      const Subcategories& subcategories);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const MoveMilestone& command,
                                      const Subcategories& subcategories);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const AddSubstep& command,
                                      const Subcategories& subcategories);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const UpdateSubstep& command,
                                      const Subcategories& subcategories);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const DeleteSubstep& command,
                                      const Subcategories& subcategories);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const SetMilestonePayments& command,
                                      const Subcategories& subcategories);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const PublishMilestonePlan& command,
                                      const Subcategories& subcategories);
absl::StatusOr<std::vector<Event>> On(const Gig& gig, const DisableMilestonePlan& command,
                                      const Subcategories& subcategories);

}  // namespace milepost::gig_catalog
