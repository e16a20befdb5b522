// Handlers that read orders and their deadlines.
#pragma once

#include <cstddef>
#include <vector>

#include "common/rpc/awaitable.h"
#include "common/rpc/call.h"
#include "milepost/billing/v1/milestone_billing.pb.h"
#include "services/milestone_billing/store/order_queries.h"
#include "services/milestone_billing/workers/order_access.h"

namespace milepost::billing {

// Thread-safe. Its parts outlive it and every call to it.
class OrderReadingHandlers {
 public:
  OrderReadingHandlers(OrderAccess& orders, Queries& queries) : orders_(orders), queries_(queries) {}

  rpc::InPlace GetOrder(rpc::Call call, const v1::GetOrderRequest& request, v1::GetOrderResponse& response);
  rpc::Awaitable<v1::ListOrdersResponse> ListOrders(rpc::Call call, const v1::ListOrdersRequest& request);
  rpc::Awaitable<v1::ListDeadlinesResponse> ListDeadlines(rpc::Call call,
                                                          const v1::ListDeadlinesRequest& request);
  rpc::Awaitable<v1::GetWorkflowDefinitionResponse> GetWorkflowDefinition(
      rpc::Call call, const v1::GetWorkflowDefinitionRequest& request);

 private:
  // Adds the orders at these places until the page is full, and returns how many it added: at least one if there is
  // any.
  rpc::Awaitable<size_t> ReadPage(const std::vector<OrderPlace>& places, const Actor& viewer,
                                  v1::ListOrdersResponse& response);

  OrderAccess& orders_;
  Queries& queries_;
};

}  // namespace milepost::billing
