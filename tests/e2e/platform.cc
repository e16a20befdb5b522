#include "tests/e2e/platform.h"

#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/core/clock.h"
#include "tests/support/database.h"

namespace milepost::e2e {
namespace {

using Server = Platform::Server;

// Nobody listens there: stands for an address that is not known yet.
constexpr char kNowhere[] = "127.0.0.1:1";

[[noreturn]] void Die(const std::string& why) {
  std::fprintf(stderr, "platform: %s\n", why.c_str());
  std::abort();
}

std::string ProgramPath(const std::string& program) {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / program).string();
}

}  // namespace

Platform::Platform() : scratch_("milepost_e2e"), folder_(scratch_.path()) {
  for (Server server : {Server::kCatalog, Server::kOffers, Server::kBilling})
    schemas_[server] = testing::TestDatabase::Get().NewSchema();
  Prepare(Server::kSimulator, "payment_simulator", {absl::StrCat("--journal=", folder_, "/journal")});
  Prepare(Server::kCatalog, "gig_catalog", {});
  Prepare(Server::kOffers, "offer_service",
          {"--worker_period=50ms", "--worker_lease=500ms", "--accept_patience=300ms"});
  Prepare(Server::kBilling, "milestone_billing",
          {"--provider_timeout=500ms", "--charge_lease=2s", "--charge_retry_first=100ms",
           "--charge_retry_greatest=500ms", "--sweep_interval=50ms", "--reconcile_interval=50ms",
           "--relay_interval=50ms"});
  for (Server server : {Server::kCatalog, Server::kOffers, Server::kBilling})
    Migrate(programs_[server], DatabaseFlags(server));
}

Platform::~Platform() {
  processes_.clear();
}

void Platform::Prepare(Server server, const std::string& program, std::vector<std::string> flags) {
  programs_[server] = program;
  if (schemas_.contains(server)) {
    for (const std::string& flag : DatabaseFlags(server)) flags.push_back(flag);
    flags.push_back("--test_clock=offset");
    flags.push_back("--readiness_interval=50ms");
  }
  flags_[server] = flags;
  processes_[server] = std::make_unique<testing::ServerProcess>(program, flags);
}

std::vector<std::string> Platform::DatabaseFlags(Server server) const {
  const db::ConnectOptions& schema = schemas_.at(server);
  std::vector<std::string> flags = {absl::StrCat("--database_user=", schema.user),
                                    absl::StrCat("--database_schema=", schema.schema)};
  if (!schema.socket.empty()) {
    flags.push_back(absl::StrCat("--database_socket=", schema.socket));
  } else {
    flags.push_back(absl::StrCat("--database_host=", schema.host));
    flags.push_back(absl::StrCat("--database_port=", schema.port));
  }
  return flags;
}

void Platform::Migrate(const std::string& program, const std::vector<std::string>& flags) {
  std::string command = absl::StrCat("'", ProgramPath(program), "' migrate");
  for (const std::string& flag : flags) absl::StrAppend(&command, " '", flag, "'");
  if (std::system(absl::StrCat(command, " >", folder_, "/migrate.log 2>&1").c_str()) != 0)
    Die(absl::StrCat(command, " failed; see ", folder_, "/migrate.log"));
}

// Offers and billing call each other, and ports are known only once a server runs: offers gets its port first.
absl::Status Platform::Start() {
  for (Server server : {Server::kSimulator, Server::kCatalog})
    if (absl::Status started = Restart(server); !started.ok()) return started;
  const std::string catalog = absl::StrCat("--catalog=", process(Server::kCatalog).address());
  flags_[Server::kOffers].push_back(catalog);
  std::vector<std::string> first = flags_[Server::kOffers];
  first.push_back(absl::StrCat("--billing=", kNowhere));
  process(Server::kOffers).set_flags(first);
  if (absl::Status spawned = process(Server::kOffers).Spawn(); !spawned.ok()) return spawned;

  auto& billing = flags_[Server::kBilling];
  billing.push_back(catalog);
  billing.push_back(absl::StrCat("--offers=", process(Server::kOffers).address()));
  billing.push_back(absl::StrCat("--provider=", process(Server::kSimulator).address()));
  process(Server::kBilling).set_flags(billing);
  if (absl::Status started = Restart(Server::kBilling); !started.ok()) return started;

  flags_[Server::kOffers].push_back(absl::StrCat("--billing=", process(Server::kBilling).address()));
  process(Server::kOffers).set_flags(flags_[Server::kOffers]);
  if (absl::Status started = Restart(Server::kOffers); !started.ok()) return started;
  client_ = std::make_unique<PlatformClient>(addresses());
  return absl::OkStatus();
}

absl::Status Platform::StartArmed(Server server, const std::string& failpoint) {
  process(server).Kill();
  process(server).set_environment({absl::StrCat("MILEPOST_FAILPOINT=", failpoint)});
  absl::Status started = process(server).Start();
  process(server).set_environment({});
  return started;
}

absl::Status Platform::Restart(Server server) {
  process(server).Kill();
  return process(server).Start();
}

bool Platform::AwaitDeath(Server server) {
  return Eventually([&] { return !process(server).running(); });
}

Addresses Platform::addresses() {
  return {process(Server::kCatalog).address(), process(Server::kOffers).address(),
          process(Server::kBilling).address(), process(Server::kSimulator).address()};
}

bool Eventually(absl::FunctionRef<bool()> is_so) {
  constexpr absl::Duration kPatience = absl::Seconds(30), kPoll = absl::Milliseconds(20);
  const absl::Time give_up = WallNow() + kPatience;
  while (!is_so()) {
    if (WallNow() > give_up) return false;
    std::this_thread::sleep_for(absl::ToChronoMilliseconds(kPoll));
  }
  return true;
}

}  // namespace milepost::e2e
