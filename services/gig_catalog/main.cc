// GigCatalog as a process: gigs and their milestone plans. Wiring only.
#include <cstdint>
#include <string>

#include "common/core/status_macros.h"
#include "common/obs/log.h"
#include "common/rpc/service_flags.h"
#include "migrations/gig_catalog.h"
#include "services/gig_catalog/rpc/gig_catalog_rpc.h"
#include "services/gig_catalog/rpc/gig_test_clock.h"
#include "services/gig_catalog/store/gig_database.h"

namespace milepost::gig_catalog {
namespace {

struct Settings {
  int lanes = 4;
  int batch_limit = 256;
  int read_connections = 4;
};

void AddFlags(rpc::FlagSet& flags, Settings& settings) {
  flags.AddInt("lanes", &settings.lanes, 1, 64,
               "Threads that commit changes, with a database connection each.");
  flags.AddInt("batch_limit", &settings.batch_limit, 1, 4096,
               "The most changes that one transaction commits.");
  flags.AddInt("read_connections", &settings.read_connections, 1, 64, "Database connections for reads.");
}

db::ConnectOptions ConnectOptionsOf(const rpc::ServiceFlags::Database& database) {
  return {.socket = database.socket,
          .host = database.host,
          .port = static_cast<uint16_t>(database.port),
          .user = database.user,
          .password = database.password,
          .schema = database.schema.empty() ? "gig_catalog" : database.schema};
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
  rpc::TestClockService clock_service(pool, ClockFunctions(clock), shared.unary());
  server.Add(gig_catalog, catalog::v1::GigCatalog::service_full_name());
  if (options.test_clock) server.Add(clock_service, testing::v1::TestClock::service_full_name());
  server.SetReadiness([&] { return database.CheckReady(); });
  server.OnDrained([&] { database.lanes().Drain(); });
  return server.Run();
}

int Main(int argc, char** argv) {
  rpc::ServiceFlags shared("gig-catalog", "Gigs and their milestone plans.");
  Settings settings;
  AddFlags(shared.flags(), settings);
  const std::string command = shared.ParseOrExit(argc, argv);
  if (command == "health") return shared.RunHealth();
  const db::ConnectOptions connect = ConnectOptionsOf(shared.database);
  if (command == "serve") return Serve(shared, settings, connect);
  const absl::Status migrated = db::Migrate(connect, {migrations::gig_catalog()});
  return migrated.ok() ? 0 : Fail("can't migrate", migrated);
}

}  // namespace
}  // namespace milepost::gig_catalog

int main(int argc, char** argv) {
  return milepost::gig_catalog::Main(argc, argv);
}
