// Checks whether a gig may have a milestone plan, and whether a plan's terms may be published. Each rule is one check
// with the actual and the required value (W10). Publishing refuses with the first check that is not met, a change of
// the gig suspends the plan for it (A2), and CheckMilestoneEligibility reports all checks.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/gig_catalog/domain/gig.h"
#include "services/gig_catalog/domain/subcategories.h"

namespace milepost::gig_catalog {

struct RuleCheck {
  absl::string_view rule;  // its number in the domain's rules: "S3"
  bool met = false;
  std::string actual;
  std::string required;
  Ineligibility unmet;  // the refusal; means something only where `met` is false
};
using RuleChecks = std::vector<RuleCheck>;

// S2, A1, S3, in this order: the rules for the gig of a plan. They go by the gig's subcategory. Where it has no thresholds, it
// has no plans, and S2 stands alone.
RuleChecks CheckGig(const Gig& gig, const Subcategories& subcategories);

// S11, S10, S14 of each milestone, A5 (at least one package can be ordered with them), A4 of each package that a
// milestone is for: what publishing needs of the terms.
RuleChecks CheckTerms(const Gig& gig, const PlanTerms& terms);

// CheckGig, then CheckTerms: everything that a published plan must meet, in the order of refusal.
RuleChecks CheckPlan(const Gig& gig, const PlanTerms& terms, const Subcategories& subcategories);

// The rules that don't hold, each reason once; empty where all hold.
std::vector<Ineligibility> Unmet(const RuleChecks& checks);
// OK, or the refusal of the first check that is not met.
absl::Status RefuseUnmet(const RuleChecks& checks);

// INVALID_FIELDS for each price above kMaxPriceMinor. The contract refuses such input; this check is for prices that
// were stored under another limit.
absl::Status CheckPrices(const Packages& packages);

// Whether milestone `number` can be saved like this: S14 (MILESTONE_INCOMPLETE), A5 (PACKAGE_UNKNOWN), A1
// (CURRENCY_NOT_ELIGIBLE), then its substeps.
absl::Status CheckMilestone(const Gig& gig, uint32_t number, const Milestone& milestone);

// S16: TOO_MANY_SUBSTEPS, SUBSTEP_PACKAGES_NOT_COVERED (A5).
absl::Status CheckSubsteps(uint32_t number, const Milestone& milestone);

// The number of milestones that are for `tier`.
int Coverage(const PlanTerms& terms, Tier tier);

}  // namespace milepost::gig_catalog
