// Handlers that place orders and charge their first milestone (S27).
#pragma once

#include <string>

#include "common/rpc/service.h"
#include "milepost/billing/v1/milestone_billing.pb.h"
#include "services/milestone_billing/clients/gig_catalog_client.h"
#include "services/milestone_billing/rpc/quote_token.h"
#include "services/milestone_billing/rpc/step_runner.h"
#include "services/milestone_billing/rpc/terms_of.h"
#include "services/milestone_billing/workers/order_access.h"

namespace milepost::billing {

// Thread-safe. Its parts outlive it and every call to it.
class PlacingHandlers {
 public:
  PlacingHandlers(StepRunner& steps, OrderAccess& orders, GigCatalogClient& catalog,
                  const BillingPolicy& policy)
      : steps_(steps), orders_(orders), catalog_(catalog), policy_(policy) {}

  // Registers its handlers with the service.
  void AddTo(rpc::Service& service);

  rpc::Awaitable<v1::PlaceOrderResponse> PlaceOrder(rpc::Call call, const v1::PlaceOrderRequest& request);
  rpc::Awaitable<v1::PlaceGigOrderResponse> PlaceGigOrder(rpc::Call call,
                                                          const v1::PlaceGigOrderRequest& request);

 private:
  struct Agreement {
    std::string seller;
    Terms terms;
    absl::Status orderable;  // why no attempt can be started on them
  };
  // The gig's terms as they are now; of an order that is placed, the terms that it was placed on. If the gig can't be
  // ordered now, or the catalog can't be reached, the domain refuses, but only after its checks of the quote and the
  // order: an expired quote is QUOTE_EXPIRED, and a replay needs only its order.
  rpc::Awaitable<Agreement> AgreementOf(const Quote& quote, const OrderId& order, const rpc::Call& call);
  // The gig's present terms for that quote. Refuses with TERMS_CHANGED, or as the catalog does.
  rpc::Awaitable<Agreement> OfferedNow(const Quote& quote, const rpc::Call& call);

  StepRunner& steps_;
  OrderAccess& orders_;
  GigCatalogClient& catalog_;
  const BillingPolicy policy_;
};

}  // namespace milepost::billing
