#include "common/core/failpoint.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace milepost {
namespace {

// Each runs in a process of its own: the setting is read once.
using ::testing::ExitedWithCode;
using ::testing::KilledBySignal;

TEST(FailpointDeathTest, KillsAtTheNthTurnOfTheNamedPlaceOnly) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        setenv("MILEPOST_FAILPOINT", "before_commit:3", 1);
        Failpoint("after_commit");
        Failpoint("before_commit");
        Failpoint("before_commit");
        std::fputs("two turns passed", stderr);
        Failpoint("before_commit");
        _exit(0);
      },
      ExitedWithCode(137), "two turns passed");
}

TEST(FailpointDeathTest, IsOffUnlessSet) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        unsetenv("MILEPOST_FAILPOINT");
        Failpoint("before_commit");
        _exit(0);
      },
      ExitedWithCode(0), "");
}

TEST(FailpointDeathTest, RefusesProduction) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        setenv("MILEPOST_ENVIRONMENT", "production", 1);
        setenv("MILEPOST_FAILPOINT", "before_commit", 1);
        Failpoint("another");
        _exit(0);
      },
      KilledBySignal(SIGABRT), "production");
}

}  // namespace
}  // namespace milepost
