// MilestoneBilling: orders, milestones and the money behind them. serve | migrate | health | audit; --help lists the settings.
#include <cstdio>
#include <string>

#include "absl/status/status.h"
#include "common/obs/log.h"
#include "common/rpc/server.h"
#include "common/rpc/service_flags.h"
#include "services/milestone_billing/rpc/billing_server.h"
#include "services/milestone_billing/workers/audit_command.h"

namespace milepost::billing {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(1);

void AddFlags(rpc::FlagSet& flags, BillingOptions& options) {
  flags.AddText("catalog", &options.catalog, "GigCatalog's host:port.");
  flags.AddText("offers", &options.offers, "OfferService's host:port.");
  flags.AddText("provider", &options.provider, "The payment provider's host:port.");
  flags.AddDuration("provider_timeout", &options.provider_timeout, kTick, absl::Minutes(1),
                    "How long the payment provider may take to answer one question.");
  flags.AddDuration(
      "charge_lease", &options.charging.lease, kTick, absl::Minutes(10),
      "How long a payment attempt belongs to who took it; longer than 3 times --provider_timeout.");
  flags.AddDuration(
      "charge_resubmit_until", &options.charging.resubmit_until, kTick, absl::Hours(24),
      "How long after its creation an attempt may be submitted again; after that it is voided.");
  flags.AddDuration("charge_retry_first", &options.charging.retry_first, kTick, absl::Hours(1),
                    "The first wait before an attempt that stayed open is asked about again.");
  flags.AddDuration("charge_retry_greatest", &options.charging.retry_greatest, kTick, absl::Hours(1),
                    "The longest such wait.");
  flags.AddDuration("sweep_interval", &options.sweep_interval, kTick, absl::Hours(1),
                    "How often deadlines that are due are looked for.");
  flags.AddDuration("reconcile_interval", &options.reconcile_interval, kTick, absl::Hours(1),
                    "How often payment attempts that nobody is busy with are looked for.");
  flags.AddDuration("relay_interval", &options.relay_interval, kTick, absl::Hours(1),
                    "How often outcomes that OfferService has to be told are looked for.");
  flags.AddDuration("worker_lease", &options.worker_lease, absl::Milliseconds(100), absl::Minutes(5),
                    "How long after a replica's death another takes its workers over.");
}

void TakeShared(const rpc::ServiceFlags& shared, BillingOptions& options) {
  options.database.socket = shared.database.socket;
  options.database.host = shared.database.host;
  options.database.port = static_cast<uint16_t>(shared.database.port);
  options.database.user = shared.database.user;
  options.database.password = shared.database.password;
  options.database.schema = shared.database.schema.empty() ? "milestone_billing" : shared.database.schema;
  options.handler_threads = shared.handler_threads;
  options.unary = shared.unary();
  options.test_clock = db::TestClockNamed(shared.test_clock);
}

// What is wrong with the settings taken together; empty: nothing.
std::string Misfit(const BillingOptions& options) {
  if (options.catalog.empty() || options.offers.empty() || options.provider.empty())
    return "--catalog, --offers and --provider: where are the peers? host:port each";
  if (options.charging.lease <= kQuestionsMax * options.provider_timeout)
    return "--charge_lease must be longer than 3 times --provider_timeout: two would ask about one attempt";
  if (options.charging.retry_greatest < options.charging.retry_first)
    return "--charge_retry_greatest must not be shorter than --charge_retry_first";
  return "";
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
  const AuditCommand audit(shared.flags());
  const std::string command = shared.ParseOrExit(argc, argv);
  if (command == "health") return shared.RunHealth();
  TakeShared(shared, options);
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
