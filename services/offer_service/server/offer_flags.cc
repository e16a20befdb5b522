#include "services/offer_service/server/offer_flags.h"

#include "absl/time/time.h"
#include "common/core/order_limits.h"

namespace milepost::offers {

void AddOfferFlags(rpc::FlagSet& flags, OfferOptions& options) {
  flags.AddText("catalog", &options.catalog.address,
                "GigCatalog: host:port, or a gRPC target like dns:///….");
  flags.AddText("billing", &options.billing.address, "MilestoneBilling: host:port, or a gRPC target.");
  flags.Require("serve", "catalog", &options.catalog.address, "GigCatalog's host:port");
  flags.Require("serve", "billing", &options.billing.address, "MilestoneBilling's host:port");
  flags.AddInt("offer_min_milestones", &options.policy.min_milestones, 1, kMaxOrderMilestones,
               "The fewest milestones of a milestone offer (A7).");
  flags.AddInt("milestone_offer_floor_cents", &options.floor_cents, 0, kMaxPriceMinor,
               "The least total of a milestone offer in US cents; 0 = none (A8).");
  flags.AddDuration("accept_patience", &options.accepts.patience, absl::ZeroDuration(), absl::Minutes(10),
                    "The age at which the worker takes over an acceptance without an outcome.");
  flags.AddDuration("worker_period", &options.sweep_interval, absl::Milliseconds(10), absl::Minutes(1),
                    "How often the workers look for something to do.");
  flags.AddDuration("worker_lease", &options.worker_lease, absl::Milliseconds(100), absl::Minutes(10),
                    "How long after a replica's death another replica takes over its workers.");
}

}  // namespace milepost::offers
