#include "tests/load/servers.h"

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/core/clock.h"
#include "common/core/status_macros.h"
#include "tests/load/schema_copy.h"
#include "tests/support/database.h"

namespace milepost::load {
namespace {

// Nobody listens there: stands for an address that is not known yet.
constexpr char kNowhere[] = "127.0.0.1:1";

const char* ProgramOf(ServerKind kind) {
  switch (kind) {
    case ServerKind::kSimulator:
      return "payment_simulator";
    case ServerKind::kCatalog:
      return "gig_catalog";
    case ServerKind::kOffers:
      return "offer_service";
    case ServerKind::kBilling:
    case ServerKind::kBillingSingly:
      return "milestone_billing";
    case ServerKind::kNoOp:
      break;
  }
  return "no_op_server";
}

// Fields 14 and 15 of /proc/PID/stat; the second is a name that may hold anything, in parentheses.
absl::Duration CpuTimeOf(pid_t pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/stat"));
  std::string text;
  std::getline(file, text);
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return absl::ZeroDuration();
  std::istringstream rest(text.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) rest >> skipped;
  int64_t user = 0, system = 0;
  rest >> user >> system;
  return absl::Seconds(1) * (static_cast<double>(user + system) / ::sysconf(_SC_CLK_TCK));
}

}  // namespace

const char* NameOf(ServerKind kind) {
  return kind == ServerKind::kBillingSingly ? "milestone_billing, batch limit 1" : ProgramOf(kind);
}

Servers::Servers(db::ConnectOptions database) : database_(std::move(database)), scratch_("milepost_load") {}

Servers::~Servers() {
  for (auto& [kind, process] : processes_) static_cast<void>(process->Terminate());
}

db::ConnectOptions Servers::Schema(ServerKind kind) const {
  db::ConnectOptions schema = database_;
  schema.schema = absl::StrCat("bench_", ProgramOf(kind));
  return schema;
}

std::vector<std::string> Servers::DatabaseFlags(ServerKind kind) const {
  return testing::DatabaseFlags(Schema(kind));
}

absl::Status Servers::MakeSchema(ServerKind kind) {
  MILEPOST_RETURN_IF_ERROR(MakeEmptySchema(database_, Schema(kind).schema));
  const auto bin = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const std::string log = absl::StrCat(scratch_.path(), "/migrate.log");
  std::string command = absl::StrCat("'", (bin / ProgramOf(kind)).string(), "' migrate");
  for (const std::string& flag : DatabaseFlags(kind)) absl::StrAppend(&command, " '", flag, "'");
  if (std::system(absl::StrCat(command, " >'", log, "' 2>&1").c_str()) == 0) return absl::OkStatus();
  std::ifstream file(log);
  return absl::AbortedError(
      absl::StrCat(command, " failed: ", std::string(std::istreambuf_iterator<char>(file), {})));
}

absl::Status Servers::Launch(ServerKind kind, std::vector<std::string> flags) {
  flags.push_back("--max_connection_age=24h");  // no reconnection while something is measured
  processes_[kind] = std::make_unique<testing::ServerProcess>(ProgramOf(kind), std::move(flags));
  return processes_[kind]->Start();
}

absl::Status Servers::Start() {
  for (ServerKind kind : {ServerKind::kCatalog, ServerKind::kOffers, ServerKind::kBilling})
    MILEPOST_RETURN_IF_ERROR(MakeSchema(kind));
  MILEPOST_RETURN_IF_ERROR(
      Launch(ServerKind::kSimulator, {absl::StrCat("--journal=", scratch_.path(), "/journal")}));
  MILEPOST_RETURN_IF_ERROR(Launch(ServerKind::kCatalog, DatabaseFlags(ServerKind::kCatalog)));
  MILEPOST_RETURN_IF_ERROR(Launch(ServerKind::kNoOp, {}));
  return StartThoseThatCallEachOther();
}

// Ports are known only once a server runs: offers gets its port first, and its peer when it starts again.
absl::Status Servers::StartThoseThatCallEachOther() {
  const std::string catalog = absl::StrCat("--catalog=", address(ServerKind::kCatalog));
  std::vector<std::string> offers = DatabaseFlags(ServerKind::kOffers);
  offers.push_back(catalog);
  offers.push_back(absl::StrCat("--billing=", kNowhere));
  MILEPOST_RETURN_IF_ERROR(Launch(ServerKind::kOffers, offers));
  std::vector<std::string> billing = DatabaseFlags(ServerKind::kBilling);
  billing.push_back(catalog);
  billing.push_back(absl::StrCat("--offers=", address(ServerKind::kOffers)));
  billing.push_back(absl::StrCat("--provider=", address(ServerKind::kSimulator)));
  MILEPOST_RETURN_IF_ERROR(Launch(ServerKind::kBilling, billing));
  billing.push_back("--batch_limit=1");
  MILEPOST_RETURN_IF_ERROR(Launch(ServerKind::kBillingSingly, billing));
  testing::ServerProcess& process = *processes_.at(ServerKind::kOffers);
  MILEPOST_RETURN_IF_ERROR(process.Terminate().status());
  offers.back() = absl::StrCat("--billing=", address(ServerKind::kBilling));
  process.set_flags(offers);
  return process.Start();
}

double Servers::ResidentMiB(ServerKind kind) {
  std::ifstream file(absl::StrCat("/proc/", processes_.at(kind)->pid(), "/status"));
  for (std::string line; std::getline(file, line);) {
    if (!absl::StartsWith(line, "VmRSS:")) continue;
    return std::strtod(line.c_str() + 6, nullptr) / 1024;
  }
  return 0;
}

absl::Duration Servers::CpuTime(ServerKind kind) {
  return CpuTimeOf(processes_.at(kind)->pid());
}

absl::Duration Servers::DatabaseCpuTime() {
  if (database_pid_ == 0) {
    const auto connection = db::Connection::Open(database_);
    if (!connection.ok()) return absl::ZeroDuration();
    std::string pid_file;
    (*connection)
        ->Query("SELECT @@pid_file", db::Row{},
                [&](const db::ResultRow& row) {
                  pid_file = row.Bytes(0);
                  return absl::OkStatus();
                })
        .IgnoreError();
    std::ifstream(pid_file) >> database_pid_;
  }
  return CpuTimeOf(database_pid_);
}

absl::StatusOr<absl::Duration> Servers::TimeOfStart(ServerKind kind) {
  testing::ServerProcess& process = *processes_.at(kind);
  MILEPOST_RETURN_IF_ERROR(process.Terminate().status());
  const absl::Time began = WallNow();
  MILEPOST_RETURN_IF_ERROR(process.Start());
  return WallNow() - began;
}

}  // namespace milepost::load
