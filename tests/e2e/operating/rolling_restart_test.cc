// Replicas are restarted one after another under load, as an upgrade does. Not one call fails, and nothing is lost (R8).
// `./dev torture rolling --rounds=100` is the same for longer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/e2e/rolling/rolling.h"

namespace milepost::e2e {
namespace {

TEST(RollingRestart, NoCallFailsAndNothingIsLost_R8) {
  const RollingOptions options;
  const RollingOutcome outcome = Roll(options);
  std::printf("%s\n", outcome.Line().c_str());
  EXPECT_EQ(outcome.rounds, options.rounds);
  EXPECT_THAT(outcome.failures, ::testing::IsEmpty());
  EXPECT_THAT(outcome.wrong, ::testing::IsEmpty());
  EXPECT_LT(outcome.slowest_exit, absl::Seconds(10));
  EXPECT_GT(outcome.orders.size(), static_cast<size_t>(options.pairs));
}

}  // namespace
}  // namespace milepost::e2e
