// Crash rounds against real processes: see docs/TORTURE.md.
//   torture --rounds=30 [--seed=7] [--folder=var/torture/run]
// Exit status 0 only if every counted round passed and there were as many as asked for.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/core/clock.h"
#include "common/core/id.h"
#include "common/obs/standard_streams.h"
#include "tests/torture/report.h"
#include "tests/torture/rounds.h"

ABSL_FLAG(int, rounds, 30, "how many rounds must count");
ABSL_FLAG(uint64_t, seed, 0, "what is killed when, and what the clients do; 0: draws one and prints it");
ABSL_FLAG(std::string, folder, "",
          "where the data, logs and figures lie; default: a new one in the temporary folder");
ABSL_FLAG(int, clients, 24, "virtual clients at work at the same time");
ABSL_FLAG(int, replicas, 2, "of each service");
ABSL_FLAG(std::vector<std::string>, database, {},
          "host:port of each node of a database that runs already; default: a private MariaDB");
ABSL_FLAG(std::string, database_user, "root", "its account");
ABSL_FLAG(std::string, database_password_file, "", "a file with its account's password; empty: it has none");
ABSL_FLAG(std::string, database_kill, "",
          "shell command that kills its node number $NODE; empty: it is never killed");
ABSL_FLAG(std::string, database_start, "", "shell command that starts its node number $NODE again");
ABSL_FLAG(bool, leaps, false,
          "every other round takes the services' time 9 or 40 days ahead, so that deadlines fire while "
          "somebody dies; "
          "without, they run as they are shipped, on real time");
ABSL_FLAG(std::string, commit, "unknown", "what was built, for the figures");
ABSL_FLAG(std::string, tamper, "",
          "shell command that makes the books wrong before they are judged, to see that it is noticed; gets "
          "$SOCKET and $SCHEMA, milestone_billing's");

