#include "services/milestone_billing/server/billing_flags.h"

#include "absl/time/time.h"

namespace milepost::billing {
namespace {

// The peers that serving needs.
void RequirePeers(rpc::FlagSet& flags, const BillingOptions& options) {
  flags.Require("serve", "catalog", &options.catalog, "GigCatalog's host:port");
  flags.Require("serve", "offers", &options.offers, "OfferService's host:port");
  flags.Require("serve", "provider", &options.provider, "the payment provider's host:port");
}

}  // namespace

void AddBillingFlags(rpc::FlagSet& flags, BillingOptions& options) {
  flags.AddText("catalog", &options.catalog, "GigCatalog's host:port.");
  flags.AddText("offers", &options.offers, "OfferService's host:port.");
  flags.AddDuration("quote_validity", &options.policy.quote_validity, absl::Seconds(1), absl::Hours(8760),
                    "How long a gig's quote is valid; after that it is refused with QUOTE_EXPIRED.");
  flags.AddDuration("sweep_interval", &options.sweep_interval, kShortestInterval, absl::Hours(1),
                    "How often the sweeper looks for due deadlines.");
  flags.AddDuration("relay_interval", &options.relay_interval, kShortestInterval, absl::Hours(1),
                    "How often the relay looks for outcomes that OfferService is owed.");
  flags.AddInt("invariant_page", &options.invariant_page, 1, 100'000,
               "The number of orders whose invariants (W8) are checked every --gauges_interval; after the "
               "last order it starts again.");
  flags.AddDuration("worker_lease", &options.worker_lease, absl::Milliseconds(100), absl::Minutes(5),
                    "How long after a replica's death another replica takes over its workers.");
  RequirePeers(flags, options);
}

}  // namespace milepost::billing
