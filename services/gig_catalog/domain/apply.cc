#include <type_traits>
#include <utility>

#include "services/gig_catalog/domain/decide.h"

namespace milepost::gig_catalog {
namespace {

void On(Gig& gig, const GigCreated& event, absl::Time at) {
  gig.id = event.gig;
  gig.created_at = at;
  gig.seller = event.seller;
  gig.state = GigState::kDraft;
  gig.title = event.title;
  gig.description = event.description;
  gig.subcategory = event.subcategory;
  gig.packages = event.packages;
}

void On(Gig& gig, const GigUpdated& event, absl::Time) {
  if (event.title) gig.title = *event.title;
  if (event.description) gig.description = *event.description;
  if (event.subcategory) gig.subcategory = *event.subcategory;
  if (event.packages) gig.packages = *event.packages;
}

void On(Gig& gig, const GigPublished&, absl::Time) {
  gig.state = GigState::kPublished;
}
void On(Gig& gig, const GigPaused&, absl::Time) {
  gig.state = GigState::kPaused;
}
void On(Gig& gig, const GigDeleted&, absl::Time) {
  gig.state = GigState::kDeleted;
}

void On(Gig& gig, const MilestonePlanCreated& event, absl::Time) {
  gig.plan.state = PlanState::kDraft;
  gig.plan.draft = event.draft;
}

void On(Gig& gig, const MilestonePlanUpdated& event, absl::Time) {
  gig.plan.draft = event.draft;
}

void On(Gig& gig, const MilestonePlanPublished& event, absl::Time at) {
  gig.plan.state = PlanState::kActive;
  gig.plan.published = PublishedPlan{event.version, at, event.terms};
  gig.plan.suspended.clear();
}

void On(Gig& gig, const MilestonePlanSuspended& event, absl::Time) {
  gig.plan.state = PlanState::kIneligible;
  gig.plan.suspended = event.why;
}

void On(Gig& gig, const MilestonePlanRestored&, absl::Time) {
  gig.plan.state = PlanState::kActive;
  gig.plan.suspended.clear();
}

void On(Gig& gig, const MilestonePlanDisabled&, absl::Time) {
  gig.plan.state = PlanState::kDisabled;
  gig.plan.suspended.clear();
}

}  // namespace

void GigDomain::Apply(Gig& gig, const Event& event, absl::Time at) {
  std::visit([&](const auto& fact) { On(gig, fact, at); }, event);
}

}  // namespace milepost::gig_catalog
