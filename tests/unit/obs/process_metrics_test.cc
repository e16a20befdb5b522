#include "common/obs/process_metrics.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "common/obs/exposition.h"

namespace milepost::obs {
namespace {

// As it is shown now; nothing where it is not.
std::optional<prometheus::MetricFamily> Shown(const std::string& name) {
  Exposition exposition;
  ReadProcess(exposition);
  for (const prometheus::MetricFamily& family : exposition.Families())
    if (family.name == name) return family;
  return std::nullopt;
}

// No file can be opened while it lives; `open` are.
struct NoFreeFile {
  NoFreeFile() {
    EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &usual), 0);
    open = dup(0);
    close(open);
    rlimit full = usual;
    full.rlim_cur = static_cast<rlim_t>(open);
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &full), 0);
  }
  ~NoFreeFile() { setrlimit(RLIMIT_NOFILE, &usual); }

  rlimit usual{};
  int open = -1;
};

// The alarm that files run out fell silent when there was none left to count them with.
TEST(ProcessMetrics, WhereNoFileIsLeftAllAreOpen) {
  const NoFreeFile full;
  for (const char* name : {"process_open_fds", "process_max_fds"}) {
    const auto family = Shown(name);
    ASSERT_TRUE(family) << name;
    EXPECT_EQ(family->metric.at(0).gauge.value, full.open) << name;
  }
}

// The counter of processor time fell to 0 for one scrape, as if the process had begun anew.
TEST(ProcessMetrics, WhereNoFileIsLeftNothingIsMadeUp) {
  const NoFreeFile full;
  const auto processor = Shown("process_cpu_seconds_total");
  ASSERT_TRUE(processor);
  EXPECT_GT(processor->metric.at(0).counter.value, 0);
  for (const char* name :
       {"process_threads", "process_virtual_memory_bytes", "process_resident_memory_bytes"})
    EXPECT_FALSE(Shown(name)) << name;
}

}  // namespace
}  // namespace milepost::obs
