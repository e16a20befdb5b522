// The buyer's handlers: answering a delivery, going on, ending.
#pragma once

#include "common/rpc/unary.h"
#include "milepost/billing/v1/milestone_billing.pb.h"
#include "services/milestone_billing/rpc/steps.h"

namespace milepost::billing {

// Thread-safe; `steps` outlives it and every call to it.
class Deciding {
 public:
  explicit Deciding(Steps& steps) : steps_(steps) {}

  rpc::Awaitable<v1::RequestRevisionResponse> RequestRevision(rpc::Call call,
                                                              const v1::RequestRevisionRequest& request);
  rpc::Awaitable<v1::AcceptMilestoneResponse> AcceptMilestone(rpc::Call call,
                                                              const v1::AcceptMilestoneRequest& request);
  rpc::Awaitable<v1::StartNextMilestoneResponse> StartNextMilestone(
      rpc::Call call, const v1::StartNextMilestoneRequest& request);
  rpc::Awaitable<v1::EndOrderResponse> EndOrder(rpc::Call call, const v1::EndOrderRequest& request);

 private:
  Steps& steps_;
};

}  // namespace milepost::billing
