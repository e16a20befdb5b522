// The RPC service MilestoneBilling: its methods are those of its handlers, and the steps.
#pragma once

#include <vector>

#include "common/rpc/handler_pool.h"
#include "common/rpc/service.h"
#include "services/milestone_billing/rpc/audit_handlers.h"
#include "services/milestone_billing/rpc/charge_reading_handlers.h"
#include "services/milestone_billing/rpc/operator_handlers.h"
#include "services/milestone_billing/rpc/order_reading_handlers.h"
#include "services/milestone_billing/rpc/placing_handlers.h"
#include "services/milestone_billing/rpc/quoting_handlers.h"
#include "services/milestone_billing/rpc/step_method.h"
#include "services/milestone_billing/rpc/step_runner.h"

namespace milepost::billing {

// The parts that the handlers need. All of them outlive the service.
struct BillingParts {
  OrderAccess& orders;
  Queries& queries;
  Charging& charging;
  GigCatalogClient& catalog;
  OfferClient& offers;
  BillingPolicy policy;
};

// Thread-safe. The constructor's arguments must outlive it, and it must outlive the gRPC server.
class MilestoneBillingRpc final : public rpc::Service {
 public:
  MilestoneBillingRpc(rpc::HandlerPool& pool, const rpc::ServiceOptions& options, const BillingParts& parts);

 private:
  void AddSteps(const std::vector<StepMethod>& methods);

  StepRunner steps_;
  QuotingHandlers quoting_;
  PlacingHandlers placing_;
  OperatorHandlers operators_;
  OrderReadingHandlers orders_;
  ChargeReadingHandlers charges_;
  AuditHandlers audits_;
};

}  // namespace milepost::billing
