// The handlers of the RPCs on milestone plans: each converts, submits, converts.
#pragma once

#include "common/rpc/service.h"
#include "milepost/catalog/v1/gig_catalog.pb.h"
#include "services/gig_catalog/rpc/gig_access.h"

namespace milepost::gig_catalog {

// Thread-safe. `gigs` must outlive it.
class PlanHandlers {
 public:
  explicit PlanHandlers(GigAccess& gigs) : gigs_(gigs) {}

  // Registers its handlers with the service.
  void AddTo(rpc::Service& service);

 private:
  rpc::Awaitable<catalog::v1::StartMilestonePlanResponse> StartMilestonePlan(
      rpc::Call call, const catalog::v1::StartMilestonePlanRequest& request);
  rpc::Awaitable<catalog::v1::AddMilestoneResponse> AddMilestone(
      rpc::Call call, const catalog::v1::AddMilestoneRequest& request);
  rpc::Awaitable<catalog::v1::UpdateMilestoneResponse> UpdateMilestone(
      rpc::Call call, const catalog::v1::UpdateMilestoneRequest& request);
  rpc::Awaitable<catalog::v1::DeleteMilestoneResponse> DeleteMilestone(
      rpc::Call call, const catalog::v1::DeleteMilestoneRequest& request);
  rpc::Awaitable<catalog::v1::MoveMilestoneResponse> MoveMilestone(
      rpc::Call call, const catalog::v1::MoveMilestoneRequest& request);
  rpc::Awaitable<catalog::v1::AddSubstepResponse> AddSubstep(rpc::Call call,
                                                             const catalog::v1::AddSubstepRequest& request);
  rpc::Awaitable<catalog::v1::UpdateSubstepResponse> UpdateSubstep(
      rpc::Call call, const catalog::v1::UpdateSubstepRequest& request);
  rpc::Awaitable<catalog::v1::DeleteSubstepResponse> DeleteSubstep(
      rpc::Call call, const catalog::v1::DeleteSubstepRequest& request);
  rpc::Awaitable<catalog::v1::SetMilestonePaymentsResponse> SetMilestonePayments(
      rpc::Call call, const catalog::v1::SetMilestonePaymentsRequest& request);
  rpc::Awaitable<catalog::v1::PublishMilestonePlanResponse> PublishMilestonePlan(
      rpc::Call call, const catalog::v1::PublishMilestonePlanRequest& request);
  rpc::Awaitable<catalog::v1::DisableMilestonePlanResponse> DisableMilestonePlan(
      rpc::Call call, const catalog::v1::DisableMilestonePlanRequest& request);
  rpc::Awaitable<catalog::v1::GetMilestonePlanResponse> GetMilestonePlan(
      rpc::Call call, const catalog::v1::GetMilestonePlanRequest& request);

  // The plan after the command, as its caller sees it.
  template <class Response>
  rpc::Awaitable<Response> Change(rpc::Call call, std::string gig, Command command);

  GigAccess& gigs_;
};

}  // namespace milepost::gig_catalog
