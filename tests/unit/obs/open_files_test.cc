#include "common/obs/open_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>

#include "common/obs/log.h"

namespace milepost::obs {
namespace {

using ::testing::ExitedWithCode;

// With these limits, in a process of its own; ends it with 7 where the soft limit is the hard one then.
void RaiseFrom(rlim_t soft, rlim_t hard) {
  const rlimit given{.rlim_cur = soft, .rlim_max = hard};
  if (setrlimit(RLIMIT_NOFILE, &given) != 0) std::exit(1);
  RaiseOpenFiles();
  FlushLog();
  rlimit got{};
  getrlimit(RLIMIT_NOFILE, &got);
  std::exit(got.rlim_cur == hard && got.rlim_max == hard ? 7 : 2);
}

TEST(OpenFilesDeathTest, TheSoftLimitIsRaisedToTheHardOne) {
  EXPECT_EXIT(RaiseFrom(64, 300), ExitedWithCode(7), R"("limit":300,"limit_before":64)");
  EXPECT_EXIT(RaiseFrom(300, 300), ExitedWithCode(7), R"("limit":300,"limit_before":300)");
}

}  // namespace
}  // namespace milepost::obs
