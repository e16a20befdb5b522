// Handlers that read payment attempts.
#pragma once

#include "common/rpc/service.h"
#include "milepost/billing/v1/milestone_billing.pb.h"
#include "services/milestone_billing/workers/order_access.h"

namespace milepost::billing {

// The order of a charge; CHARGE_NOT_FOUND if there is none.
rpc::Awaitable<OrderId> OrderOfCharge(Queries& queries, ChargeId charge);

// Thread-safe. Its parts outlive it and every call to it.
class ChargeReadingHandlers {
 public:
  ChargeReadingHandlers(OrderAccess& orders, Queries& queries) : orders_(orders), queries_(queries) {}

  // Registers its handlers with the service.
  void AddTo(rpc::Service& service);

 private:
  rpc::Awaitable<v1::GetChargeResponse> GetCharge(rpc::Call call, const v1::GetChargeRequest& request);
  rpc::Awaitable<v1::ListChargesResponse> ListCharges(rpc::Call call, const v1::ListChargesRequest& request);

  OrderAccess& orders_;
  Queries& queries_;
};

}  // namespace milepost::billing
