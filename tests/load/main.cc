// The load program behind ./dev bench.
//   load run --storage=disk|memory --database_socket=… --database_user=… --report=FILE.json [--only=P1,…] [--quick]
//     measures against that database and adds to the report.
//   load show --report=FILE.json
//     prints the report's table and draws its plot beside it (FILE.svg); exit status 0 only if every bar is met, else 3.
#include <sys/utsname.h>

#include <fstream>
#include <iostream>
#include <string>
#include <thread>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "common/core/clock.h"
#include "common/core/status_macros.h"
#include "common/obs/standard_streams.h"
#include "common/rpc/allocator.h"
#include "tests/load/bench.h"
#include "tests/load/report.h"

ABSL_FLAG(std::string, storage, "disk", "where the database's folder is: disk or memory");
ABSL_FLAG(std::string, database_socket, "", "the database's unix socket");
ABSL_FLAG(std::string, database_user, "root", "an account that may make schemas");
ABSL_FLAG(std::string, report, "", "the report's file, .json");
ABSL_FLAG(std::string, only, "", "figures, separated by commas; empty: all but search");
ABSL_FLAG(absl::Duration, seconds, absl::ZeroDuration(), "how long each measurement takes");
ABSL_FLAG(bool, quick, false, "fewer and shorter rounds; memory over a shorter time");
ABSL_FLAG(std::string, commit, "unknown", "what was built, for the report");

namespace milepost::load {
namespace {

std::string Machine() {
  std::string model = "unknown", load;
  std::ifstream cpus("/proc/cpuinfo");
  for (std::string line; std::getline(cpus, line);)
    if (absl::StartsWith(line, "model name")) model = line.substr(line.find(':') + 2);
  std::ifstream("/proc/loadavg") >> load;
  return absl::StrCat(std::thread::hardware_concurrency(), " cores, ", model, ", load average ", load);
}

// Nothing, and a line for the user, where the flags are wrong.
absl::StatusOr<BenchOptions> OptionsOfFlags() {
  BenchOptions options;
  options.storage = absl::GetFlag(FLAGS_storage);
  if (options.storage != "disk" && options.storage != "memory")
    return absl::InvalidArgumentError("--storage is disk or memory");
  const std::vector<std::string>& figures = Bench::Figures();
  for (absl::string_view figure : absl::StrSplit(absl::GetFlag(FLAGS_only), ',', absl::SkipEmpty())) {
    if (std::find(figures.begin(), figures.end(), figure) == figures.end())
      return absl::InvalidArgumentError(
          absl::StrCat("--only knows ", absl::StrJoin(figures, ", "), "; not ", figure));
    options.only.emplace(figure);
  }
  if (absl::GetFlag(FLAGS_quick)) {
    options.time = absl::Seconds(1);
    options.rounds = 3;
    options.by_hand_transactions = 4000;
    options.search = {.gigs = 100'000, .calls = 200, .rounds = 1};
  }
  // P8 alone takes the time that QUALITY.md names. Within everything it takes as long as the rest, and a while.
  const bool alone = options.only == std::set<std::string>{"P8"};
  if (!alone) {
    options.memory_from = absl::GetFlag(FLAGS_quick) ? absl::Seconds(20) : absl::Minutes(2);
    options.memory_until = absl::GetFlag(FLAGS_quick) ? absl::Seconds(40) : absl::Minutes(4);
  }
  if (absl::GetFlag(FLAGS_seconds) > absl::ZeroDuration()) options.time = absl::GetFlag(FLAGS_seconds);
  return options;
}

absl::Status Measure() {
  MILEPOST_ASSIGN_OR_RETURN(const BenchOptions options, OptionsOfFlags());
  v1::Report report;
  MILEPOST_RETURN_IF_ERROR(ReadReport(absl::GetFlag(FLAGS_report), &report));
  if (report.began().empty()) {
    report.set_began(absl::FormatTime(absl::RFC3339_sec, WallNow(), absl::UTCTimeZone()));
    report.set_machine(Machine());
    report.set_commit(absl::GetFlag(FLAGS_commit));
  }
  db::ConnectOptions database;
  database.socket = absl::GetFlag(FLAGS_database_socket);
  database.user = absl::GetFlag(FLAGS_database_user);
  Bench bench(database, options);
  MILEPOST_RETURN_IF_ERROR(bench.Run(&report));
  return WriteReport(absl::GetFlag(FLAGS_report), report);
}

absl::StatusOr<bool> Show() {
  const std::string path = absl::GetFlag(FLAGS_report);
  v1::Report report;
  MILEPOST_RETURN_IF_ERROR(ReadReport(path, &report));
  std::cout << PrintTable(report);
  if (report.curve_size() > 0) {
    const std::string plot = absl::StrCat(path.substr(0, path.rfind('.')), ".svg");
    MILEPOST_RETURN_IF_ERROR(WriteText(plot, Plot(report)));
  }
  return AllMet(report);
}

int Main(int argc, char** argv) {
  absl::SetProgramUsageMessage("measures Milepost: load run|show --report=FILE.json …");
  const std::vector<char*> words = absl::ParseCommandLine(argc, argv);
  const std::string command = words.size() == 2 ? words[1] : "";
  if ((command != "run" && command != "show") || absl::GetFlag(FLAGS_report).empty()) {
    std::cerr << "load: run or show, and --report=FILE.json\n";
    return 2;
  }
  const absl::StatusOr<bool> met = command == "show" ? Show() : [] {
    const absl::Status measured = Measure();
    return measured.ok() ? absl::StatusOr<bool>(true) : measured;
  }();
  if (!met.ok()) std::cerr << "load: " << met.status().message() << "\n";
  if (!met.ok()) return absl::IsInvalidArgument(met.status()) ? 2 : 1;
  return *met ? 0 : 3;
}

}  // namespace
}  // namespace milepost::load

int main(int argc, char** argv) {
  milepost::OpenStandardStreams();
  // As the servers do (common/rpc/server.cc): what is measured is them, not the client.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  milepost::rpc::SetUpAllocator();
  return milepost::load::Main(argc, argv);
}
