#include "common/rpc/service_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdio>
#include <initializer_list>
#include <string>
#include <vector>

namespace milepost::rpc {
namespace {

using ::testing::ExitedWithCode;

// Parses as a process of its own would, and ends it with 7 where the flags are accepted.
void ParseIn(const char* environment, std::initializer_list<std::string> arguments) {
  setenv("MILEPOST_ENVIRONMENT", environment, 1);
  std::vector<std::string> words = {"gig-catalog"};
  words.insert(words.end(), arguments);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  ServiceFlags flags("gig-catalog", "Gigs.");
  flags.AddTestClock();
  flags.ParseOrExit(static_cast<int>(argv.size()), argv.data());
  std::exit(7);
}

TEST(ServiceFlagsDeathTest, ATestClockIsRefusedInProduction) {
  for (const char* mode : {"--test_clock=frozen", "--test_clock=offset"}) {
    EXPECT_EXIT(ParseIn("production", {"serve", mode}), ExitedWithCode(2), "test_clock.*production");
    EXPECT_EXIT(ParseIn("development", {"serve", mode}), ExitedWithCode(7), "");
  }
  EXPECT_EXIT(ParseIn("production", {"serve"}), ExitedWithCode(7), "");
  EXPECT_EXIT(ParseIn("production", {"serve", "--test_clock=off"}), ExitedWithCode(7), "");
}

}  // namespace
}  // namespace milepost::rpc