namespace milepost::torture {
namespace {

namespace fs = std::filesystem;

constexpr int kThoroughEvery = 25;
constexpr int kLogsKeptRounds = 3;
constexpr size_t kViolationsShown = 20;

std::string PasswordIn(const std::string& file) {
  std::string password;
  std::getline(std::ifstream(file), password);
  return password;
}

absl::StatusOr<std::unique_ptr<DatabaseHost>> OpenDatabase(const fs::path& folder) {
  if (absl::GetFlag(FLAGS_database).empty()) return StartPrivateDatabase(folder);
  return UseForeignDatabase({.nodes = absl::GetFlag(FLAGS_database),
                             .user = absl::GetFlag(FLAGS_database_user),
                             .password = PasswordIn(absl::GetFlag(FLAGS_database_password_file)),
                             .kill_command = absl::GetFlag(FLAGS_database_kill),
                             .start_command = absl::GetFlag(FLAGS_database_start)});
}

void Show(const RoundReport& round) {
  std::cout << LineOf(round) << std::endl;
  for (size_t i = 0; i < std::min(round.violations.size(), kViolationsShown); ++i)
    std::cout << "    " << round.violations[i] << std::endl;
  if (round.violations.size() > kViolationsShown)
    std::cout << "    and " << round.violations.size() - kViolationsShown << " more" << std::endl;
}

// Ends with the first round that is violated: what lies there then is what went wrong.
Summary PlayAll(Fleet& fleet, DatabaseHost& database, Schedule& schedule, uint64_t seed) {
  const absl::Time start = WallNow();
  Summary summary{.seed = seed, .leaps = absl::GetFlag(FLAGS_leaps), .commit = absl::GetFlag(FLAGS_commit)};
  Rounds rounds(fleet, database, absl::GetFlag(FLAGS_clients), absl::GetFlag(FLAGS_tamper));
  const size_t wanted = static_cast<size_t>(absl::GetFlag(FLAGS_rounds));
  for (int number = 1; summary.counted() < wanted && summary.rounds.size() < 2 * wanted; ++number) {
    const Blow blow = schedule.Next();
    const bool thorough = number % kThoroughEvery == 0 || summary.counted() + 1 == wanted;
    summary.rounds.push_back(rounds.Play(number, blow, thorough));
    const RoundReport& round = summary.rounds.back();
    Show(round);
    if (!round.violations.empty()) break;
    if (!round.counts_as_round()) schedule.Missed(blow);
    if (number % kLogsKeptRounds == 0) fleet.ForgetLogs();
  }
  summary.took = WallNow() - start;
  summary.by_method = rounds.record().by_method();
  if (auto fired = rounds.DeadlinesFired(); fired.ok()) {
    summary.deadlines_fired = *std::move(fired);
  } else {
    std::cout << "which deadlines fired, nobody knows: " << fired.status() << std::endl;
  }
  return summary;
}

void Tell(const Summary& summary, const fs::path& folder) {
  std::ofstream(folder / "figures.json") << JsonOf(summary);
  std::cout << "\n" << TableOf(summary);
  if (const auto missed = summary.missed_places(); !missed.empty())
    std::cout << "not killed at: " << absl::StrJoin(missed, ", ") << "\n";
  if (const auto unseen = summary.unseen(static_cast<size_t>(absl::GetFlag(FLAGS_rounds))); !unseen.empty())
    std::cout << "never happened: " << absl::StrJoin(unseen, ", ") << "\n";
  std::cout << summary.counted() << " rounds counted of " << summary.rounds.size() << ", "
            << summary.violations() << " violations, longest recovery "
            << absl::FormatDuration(absl::Trunc(summary.longest_recovery(), absl::Milliseconds(10)))
            << ", in " << absl::FormatDuration(absl::Trunc(summary.took, absl::Seconds(1))) << ", seed "
            << summary.seed << ", commit " << summary.commit
            << "\nfigures: " << (folder / "figures.json").string() << std::endl;
}

int Fail(const absl::Status& cause) {
  std::cerr << "torture: " << cause.message() << std::endl;
  return 2;
}

int Run(const fs::path& folder, uint64_t seed) {
  auto database = OpenDatabase(folder);
  if (!database.ok()) return Fail(database.status());
  const bool mortal = absl::GetFlag(FLAGS_database).empty() || !absl::GetFlag(FLAGS_database_kill).empty();
  Fleet fleet({.folder = folder,
               .replicas = absl::GetFlag(FLAGS_replicas),
               .schema_prefix = absl::StrCat("torture_", NewUuid(WallNow()).ToString().substr(24), "_"),
               .password_file = absl::GetFlag(FLAGS_database_password_file),
               .seed = seed,
               .leaps = absl::GetFlag(FLAGS_leaps)},
              **database);
  if (absl::Status status = fleet.Migrate(); !status.ok()) return Fail(status);
  if (absl::Status status = fleet.StartAll(); !status.ok()) return Fail(status);
  std::cout << "crash rounds: seed " << seed << ", " << absl::GetFlag(FLAGS_replicas)
            << " replicas a service, " << absl::GetFlag(FLAGS_clients) << " clients, in " << folder.string()
            << std::endl;
  Schedule schedule({.seed = seed,
                     .replicas = absl::GetFlag(FLAGS_replicas),
                     .database_nodes = (*database)->nodes(),
                     .database_is_mortal = mortal,
                     .leaps = absl::GetFlag(FLAGS_leaps)});
  const Summary summary = PlayAll(fleet, **database, schedule, seed);
  Tell(summary, folder);
  const bool passed = Passed(summary, static_cast<size_t>(absl::GetFlag(FLAGS_rounds)), mortal);
  fleet.KillAll();
  const std::string where = (*database)->WhereItIs();
  database->reset();
  if (passed || !absl::GetFlag(FLAGS_tamper).empty())
    for (const char* bulky : {"db", "logs", "journal"}) fs::remove_all(folder / bulky);
  else
    std::cout << "FAILED. Kept: logs " << (folder / "logs").string() << ", database " << where << ", journal "
              << (folder / "journal").string() << "; again: --seed=" << seed << std::endl;
  return passed ? 0 : 1;
}

int Main() {
  if (absl::GetFlag(FLAGS_rounds) < 1 || absl::GetFlag(FLAGS_clients) < 1 ||
      absl::GetFlag(FLAGS_replicas) < 1)
    return Fail(absl::InvalidArgumentError("--rounds, --clients and --replicas: at least 1 each"));
  uint64_t seed = absl::GetFlag(FLAGS_seed);
  if (seed == 0) seed = static_cast<uint64_t>(ToMicros(WallNow())) % 1'000'000;
  fs::path folder = absl::GetFlag(FLAGS_folder);
  if (folder.empty()) {
    std::string made = (fs::temp_directory_path() / "milepost_torture.XXXXXX").string();
    if (::mkdtemp(made.data()) == nullptr)
      return Fail(absl::InternalError("no folder could be made: " + made));
    folder = made;
  }
  if (fs::exists(folder) && !fs::is_empty(folder))
    return Fail(absl::InvalidArgumentError(absl::StrCat(folder.string(), " is not empty")));
  fs::create_directories(folder);
  return Run(fs::absolute(folder), seed);
}

}  // namespace
}  // namespace milepost::torture

int main(int argc, char** argv) {
  milepost::OpenStandardStreams();
  absl::SetProgramUsageMessage("kills Milepost's processes under load, and checks that nothing is lost");
  absl::ParseCommandLine(argc, argv);
  return milepost::torture::Main();
}
