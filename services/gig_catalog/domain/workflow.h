// The workflow of one package as a buyer sees it before ordering (S6). MilestoneBilling quotes from it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/core/actor.h"
#include "services/gig_catalog/domain/gig.h"

namespace milepost::gig_catalog {

// One milestone of one package.
struct WorkflowStep {
  uint32_t number = 0;  // 1, 2, 3 … among the steps of this package
  std::string title;
  std::string description;
  bool zoom = false;
  Money amount;                       // given, or its part of the price: by its share, or an equal one (A4)
  int days = 0;                       // given, or its share of what is left; 1..kMaxMilestoneDays
  std::vector<std::string> substeps;  // the titles of those that are for this package
};

// The milestones of `terms` that are for `tier`, in order. The amounts add up to the package's price wherever
// the terms meet A4, the days to the package's days wherever the given ones and the limits allow it. `package` must be
// complete.
std::vector<WorkflowStep> StepsOf(const PlanTerms& terms, Tier tier, const Package& package);

struct Workflow {
  Package package;                    // complete
  std::optional<Reason> unavailable;  // why it can't be ordered with milestones; what follows is then empty
  uint32_t plan_version = 0;
  bool payments_enabled = false;
  std::vector<WorkflowStep> steps;
};

// Refuses, in this order, with GIG_NOT_FOUND, GIG_NOT_PUBLISHED, PACKAGE_UNKNOWN, GIG_INCOMPLETE (the package
// has no price or no days).
absl::StatusOr<Workflow> PreviewWorkflow(const Gig& gig, const Actor& actor, Tier tier);

}  // namespace milepost::gig_catalog
