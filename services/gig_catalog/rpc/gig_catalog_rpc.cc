#include "services/gig_catalog/rpc/gig_catalog_rpc.h"

namespace milepost::gig_catalog {

GigCatalogRpc::GigCatalogRpc(rpc::HandlerPool& pool, const rpc::ServiceOptions& options, GigAccess& gigs,
                             GigLists& lists)
    : Service("milepost.catalog.v1.GigCatalog", pool, options),
      gigs_(gigs),
      lists_(lists),
      plans_(gigs),
      workflows_(gigs) {
  Add(&GigHandlers::CreateGig, gigs_);
  Add(&GigHandlers::GetGig, gigs_);
  Add(&ListHandlers::ListGigs, lists_);
  Add(&GigHandlers::UpdateGig, gigs_);
  Add(&GigHandlers::PublishGig, gigs_);
  Add(&GigHandlers::PauseGig, gigs_);
  Add(&GigHandlers::DeleteGig, gigs_);
  Add(&ListHandlers::ListSubcategories, lists_);
  Add(&PlanHandlers::StartMilestonePlan, plans_);
  Add(&PlanHandlers::AddMilestone, plans_);
  Add(&PlanHandlers::UpdateMilestone, plans_);
  Add(&PlanHandlers::DeleteMilestone, plans_);
  Add(&PlanHandlers::MoveMilestone, plans_);
  Add(&PlanHandlers::AddSubstep, plans_);
  Add(&PlanHandlers::UpdateSubstep, plans_);
  Add(&PlanHandlers::DeleteSubstep, plans_);
  Add(&PlanHandlers::SetMilestonePayments, plans_);
  Add(&PlanHandlers::PublishMilestonePlan, plans_);
  Add(&PlanHandlers::DisableMilestonePlan, plans_);
  Add(&PlanHandlers::GetMilestonePlan, plans_);
  Add(&WorkflowHandlers::CheckMilestoneEligibility, workflows_);
  Add(&WorkflowHandlers::PreviewWorkflow, workflows_);
}

}  // namespace milepost::gig_catalog
