#include "tests/torture/fleet.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/substitute.h"
#include "common/core/status_macros.h"
#include "tests/support/free_port.h"

namespace milepost::torture {
namespace {

namespace fs = std::filesystem;
using Program = Fleet::Program;

constexpr Program kPrograms[] = {Victim::kSimulator, Victim::kCatalog, Victim::kBilling, Victim::kOffers};
constexpr absl::Duration kStopPatience = absl::Seconds(20);
constexpr int kAdvanceTries = 10;  // each waits a lock wait for the transactions that hold the clock

bool IsService(Program program) {
  return program != Victim::kSimulator;
}

std::string FileOf(Program program) {
  if (program == Victim::kCatalog) return "gig_catalog";
  if (program == Victim::kOffers) return "offer_service";
  return program == Victim::kBilling ? "milestone_billing" : "payment_simulator";
}

std::string ProgramPath(const std::string& file) {
  return (fs::read_symlink("/proc/self/exe").parent_path() / file).string();
}

}  // namespace

Fleet::Fleet(const FleetOptions& options, DatabaseHost& database) : options_(options), database_(database) {
  fs::create_directories(options_.folder / "logs");
  for (const Program program : kPrograms) {
    processes_[program].resize(IsService(program) ? options_.replicas : 1);
    // Everybody knows everybody's port before the first one starts: offers and billing call each other.
    for (Replica& replica : processes_[program]) replica.port = testing::PickPort();
  }
  for (const Program program : kPrograms) {
    for (int i = 0; i < replicas(program); ++i) {
      auto process = std::make_unique<testing::ServerProcess>(FileOf(program), FlagsOf(program, i));
      process->set_log_file(LogOf(program, i));
      processes_[program][i].process = std::move(process);
    }
  }
  channels_ = e2e::ConnectTo({Target(Victim::kCatalog), Target(Victim::kOffers), Target(Victim::kBilling),
                              Target(Victim::kSimulator)});
}

std::string Fleet::LogOf(Program program, int replica) const {
  return (options_.folder / "logs" / absl::StrCat(FileOf(program), ".", replica, ".log")).string();
}

std::string Fleet::Target(Program program) const {
  return absl::StrCat("ipv4:",
                      absl::StrJoin(processes_.at(program), ",", [](std::string* out, const auto& replica) {
                        absl::StrAppend(out, "127.0.0.1:", replica.port);
                      }));
}

db::ConnectOptions Fleet::SchemaOn(Program service, int node) const {
  db::ConnectOptions schema = database_.Access(node);
  schema.schema = absl::StrCat(options_.schema_prefix, FileOf(service));
  return schema;
}

std::vector<std::string> Fleet::FlagsOf(Program program, int replica) const {
  std::vector<std::string> flags = {
      absl::StrCat("--listen=127.0.0.1:", processes_.at(program)[replica].port),
      // Connections of clients that rest between two rounds are cut, not waited for.
      "--drain_time=200ms", "--lame_duck_time=100ms"};
  if (!IsService(program)) {
    flags.push_back(absl::StrCat("--journal=", (options_.folder / "journal").string()));
    flags.push_back("--slow_delay=200ms");
    flags.push_back(absl::StrCat("--seed=", options_.seed));
    if (stormy_) flags.insert(flags.end(), {"--failure_percent=5", "--max_delay=40ms"});
    return flags;
  }
  for (std::string& flag : DatabaseFlags(SchemaOn(program, replica % database_.nodes())))
    flags.push_back(std::move(flag));
  flags.insert(flags.end(), {"--readiness_interval=50ms", "--sequencer_lease=1s"});
  if (options_.leaps) flags.push_back("--test_clock=offset");
  const std::string catalog = absl::StrCat("--catalog=", Target(Victim::kCatalog));
  if (program == Victim::kOffers) {
    flags.insert(flags.end(), {catalog, absl::StrCat("--billing=", Target(Victim::kBilling)),
                               "--worker_period=50ms", "--worker_lease=1s", "--accept_patience=2s"});
  } else if (program == Victim::kBilling) {
    flags.insert(flags.end(),
                 {catalog, absl::StrCat("--offers=", Target(Victim::kOffers)),
                  absl::StrCat("--provider=", Target(Victim::kSimulator)), "--provider_timeout=500ms",
                  "--charge_lease=2s", "--charge_retry_first=100ms", "--charge_retry_greatest=500ms",
                  "--charge_resubmit_until=2500ms", "--sweep_interval=50ms", "--reconcile_interval=50ms",
                  "--relay_interval=50ms", "--worker_lease=1s", "--ask_again_first=300ms",
                  "--ask_again_second=700ms", "--ask_again_last=1500ms", "--refund_retry_greatest=500ms"});
  }
  return flags;
}

std::vector<std::string> Fleet::DatabaseFlags(const db::ConnectOptions& schema) const {
  std::vector<std::string> flags = {absl::StrCat("--database_user=", schema.user),
                                    absl::StrCat("--database_schema=", schema.schema)};
  if (!schema.socket.empty()) {
    flags.push_back(absl::StrCat("--database_socket=", schema.socket));
  } else {
    flags.push_back(absl::StrCat("--database_host=", schema.host));
    flags.push_back(absl::StrCat("--database_port=", schema.port));
  }
  if (!options_.password_file.empty())
    flags.push_back(absl::StrCat("--database_password_file=", options_.password_file));
  return flags;
}

std::string Fleet::AuditAllOrders() const {
  const fs::path output = options_.folder / "logs" / "audit.log";
  std::string command =
      absl::StrCat("'", ProgramPath(FileOf(Victim::kBilling)), "' audit --audit_unchained_max=0");
  for (const std::string& flag : DatabaseFlags(Schema(Victim::kBilling)))
    absl::StrAppend(&command, " '", flag, "'");
  const int status = std::system(absl::StrCat(command, " >'", output.string(), "' 2>&1").c_str());
  if (status == 0) return "";
  std::ostringstream said;
  said << std::ifstream(output).rdbuf();
  return absl::StrCat("milestone_billing audit ended with ", WEXITSTATUS(status), ":\n", said.str());
}

absl::Status Fleet::Migrate() {
  for (const Program service : {Victim::kCatalog, Victim::kOffers, Victim::kBilling})
    MILEPOST_RETURN_IF_ERROR(MigrateOne(service));
  return absl::OkStatus();
}

absl::Status Fleet::MigrateOne(Program service) {
  auto connection = db::Connection::Open(database_.Access(0));
  if (!connection.ok()) return connection.status();
  const std::string schema = Schema(service).schema;
  MILEPOST_RETURN_IF_ERROR(
      (*connection)->Execute(absl::StrCat("CREATE DATABASE ", schema, " CHARACTER SET utf8mb4")));
  std::string command = absl::StrCat("'", ProgramPath(FileOf(service)), "' migrate");
  for (const std::string& flag : FlagsOf(service, 0)) absl::StrAppend(&command, " '", flag, "'");
  const std::string log = (options_.folder / "logs" / "migrate.log").string();
  if (std::system(absl::StrCat(command, " >>'", log, "' 2>&1").c_str()) == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(FileOf(service), " migrate failed; see ", log));
}

absl::Status Fleet::StartAll() {
  for (const Program program : kPrograms)
    for (int i = 0; i < replicas(program); ++i) MILEPOST_RETURN_IF_ERROR(Start(program, i));
  return absl::OkStatus();
}

void Fleet::KillAll() {
  for (const Program program : kPrograms)
    for (int i = 0; i < replicas(program); ++i) Kill(program, i);
}

absl::Status Fleet::Start(Program program, int replica) {
  testing::ServerProcess& server = process(program, replica);
  if (server.running()) return absl::OkStatus();
  server.set_flags(FlagsOf(program, replica));
  return server.Start();
}

absl::Status Fleet::StartArmed(Program program, int replica, const std::string& failpoint) {
  testing::ServerProcess& server = process(program, replica);
  server.set_environment({absl::StrCat("MILEPOST_FAILPOINT=", failpoint)});
  // It may reach its place while it is still starting: as good a moment as any.
  absl::Status started = server.Start();
  server.set_environment({});
  return server.running() ? started : absl::OkStatus();
}

void Fleet::Stop(Program program, int replica) {
  testing::ServerProcess& server = process(program, replica);
  if (server.running() && !server.Terminate(kStopPatience).ok()) server.Kill();
}

// Not by TestClock.AdvanceClock: it fires deadline after deadline itself, while the sweepers rest. Here the time has passed
// all at once, as after an outage, and the sweepers have everything to do while processes die. One statement, because
// instants cross services.
absl::Status Fleet::AdvanceClocks(absl::Duration by) {
  ahead_ += by;
  for (int tries = 1;; ++tries) {
    const absl::StatusOr<uint64_t> changed = SetClocks();
    const bool again = db::IsConflict(changed.status()) || db::IsLost(changed.status());
    if (!changed.ok() && (!again || tries == kAdvanceTries)) return changed.status();
    if (!changed.ok()) continue;
    // 0: it had happened when the answer was lost.
    if (*changed == 3 || (*changed == 0 && tries > 1)) return absl::OkStatus();
    return absl::InternalError(absl::StrCat(*changed, " of 3 clocks were advanced"));
  }
}

absl::StatusOr<uint64_t> Fleet::SetClocks() {
  const std::string text = absl::Substitute(
      "UPDATE $0.test_clock c, $1.test_clock o, $2.test_clock b SET c.value_us = ?, o.value_us = ?, "
      "b.value_us = ? WHERE c.mode = 1 AND o.mode = 1 AND b.mode = 1",
      Schema(Victim::kCatalog).schema, Schema(Victim::kOffers).schema, Schema(Victim::kBilling).schema);
  const int64_t ahead_us = absl::ToInt64Microseconds(ahead_);
  MILEPOST_ASSIGN_OR_RETURN(const auto connection, db::Connection::Open(database_.Access(0)));
  return connection->Update(text, db::Row{ahead_us, ahead_us, ahead_us});
}

void Fleet::SetStormy(bool stormy) {
  stormy_ = stormy;
}

e2e::PlatformClient Fleet::NewClient(std::chrono::milliseconds timeout) const {
  return e2e::PlatformClient(channels_, timeout);
}

void Fleet::ForgetLogs() {
  for (const Program program : kPrograms)
    for (int i = 0; i < replicas(program); ++i) std::ofstream(LogOf(program, i), std::ios::trunc);
}

}  // namespace milepost::torture
