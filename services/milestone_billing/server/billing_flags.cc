#include "services/milestone_billing/server/billing_flags.h"

#include "absl/time/time.h"

namespace milepost::billing {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(1);

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
                    "How long a gig's quote can be ordered with (QUOTE_EXPIRED).");
  flags.AddDuration("sweep_interval", &options.sweep_interval, kTick, absl::Hours(1),
                    "How often deadlines that are due are looked for.");
  flags.AddDuration("relay_interval", &options.relay_interval, kTick, absl::Hours(1),
                    "How often outcomes that OfferService has to be told are looked for.");
  flags.AddInt("invariant_page", &options.invariant_page, 1, 100'000,
               "Of how many orders the invariants are checked every --gauges_interval (W8), until all "
               "are and from the first again.");
  flags.AddDuration("worker_lease", &options.worker_lease, absl::Milliseconds(100), absl::Minutes(5),
                    "How long after a replica's death another takes its workers over.");
  RequirePeers(flags, options);
}

}  // namespace milepost::billing
