#include "common/service/flags.h"

#include "common/db/clock_setting.h"
#include "common/events/feed_options.h"
#include "common/obs/log.h"

namespace milepost::service {
namespace {

int Migrate(const db::ConnectOptions& database, const db::MigrationSet& schema) {
  const absl::Status migrated = db::Migrate(database, {schema});
  if (migrated.ok()) return 0;
  obs::Log(obs::Level::kError, "can't migrate").With("cause", migrated.message());
  return 1;
}

}  // namespace

Flags::Flags(absl::string_view service, absl::string_view purpose, absl::string_view schema, Options& options)
    : shared_(service, purpose), database_(schema), options_(options) {
  database_.AddTo(own());
  events::AddFeedFlags(own(), options.feed);
  shared_.AddTestClock();
}

int Flags::Run(int argc, char** argv, const db::MigrationSet& schema, const Command& serve,
               const std::map<std::string, Command>& others) {
  const std::string command = shared_.ParseOrExit(argc, argv);
  if (command == "health") return shared_.RunHealth();
  SetOptions();
  if (command == "migrate") return Migrate(options_.database, schema);
  const auto other = others.find(command);
  return other == others.end() ? serve() : other->second();
}

void Flags::SetOptions() {
  options_.database = database_.connect();
  options_.lanes = database_.lanes();
  options_.reads = database_.reads();
  options_.gauges_interval = database_.gauges_interval();
  options_.test_clock = db::TestClockNamed(shared_.test_clock);
  options_.handler_threads = shared_.handler_threads;
  options_.service = shared_.service();
}

}  // namespace milepost::service
