#include "services/milestone_billing/rpc/milestone_billing_rpc.h"

#include <utility>

#include "services/milestone_billing/rpc/buyer_steps.h"
#include "services/milestone_billing/rpc/seller_steps.h"

namespace milepost::billing {

MilestoneBillingRpc::MilestoneBillingRpc(rpc::HandlerPool& pool, const rpc::ServiceOptions& options,
                                         const BillingParts& parts)
    : Service("milepost.billing.v1.MilestoneBilling", pool, options),
      steps_(parts.orders, parts.charging),
      quoting_(parts.orders, parts.catalog, parts.offers, parts.policy),
      placing_(steps_, parts.orders, parts.catalog, parts.policy),
      operators_(steps_, parts.queries),
      orders_(parts.orders, parts.queries),
      charges_(parts.orders, parts.queries),
      audits_(parts.queries) {
  Add(&QuotingHandlers::QuoteOrder, quoting_);
  Add(&PlacingHandlers::PlaceOrder, placing_);
  Add(&PlacingHandlers::PlaceGigOrder, placing_);
  AddSteps(SellerSteps());
  AddSteps(BuyerSteps());
  Add(&OperatorHandlers::ResolveCharge, operators_);
  Add(&OrderReadingHandlers::GetOrder, orders_);
  Add(&OrderReadingHandlers::ListOrders, orders_);
  Add(&OrderReadingHandlers::ListDeadlines, orders_);
  Add(&OrderReadingHandlers::GetWorkflowDefinition, orders_);
  Add(&ChargeReadingHandlers::GetCharge, charges_);
  Add(&ChargeReadingHandlers::ListCharges, charges_);
  Add(&AuditHandlers::AuditOrder, audits_);
}

void MilestoneBillingRpc::AddSteps(const std::vector<StepMethod>& methods) {
  for (const StepMethod& method : methods) {
    AddUntyped(*method.request, [this, method](rpc::Call call, const google::protobuf::Message& request,
                                               google::protobuf::Message& response) {
      return steps_.Answer(method, std::move(call), request, response);
    });
  }
}

}  // namespace milepost::billing
