// MilestoneBilling: orders, milestones and the money behind them. serve | migrate | health | audit; --help lists the settings.
#include "common/obs/standard_streams.h"
#include "common/rpc/server.h"
#include "common/service/flags.h"
#include "migrations/milestone_billing.h"
#include "services/milestone_billing/commands/audit_command.h"
#include "services/milestone_billing/server/billing_flags.h"
#include "services/milestone_billing/server/billing_server.h"
#include "services/milestone_billing/server/provider_flags.h"

namespace milepost::billing {
namespace {

int Serve(const rpc::ServiceFlags& shared, BillingOptions& options) {
  FollowChargingsPace(options);
  rpc::Server server(shared.server);
  BillingServer billing(options);
  return billing.shell().Run(server, shared);
}

int Main(int argc, char** argv) {
  BillingOptions options;
  service::Flags flags("milestone-billing", "Orders, milestones and the money behind them.",
                       "milestone_billing", options);
  AddBillingFlags(flags.own(), options);
  AddProviderFlags(flags.own(), options);
  const AuditCommand audit(flags.own());
  return flags.Run(argc, argv, migrations::milestone_billing(),
                   [&] { return Serve(flags.shared(), options); },
                   {{"audit", [&] { return audit.Run(options.database); }}});
}

}  // namespace
}  // namespace milepost::billing

int main(int argc, char** argv) {
  milepost::OpenStandardStreams();
  return milepost::billing::Main(argc, argv);
}
