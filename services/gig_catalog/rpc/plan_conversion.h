// Converts milestone plans, eligibility and workflows between the wire and the domain. Pure functions, under the same
// rules as gig_conversion.h.
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "milepost/catalog/v1/gig_catalog.pb.h"
#include "services/gig_catalog/domain/eligibility.h"
#include "services/gig_catalog/domain/gig.h"
#include "services/gig_catalog/domain/templates.h"
#include "services/gig_catalog/domain/workflow.h"
#include "services/gig_catalog/rpc/gig_conversion.h"

namespace milepost::gig_catalog {

// Refuse with INVALID_FIELDS; paths begin with "milestone". Number and substeps are not taken over.
absl::StatusOr<Milestone> MilestoneOf(const v1::PlanMilestone& milestone);
Substep SubstepOf(const v1::PlanSubstep& substep);

v1::MilestonePlanContent ToWire(const PlanTerms& terms);

// English where it is unspecified.
PlanLanguage LanguageOf(v1::PlanLanguage language);
v1::MilestoneTemplate ToWire(const MilestoneTemplate& shown, PlanLanguage language);

// The plan as `viewer` may see it: the draft is shown only to its seller, and the published plan to others only while
// it is ACTIVE. PLAN_NOT_FOUND if nothing may be shown.
absl::StatusOr<v1::MilestonePlan> PlanToWire(const Gig& gig, const Actor& viewer);

v1::CheckMilestoneEligibilityResponse ToWire(const RuleChecks& checks);

// The steps follow one another from `start` on. INVALID_FIELDS when the last due time can't be written as a
// Timestamp.
absl::StatusOr<v1::PreviewWorkflowResponse> ToWire(const Gig& gig, Tier tier, const Workflow& workflow,
                                                   absl::Time start);

}  // namespace milepost::gig_catalog
