// The service GigCatalog: each RPC one line into the adapter, which calls its handler.
#pragma once

#include "common/rpc/unary.h"
#include "milepost/catalog/v1/gig_catalog.grpc.pb.h"
#include "services/gig_catalog/rpc/gig_access.h"
#include "services/gig_catalog/rpc/gig_handlers.h"
#include "services/gig_catalog/rpc/list_handlers.h"
#include "services/gig_catalog/rpc/plan_handlers.h"
#include "services/gig_catalog/rpc/workflow_handlers.h"

namespace milepost::gig_catalog {

// Thread-safe. What the constructor takes must outlive it, and it the gRPC server.
class GigCatalogRpc final : public catalog::v1::GigCatalog::CallbackService {
 public:
  GigCatalogRpc(rpc::HandlerPool& pool, const rpc::Unary::Options& options, GigAccess& gigs, GigLists& lists)
      : unary_(catalog::v1::GigCatalog::service_full_name(), pool, options),
        gigs_(gigs),
        lists_(lists),
        plans_(gigs),
        workflows_(gigs) {}

  const rpc::Unary& unary() const { return unary_; }

 private:
  using Reactor = grpc::ServerUnaryReactor;
  using Context = grpc::CallbackServerContext;

  Reactor* CreateGig(Context*, const catalog::v1::CreateGigRequest*,
                     catalog::v1::CreateGigResponse*) override;
  Reactor* GetGig(Context*, const catalog::v1::GetGigRequest*, catalog::v1::GetGigResponse*) override;
  Reactor* ListGigs(Context*, const catalog::v1::ListGigsRequest*, catalog::v1::ListGigsResponse*) override;
  Reactor* UpdateGig(Context*, const catalog::v1::UpdateGigRequest*,
                     catalog::v1::UpdateGigResponse*) override;
  Reactor* PublishGig(Context*, const catalog::v1::PublishGigRequest*,
                      catalog::v1::PublishGigResponse*) override;
  Reactor* PauseGig(Context*, const catalog::v1::PauseGigRequest*, catalog::v1::PauseGigResponse*) override;
  Reactor* DeleteGig(Context*, const catalog::v1::DeleteGigRequest*,
                     catalog::v1::DeleteGigResponse*) override;
  Reactor* ListSubcategories(Context*, const catalog::v1::ListSubcategoriesRequest*,
                             catalog::v1::ListSubcategoriesResponse*) override;
  Reactor* StartMilestonePlan(Context*, const catalog::v1::StartMilestonePlanRequest*,
                              catalog::v1::StartMilestonePlanResponse*) override;
  Reactor* AddMilestone(Context*, const catalog::v1::AddMilestoneRequest*,
                        catalog::v1::AddMilestoneResponse*) override;
  Reactor* UpdateMilestone(Context*, const catalog::v1::UpdateMilestoneRequest*,
                           catalog::v1::UpdateMilestoneResponse*) override;
  Reactor* DeleteMilestone(Context*, const catalog::v1::DeleteMilestoneRequest*,
                           catalog::v1::DeleteMilestoneResponse*) override;
  Reactor* MoveMilestone(Context*, const catalog::v1::MoveMilestoneRequest*,
                         catalog::v1::MoveMilestoneResponse*) override;
  Reactor* AddSubstep(Context*, const catalog::v1::AddSubstepRequest*,
                      catalog::v1::AddSubstepResponse*) override;
  Reactor* UpdateSubstep(Context*, const catalog::v1::UpdateSubstepRequest*,
                         catalog::v1::UpdateSubstepResponse*) override;
  Reactor* DeleteSubstep(Context*, const catalog::v1::DeleteSubstepRequest*,
                         catalog::v1::DeleteSubstepResponse*) override;
  Reactor* SetMilestonePayments(Context*, const catalog::v1::SetMilestonePaymentsRequest*,
                                catalog::v1::SetMilestonePaymentsResponse*) override;
  Reactor* PublishMilestonePlan(Context*, const catalog::v1::PublishMilestonePlanRequest*,
                                catalog::v1::PublishMilestonePlanResponse*) override;
  Reactor* DisableMilestonePlan(Context*, const catalog::v1::DisableMilestonePlanRequest*,
                                catalog::v1::DisableMilestonePlanResponse*) override;
  Reactor* GetMilestonePlan(Context*, const catalog::v1::GetMilestonePlanRequest*,
                            catalog::v1::GetMilestonePlanResponse*) override;
  Reactor* CheckMilestoneEligibility(Context*, const catalog::v1::CheckMilestoneEligibilityRequest*,
                                     catalog::v1::CheckMilestoneEligibilityResponse*) override;
  Reactor* PreviewWorkflow(Context*, const catalog::v1::PreviewWorkflowRequest*,
                           catalog::v1::PreviewWorkflowResponse*) override;

  template <class Request, class Response, class Handlers>
  Reactor* Serve(Context* context, const Request* request, Response* response, Handlers& handlers,
                 rpc::Awaitable<Response> (Handlers::*handler)(rpc::Call, const Request&));

  rpc::Unary unary_;
  GigHandlers gigs_;
  ListHandlers lists_;
  PlanHandlers plans_;
  WorkflowHandlers workflows_;
};

}  // namespace milepost::gig_catalog
