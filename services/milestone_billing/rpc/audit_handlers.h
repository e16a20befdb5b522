// The handler of AuditOrder, which audits one order (W1).
#pragma once

#include "common/rpc/service.h"
#include "milepost/billing/v1/milestone_billing.pb.h"
#include "services/milestone_billing/store/order_audit.h"
#include "services/milestone_billing/workers/order_access.h"

namespace milepost::billing {

// Thread-safe; `queries` outlives it and every call to it.
class AuditHandlers {
 public:
  explicit AuditHandlers(Queries& queries) : queries_(queries) {}

  // Registers its handlers with the service.
  void AddTo(rpc::Service& service);

 private:
  rpc::Awaitable<v1::AuditOrderResponse> AuditOrder(rpc::Call call, const v1::AuditOrderRequest& request);

  Queries& queries_;
  const OrderAuditor auditor_;
};

}  // namespace milepost::billing
