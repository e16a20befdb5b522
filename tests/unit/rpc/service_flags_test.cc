#include "common/rpc/service_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <cstdio>
#include <initializer_list>
#include <string>
#include <vector>

#include "common/rpc/signals.h"

namespace milepost::rpc {
namespace {

using ::testing::ExitedWithCode;
using ::testing::KilledBySignal;

// Parses as a process of its own would, and ends it with 7 where the flags are accepted (and it survives the signal).
void ParseIn(const char* environment, std::initializer_list<std::string> arguments, int signal_then = 0) {
  setenv("MILEPOST_ENVIRONMENT", environment, 1);
  std::vector<std::string> words = {"gig-catalog"};
  words.insert(words.end(), arguments);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  ServiceFlags flags("gig-catalog", "Gigs.");
  flags.AddTestClock();
  flags.ParseOrExit(static_cast<int>(argv.size()), argv.data());
  if (signal_then != 0) raise(signal_then);
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

// A stray signal ended `migrate` and `audit` in their middle.
TEST(ServiceFlagsDeathTest, NoCommandIsEndedByASignalForSomebodyElse) {
  for (const char* command : {"serve", "migrate", "health"}) {
    for (const int number : {SIGUSR1, SIGUSR2, SIGALRM, SIGPIPE, SIGXFSZ, SIGRTMAX})
      EXPECT_EXIT(ParseIn("development", {command}, number), ExitedWithCode(7), "")
          << command << " " << strsignal(number);
  }
}

TEST(ServiceFlagsDeathTest, WhatAsksToStopEndsACommandButWaitsForAServer) {
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) {
    signal(number, SIG_DFL);  // not what a shell's background, or nohup, has made of it
    EXPECT_EXIT(ParseIn("development", {"migrate"}, number), KilledBySignal(number), "") << strsignal(number);
    EXPECT_EXIT(ParseIn("development", {"serve"}, number), ExitedWithCode(7), "") << strsignal(number);
  }
}

TEST(ServiceFlagsDeathTest, AFaultStaysAFault) {
  for (const char* command : {"serve", "migrate"})
    EXPECT_EXIT(ParseIn("development", {command}, SIGABRT), KilledBySignal(SIGABRT), "") << command;
}

// As nohup leaves it: the signal is not for us, and the first one that is ends the wait.
TEST(ServiceFlagsDeathTest, HupIsLeftAloneWhereNohupIgnoresIt) {
  EXPECT_EXIT(
      {
        signal(SIGHUP, SIG_IGN);
        BlockTerminationSignals();
        raise(SIGHUP);
        raise(SIGQUIT);
        std::exit(AwaitTermination());
      },
      ExitedWithCode(SIGQUIT), "");
}

}  // namespace
}  // namespace milepost::rpc
