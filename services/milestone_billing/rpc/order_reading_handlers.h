// Handlers that read orders and their deadlines.
#pragma once

#include <cstddef>
#include <vector>

#include "common/rpc/service.h"
#include "milepost/billing/v1/milestone_billing.pb.h"
#include "services/milestone_billing/store/order_queries.h"
#include "services/milestone_billing/workers/order_access.h"

namespace milepost::billing {

// Thread-safe. Its parts outlive it and every call to it.
class OrderReadingHandlers {
 public:
  OrderReadingHandlers(OrderAccess& orders, Queries& queries) : orders_(orders), queries_(queries) {}

  // Registers its handlers with the service.
  void AddTo(rpc::Service& service);

 private:
  rpc::InPlace GetOrder(rpc::Call call, const v1::GetOrderRequest& request, v1::GetOrderResponse& response);
  rpc::Awaitable<v1::BatchGetOrdersResponse> BatchGetOrders(rpc::Call call,
                                                            const v1::BatchGetOrdersRequest& request);
  rpc::Awaitable<v1::ListOrdersResponse> ListOrders(rpc::Call call, const v1::ListOrdersRequest& request);
  rpc::Awaitable<v1::ListDeadlinesResponse> ListDeadlines(rpc::Call call,
                                                          const v1::ListDeadlinesRequest& request);
  rpc::Awaitable<v1::GetWorkflowDefinitionResponse> GetWorkflowDefinition(
      rpc::Call call, const v1::GetWorkflowDefinitionRequest& request);

  OrderAccess& orders_;
  Queries& queries_;
};

}  // namespace milepost::billing
