#include "tests/e2e/platform.h"

#include <stdlib.h>
#include <sys/wait.h>

#include <cstdio>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
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

// A path; or the name alone, for the programs beside this one.
std::string In(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : absl::StrCat(folder, "/", name);
}

}  // namespace

Platform::Platform() : Platform(Options()) {}

Platform::Platform(const Options& options)
    : options_(options), scratch_("milepost_e2e"), folder_(scratch_.path()) {
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
  if (const absl::Status ready = UsePrograms(options.programs); !ready.ok()) Die(ready.ToString());
}

absl::Status Platform::UsePrograms(const std::string& folder) {
  for (const auto& [server, name] : programs_) {
    if (schemas_.contains(server) && RunToEnd(folder, server, "migrate") != 0)
      return absl::InternalError(absl::StrCat(folder, "/", name, " migrate failed"));
    for (const auto& process : processes_.at(server)) process->set_program(In(folder, name));
  }
  return absl::OkStatus();
}

int Platform::RunToEnd(const std::string& folder, Server server, const std::string& command) const {
  return RunProgram(In(folder, programs_.at(server)), command, testing::DatabaseFlags(schemas_.at(server)));
}

Platform::~Platform() {
  processes_.clear();
}

void Platform::Prepare(Server server, const std::string& program, std::vector<std::string> flags) {
  programs_[server] = program;
  const bool is_service = schemas_.contains(server);
  if (is_service) {
    for (const std::string& flag : testing::DatabaseFlags(schemas_[server])) flags.push_back(flag);
    flags.push_back(absl::StrCat("--test_clock=", options_.test_clock));
    flags.push_back("--readiness_interval=50ms");
  }
  if (const auto own = options_.flags.find(server); own != options_.flags.end())
    flags.insert(flags.end(), own->second.begin(), own->second.end());
  flags_[server] = flags;
  for (int i = 0; i < (is_service ? options_.replicas : 1); ++i)
    processes_[server].push_back(std::make_unique<testing::ServerProcess>(program, flags));
}

void Platform::SetPeers(Server server, const std::vector<std::string>& flags) {
  std::vector<std::string> all = flags_.at(server);
  all.insert(all.end(), flags.begin(), flags.end());
  for (const auto& process : processes_.at(server)) process->set_flags(all);
}

// Offers and billing call each other, and ports are known only once a server runs: offers gets its ports first.
absl::Status Platform::Start() {
  for (Server server : {Server::kSimulator, Server::kCatalog})
    if (absl::Status started = RestartAll(server); !started.ok()) return started;
  const std::string catalog = absl::StrCat("--catalog=", TargetOf(Server::kCatalog));
  SetPeers(Server::kOffers, {catalog, absl::StrCat("--billing=", kNowhere)});
  for (const auto& offers : processes_.at(Server::kOffers))
    if (absl::Status spawned = offers->Spawn(); !spawned.ok()) return spawned;

  SetPeers(Server::kBilling, {catalog, absl::StrCat("--offers=", TargetOf(Server::kOffers)),
                              absl::StrCat("--provider=", TargetOf(Server::kSimulator))});
  if (absl::Status started = RestartAll(Server::kBilling); !started.ok()) return started;

  SetPeers(Server::kOffers, {catalog, absl::StrCat("--billing=", TargetOf(Server::kBilling))});
  if (absl::Status started = RestartAll(Server::kOffers); !started.ok()) return started;
  client_ = std::make_unique<PlatformClient>(addresses());
  return absl::OkStatus();
}

absl::Status Platform::StartArmed(Server server, const std::string& failpoint, int replica) {
  testing::ServerProcess& armed = process(server, replica);
  armed.Kill();
  armed.set_environment({absl::StrCat("MILEPOST_FAILPOINT=", failpoint)});
  absl::Status started = armed.Start();
  armed.set_environment({});
  return started;
}

absl::Status Platform::Restart(Server server, int replica) {
  process(server, replica).Kill();
  return process(server, replica).Start();
}

absl::Status Platform::RestartAll(Server server) {
  for (int replica = 0; replica < replicas(server); ++replica)
    if (absl::Status started = Restart(server, replica); !started.ok()) return started;
  return absl::OkStatus();
}

bool Platform::AwaitDeath(Server server, int replica) {
  return Eventually([&] { return !process(server, replica).running(); });
}

std::string Platform::TargetOf(Server server) const {
  const auto& replicas = processes_.at(server);
  if (replicas.size() == 1) return replicas[0]->address();
  return absl::StrCat("ipv4:", absl::StrJoin(replicas, ",", [](std::string* out, const auto& process) {
                        out->append(process->address());
                      }));
}

Addresses Platform::addresses() const {
  return {TargetOf(Server::kCatalog), TargetOf(Server::kOffers), TargetOf(Server::kBilling),
          TargetOf(Server::kSimulator)};
}

Addresses Platform::addresses(int replica) const {
  const auto address = [&](Server server) { return processes_.at(server).at(replica)->address(); };
  return {address(Server::kCatalog), address(Server::kOffers), address(Server::kBilling),
          TargetOf(Server::kSimulator)};
}

int RunProgram(const std::string& program, const std::string& command,
               const std::vector<std::string>& flags) {
  std::string line = absl::StrCat("'", testing::ProgramPath(program), "' ", command);
  for (const std::string& flag : flags) absl::StrAppend(&line, " '", flag, "'");
  const int status = std::system(absl::StrCat(line, " >/dev/null 2>&1").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
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
