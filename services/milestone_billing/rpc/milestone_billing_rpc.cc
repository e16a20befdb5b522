#include "services/milestone_billing/rpc/milestone_billing_rpc.h"

namespace milepost::billing {

MilestoneBillingRpc::MilestoneBillingRpc(rpc::HandlerPool& pool, const rpc::ServiceOptions& options,
                                         const BillingParts& parts)
    : Service("milepost.billing.v1.MilestoneBilling", pool, options),
      steps_(parts.orders, parts.charging),
      quoting_(parts.orders, parts.catalog, parts.offers, parts.policy),
      placing_(steps_, parts.orders, parts.catalog, parts.policy),
      working_(steps_),
      deciding_(steps_),
      paying_(steps_, parts.orders, parts.queries),
      reading_(parts.orders, parts.queries),
      auditing_(parts.queries) {
  Add(&Quoting::QuoteOrder, quoting_);
  Add(&Placing::PlaceOrder, placing_);
  Add(&Placing::PlaceGigOrder, placing_);
  Add(&Reading::GetOrder, reading_);
  Add(&Reading::ListOrders, reading_);
  Add(&Working::DeliverMilestone, working_);
  Add(&Deciding::RequestRevision, deciding_);
  Add(&Deciding::AcceptMilestone, deciding_);
  Add(&Deciding::StartNextMilestone, deciding_);
  Add(&Deciding::EndOrder, deciding_);
  Add(&Paying::RetryPayment, paying_);
  Add(&Paying::GetCharge, paying_);
  Add(&Paying::ListCharges, paying_);
  Add(&Paying::ResolveCharge, paying_);
  Add(&Reading::ListDeadlines, reading_);
  Add(&Auditing::AuditOrder, auditing_);
  Add(&Reading::GetWorkflowDefinition, reading_);
}

}  // namespace milepost::billing
