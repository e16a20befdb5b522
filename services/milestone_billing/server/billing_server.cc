#include "services/milestone_billing/server/billing_server.h"

#include "migrations/milestone_billing.h"
#include "services/milestone_billing/rpc/ledger_rpc.h"
#include "services/milestone_billing/rpc/milestone_billing_rpc.h"
#include "services/milestone_billing/rpc/order_feed.h"
#include "services/milestone_billing/server/billing_gauges.h"
#include "services/milestone_billing/store/order_mapping.h"
#include "services/milestone_billing/workers/charge_outcomes.h"

namespace milepost::billing {

BillingServer::BillingServer(const BillingOptions& options)
    : shell_(options, OrderMapping(),
             {.schema = migrations::milestone_billing(), .collection = "orders", .feed = OrderFeed()},
             CountChargeOutcomes),
      orders_(shell_.access()),
      catalog_(shell_.AddPeer<GigCatalogClient>(options.catalog)),
      offers_(shell_.AddPeer<OfferClient>(options.offers)),
      provider_(shell_.AddPeer<PaymentProviderClient>(options.provider, options.provider_proxy,
                                                      options.provider_timeout)),
      charging_(shell_.Add<Charging>(provider_, orders_, options.charging)),
      reconciler_(shell_.AddWorker<Reconciler>("reconciler", options.reconcile_interval, shell_.executor(),
                                               orders_, shell_.queries(), charging_)),
      rechecker_(shell_.AddWorker<Rechecker>("rechecker", options.reconcile_interval, shell_.executor(),
                                             orders_, shell_.queries(), provider_, options.charging.recheck)),
      refunder_(shell_.AddWorker<Refunder>("refunder", options.reconcile_interval, shell_.executor(), orders_,
                                           shell_.queries(), provider_, options.refunds)),
      relay_(shell_.AddWorker<Relay>("relay", options.relay_interval, shell_.executor(), orders_,
                                     shell_.queries(), offers_, options.relay)) {
  shell_.AddService<MilestoneBillingRpc>(
      BillingParts{orders_, shell_.queries(), charging_, catalog_, offers_, options.policy});
  shell_.AddService<LedgerRpc>(orders_, shell_.queries());
  for (service::Gauges::Question& question : BillingQuestions(options.invariant_page))
    shell_.AddQuestion(std::move(question));
  shell_.AddMetrics(ReadChargeOutcomes);
}

}  // namespace milepost::billing
