#include "common/obs/process_metrics.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <string>

#include "common/obs/exposition.h"

namespace milepost::obs {
namespace {

double ValueOf(const Exposition& exposition, const std::string& name) {
  for (const prometheus::MetricFamily& family : exposition.Families())
    if (family.name == name) return family.metric.at(0).gauge.value;
  ADD_FAILURE() << "no " << name;
  return -1;
}

// The alarm that files run out fell silent when there was none left to count them with.
TEST(ProcessMetrics, WhereNoFileIsLeftAllAreOpen) {
  rlimit usual{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &usual), 0);
  const int next = dup(0);
  ASSERT_GE(next, 0);
  close(next);
  rlimit full = usual;
  full.rlim_cur = static_cast<rlim_t>(next);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &full), 0);
  Exposition exposition;
  ReadProcess(exposition);
  setrlimit(RLIMIT_NOFILE, &usual);
  EXPECT_EQ(ValueOf(exposition, "process_open_fds"), next);
  EXPECT_EQ(ValueOf(exposition, "process_max_fds"), next);
}

}  // namespace
}  // namespace milepost::obs
