// The server of MilestoneBilling: its own parts in the shell of a service. main.cc runs it, and component tests run
// it in their own process.
#pragma once

#include "common/service/shell.h"
#include "services/milestone_billing/clients/gig_catalog_client.h"
#include "services/milestone_billing/clients/offer_client.h"
#include "services/milestone_billing/clients/payment_provider_client.h"
#include "services/milestone_billing/server/billing_options.h"
#include "services/milestone_billing/workers/charging.h"
#include "services/milestone_billing/workers/order_access.h"
#include "services/milestone_billing/workers/rechecker.h"
#include "services/milestone_billing/workers/reconciler.h"
#include "services/milestone_billing/workers/refunder.h"
#include "services/milestone_billing/workers/relay.h"

namespace milepost::billing {

// Thread-safe after construction. Outlives the drain of the server that its shell was added to.
class BillingServer {
 public:
  // Connects when it is first used.
  explicit BillingServer(const BillingOptions& options);

  service::AnyShell& shell() { return shell_; }

  // For tests, which tick by hand.
  Reconciler& reconciler() { return reconciler_; }
  Rechecker& rechecker() { return rechecker_; }
  Refunder& refunder() { return refunder_; }
  Relay& relay() { return relay_; }

 private:
  service::Shell<OrderDomain> shell_;
  OrderAccess& orders_;
  GigCatalogClient& catalog_;
  OfferClient& offers_;
  PaymentProviderClient& provider_;
  Charging& charging_;
  Reconciler& reconciler_;
  Rechecker& rechecker_;
  Refunder& refunder_;
  Relay& relay_;
};

}  // namespace milepost::billing
