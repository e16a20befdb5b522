// The service MilestoneBilling: its methods and their handlers.
#pragma once

#include "common/rpc/handler_pool.h"
#include "common/rpc/service.h"
#include "services/milestone_billing/rpc/auditing.h"
#include "services/milestone_billing/rpc/deciding.h"
#include "services/milestone_billing/rpc/paying.h"
#include "services/milestone_billing/rpc/placing.h"
#include "services/milestone_billing/rpc/quoting.h"
#include "services/milestone_billing/rpc/reading.h"
#include "services/milestone_billing/rpc/working.h"

namespace milepost::billing {

// What the handlers are made of; all outlives the service.
struct BillingParts {
  Orders& orders;
  Queries& queries;
  Charging& charging;
  GigCatalogClient& catalog;
  OfferClient& offers;
  BillingPolicy policy;
};

// Thread-safe. What the constructor takes must outlive it, and it the gRPC server.
class MilestoneBillingRpc final : public rpc::Service {
 public:
  MilestoneBillingRpc(rpc::HandlerPool& pool, const rpc::ServiceOptions& options, const BillingParts& parts);

 private:
  Steps steps_;
  Quoting quoting_;
  Placing placing_;
  Working working_;
  Deciding deciding_;
  Paying paying_;
  Reading reading_;
  Auditing auditing_;
};

}  // namespace milepost::billing
