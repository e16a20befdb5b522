#include "services/gig_catalog/domain/workflow.h"

#include <algorithm>

#include "services/gig_catalog/domain/eligibility.h"
#include "services/gig_catalog/domain/shares.h"
#include "services/gig_catalog/domain/transitions.h"

namespace milepost::gig_catalog {
namespace {

WorkflowStep StepOf(const Milestone& milestone, Tier tier) {
  WorkflowStep step;
  step.title = milestone.title;
  step.description = milestone.description;
  step.zoom = milestone.zoom;
  for (const Substep& substep : milestone.substeps)
    if (substep.packages.count(tier)) step.substeps.push_back(substep.title);
  return step;
}

// `days` in `parts` equal parts, odd days to the last ones, one each; every part 1..kMaxMilestoneDays.
std::vector<int> ShareDays(int days, int parts) {
  std::vector<int> shares;
  for (int i = 0; i < parts; ++i) shares.push_back(std::clamp((days + i) / parts, 1, kMaxMilestoneDays));
  return shares;
}

// The days of each milestone of the package, in order: those given, and of the rest a share for each milestone without.
std::vector<int> DaysOf(const PlanTerms& terms, Tier tier, int package_days) {
  std::vector<std::optional<int>> given;
  int left = package_days, without = 0;
  for (const Milestone& milestone : terms.milestones) {
    const auto own = milestone.packages.find(tier);
    if (own == milestone.packages.end()) continue;
    given.push_back(own->second.days);
    left -= own->second.days.value_or(0);
    without += !own->second.days;
  }
  const std::vector<int> shares = ShareDays(std::max(left, 0), without);
  std::vector<int> days;
  size_t share = 0;
  for (const std::optional<int>& each : given) days.push_back(each ? *each : shares[share++]);
  return days;
}

// Buyers don't learn of a plan that was never published (A3).
std::optional<Reason> WhyUnavailable(const Plan& plan, Tier tier) {
  if (!plan.published) return Reason::kPlanNotFound;
  if (plan.state != PlanState::kActive) return Reason::kPlanNotActive;
  if (Coverage(plan.published->terms, tier) < kMinMilestonesToOrder) return Reason::kPackageNotOrderable;
  return std::nullopt;
}

}  // namespace

std::vector<WorkflowStep> StepsOf(const PlanTerms& terms, Tier tier, const Package& package) {
  if (Coverage(terms, tier) == 0) return {};
  const std::vector<int64_t> amounts = SplitPrice(terms, tier, package.price->minor);
  const std::vector<int> days = DaysOf(terms, tier, package.days);
  std::vector<WorkflowStep> steps;
  for (const Milestone& milestone : terms.milestones) {
    const auto own = milestone.packages.find(tier);
    if (own == milestone.packages.end()) continue;
    const size_t i = steps.size();
    WorkflowStep step = StepOf(milestone, tier);
    step.number = static_cast<uint32_t>(i + 1);
    step.amount = own->second.amount.value_or(Money{amounts[i], package.price->currency});
    step.days = days[i];
    steps.push_back(std::move(step));
  }
  return steps;
}

absl::StatusOr<Workflow> PreviewWorkflow(const Gig& gig, const Actor& actor, Tier tier) {
  const std::string name(NameOf(tier));
  if (!MaySee(gig, actor)) return Refuse(Reason::kGigNotFound);
  if (gig.state != GigState::kPublished)
    return Refuse(Reason::kGigNotPublished, {{"state", std::string(NameOf(gig.state))}});
  const Package* package = gig.package(tier);
  if (!package) return Refuse(Reason::kPackageUnknown, {{"package", name}});
  if (!package->complete()) return Refuse(Reason::kGigIncomplete, {{"package", name}});

  Workflow workflow{*package, WhyUnavailable(gig.plan, tier), 0, false, {}};
  if (workflow.unavailable) return workflow;
  workflow.plan_version = gig.plan.published->version;
  workflow.payments_enabled = gig.plan.published->terms.payments_enabled;
  workflow.steps = StepsOf(gig.plan.published->terms, tier, *package);
  return workflow;
}

}  // namespace milepost::gig_catalog
