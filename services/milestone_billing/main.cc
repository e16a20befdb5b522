// MilestoneBilling: orders, milestones and the money behind them. serve | migrate | health | audit; --help lists the settings.
#include <cstdio>
#include <string>

#include "absl/status/status.h"
#include "common/obs/log.h"
#include "common/rpc/server.h"
#include "common/rpc/service_flags.h"
#include "common/wiring/database.h"
#include "services/milestone_billing/rpc/billing_server.h"
#include "services/milestone_billing/rpc/provider_flags.h"
#include "services/milestone_billing/workers/audit_command.h"

namespace milepost::billing {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(1);

void AddFlags(rpc::FlagSet& flags, BillingOptions& options) {
  flags.AddText("catalog", &options.catalog, "GigCatalog's host:port.");
  flags.AddText("offers", &options.offers, "OfferService's host:port.");
  flags.AddDuration("sweep_interval", &options.sweep_interval, kTick, absl::Hours(1),
                    "How often deadlines that are due are looked for.");
  flags.AddDuration("relay_interval", &options.relay_interval, kTick, absl::Hours(1),
                    "How often outcomes that OfferService has to be told are looked for.");
  flags.AddDuration("worker_lease", &options.worker_lease, absl::Milliseconds(100), absl::Minutes(5),
                    "How long after a replica's death another takes its workers over.");
  events::AddFeedFlags(flags, options.feed);
}

void TakeShared(const rpc::ServiceFlags& shared, BillingOptions& options) {
  options.database = wiring::ConnectOptionsOf(shared.database, "milestone_billing");
  options.handler_threads = shared.handler_threads;
  options.unary = shared.unary();
  options.test_clock = db::TestClockNamed(shared.test_clock);
}

// What is wrong with the settings taken together; empty: nothing.
std::string Misfit(const BillingOptions& options) {
  if (options.catalog.empty() || options.offers.empty() || options.provider.empty())
    return "--catalog, --offers and --provider: where are the peers? host:port each";
  return ProviderMisfit(options);
}

int Serve(const rpc::ServiceFlags& shared, const BillingOptions& options) {
  rpc::Server server(shared.server);
  BillingServer billing(options);
  billing.AddTo(server);
  billing.StartWorkers();
  return server.Run();
}

int Main(int argc, char** argv) {
  rpc::ServiceFlags shared("milestone-billing", "Orders, milestones and the money behind them.");
  BillingOptions options;
  AddFlags(shared.flags(), options);
  AddProviderFlags(shared.flags(), options);
  const AuditCommand audit(shared.flags());
  const std::string command = shared.ParseOrExit(argc, argv);
  if (command == "health") return shared.RunHealth();
  TakeShared(shared, options);
  FollowChargingsPace(options);
  if (command == "audit") return audit.Run(options.database);
  if (command == "migrate") {
    const absl::Status migrated = MigrateBilling(options.database);
    if (!migrated.ok()) std::fprintf(stderr, "migrate: %s\n", std::string(migrated.message()).c_str());
    return migrated.ok() ? 0 : 1;
  }
  const std::string misfit = Misfit(options);
  if (!misfit.empty()) std::fprintf(stderr, "%s\n", misfit.c_str());
  return misfit.empty() ? Serve(shared, options) : 2;
}

}  // namespace
}  // namespace milepost::billing

int main(int argc, char** argv) {
  return milepost::billing::Main(argc, argv);
}
