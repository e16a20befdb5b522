#include "common/obs/bugs.h"

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "common/core/bug.h"
#include "common/core/clock.h"
#include "common/obs/log.h"
#include "common/obs/seldom.h"

namespace milepost::obs {
namespace {

constexpr Metric kBugs{"milepost_bugs_total", MetricKind::kCounter,
                       "Bugs that the process met, by kind; the log names the aggregate."};

struct Met {
  uint64_t times = 0;
  Seldom line;
};

std::mutex& Mutex() {
  static std::mutex& mutex = *new std::mutex();
  return mutex;
}

// By kind. Under Mutex().
std::map<std::string, Met>& AllMet() {
  static auto& met = *new std::map<std::string, Met>();
  return met;
}

}  // namespace

void ReportBug(const absl::Status& status) {
  const std::optional<std::string> kind = BugKindOf(status);
  if (!kind) return;
  std::optional<uint64_t> due;
  {
    const std::lock_guard lock(Mutex());
    Met& met = AllMet()[*kind];
    ++met.times;
    due = met.line.Due(WallNow());
  }
  if (due) Log(Level::kError, "bug").With("kind", *kind).With("what", status.message()).With("times", *due);
}

void ReadBugs(Exposition& exposition) {
  const std::lock_guard lock(Mutex());
  exposition.Declare(kBugs);
  for (const auto& [kind, met] : AllMet())
    exposition.Add(kBugs, static_cast<double>(met.times), {{"kind", kind}});
}

}  // namespace milepost::obs
