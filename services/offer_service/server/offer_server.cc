#include "services/offer_service/server/offer_server.h"

#include "common/core/money.h"
#include "migrations/offer_service.h"
#include "services/offer_service/clients/gig_catalog.h"
#include "services/offer_service/clients/milestone_billing.h"
#include "services/offer_service/rpc/offer_feed.h"
#include "services/offer_service/rpc/offer_rpc.h"
#include "services/offer_service/store/offer_mapping.h"
#include "services/offer_service/workers/accept_driver.h"
#include "services/offer_service/workers/offer_access.h"
#include "services/offer_service/workers/placing.h"

namespace milepost::offers {
namespace {

TermsPolicy PolicyOf(const OfferOptions& options) {
  TermsPolicy policy = options.policy;
  if (options.floor_cents > 0) policy.milestone_floor = Money::Usd(options.floor_cents);
  return policy;
}

}  // namespace

OfferServer::OfferServer(const OfferOptions& options)
    : shell_(options, OfferMapping(),
             {.schema = migrations::offer_service(), .collection = "offers", .feed = OfferFeed()}) {
  OfferAccess& offers = shell_.access();
  auto& gigs = shell_.AddPeer<GigCatalogClient>(options.catalog);
  auto& billing = shell_.AddPeer<MilestoneBillingClient>(options.billing);
  auto& placing = shell_.Add<Placing>(offers, billing);
  shell_.AddWorker<AcceptDriver>("accept_driver", options.sweep_interval, shell_.executor(), offers,
                                 shell_.queries(), placing, options.accepts);
  shell_.AddService<OfferRpc>(OfferRpc::Parts{offers, shell_.queries(), gigs, placing, PolicyOf(options)});
}

}  // namespace milepost::offers
