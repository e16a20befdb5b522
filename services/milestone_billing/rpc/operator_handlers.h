// The handlers of methods for operators only.
#pragma once

#include "common/rpc/service.h"
#include "milepost/billing/v1/milestone_billing.pb.h"
#include "services/milestone_billing/rpc/step_runner.h"
#include "services/milestone_billing/workers/order_access.h"

namespace milepost::billing {

// Thread-safe. Its parts outlive it and every call to it.
class OperatorHandlers {
 public:
  OperatorHandlers(StepRunner& steps, Queries& queries) : steps_(steps), queries_(queries) {}

  // Registers its handlers with the service.
  void AddTo(rpc::Service& service);

 private:
  rpc::Awaitable<v1::ResolveChargeResponse> ResolveCharge(rpc::Call call,
                                                          const v1::ResolveChargeRequest& request);

  StepRunner& steps_;
  Queries& queries_;
};

}  // namespace milepost::billing
