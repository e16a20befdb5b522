// What ./dev promises that can be tested without building anything: its list of packages against README.md,
// its answers to a wrong command line, and that it never signals a process that is not its own.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace milepost::arch {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
namespace fs = std::filesystem;

const fs::path kClone = MILEPOST_SOURCE_DIR;

std::vector<std::string> LinesOf(const fs::path& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

struct Outcome {
  int exit_code = -1;
  std::string output;  // both streams
};

Outcome Shell(const std::string& command) {
  Outcome outcome;
  FILE* pipe = popen(absl::StrCat(command, " 2>&1").c_str(), "r");
  std::array<char, 4096> buffer;
  for (size_t n; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    outcome.output.append(buffer.data(), n);
  const int status = pclose(pipe);
  if (WIFEXITED(status)) outcome.exit_code = WEXITSTATUS(status);
  return outcome;
}

Outcome Dev(const std::string& arguments, const fs::path& var = "/nonexistent") {
  return Shell(
      absl::StrCat("MILEPOST_VAR='", var.string(), "' '", (kClone / "dev").string(), "' ", arguments));
}

// "group | package | reason" rows, sorted by nothing: the order is part of the promise.
std::vector<std::string> ListedPackages() {
  std::vector<std::string> rows;
  for (const std::string& line : LinesOf(kClone / ".ci/packages.list")) {
    if (line.empty() || line[0] == '#') continue;
    std::vector<std::string> columns = absl::StrSplit(line, absl::MaxSplits('|', 3));
    for (std::string& column : columns) absl::StripAsciiWhitespace(&column);
    if (columns.size() != 4) {
      ADD_FAILURE() << "not 'group | package | command | reason': " << line;
      continue;
    }
    rows.push_back(absl::StrJoin({columns[0], columns[1], columns[3]}, " | "));
  }
  return rows;
}

// The rows of README.md's table of dependencies: | group | `package` | reason |
bool IsGroup(const std::string& name) {
  static const std::set<std::string> groups = {"build", "run", "bench", "galera", "stack", "check"};
  return groups.contains(name);
}

std::vector<std::string> PrintedPackages() {
  std::vector<std::string> rows;
  for (const std::string& line : LinesOf(kClone / "README.md")) {
    std::vector<std::string> columns = absl::StrSplit(line, '|');
    if (columns.size() != 5 || !absl::StrContains(columns[2], '`')) continue;
    for (std::string& column : columns) absl::StripAsciiWhitespace(&column);
    if (!IsGroup(columns[1])) continue;
    const std::string package = columns[2].substr(1, columns[2].size() - 2);
    rows.push_back(absl::StrJoin({columns[1], package, columns[3]}, " | "));
  }
  return rows;
}

TEST(Packages, AreTheOnesThatTheReadmeLists) {
  EXPECT_THAT(ListedPackages(), Not(IsEmpty()));
  EXPECT_EQ(PrintedPackages(), ListedPackages());
}

TEST(Packages, HaveAGroupAndAReasonEach) {
  for (const std::string& row : ListedPackages()) {
    const std::vector<std::string> columns = absl::StrSplit(row, " | ");
    ASSERT_EQ(columns.size(), 3u) << row;
    EXPECT_TRUE(IsGroup(columns[0])) << row;
    EXPECT_GT(columns[2].size(), 3u) << row;
  }
}

TEST(Packages, StartNoService) {
  for (const std::string& row : ListedPackages()) {
    EXPECT_THAT(row, Not(HasSubstr("| mariadb-server |")))
        << "its postinst starts a server; the -core package does not";
  }
}

// The packages of .ci/stack/current.lock, with their versions.
std::map<std::string, std::string> LockedVersions() {
  std::map<std::string, std::string> versions;
  for (const std::string& line : LinesOf(kClone / ".ci/stack/current.lock")) {
    if (line[0] == '#') continue;
    const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits('=', 1));
    if (parts.size() != 2 || parts[1].empty()) ADD_FAILURE() << "not PACKAGE=VERSION: " << line;
    EXPECT_TRUE(versions.emplace(parts[0], parts.back()).second) << parts[0] << " is there twice";
  }
  return versions;
}

TEST(CurrentStack, ItsLockNamesEveryPackageThatItNeeds) {
  const std::map<std::string, std::string> locked = LockedVersions();
  for (const std::string& row : ListedPackages()) {
    const std::vector<std::string> columns = absl::StrSplit(row, " | ");
    if (columns[0] == "check" || columns[0] == "stack") continue;  // of the machine itself
    EXPECT_TRUE(locked.contains(columns[1])) << columns[1] << ": ./dev stack lock";
  }
}

TEST(CurrentStack, EachDifferenceFromTheLockIsALine) {
  const auto differences = [](const std::string& installed) {
    return Shell(absl::StrCat("bash -c 'top=/x; . ", (kClone / ".ci/lib/output.sh").string(), "; . ",
                              (kClone / ".ci/lib/stack.sh").string(),
                              "; locked_versions() { printf \"%s\\n\" libfoo=1:2~a+b libfoo-dev=2 z=1; }; "
                              "installed_versions() { printf \"%s\\n\" ",
                              installed, "; }; show_stack_differences'"))
        .output;
  };
  EXPECT_THAT(differences("libfoo=1:2~a+b libfoo-dev=2 z=1"), HasSubstr("are the locked ones"));
  const std::string output = differences("added=1 libfoo=1:2~a+c libfoo-dev=2");
  EXPECT_THAT(output, HasSubstr("in 3 packages:"));
  for (const char* line : {"added 1, locked: none", "libfoo 1:2~a+c, locked: 1:2~a+b", "z none, locked: 1"})
    EXPECT_THAT(output, HasSubstr(absl::StrCat("    ", line, "\n")));
}

// With this machine as the root, and a shell as the server. The script's process is the server's, so signals reach it.
TEST(Programs, OfARootAreScriptsThatBecomeTheServer) {
  const fs::path folder = fs::temp_directory_path() / absl::StrCat("milepost-programs-", getpid());
  fs::create_directories(folder / "bin");
  fs::copy_file("/bin/sh", folder / "bin" / "gig_catalog");
  const Outcome outcome = Shell(absl::StrCat(
      "bash -c 'build_root=/x servers=(gig_catalog); . ", (kClone / ".ci/lib/programs.sh").string(),
      "; wrap_programs \"\" ", (folder / "bin").string(), " ", folder.string(), "; ",
      (folder / "gig_catalog").string(), " -c \"echo two words; echo \\$\\$ >", (folder / "pid").string(),
      "\" & wait $!; [ $! = $(cat ", (folder / "pid").string(), ") ] && echo one process'"));
  fs::remove_all(folder);
  EXPECT_THAT(outcome.output, HasSubstr("two words\n"));
  EXPECT_THAT(outcome.output, HasSubstr("one process\n"));
}

TEST(DevCommand, HelpNamesEveryCommand) {
  const Outcome outcome = Dev("help");
  EXPECT_EQ(outcome.exit_code, 0);
  for (const char* command : {"run", "clock", "test", "torture crash", "torture rolling", "fuzz", "simulate",
                              "build", "stack", "check", "format", "image", "stop", "clean", "help"}) {
    EXPECT_THAT(outcome.output, HasSubstr(absl::StrCat("./dev ", command)));
  }
}

TEST(DevCommand, RefusesWhatItDoesNotKnowAndSaysSo) {
  for (const char* arguments : {"frobnicate",
                                "run --never",
                                "run --test-clock=off",
                                "run --test-clock",
                                "clock back",
                                "clock show now",
                                "clock advance",
                                "clock advance 8",
                                "clock advance 8x",
                                "clock advance 1h8d",
                                "clock advance -1d",
                                "clock advance 0d",
                                "clock advance 1d 2h",
                                "clock advance 9999999d",
                                "clock align billing",
                                "run --port-catalog=0",
                                "run --port-catalog=65536",
                                "run --port-catalog=08080",
                                "run --port-catalog=7000 --port-offers=7000",
                                "test --fast",
                                "test --label=",
                                "torture",
                                "torture crash --rounds=0",
                                "torture crash --rounds",
                                "torture rolling --rounds=0",
                                "torture rolling --seed=1",
                                "torture rolling --from=host",
                                "torture rolling --to=current",
                                "fuzz now",
                                "fuzz --requests=0",
                                "fuzz --seed=x",
                                "fuzz --method=",
                                "simulate now",
                                "simulate --commands=0",
                                "simulate --seed=x",
                                "simulate --replay=",
                                "check now",
                                "check --stack=current",
                                "run --stack=old",
                                "run --stack",
                                "stack now",
                                "clean --all",
                                "image now",
                                "image --tag=",
                                "image --tag=milepost:latest",
                                "image --tag=milepost",
                                "image --builder=kaniko"}) {
    const Outcome outcome = Dev(arguments);
    EXPECT_EQ(outcome.exit_code, 2) << arguments;
    EXPECT_THAT(outcome.output, HasSubstr("./dev help")) << arguments;
  }
}

// It has nothing to move, and starts nothing.
TEST(DevClock, WantsARunThatIsUp) {
  for (const char* arguments : {"clock", "clock show", "clock advance 8d", "clock align"}) {
    const Outcome outcome = Dev(arguments);
    EXPECT_EQ(outcome.exit_code, 1) << arguments;
    EXPECT_THAT(outcome.output, HasSubstr("no ./dev run is up in this clone")) << arguments;
    EXPECT_THAT(outcome.output, HasSubstr("what to do: ")) << arguments;
  }
}

TEST(DevClock, CountsTheSecondsOfATime) {
  const auto seconds = [](const std::string& time) {
    return Shell(absl::StrCat("bash -c 'run=x; . ", (kClone / ".ci/lib/output.sh").string(), "; . ",
                              (kClone / ".ci/lib/clock.sh").string(), "; count_seconds ", time,
                              "; echo $seconds'"))
        .output;
  };
  EXPECT_EQ(seconds("8d"), "691200\n");
  EXPECT_EQ(seconds("36h"), "129600\n");
  EXPECT_EQ(seconds("1d2h3m4s"), "93784\n");
  EXPECT_EQ(seconds("09m"), "540\n") << "no octal number";
}

// A process that sleeps, with a given environment entry; killed at the end.
class Sleeper {
 public:
  explicit Sleeper(const std::string& entry) : pid_(fork()) {
    if (pid_ != 0) return;
    const char* const environment[] = {entry.c_str(), nullptr};
    const char* const arguments[] = {"sleep", "60", nullptr};
    execve("/bin/sleep", const_cast<char* const*>(arguments), const_cast<char* const*>(environment));
    _exit(127);
  }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  ~Sleeper() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  pid_t pid() const { return pid_; }

  // The signal it was ended by, 0 if it still runs.
  int EndedBy() {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return 0;
    pid_ = -1;
    return WIFSIGNALED(status) ? WTERMSIG(status) : -1;
  }

 private:
  pid_t pid_;
};

class DevStop : public testing::Test {
 protected:
  DevStop() : var_(fs::temp_directory_path() / absl::StrCat("milepost-dev-stop-", getpid())) {
    fs::create_directories(var_ / "run");
    fs::create_directories(var_ / "log");
  }
  ~DevStop() override { fs::remove_all(var_); }

  void WritePidFile(const std::string& name, const std::string& text) {
    std::ofstream(var_ / "run" / (name + ".pid")) << text << "\n";
  }
  bool PidFileExists(const std::string& name) { return fs::exists(var_ / "run" / (name + ".pid")); }

  const fs::path var_;
};

TEST_F(DevStop, EndsWhatAnEarlierRunLeft) {
  Sleeper left("MILEPOST_RUN=0123456789abcdef");
  WritePidFile("gig_catalog", absl::StrCat(left.pid(), " 0123456789abcdef"));
  const Outcome outcome = Dev("stop", var_);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_EQ(left.EndedBy(), SIGTERM);
  EXPECT_FALSE(PidFileExists("gig_catalog"));
}

TEST_F(DevStop, NeverSignalsAStrangerThatGotThePid) {
  Sleeper stranger("MILEPOST_RUN=another-run");
  Sleeper nobody("PATH=/bin");
  WritePidFile("gig_catalog", absl::StrCat(stranger.pid(), " 0123456789abcdef"));
  WritePidFile("mariadbd", absl::StrCat(nobody.pid(), " 0123456789abcdef"));
  EXPECT_EQ(Dev("stop", var_).exit_code, 0);
  EXPECT_EQ(stranger.EndedBy(), 0);
  EXPECT_EQ(nobody.EndedBy(), 0);
  EXPECT_FALSE(PidFileExists("gig_catalog"));
}

TEST_F(DevStop, BearsDamagedPidFiles) {
  WritePidFile("gig_catalog", "");
  WritePidFile("offer_service", "not-a-pid token");
  WritePidFile("milestone_billing", absl::StrCat(getpid()));
  WritePidFile("mariadbd", "-1 token");
  EXPECT_EQ(Dev("stop", var_).exit_code, 0);
}

TEST_F(DevStop, IsContentWhereNothingEverRan) {
  EXPECT_EQ(Dev("stop", var_ / "never").exit_code, 0);
}

}  // namespace
}  // namespace milepost::arch
