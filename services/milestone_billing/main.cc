// MilestoneBilling: orders, milestones and the money behind them. serve | migrate | health | audit; --help lists the settings.
#include <string>

#include "absl/status/status.h"
#include "common/obs/standard_streams.h"
#include "common/rpc/server.h"
#include "common/rpc/service_flags.h"
#include "common/wiring/database_flags.h"
#include "common/wiring/gauges.h"
#include "services/milestone_billing/rpc/billing_gauges.h"
#include "services/milestone_billing/rpc/billing_server.h"
#include "services/milestone_billing/rpc/provider_flags.h"
#include "services/milestone_billing/workers/audit_command.h"
#include "services/milestone_billing/workers/charge_outcomes.h"

namespace milepost::billing {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(1);

void AddFlags(rpc::FlagSet& flags, BillingOptions& options) {
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
  events::AddFeedFlags(flags, options.feed);
}

void TakeShared(const rpc::ServiceFlags& shared, const wiring::DatabaseFlags& database,
                BillingOptions& options) {
  options.database = database.connect();
  options.lanes = database.lanes();
  options.reads = database.reads();
  options.gauges_interval = database.gauges_interval();
  options.handler_threads = shared.handler_threads;
  options.service = shared.service();
  options.test_clock = db::TestClockNamed(shared.test_clock);
}

// The peers that serving needs.
void RequirePeers(rpc::FlagSet& flags, const BillingOptions& options) {
  flags.Require("serve", "catalog", &options.catalog, "GigCatalog's host:port");
  flags.Require("serve", "offers", &options.offers, "OfferService's host:port");
  flags.Require("serve", "provider", &options.provider, "the payment provider's host:port");
}

int Serve(const rpc::ServiceFlags& shared, const BillingOptions& options) {
  rpc::Server server(shared.server);
  BillingServer billing(options);
  billing.AddTo(server);
  billing.StartWorkers();
  wiring::Gauges gauges(options.database, options.test_clock, options.gauges_interval,
                        BillingQuestions(options.invariant_page));
  shared.metrics().Add(ReadChargeOutcomes);
  gauges.Show(shared, billing.lane_metrics(), billing.read_metrics());
  return server.Run();
}

int Main(int argc, char** argv) {
  rpc::ServiceFlags shared("milestone-billing", "Orders, milestones and the money behind them.");
  BillingOptions options;
  AddFlags(shared.flags(), options);
  AddProviderFlags(shared.flags(), options);
  RequirePeers(shared.flags(), options);
  wiring::DatabaseFlags database("milestone_billing");
  database.AddTo(shared.flags());
  const AuditCommand audit(shared.flags());
  shared.AddTestClock();
  const std::string command = shared.ParseOrExit(argc, argv);
  if (command == "health") return shared.RunHealth();
  TakeShared(shared, database, options);
  FollowChargingsPace(options);
  if (command == "audit") return audit.Run(options.database);
  if (command == "migrate") return wiring::EndMigrate(MigrateBilling(options.database));
  return Serve(shared, options);
}

}  // namespace
}  // namespace milepost::billing

int main(int argc, char** argv) {
  milepost::OpenStandardStreams();
  return milepost::billing::Main(argc, argv);
}
