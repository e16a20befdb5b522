// GigCatalog as a process: gigs and their milestone plans. Wiring only.
#include <string>

#include "common/events/event_feed.h"
#include "common/obs/log.h"
#include "common/rpc/service_flags.h"
#include "common/wiring/database.h"
#include "common/wiring/test_clock.h"
#include "migrations/gig_catalog.h"
#include "services/gig_catalog/rpc/gig_catalog_rpc.h"
#include "services/gig_catalog/rpc/gig_feed.h"
#include "services/gig_catalog/store/gig_database.h"

namespace milepost::gig_catalog {
namespace {

struct Settings {
  int lanes = 4;
  int batch_limit = 256;
  int read_connections = 4;
  events::FeedOptions feed;
};

void AddFlags(rpc::FlagSet& flags, Settings& settings) {
  flags.AddInt("lanes", &settings.lanes, 1, 64,
               "Threads that commit changes, with a database connection each.");
  flags.AddInt("batch_limit", &settings.batch_limit, 1, 4096,
               "The most changes that one transaction commits.");
  flags.AddInt("read_connections", &settings.read_connections, 1, 64, "Database connections for reads.");
  events::AddFeedFlags(flags, settings.feed);
}

int Fail(absl::string_view what, const absl::Status& cause) {
  obs::Log(obs::Level::kError, what).With("cause", cause.ToString());
  return 1;
}

int Serve(const rpc::ServiceFlags& shared, const Settings& settings, const db::ConnectOptions& connect) {
  rpc::Server server(shared.server);
  GigDatabase::Options options{.test_clock = db::TestClockNamed(shared.test_clock)};
  options.lanes.lanes = settings.lanes;
  options.lanes.batch_limit = settings.batch_limit;
  options.reads.connections = settings.read_connections;

  GigDatabase database(connect, options);
  rpc::HandlerPool pool(shared.handler_threads);
  GigAccess gigs(database.lanes(), database.reader());
  GigCatalogRpc gig_catalog(pool, shared.unary(), gigs, database.lists());
  db::TestClock clock(&database.timeline(), &database.lanes(), std::make_unique<db::Leases>(connect));
  rpc::TestClockService clock_service(pool, wiring::ClockFunctions(clock, "gigs"), shared.unary());
  server.Add(gig_catalog, catalog::v1::GigCatalog::service_full_name());
  if (options.test_clock) server.Add(clock_service, testing::v1::TestClock::service_full_name());
  server.SetReadiness([&] { return database.CheckReady(); });
  server.OnDrained([&] { database.lanes().Drain(); });
  events::EventFeed feed(connect, GigFeed(), database.leases(), pool, shared.unary(), settings.feed);
  feed.AddTo(server);
  feed.StartSequencer();
  return server.Run();
}

int Main(int argc, char** argv) {
  rpc::ServiceFlags shared("gig-catalog", "Gigs and their milestone plans.");
  Settings settings;
  AddFlags(shared.flags(), settings);
  const std::string command = shared.ParseOrExit(argc, argv);
  if (command == "health") return shared.RunHealth();
  const db::ConnectOptions connect = wiring::ConnectOptionsOf(shared.database, "gig_catalog");
  if (command == "serve") return Serve(shared, settings, connect);
  const absl::Status migrated = db::Migrate(connect, {migrations::gig_catalog()});
  return migrated.ok() ? 0 : Fail("can't migrate", migrated);
}

}  // namespace
}  // namespace milepost::gig_catalog

int main(int argc, char** argv) {
  return milepost::gig_catalog::Main(argc, argv);
}
