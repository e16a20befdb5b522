// The seller's handlers.
#pragma once

#include "common/rpc/awaitable.h"
#include "common/rpc/call.h"
#include "milepost/billing/v1/milestone_billing.pb.h"
#include "services/milestone_billing/rpc/steps.h"

namespace milepost::billing {

// Thread-safe; `steps` outlives it and every call to it.
class Working {
 public:
  explicit Working(Steps& steps) : steps_(steps) {}

  rpc::InPlace DeliverMilestone(rpc::Call call, const v1::DeliverMilestoneRequest& request,
                                v1::DeliverMilestoneResponse& response);

 private:
  Steps& steps_;
};

}  // namespace milepost::billing
