#include "common/obs/bugs.h"

#include <array>
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
                       "Internal errors that no state and no call explains, by kind."};
constexpr size_t kNamesMax = 1000;  // what is logged of each in its own rhythm; of more, all together

// All that this process has met.
struct Met {
  std::mutex mutex;
  std::array<uint64_t, kValuesOf<BugKind>.size()> times{};  // by kind
  std::map<std::string, Seldom> lines;                      // by what the bug says, which names the aggregate
};

Met& AllMet() {
  static Met& met = *new Met();
  return met;
}

}  // namespace

void ReportBug(const absl::Status& status) {
  const std::optional<BugKind> kind = BugKindOf(status);
  if (!kind) return;
  Met& met = AllMet();
  std::optional<uint64_t> due;
  {
    const std::lock_guard lock(met.mutex);
    ++met.times[static_cast<size_t>(*kind)];
    std::string name(status.message());
    if (met.lines.size() >= kNamesMax && !met.lines.contains(name)) name.clear();
    due = met.lines[name].Due(WallNow());
  }
  if (!due) return;
  Log(Level::kError, "bug")
      .With("kind", EntryOf(*kind).name)
      .With("what", status.message())
      .With("times", *due);
}

void ReadBugs(Exposition& exposition) {
  Met& met = AllMet();
  const std::lock_guard lock(met.mutex);
  for (const BugKind kind : kValuesOf<BugKind>)
    exposition.Add(kBugs, static_cast<double>(met.times[static_cast<size_t>(kind)]),
                   {{"kind", std::string(EntryOf(kind).name)}});
}

}  // namespace milepost::obs
