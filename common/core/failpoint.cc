#include "common/core/failpoint.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/core/environment.h"

namespace milepost {
namespace {

constexpr int kExitAsKilled = 137;

struct Armed {
  std::string name;
  std::atomic<int> turns_left{1};
};

Armed* ReadEnvironment() {
  const char* setting = std::getenv("MILEPOST_FAILPOINT");
  if (setting == nullptr || *setting == '\0') return nullptr;
  if (InProduction()) {
    std::fputs("milepost: MILEPOST_FAILPOINT is set in production; refusing to run\n", stderr);
    std::abort();
  }
  auto* armed = new Armed;
  const std::pair<std::string, std::string> parts = absl::StrSplit(setting, absl::MaxSplits(':', 1));
  armed->name = parts.first;
  int turns = 1;
  if (!parts.second.empty() && (!absl::SimpleAtoi(parts.second, &turns) || turns < 1)) {
    std::fprintf(stderr, "milepost: MILEPOST_FAILPOINT=%s: want <name>[:<n>] with n ≥ 1\n", setting);
    std::abort();
  }
  armed->turns_left = turns;
  return armed;
}

}  // namespace

void Failpoint(absl::string_view name) {
  static Armed* const armed = ReadEnvironment();
  if (armed == nullptr || armed->name != name) return;
  if (armed->turns_left.fetch_sub(1) == 1) std::_Exit(kExitAsKilled);
}

}  // namespace milepost
