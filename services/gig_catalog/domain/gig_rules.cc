#include "services/gig_catalog/domain/gig_rules.h"

#include <string>

#include "absl/time/time.h"
#include "common/core/status_macros.h"
#include "services/gig_catalog/domain/decide.h"
#include "services/gig_catalog/domain/eligibility.h"
#include "services/gig_catalog/domain/subcategories.h"

namespace milepost::gig_catalog {
namespace {

using Events = std::vector<Event>;

absl::Status CheckSubcategoryKnown(const std::string& subcategory) {
  if (FindSubcategory(subcategory)) return absl::OkStatus();
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

template <class T>
std::optional<T> IfChanged(const std::optional<T>& wanted, const T& present) {
  return wanted == present ? std::nullopt : wanted;
}

// A2: what the change means for the published plan. `after` is the gig as changed.
Events Consequences(const Gig& after) {
  const bool active = after.plan.state == PlanState::kActive;
  if (!active && after.plan.state != PlanState::kIneligible) return {};
  std::vector<Ineligibility> unmet = Unmet(CheckPlan(after, after.plan.published->terms));
  if (unmet == after.plan.suspended) return {};
  if (unmet.empty()) return {MilestonePlanRestored{}};
  return {MilestonePlanSuspended{std::move(unmet)}};
}

}  // namespace

absl::StatusOr<Events> Create(const CreateGig& command) {
  if (!command.actor.is_user()) return Refuse(Reason::kNotAUser);
  MILEPOST_RETURN_IF_ERROR(CheckSubcategoryKnown(command.subcategory));
  return Events{GigCreated{command.gig, command.actor.name, command.title, command.description,
                           command.subcategory, command.packages}};
}

absl::StatusOr<Events> On(const Gig& gig, const UpdateGig& command) {
  if (command.subcategory) MILEPOST_RETURN_IF_ERROR(CheckSubcategoryKnown(*command.subcategory));
  if (command.packages) {
    if (gig.state == GigState::kPublished) MILEPOST_RETURN_IF_ERROR(CheckOrderable(*command.packages));
    MILEPOST_RETURN_IF_ERROR(CheckCoveredStay(gig, *command.packages));
  }
  // From here it must succeed.
  const GigUpdated updated{
      IfChanged(command.title, gig.title), IfChanged(command.description, gig.description),
      IfChanged(command.subcategory, gig.subcategory), IfChanged(command.packages, gig.packages)};
  if (!updated.title && !updated.description && !updated.subcategory && !updated.packages) return Events{};
  Gig after = gig;
  GigDomain::Apply(after, updated, gig.updated_at);
  Events events = {updated};
  for (Event& consequence : Consequences(after)) events.push_back(std::move(consequence));
  return events;
}

absl::StatusOr<Events> On(const Gig& gig, const PublishGig&) {
  MILEPOST_RETURN_IF_ERROR(CheckOrderable(gig.packages));
  return Events{GigPublished{}};
}

absl::StatusOr<Events> On(const Gig&, const PauseGig&) {
  return Events{GigPaused{}};
}

absl::StatusOr<Events> On(const Gig&, const DeleteGig&) {
  return Events{GigDeleted{}};
}

}  // namespace milepost::gig_catalog
