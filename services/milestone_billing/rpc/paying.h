// Handlers about payment attempts.
#pragma once

#include "common/rpc/awaitable.h"
#include "common/rpc/call.h"
#include "milepost/billing/v1/milestone_billing.pb.h"
#include "services/milestone_billing/rpc/steps.h"
#include "services/milestone_billing/workers/orders.h"
#include "services/milestone_billing/workers/queries.h"

namespace milepost::billing {

// Thread-safe; what it is made of outlives it and every call to it.
class Paying {
 public:
  Paying(Steps& steps, Orders& orders, Queries& queries)
      : steps_(steps), orders_(orders), queries_(queries) {}

  rpc::InPlace RetryPayment(rpc::Call call, const v1::RetryPaymentRequest& request,
                            v1::RetryPaymentResponse& response);
  rpc::Awaitable<v1::GetChargeResponse> GetCharge(rpc::Call call, const v1::GetChargeRequest& request);
  rpc::Awaitable<v1::ListChargesResponse> ListCharges(rpc::Call call, const v1::ListChargesRequest& request);
  rpc::Awaitable<v1::ResolveChargeResponse> ResolveCharge(rpc::Call call,
                                                          const v1::ResolveChargeRequest& request);

 private:
  // The order of a charge; CHARGE_NOT_FOUND.
  rpc::Awaitable<OrderId> OrderOf(ChargeId charge);

  Steps& steps_;
  Orders& orders_;
  Queries& queries_;
};

}  // namespace milepost::billing
