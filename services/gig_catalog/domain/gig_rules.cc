#include "services/gig_catalog/domain/gig_rules.h"

#include <string>

#include "absl/time/time.h"
#include "common/core/status_macros.h"
#include "services/gig_catalog/domain/eligibility.h"

namespace milepost::gig_catalog {
namespace {

using Events = std::vector<Event>;

absl::Status CheckKnown(const std::string& subcategory, const Subcategories& subcategories) {
  if (subcategories.Find(subcategory)) return absl::OkStatus();
  return Refuse(Reason::kSubcategoryUnknown, {{"subcategory", subcategory}});
}

absl::Status CheckBasicComplete(const Packages& packages) {
  const auto basic = packages.find(Tier::kBasic);
  if (basic != packages.end() && basic->second.complete()) return absl::OkStatus();
  return Refuse(Reason::kGigIncomplete, {{"package", std::string(NameOf(Tier::kBasic))}});
}

// What is published can be ordered: BASIC is complete (GIG_INCOMPLETE), orders are taken in the currency of the
// prices (A1), and no price is above the limit (one that was stored under a higher one).
absl::Status CheckOrderable(const Packages& packages) {
  MILEPOST_RETURN_IF_ERROR(CheckBasicComplete(packages));
  for (const auto& [tier, package] : packages) {
    if (package.price && !CanBeOrderedIn(package.price->currency))
      return Refuse(Reason::kCurrencyNotEligible,
                    {{"currency", std::string(package.price->currency.code())}});
  }
  return CheckPrices(packages);
}

// A2: while a plan is published, the packages that it covers stay, and stay complete.
absl::Status CheckCoveredStay(const Gig& gig, const Packages& packages) {
  const bool published = gig.plan.state == PlanState::kActive || gig.plan.state == PlanState::kIneligible;
  if (!published) return absl::OkStatus();
  for (Tier tier : kValuesOf<Tier>) {
    if (Coverage(gig.plan.published->terms, tier) == 0) continue;
    const auto kept = packages.find(tier);
    if (kept == packages.end() || !kept->second.complete())
      return Refuse(Reason::kPackageCovered, {{"package", std::string(NameOf(tier))}});
  }
  return absl::OkStatus();
}

std::vector<Reason> ReasonsOf(const std::vector<Ineligibility>& rules) {
  std::vector<Reason> reasons;
  for (const Ineligibility& rule : rules) reasons.push_back(rule.reason);
  return reasons;
}

template <class T>
std::optional<T> IfChanged(const std::optional<T>& wanted, const T& present) {
  return wanted == present ? std::nullopt : wanted;
}

}  // namespace

absl::StatusOr<Events> Create(const CreateGig& command, const Subcategories& subcategories) {
  if (!command.actor.is_user()) return Refuse(Reason::kNotAUser);
  MILEPOST_RETURN_IF_ERROR(CheckKnown(command.subcategory, subcategories));
  return Events{GigCreated{command.gig, command.actor.name, command.title, command.description,
                           command.subcategory, command.packages}};
}

absl::StatusOr<Events> On(const Gig& gig, const UpdateGig& command, const Subcategories& subcategories) {
  if (command.subcategory) MILEPOST_RETURN_IF_ERROR(CheckKnown(*command.subcategory, subcategories));
  if (command.packages) {
    if (gig.state == GigState::kPublished) MILEPOST_RETURN_IF_ERROR(CheckOrderable(*command.packages));
    MILEPOST_RETURN_IF_ERROR(CheckCoveredStay(gig, *command.packages));
  }
  // From here it must succeed.
  const GigUpdated updated{
      IfChanged(command.title, gig.title), IfChanged(command.description, gig.description),
      IfChanged(command.subcategory, gig.subcategory), IfChanged(command.packages, gig.packages)};
  if (!updated.title && !updated.description && !updated.subcategory && !updated.packages) return Events{};
  return Events{updated};
}

absl::StatusOr<Events> On(const Gig& gig, const PublishGig&, const Subcategories&) {
  MILEPOST_RETURN_IF_ERROR(CheckOrderable(gig.packages));
  return Events{GigPublished{}};
}

absl::StatusOr<Events> On(const Gig&, const PauseGig&, const Subcategories&) {
  return Events{GigPaused{}};
}

absl::StatusOr<Events> On(const Gig&, const DeleteGig&, const Subcategories&) {
  return Events{GigDeleted{}};
}

Events ConsequencesFor(const Gig& gig, const Subcategories& subcategories) {
  if (gig.state == GigState::kDeleted || !gig.plan.published) return {};
  const bool active = gig.plan.state == PlanState::kActive;
  if (!active && gig.plan.state != PlanState::kIneligible) return {};
  std::vector<Ineligibility> unmet = Unmet(CheckPlan(gig, gig.plan.published->terms, subcategories));
  if (ReasonsOf(unmet) == ReasonsOf(gig.plan.suspended)) return {};
  if (unmet.empty()) return {MilestonePlanRestored{}};
  return {MilestonePlanSuspended{std::move(unmet)}};
}

}  // namespace milepost::gig_catalog
