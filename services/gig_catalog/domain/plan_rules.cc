#include "services/gig_catalog/domain/plan_rules.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/core/status_macros.h"
#include "services/gig_catalog/domain/eligibility.h"
#include "services/gig_catalog/domain/shares.h"
#include "services/gig_catalog/domain/templates.h"

namespace milepost::gig_catalog {
namespace {

using Events = std::vector<Event>;

// Numbers count from 1; what is not there is refused.
absl::Status CheckNumber(const PlanTerms& draft, uint32_t number) {
  if (number >= 1 && number <= draft.milestones.size()) return absl::OkStatus();
  return Refuse(Reason::kMilestoneNotFound, {{"milestone", absl::StrCat(number)}});
}

absl::Status CheckSubstepNumber(const Milestone& milestone, uint32_t milestone_number, uint32_t number) {
  if (number >= 1 && number <= milestone.substeps.size()) return absl::OkStatus();
  return Refuse(Reason::kSubstepNotFound,
                {{"milestone", absl::StrCat(milestone_number)}, {"substep", absl::StrCat(number)}});
}

Packages CoveredBy(const PlanTerms& terms, const Packages& packages) {
  Packages covered;
  for (const auto& [tier, package] : packages)
    if (Coverage(terms, tier) > 0) covered.emplace(tier, package);
  return covered;
}

// The result of every edit: the whole draft as it is now; nothing where it is what it was.
Events Edited(const Gig& gig, PlanTerms draft) {
  if (draft == gig.plan.draft) return {};
  return {MilestonePlanUpdated{std::move(draft)}};
}

// S9: one placeholder for all packages.
PlanTerms ScratchDraft(const Packages& packages, PlanLanguage language) {
  Milestone placeholder;
  placeholder.title = std::string(kPlaceholderTitle.in(language));
  for (const auto& [tier, package] : packages) placeholder.packages[tier] = {};
  PlanTerms draft;
  draft.milestones.push_back(std::move(placeholder));
  return draft;
}

// S8. A first draft needs the gig's rules; a later one is an edit, which publishing judges (A3). Refuses with, in this order: those
// (S2, A1, S3), TEMPLATE_NOT_FOUND, TEMPLATE_NOT_FOR_SUBCATEGORY.
absl::StatusOr<PlanTerms> NewDraft(const Gig& gig, const Subcategories& subcategories,
                                   const PlanStart& start) {
  if (gig.plan.state == PlanState::kNone) MILEPOST_RETURN_IF_ERROR(RefuseUnmet(CheckGig(gig, subcategories)));
  if (start.template_id.empty()) return ScratchDraft(gig.packages, start.language);
  const MilestoneTemplate* chosen = FindTemplate(start.template_id);
  if (!chosen) return Refuse(Reason::kTemplateNotFound, {{"template", start.template_id}});
  if (chosen->subcategory != gig.subcategory)
    return Refuse(Reason::kTemplateNotForSubcategory,
                  {{"template", start.template_id}, {"subcategory", gig.subcategory}});
  return DraftFrom(*chosen, gig.packages, start.language);
}

}  // namespace

absl::StatusOr<Events> On(const Gig& gig, const StartMilestonePlan& command,
                          const Subcategories& subcategories) {
  MILEPOST_ASSIGN_OR_RETURN(PlanTerms draft, NewDraft(gig, subcategories, command.start));
  return Events{MilestonePlanCreated{std::move(draft)}};
}

absl::StatusOr<Events> On(const Gig& gig, const RestartMilestonePlan& command,
                          const Subcategories& subcategories) {
  MILEPOST_ASSIGN_OR_RETURN(PlanTerms draft, NewDraft(gig, subcategories, command.start));
  if (gig.plan.state == PlanState::kNone) return Events{MilestonePlanCreated{std::move(draft)}};
  return Edited(gig, std::move(draft));
}

absl::StatusOr<Events> On(const Gig& gig, const AddMilestone& command, const Subcategories&) {
  PlanTerms draft = gig.plan.draft;
  if (draft.milestones.size() >= kMaxPlanMilestones)
    return Refuse(Reason::kTooManyMilestones, {{"max", absl::StrCat(kMaxPlanMilestones)},
                                               {"actual", absl::StrCat(draft.milestones.size() + 1)}});
  Milestone added = command.milestone;
  added.substeps.clear();
  MILEPOST_RETURN_IF_ERROR(CheckMilestone(gig, static_cast<uint32_t>(draft.milestones.size() + 1), added));
  draft.milestones.push_back(std::move(added));
  MILEPOST_RETURN_IF_ERROR(SettleShares(gig, gig.plan.draft, draft.milestones.size() - 1, draft));
  return Edited(gig, std::move(draft));
}

absl::StatusOr<Events> On(const Gig& gig, const UpdateMilestone& command, const Subcategories&) {
  PlanTerms draft = gig.plan.draft;
  MILEPOST_RETURN_IF_ERROR(CheckNumber(draft, command.number));
  Milestone& target = draft.milestones[command.number - 1];
  Milestone replaced = command.milestone;
  replaced.substeps = std::move(target.substeps);
  MILEPOST_RETURN_IF_ERROR(CheckMilestone(gig, command.number, replaced));
  target = std::move(replaced);
  MILEPOST_RETURN_IF_ERROR(SettleShares(gig, gig.plan.draft, command.number - 1, draft));
  return Edited(gig, std::move(draft));
}

absl::StatusOr<Events> On(const Gig& gig, const DeleteMilestone& command, const Subcategories&) {
  PlanTerms draft = gig.plan.draft;
  MILEPOST_RETURN_IF_ERROR(CheckNumber(draft, command.number));
  draft.milestones.erase(draft.milestones.begin() + (command.number - 1));
  return Edited(gig, std::move(draft));
}

absl::StatusOr<Events> On(const Gig& gig, const MoveMilestone& command, const Subcategories&) {
  PlanTerms draft = gig.plan.draft;
  MILEPOST_RETURN_IF_ERROR(CheckNumber(draft, command.number));
  MILEPOST_RETURN_IF_ERROR(CheckNumber(draft, command.to));
  const auto from = draft.milestones.begin() + (command.number - 1),
             to = draft.milestones.begin() + (command.to - 1);
  if (from < to)
    std::rotate(from, from + 1, to + 1);
  else
    std::rotate(to, from, from + 1);
  return Edited(gig, std::move(draft));
}

absl::StatusOr<Events> On(const Gig& gig, const AddSubstep& command, const Subcategories&) {
  PlanTerms draft = gig.plan.draft;
  MILEPOST_RETURN_IF_ERROR(CheckNumber(draft, command.milestone));
  Milestone& milestone = draft.milestones[command.milestone - 1];
  milestone.substeps.push_back(command.substep);
  MILEPOST_RETURN_IF_ERROR(CheckSubsteps(command.milestone, milestone));
  return Edited(gig, std::move(draft));
}

absl::StatusOr<Events> On(const Gig& gig, const UpdateSubstep& command, const Subcategories&) {
  PlanTerms draft = gig.plan.draft;
  MILEPOST_RETURN_IF_ERROR(CheckNumber(draft, command.milestone));
  Milestone& milestone = draft.milestones[command.milestone - 1];
  MILEPOST_RETURN_IF_ERROR(CheckSubstepNumber(milestone, command.milestone, command.number));
  milestone.substeps[command.number - 1] = command.substep;
  MILEPOST_RETURN_IF_ERROR(CheckSubsteps(command.milestone, milestone));
  return Edited(gig, std::move(draft));
}

absl::StatusOr<Events> On(const Gig& gig, const DeleteSubstep& command, const Subcategories&) {
  PlanTerms draft = gig.plan.draft;
  MILEPOST_RETURN_IF_ERROR(CheckNumber(draft, command.milestone));
  Milestone& milestone = draft.milestones[command.milestone - 1];
  MILEPOST_RETURN_IF_ERROR(CheckSubstepNumber(milestone, command.milestone, command.number));
  milestone.substeps.erase(milestone.substeps.begin() + (command.number - 1));
  return Edited(gig, std::move(draft));
}

absl::StatusOr<Events> On(const Gig& gig, const SetMilestonePayments& command, const Subcategories&) {
  PlanTerms draft = gig.plan.draft;
  draft.payments_enabled = command.enabled;
  return Edited(gig, std::move(draft));
}

absl::StatusOr<Events> On(const Gig& gig, const PublishMilestonePlan&, const Subcategories& subcategories) {
  MILEPOST_RETURN_IF_ERROR(RefuseUnmet(CheckPlan(gig, gig.plan.draft, subcategories)));
  // The amounts of a package add up to its price (A4): where that is within the limit, they are.
  MILEPOST_RETURN_IF_ERROR(CheckPrices(CoveredBy(gig.plan.draft, gig.packages)));
  const uint32_t version = gig.plan.published ? gig.plan.published->version + 1 : 1;
  return Events{MilestonePlanPublished{version, gig.plan.draft}};
}

absl::StatusOr<Events> On(const Gig&, const DisableMilestonePlan&, const Subcategories&) {
  return Events{MilestonePlanDisabled{}};
}

}  // namespace milepost::gig_catalog
