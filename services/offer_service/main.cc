// OfferService as a process: custom offers from sellers to buyers. Wiring only.
#include <string>
#include <utility>

#include "common/events/event_feed.h"
#include "common/obs/standard_streams.h"
#include "common/rpc/service_flags.h"
#include "common/wiring/database_flags.h"
#include "common/wiring/gauges.h"
#include "common/wiring/test_clock.h"
#include "migrations/offer_service.h"
#include "services/offer_service/rpc/offer_feed.h"
#include "services/offer_service/rpc/offer_rpc.h"
#include "services/offer_service/store/offer_database.h"
#include "services/offer_service/workers/offer_workers.h"

namespace milepost::offers {
namespace {

struct Settings {
  rpc::PeerOptions catalog{.name = "services/gig-catalog", .address = "", .self = kOfferServiceActor};
  rpc::PeerOptions billing{.name = "services/milestone-billing", .address = "", .self = kOfferServiceActor};
  TermsPolicy policy;
  int64_t floor_cents = 0;
  OfferWorkersOptions workers;
  events::FeedOptions feed;
  wiring::DatabaseFlags database{"offer_service"};
};

void AddFlags(rpc::FlagSet& flags, Settings& settings) {
  settings.database.AddTo(flags);
  flags.AddText("catalog", &settings.catalog.address,
                "GigCatalog: host:port, or a gRPC target like dns:///….");
  flags.AddText("billing", &settings.billing.address, "MilestoneBilling: host:port, or a gRPC target.");
  flags.Require("serve", "catalog", &settings.catalog.address, "GigCatalog's host:port");
  flags.Require("serve", "billing", &settings.billing.address, "MilestoneBilling's host:port");
  flags.AddInt("offer_min_milestones", &settings.policy.min_milestones, 1, kMaxOrderMilestones,
               "The fewest milestones of a milestone offer (A7).");
  flags.AddInt("milestone_offer_floor_cents", &settings.floor_cents, 0, kMaxPriceMinor,
               "The least total of a milestone offer in US cents; 0 = none (A8).");
  flags.AddDuration("accept_patience", &settings.workers.accepts.patience, absl::ZeroDuration(),
                    absl::Minutes(10),
                    "The age at which an acceptance without an outcome is driven on by the worker.");
  flags.AddDuration("worker_period", &settings.workers.period, absl::Milliseconds(10), absl::Minutes(1),
                    "How often the workers look for something to do.");
  flags.AddDuration("worker_lease", &settings.workers.lease, absl::Milliseconds(100), absl::Minutes(10),
                    "How long after a replica's death another does its workers' work.");
  events::AddFeedFlags(flags, settings.feed);
}

int Serve(const rpc::ServiceFlags& shared, Settings settings) {
  const db::ConnectOptions connect = settings.database.connect();
  rpc::Server server(shared.server);
  if (settings.floor_cents > 0) settings.policy.milestone_floor = Money::Usd(settings.floor_cents);
  const auto test_clock = db::TestClockNamed(shared.test_clock);
  OfferDatabase database(connect, migrations::offer_service(), test_clock, settings.database.lanes(),
                         settings.database.reads());
  rpc::HandlerPool pool(shared.handler_threads);
  GigCatalogClient gigs(settings.catalog);
  MilestoneBillingClient billing(settings.billing);
  Placing placing(database.lanes(), billing);
  OfferRpc offers({pool, database, gigs, placing, settings.policy}, shared.service());
  db::TestClock clock(&database.timeline(), &database.lanes(), std::make_unique<db::Leases>(connect));
  rpc::TestClockService clock_service(pool, wiring::ClockFunctions(clock, "offers"), shared.service());
  offers.AddTo(server);
  if (test_clock) server.Add(clock_service);
  OfferWorkers workers(database, placing, pool.executor(), settings.workers);
  server.SetReadiness([&] { return database.CheckReady(); });
  server.OnStop([&] { workers.AskToStop(); });
  server.OnDrained([&] { workers.Stop(); });
  server.OnDrained([&] { database.lanes().Drain(); });
  events::EventFeed feed(connect, OfferFeed(), database.leases(), pool, shared.service(), settings.feed);
  feed.AddTo(server);
  feed.StartSequencer();
  wiring::Gauges gauges(connect, test_clock, settings.database.gauges_interval(),
                        {wiring::DeadlinesDue("offer"), wiring::StreamLag()});
  gauges.Show(shared, database.lanes().metrics(), database.reads().metrics());
  return server.Run();
}

int Main(int argc, char** argv) {
  rpc::ServiceFlags shared("offer-service", "Custom offers from sellers to buyers.");
  Settings settings;
  AddFlags(shared.flags(), settings);
  shared.AddTestClock();
  const std::string command = shared.ParseOrExit(argc, argv);
  if (command == "health") return shared.RunHealth();
  if (command == "serve") return Serve(shared, std::move(settings));
  return wiring::EndMigrate(db::Migrate(settings.database.connect(), {migrations::offer_service()}));
}

}  // namespace
}  // namespace milepost::offers

int main(int argc, char** argv) {
  milepost::OpenStandardStreams();
  return milepost::offers::Main(argc, argv);
}
