#include "tests/attacks/victim.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/core/stopwatch.h"
#include "common/db/migrations.h"
#include "migrations/milestone_billing.h"
#include "tests/support/database.h"

namespace milepost::attacks {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(50);

// Nobody listens there: no test here needs a peer.
constexpr char kNowhere[] = "127.0.0.1:1";

// All victims of a program are replicas on one schema.
const db::ConnectOptions& Schema() {
  static const auto* const schema = [] {
    auto* const made = new db::ConnectOptions(testing::TestDatabase::Get().NewSchema());
    const absl::Status migrated = db::Migrate(*made, {migrations::milestone_billing()});
    EXPECT_TRUE(migrated.ok()) << migrated;
    return made;
  }();
  return *schema;
}

std::string ReadProc(pid_t pid, const char* name) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/", name));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// A line of /proc/PID/status that is in kB.
double StatusMib(pid_t pid, absl::string_view name) {
  for (absl::string_view line : absl::StrSplit(ReadProc(pid, "status"), '\n')) {
    const std::vector<absl::string_view> words =
        absl::StrSplit(line, absl::ByAnyChar(": \t"), absl::SkipEmpty());
    double kib = 0;
    if (words.size() >= 2 && words[0] == name && absl::SimpleAtod(words[1], &kib)) return kib / 1024;
  }
  return 0;
}

}  // namespace

std::vector<std::string> VictimFlags(const std::vector<std::string>& more) {
  std::vector<std::string> flags = testing::DatabaseFlags(Schema());
  for (const char* peer : {"catalog", "offers", "provider"})
    flags.push_back(absl::StrCat("--", peer, "=", kNowhere));
  flags.emplace_back("--readiness_interval=20ms");
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

Victim::Victim(const std::vector<std::string>& flags) : process_("milestone_billing", VictimFlags(flags)) {
  const absl::Status started = process_.Start();
  EXPECT_TRUE(started.ok()) << started;
}

void Victim::LimitOpenFiles(int count) {
  const rlimit limit = {static_cast<rlim_t>(count), static_cast<rlim_t>(count)};
  EXPECT_EQ(::prlimit(process_.pid(), RLIMIT_NOFILE, &limit, nullptr), 0);
}

absl::Duration Victim::ProcessorTime() const {
  // After the program's name, which may have blanks: state, then numbers; utime and stime are the 12th and 13th of them all.
  const std::string stat = ReadProc(process_.pid(), "stat");
  const std::vector<absl::string_view> words = absl::StrSplit(
      absl::string_view(stat).substr(std::min(stat.size(), stat.rfind(')') + 1)), ' ', absl::SkipEmpty());
  int64_t user = 0, system = 0;
  if (words.size() < 13 || !absl::SimpleAtoi(words[11], &user) || !absl::SimpleAtoi(words[12], &system))
    return absl::InfiniteDuration();  // it is dead
  return absl::Seconds(static_cast<double>(user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK)));
}

double Victim::MemoryMib() const {
  return StatusMib(process_.pid(), "VmRSS");
}

double Victim::PeakMib() const {
  return StatusMib(process_.pid(), "VmHWM");
}

void Victim::ForgetPeak() const {
  constexpr char kPeak[] = "5";
  std::ofstream(absl::StrCat("/proc/", process_.pid(), "/clear_refs")) << kPeak;
}

void Victim::AwaitCalm(absl::Duration patience) const {
  const Stopwatch waited;
  while (waited.elapsed() < patience) {
    const absl::Duration before = ProcessorTime();
    std::this_thread::sleep_for(absl::ToChronoMilliseconds(4 * kTick));
    if (ProcessorTime() - before <= kTick) return;
  }
}

}  // namespace milepost::attacks
