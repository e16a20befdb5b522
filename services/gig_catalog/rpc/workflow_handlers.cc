#include "services/gig_catalog/rpc/workflow_handlers.h"

#include <utility>

#include "common/core/status_macros.h"
#include "common/rpc/wire.h"
#include "services/gig_catalog/domain/transitions.h"
#include "services/gig_catalog/rpc/plan_conversion.h"
#include "services/gig_catalog/store/subcategory_mapping.h"

namespace milepost::gig_catalog {
namespace {

using rpc::Awaitable;
using rpc::Call;

// The terms that matter to the viewer: the draft to whoever sees it, the published ones to others; null where there are none.
const PlanTerms* TermsFor(const Gig& gig, const Actor& viewer) {
  if (gig.plan.state == PlanState::kNone) return nullptr;
  if (SeesDraft(gig, viewer)) return &gig.plan.draft;
  return gig.plan.published ? &gig.plan.published->terms : nullptr;
}

}  // namespace

void WorkflowHandlers::AddTo(rpc::Service& service) {
  service.Add(&WorkflowHandlers::CheckMilestoneEligibility, *this);
  service.Add(&WorkflowHandlers::PreviewWorkflow, *this);
}

Awaitable<v1::CheckMilestoneEligibilityResponse> WorkflowHandlers::CheckMilestoneEligibility(
    Call call, const v1::CheckMilestoneEligibilityRequest& request) {
  if (request.has_planned_gig()) co_return co_await CheckPlanned(request.planned_gig());
  MILEPOST_CO_ASSIGN(const GigAccess::Seen seen, co_await gigs_.See(call.actor, request.gig()));
  const PlanTerms* terms = TermsFor(seen.state, call.actor);
  co_return ToWire(terms ? CheckPlan(seen.state, *terms, seen.facts) : CheckGig(seen.state, seen.facts));
}

Awaitable<v1::CheckMilestoneEligibilityResponse> WorkflowHandlers::CheckPlanned(
    const v1::PlannedGig& planned) {
  Gig gig;
  gig.subcategory = planned.subcategory();
  MILEPOST_CO_ASSIGN(gig.packages, PackagesOf(planned));
  auto finding = queries_.Run<Subcategories>(
      [code = gig.subcategory](db::Connection& connection) { return FindSubcategories(connection, {code}); });
  MILEPOST_CO_ASSIGN(const Subcategories subcategories, co_await std::move(finding));
  if (!subcategories.Find(gig.subcategory))
    co_return Refuse(Reason::kSubcategoryUnknown, {{"subcategory", gig.subcategory}});
  co_return ToWire(CheckGig(gig, subcategories));
}

Awaitable<v1::PreviewWorkflowResponse> WorkflowHandlers::PreviewWorkflow(
    Call call, const v1::PreviewWorkflowRequest& request) {
  MILEPOST_CO_ASSIGN(const GigAccess::Seen seen, co_await gigs_.See(call.actor, request.gig()));
  const Tier tier = TierOf(request.package());
  MILEPOST_CO_ASSIGN(const Workflow workflow, gig_catalog::PreviewWorkflow(seen.state, call.actor, tier));
  const absl::Time start = request.has_start_time() ? rpc::TimeOf(request.start_time()) : seen.now;
  co_return ToWire(seen.state, tier, workflow, start);
}

}  // namespace milepost::gig_catalog
