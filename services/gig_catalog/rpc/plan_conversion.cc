#include "services/gig_catalog/rpc/plan_conversion.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/reason_wire.h"
#include "common/rpc/wire.h"
#include "services/gig_catalog/domain/transitions.h"

namespace milepost::gig_catalog {
namespace {

using rpc::ToWire;
using Violations = std::vector<FieldViolation>;

MilestoneTerms TermsOf(const v1::MilestonePrice& price, const std::string& path, Violations& violations) {
  MilestoneTerms terms;
  if (price.days() > 0) terms.days = static_cast<int>(price.days());
  if (price.share_basis_points() > 0) terms.share = static_cast<int>(price.share_basis_points());
  if (!price.has_amount()) return terms;
  if (terms.share)
    violations.push_back(
        {absl::StrCat(path, ".share_basis_points"), "must not be set together with an amount"});
  const absl::StatusOr<Money> amount = rpc::MoneyOf(price.amount());
  if (amount.ok())
    terms.amount = *amount;
  else
    violations.push_back({absl::StrCat(path, ".amount"), std::string(amount.status().message())});
  return terms;
}

v1::PlanMilestone MilestoneToWire(const Milestone& milestone, uint32_t number) {
  v1::PlanMilestone out;
  out.set_number(number);
  out.set_title(milestone.title);
  out.set_description(milestone.description);
  out.set_zoom(milestone.zoom);
  for (const auto& [tier, terms] : milestone.packages) {
    out.add_packages(ToWire(tier));
    if (!terms.amount && !terms.days && !terms.share) continue;
    v1::MilestonePrice& price = *out.add_prices();
    price.set_package(ToWire(tier));
    if (terms.amount) *price.mutable_amount() = ToWire(*terms.amount);
    price.set_days(static_cast<uint32_t>(terms.days.value_or(0)));
    price.set_share_basis_points(static_cast<uint32_t>(terms.share.value_or(0)));
  }
  for (const Substep& substep : milestone.substeps) {
    v1::PlanSubstep& each = *out.add_substeps();
    each.set_number(static_cast<uint32_t>(out.substeps_size()));
    each.set_title(substep.title);
    for (Tier tier : substep.packages) each.add_packages(ToWire(tier));
  }
  return out;
}

v1::WorkflowStep StepToWire(const WorkflowStep& step, const Revisions& revisions, absl::Time due) {
  v1::WorkflowStep out;
  out.set_number(step.number);
  out.set_title(step.title);
  out.set_description(step.description);
  out.set_zoom(step.zoom);
  *out.mutable_amount() = ToWire(step.amount);
  out.set_days(static_cast<uint32_t>(step.days));
  *out.mutable_due_time() = ToWire(due);
  *out.mutable_revisions() = ToWire(revisions);
  for (const std::string& substep : step.substeps) out.add_substeps(substep);
  return out;
}

// The first instant that a google.protobuf.Timestamp can't hold.
absl::Time EndOfTimestamps() {
  return absl::FromCivil(absl::CivilSecond(10000, 1, 1), absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<Milestone> MilestoneOf(const v1::PlanMilestone& milestone) {
  Milestone out{milestone.title(), milestone.description(), milestone.zoom(), {}, {}};
  for (int package : milestone.packages()) out.packages[TierOf(static_cast<type::v1::Package>(package))] = {};
  Violations violations;
  std::set<Tier> priced;
  rpc::OneCurrency currency("amounts");
  for (int i = 0; i < milestone.prices_size(); ++i) {
    const v1::MilestonePrice& price = milestone.prices(i);
    const std::string path = absl::StrCat("milestone.prices[", i, "]");
    currency.Check(price.amount(), absl::StrCat(path, ".amount"), violations);
    const auto terms = out.packages.find(TierOf(price.package()));
    if (terms == out.packages.end())
      violations.push_back({absl::StrCat(path, ".package"), "must be one of the milestone's packages"});
    else if (!priced.insert(terms->first).second)
      violations.push_back({absl::StrCat(path, ".package"), "occurs twice"});
    else
      terms->second = TermsOf(price, path, violations);
  }
  if (!violations.empty()) return RefuseFields(std::move(violations));
  return out;
}

Substep SubstepOf(const v1::PlanSubstep& substep) {
  Substep out{substep.title(), {}};
  for (int package : substep.packages()) out.packages.insert(TierOf(static_cast<type::v1::Package>(package)));
  return out;
}

v1::MilestonePlanContent ToWire(const PlanTerms& terms) {
  v1::MilestonePlanContent out;
  out.set_payments_enabled(terms.payments_enabled);
  for (const Milestone& milestone : terms.milestones)
    *out.add_milestones() = MilestoneToWire(milestone, static_cast<uint32_t>(out.milestones_size() + 1));
  return out;
}

PlanLanguage LanguageOf(v1::PlanLanguage language) {
  return EnumFromWire<PlanLanguage>(language).value_or(PlanLanguage::kEnglish);
}

v1::MilestoneTemplate ToWire(const MilestoneTemplate& shown, PlanLanguage language) {
  v1::MilestoneTemplate out;
  out.set_id(std::string(shown.id));
  out.set_subcategory(std::string(shown.subcategory));
  out.set_display_name(std::string(shown.name.in(language)));
  out.set_description(std::string(shown.description.in(language)));
  for (const TemplateMilestone& step : shown.milestones()) {
    v1::TemplateMilestone& milestone = *out.add_milestones();
    milestone.set_number(static_cast<uint32_t>(out.milestones_size()));
    milestone.set_title(std::string(step.title.in(language)));
    milestone.set_description(std::string(step.description.in(language)));
    milestone.set_zoom(step.zoom);
    milestone.set_share_basis_points(static_cast<uint32_t>(step.share));
    for (const PlanText& title : step.substeps()) milestone.add_substeps(std::string(title.in(language)));
  }
  return out;
}

absl::StatusOr<v1::MilestonePlan> PlanToWire(const Gig& gig, const Actor& viewer) {
  const Plan& plan = gig.plan;
  const bool sees_draft = SeesDraft(gig, viewer);
  if (plan.state == PlanState::kNone || !(sees_draft || plan.published)) return Refuse(Reason::kPlanNotFound);
  v1::MilestonePlan out;
  out.set_name(absl::StrCat(GigName(gig.id), "/milestonePlan"));
  out.set_state(ToWire(plan.state));
  for (const Ineligibility& why : plan.suspended) out.add_ineligible_reasons(ToWire(why.reason));
  if (sees_draft) {
    *out.mutable_draft() = ToWire(plan.draft);
    out.set_has_unpublished_changes(!plan.published || plan.published->terms != plan.draft);
  }
  // Only while it is ACTIVE do buyers see what is in it: a plan that is suspended or taken away can't be ordered.
  if (plan.published && (sees_draft || plan.state == PlanState::kActive)) {
    *out.mutable_published() = ToWire(plan.published->terms);
    out.set_version(plan.published->version);
  }
  out.set_etag(absl::StrCat(gig.sequence));
  return out;
}

v1::CheckMilestoneEligibilityResponse ToWire(const RuleChecks& checks) {
  v1::CheckMilestoneEligibilityResponse out;
  out.set_eligible(true);
  for (const RuleCheck& check : checks) {
    v1::EligibilityRule& rule = *out.add_rules();
    rule.set_rule(std::string(check.rule));
    rule.set_holds(check.met);
    rule.set_actual(check.actual);
    rule.set_required(check.required);
    if (check.met) continue;
    rule.set_reason(ToWire(check.unmet.reason));
    out.set_eligible(false);
  }
  return out;
}

absl::StatusOr<v1::PreviewWorkflowResponse> ToWire(const Gig& gig, Tier tier, const Workflow& workflow,
                                                   absl::Time start) {
  v1::PreviewWorkflowResponse out;
  out.set_gig(GigName(gig.id));
  out.set_seller(gig.seller);
  out.set_title(gig.title);
  out.set_package(ToWire(tier));
  *out.mutable_price() = ToWire(*workflow.package.price);
  out.set_days(static_cast<uint32_t>(workflow.package.days));
  *out.mutable_revisions() = ToWire(workflow.package.revisions);
  out.set_milestones_available(!workflow.unavailable);
  if (workflow.unavailable) out.set_milestones_unavailable_reason(ToWire(*workflow.unavailable));
  out.set_plan_version(workflow.plan_version);
  out.set_payments_enabled(workflow.payments_enabled);
  absl::Time due = start;
  for (const WorkflowStep& step : workflow.steps) {
    due += absl::Hours(24) * step.days;
    *out.add_steps() = StepToWire(step, workflow.package.revisions, due);
  }
  if (due >= EndOfTimestamps())
    return RefuseFields({{"start_time", "is too late: the last step is due after 9999"}});
  return out;
}

}  // namespace milepost::gig_catalog
