// GigCatalog as a process: gigs and their milestone plans. Wiring only.
#include <string>

#include "common/events/event_feed.h"
#include "common/obs/standard_streams.h"
#include "common/rpc/service_flags.h"
#include "common/wiring/database_flags.h"
#include "common/wiring/gauges.h"
#include "common/wiring/test_clock.h"
#include "migrations/gig_catalog.h"
#include "services/gig_catalog/rpc/gig_catalog_rpc.h"
#include "services/gig_catalog/rpc/gig_feed.h"
#include "services/gig_catalog/store/gig_database.h"

namespace milepost::gig_catalog {
namespace {

struct Settings {
  wiring::DatabaseFlags database{"gig_catalog"};
  events::FeedOptions feed;
};

int Serve(const rpc::ServiceFlags& shared, const Settings& settings) {
  const db::ConnectOptions connect = settings.database.connect();
  rpc::Server server(shared.server);
  const GigDatabase::Options options{.test_clock = db::TestClockNamed(shared.test_clock),
                                     .lanes = settings.database.lanes(),
                                     .reads = settings.database.reads()};
  GigDatabase database(connect, options);
  rpc::HandlerPool pool(shared.handler_threads);
  GigAccess gigs(database.lanes(), database.reader());
  GigCatalogRpc gig_catalog(pool, shared.service(), gigs, database.lists());
  db::TestClock clock(&database.timeline(), &database.lanes(), std::make_unique<db::Leases>(connect));
  rpc::TestClockService clock_service(pool, wiring::ClockFunctions(clock, "gigs"), shared.service());
  server.Add(gig_catalog);
  if (options.test_clock) server.Add(clock_service);
  server.SetReadiness([&] { return database.CheckReady(); });
  server.OnDrained([&] { database.lanes().Drain(); });
  events::EventFeed feed(connect, GigFeed(), database.leases(), pool, shared.service(), settings.feed);
  feed.AddTo(server);
  feed.StartSequencer();
  wiring::Gauges gauges(connect, options.test_clock, settings.database.gauges_interval(),
                        {wiring::DeadlinesDue("gig"), wiring::StreamLag()});
  gauges.Show(shared, database.lanes().metrics(), database.reads().metrics());
  return server.Run();
}

int Main(int argc, char** argv) {
  rpc::ServiceFlags shared("gig-catalog", "Gigs and their milestone plans.");
  Settings settings;
  settings.database.AddTo(shared.flags());
  events::AddFeedFlags(shared.flags(), settings.feed);
  shared.AddTestClock();
  const std::string command = shared.ParseOrExit(argc, argv);
  if (command == "health") return shared.RunHealth();
  if (command == "serve") return Serve(shared, settings);
  return wiring::EndMigrate(db::Migrate(settings.database.connect(), {migrations::gig_catalog()}));
}

}  // namespace
}  // namespace milepost::gig_catalog

int main(int argc, char** argv) {
  milepost::OpenStandardStreams();
  return milepost::gig_catalog::Main(argc, argv);
}
