// The handlers of the RPCs that show whether and how a gig can be ordered with milestones.
#pragma once

#include "common/rpc/service.h"
#include "common/service/queries.h"
#include "milepost/catalog/v1/gig_catalog.pb.h"
#include "services/gig_catalog/rpc/gig_access.h"

namespace milepost::gig_catalog {

// Thread-safe. The constructor's arguments must outlive it.
class WorkflowHandlers {
 public:
  WorkflowHandlers(GigAccess& gigs, service::Queries& queries) : gigs_(gigs), queries_(queries) {}

  // Registers its handlers with the service.
  void AddTo(rpc::Service& service);

 private:
  rpc::Awaitable<catalog::v1::CheckMilestoneEligibilityResponse> CheckMilestoneEligibility(
      rpc::Call call, const catalog::v1::CheckMilestoneEligibilityRequest& request);
  rpc::Awaitable<catalog::v1::PreviewWorkflowResponse> PreviewWorkflow(
      rpc::Call call, const catalog::v1::PreviewWorkflowRequest& request);

  rpc::Awaitable<catalog::v1::CheckMilestoneEligibilityResponse> CheckPlanned(
      const catalog::v1::PlannedGig& planned);

  GigAccess& gigs_;
  service::Queries& queries_;
};

}  // namespace milepost::gig_catalog
