// The buyer's handlers: answering a delivery, going on, ending.
#pragma once

#include "common/rpc/awaitable.h"
#include "common/rpc/call.h"
#include "milepost/billing/v1/milestone_billing.pb.h"
#include "services/milestone_billing/rpc/steps.h"

namespace milepost::billing {

// Thread-safe; `steps` outlives it and every call to it.
class Deciding {
 public:
  explicit Deciding(Steps& steps) : steps_(steps) {}

  rpc::InPlace RequestRevision(rpc::Call call, const v1::RequestRevisionRequest& request,
                               v1::RequestRevisionResponse& response);
  rpc::InPlace AcceptMilestone(rpc::Call call, const v1::AcceptMilestoneRequest& request,
                               v1::AcceptMilestoneResponse& response);
  rpc::InPlace StartNextMilestone(rpc::Call call, const v1::StartNextMilestoneRequest& request,
                                  v1::StartNextMilestoneResponse& response);
  rpc::InPlace EndOrder(rpc::Call call, const v1::EndOrderRequest& request, v1::EndOrderResponse& response);

 private:
  Steps& steps_;
};

}  // namespace milepost::billing
