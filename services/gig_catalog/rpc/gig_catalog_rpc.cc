#include "services/gig_catalog/rpc/gig_catalog_rpc.h"

namespace milepost::gig_catalog {

namespace v1 = catalog::v1;

// Every kind of actor may call every method: whose gig it is decides (transitions.h), and a creation needs a user.
template <class Request, class Response, class Handlers>
grpc::ServerUnaryReactor* GigCatalogRpc::Serve(
    Context* context, const Request* request, Response* response, Handlers& handlers,
    rpc::Awaitable<Response> (Handlers::*handler)(rpc::Call, const Request&)) {
  return unary_.Serve(context, request, response, rpc::Callers::AnyActor(),
                      [&handlers, handler](rpc::Call call, const Request& asked) {
                        return (handlers.*handler)(std::move(call), asked);
                      });
}

grpc::ServerUnaryReactor* GigCatalogRpc::CreateGig(Context* context, const v1::CreateGigRequest* request,
                                                   v1::CreateGigResponse* response) {
  return Serve(context, request, response, gigs_, &GigHandlers::CreateGig);
}

grpc::ServerUnaryReactor* GigCatalogRpc::GetGig(Context* context, const v1::GetGigRequest* request,
                                                v1::GetGigResponse* response) {
  return Serve(context, request, response, gigs_, &GigHandlers::GetGig);
}

grpc::ServerUnaryReactor* GigCatalogRpc::ListGigs(Context* context, const v1::ListGigsRequest* request,
                                                  v1::ListGigsResponse* response) {
  return Serve(context, request, response, lists_, &ListHandlers::ListGigs);
}

grpc::ServerUnaryReactor* GigCatalogRpc::UpdateGig(Context* context, const v1::UpdateGigRequest* request,
                                                   v1::UpdateGigResponse* response) {
  return Serve(context, request, response, gigs_, &GigHandlers::UpdateGig);
}

grpc::ServerUnaryReactor* GigCatalogRpc::PublishGig(Context* context, const v1::PublishGigRequest* request,
                                                    v1::PublishGigResponse* response) {
  return Serve(context, request, response, gigs_, &GigHandlers::PublishGig);
}

grpc::ServerUnaryReactor* GigCatalogRpc::PauseGig(Context* context, const v1::PauseGigRequest* request,
                                                  v1::PauseGigResponse* response) {
  return Serve(context, request, response, gigs_, &GigHandlers::PauseGig);
}

grpc::ServerUnaryReactor* GigCatalogRpc::DeleteGig(Context* context, const v1::DeleteGigRequest* request,
                                                   v1::DeleteGigResponse* response) {
  return Serve(context, request, response, gigs_, &GigHandlers::DeleteGig);
}

grpc::ServerUnaryReactor* GigCatalogRpc::ListSubcategories(Context* context,
                                                           const v1::ListSubcategoriesRequest* request,
                                                           v1::ListSubcategoriesResponse* response) {
  return Serve(context, request, response, lists_, &ListHandlers::ListSubcategories);
}

grpc::ServerUnaryReactor* GigCatalogRpc::StartMilestonePlan(Context* context,
                                                            const v1::StartMilestonePlanRequest* request,
                                                            v1::StartMilestonePlanResponse* response) {
  return Serve(context, request, response, plans_, &PlanHandlers::StartMilestonePlan);
}

grpc::ServerUnaryReactor* GigCatalogRpc::AddMilestone(Context* context,
                                                      const v1::AddMilestoneRequest* request,
                                                      v1::AddMilestoneResponse* response) {
  return Serve(context, request, response, plans_, &PlanHandlers::AddMilestone);
}

grpc::ServerUnaryReactor* GigCatalogRpc::UpdateMilestone(Context* context,
                                                         const v1::UpdateMilestoneRequest* request,
                                                         v1::UpdateMilestoneResponse* response) {
  return Serve(context, request, response, plans_, &PlanHandlers::UpdateMilestone);
}

grpc::ServerUnaryReactor* GigCatalogRpc::DeleteMilestone(Context* context,
                                                         const v1::DeleteMilestoneRequest* request,
                                                         v1::DeleteMilestoneResponse* response) {
  return Serve(context, request, response, plans_, &PlanHandlers::DeleteMilestone);
}

grpc::ServerUnaryReactor* GigCatalogRpc::MoveMilestone(Context* context,
                                                       const v1::MoveMilestoneRequest* request,
                                                       v1::MoveMilestoneResponse* response) {
  return Serve(context, request, response, plans_, &PlanHandlers::MoveMilestone);
}

grpc::ServerUnaryReactor* GigCatalogRpc::AddSubstep(Context* context, const v1::AddSubstepRequest* request,
                                                    v1::AddSubstepResponse* response) {
  return Serve(context, request, response, plans_, &PlanHandlers::AddSubstep);
}

grpc::ServerUnaryReactor* GigCatalogRpc::UpdateSubstep(Context* context,
                                                       const v1::UpdateSubstepRequest* request,
                                                       v1::UpdateSubstepResponse* response) {
  return Serve(context, request, response, plans_, &PlanHandlers::UpdateSubstep);
}

grpc::ServerUnaryReactor* GigCatalogRpc::DeleteSubstep(Context* context,
                                                       const v1::DeleteSubstepRequest* request,
                                                       v1::DeleteSubstepResponse* response) {
  return Serve(context, request, response, plans_, &PlanHandlers::DeleteSubstep);
}

grpc::ServerUnaryReactor* GigCatalogRpc::SetMilestonePayments(Context* context,
                                                              const v1::SetMilestonePaymentsRequest* request,
                                                              v1::SetMilestonePaymentsResponse* response) {
  return Serve(context, request, response, plans_, &PlanHandlers::SetMilestonePayments);
}

grpc::ServerUnaryReactor* GigCatalogRpc::PublishMilestonePlan(Context* context,
                                                              const v1::PublishMilestonePlanRequest* request,
                                                              v1::PublishMilestonePlanResponse* response) {
  return Serve(context, request, response, plans_, &PlanHandlers::PublishMilestonePlan);
}

grpc::ServerUnaryReactor* GigCatalogRpc::DisableMilestonePlan(Context* context,
                                                              const v1::DisableMilestonePlanRequest* request,
                                                              v1::DisableMilestonePlanResponse* response) {
  return Serve(context, request, response, plans_, &PlanHandlers::DisableMilestonePlan);
}

grpc::ServerUnaryReactor* GigCatalogRpc::GetMilestonePlan(Context* context,
                                                          const v1::GetMilestonePlanRequest* request,
                                                          v1::GetMilestonePlanResponse* response) {
  return Serve(context, request, response, plans_, &PlanHandlers::GetMilestonePlan);
}

grpc::ServerUnaryReactor* GigCatalogRpc::CheckMilestoneEligibility(
    Context* context, const v1::CheckMilestoneEligibilityRequest* request,
    v1::CheckMilestoneEligibilityResponse* response) {
  return Serve(context, request, response, workflows_, &WorkflowHandlers::CheckMilestoneEligibility);
}

grpc::ServerUnaryReactor* GigCatalogRpc::PreviewWorkflow(Context* context,
                                                         const v1::PreviewWorkflowRequest* request,
                                                         v1::PreviewWorkflowResponse* response) {
  return Serve(context, request, response, workflows_, &WorkflowHandlers::PreviewWorkflow);
}

}  // namespace milepost::gig_catalog
