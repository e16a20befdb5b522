// The handler of QuoteOrder, which shows the cost and the schedule of an order before anybody is bound.
#pragma once

#include "common/rpc/service.h"
#include "milepost/billing/v1/milestone_billing.pb.h"
#include "services/milestone_billing/clients/gig_catalog_client.h"
#include "services/milestone_billing/clients/offer_client.h"
#include "services/milestone_billing/rpc/terms_of.h"
#include "services/milestone_billing/workers/order_access.h"

namespace milepost::billing {

// Thread-safe. Its parts outlive it and every call to it.
class QuotingHandlers {
 public:
  QuotingHandlers(OrderAccess& orders, GigCatalogClient& catalog, OfferClient& offers,
                  const BillingPolicy& policy)
      : orders_(orders), catalog_(catalog), offers_(offers), policy_(policy) {}

  // Registers its handlers with the service.
  void AddTo(rpc::Service& service);

 private:
  rpc::Awaitable<v1::QuoteOrderResponse> QuoteOrder(rpc::Call call, const v1::QuoteOrderRequest& request);

  rpc::Awaitable<v1::QuoteOrderResponse> QuoteGig(rpc::Call call, const v1::GigSelection& selection);
  rpc::Awaitable<v1::QuoteOrderResponse> QuoteOffer(rpc::Call call, std::string offer);
  // Previews the placement: when the command would be decided, or why it would be refused. A refusal of the terms names
  // `subject`, the request's field that says where they come from.
  rpc::Awaitable<absl::Time> TryToPlace(rpc::Call call, OrderId order, OrderCommand command,
                                        std::string subject);

  OrderAccess& orders_;
  GigCatalogClient& catalog_;
  OfferClient& offers_;
  const BillingPolicy policy_;
};

}  // namespace milepost::billing
