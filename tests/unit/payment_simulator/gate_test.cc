#include "services/payment_simulator/rpc/gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

namespace milepost::payment_simulator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr PausePoint kBefore = PausePoint::kBeforeRecording;
constexpr PausePoint kAfter = PausePoint::kBeforeAnswering;

class GateTest : public ::testing::Test {
 protected:
  // Sends a passage; its key is in `gone_` once it went.
  void Send(const std::string& key, ProviderMethod method = ProviderMethod::kCharge,
            PausePoint point = kBefore) {
    gate_.Pass({key, method, point}, [this, key] { gone_.push_back(key); });
  }

  std::vector<std::string> gone_;
  Gate gate_;
};

TEST_F(GateTest, WithoutAPauseEverythingGoesAtOnce) {
  Send("key");
  EXPECT_THAT(gone_, ElementsAre("key"));
  EXPECT_EQ(gate_.Resume(""), 0);
}

TEST_F(GateTest, HoldsWhatMatchesAndLetsItGoInOrderOfArrival) {
  gate_.SetPause({.key_prefix = "a/"});
  EXPECT_TRUE(gate_.Holds({"a/1", ProviderMethod::kCharge, kBefore}));
  EXPECT_FALSE(gate_.Holds({"b/1", ProviderMethod::kCharge, kBefore}));
  for (const char* key : {"a/2", "b/1", "a/1"}) Send(key);
  EXPECT_THAT(gone_, ElementsAre("b/1"));
  EXPECT_EQ(gate_.Resume("a/"), 2);
  EXPECT_THAT(gone_, ElementsAre("b/1", "a/2", "a/1"));
  Send("a/3");
  EXPECT_THAT(gone_, ElementsAre("b/1", "a/2", "a/1", "a/3"));
}

TEST_F(GateTest, HoldsOneMethodAtOnePointOnly) {
  gate_.SetPause({.method = ProviderMethod::kVoidCharge, .point = kAfter});
  Send("charge", ProviderMethod::kCharge, kAfter);
  Send("void before", ProviderMethod::kVoidCharge, kBefore);
  Send("void after", ProviderMethod::kVoidCharge, kAfter);
  EXPECT_THAT(gone_, ElementsAre("charge", "void before"));
}

TEST_F(GateTest, ResumeLeavesWhatAnotherPauseStillHolds) {
  gate_.SetPause({.key_prefix = "a"});
  gate_.SetPause({.key_prefix = "a/"});
  gate_.SetPause({.key_prefix = "a/"});
  Send("a/1");
  Send("ab");
  EXPECT_EQ(gate_.Resume("a/"), 0);
  EXPECT_EQ(gate_.Resume("b"), 0);
  EXPECT_THAT(gone_, IsEmpty());
  EXPECT_EQ(gate_.Resume("a"), 2);
}

TEST_F(GateTest, OpenLetsAllGoNowAndFromNowOn) {
  gate_.SetPause({});
  Send("one");
  std::promise<void> went;
  gate_.Delay(absl::Hours(1), [&] { went.set_value(); });
  gate_.Open();
  went.get_future().wait();
  EXPECT_THAT(gone_, ElementsAre("one"));
  gate_.SetPause({});
  Send("two");
  EXPECT_THAT(gone_, ElementsAre("one", "two"));
}

TEST_F(GateTest, DelaysGoInOrderOfTheirTimes) {
  std::vector<int> order;
  std::promise<void> last;
  gate_.Delay(absl::ZeroDuration(), [&] { order.push_back(0); });
  gate_.Delay(absl::Milliseconds(20), [&] {
    order.push_back(2);
    last.set_value();
  });
  gate_.Delay(absl::Milliseconds(5), [&] { order.push_back(1); });
  last.get_future().wait();
  EXPECT_THAT(order, ElementsAre(0, 1, 2));
}

TEST(GateRace, EveryPassageGoesExactlyOnce) {
  std::atomic<int> gone = 0;
  constexpr int kThreads = 4, kPassages = 2000;
  Gate gate;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread)
      threads.emplace_back([&] {
        for (int i = 0; i < kPassages; ++i) gate.Pass({.key = std::to_string(i)}, [&] { ++gone; });
      });
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        gate.SetPause({.key_prefix = std::to_string(i % 10)});
        gate.Resume(i % 3 == 0 ? "" : std::to_string(i % 10));
      }
    });
  }
  gate.Resume("");
  EXPECT_EQ(gone, kThreads * kPassages);
}

}  // namespace
}  // namespace milepost::payment_simulator
