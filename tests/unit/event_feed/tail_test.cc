// The tail's followers: each is handed everything after where it joined, whoever joins and leaves meanwhile, and is told
// when nothing can be read.
#include "common/events/tail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include "common/db/error.h"
#include "tests/support/faulty_store.h"
#include "tests/unit/event_feed/feed_fixture.h"

namespace milepost::events {
namespace {

constexpr TailOptions kQuick = {
    .interval = absl::Milliseconds(1), .beat = absl::Milliseconds(1), .give_up = absl::Hours(1)};

// Follows everything after a position, and lets nothing be left out.
class Everything final : public Follower {
 public:
  explicit Everything(uint64_t after) : through_(after) {}

  const Filter& filter() const override { return filter_; }
  void Take(FeedEvents events, uint64_t through) override {
    const std::lock_guard lock(mutex_);
    most_ = std::max(most_, events.size());
    for (const auto& event : events) {
      if (event->position() <= through_) continue;
      EXPECT_EQ(event->position(), through_ + 1) << "a gap";
      through_ = event->position();
    }
    EXPECT_LE(through, through_) << "it has not been handed what it is said to have";
    ++takes_;
    changed_.notify_all();
  }
  void Cut(Reason reason) override {
    const std::lock_guard lock(mutex_);
    cut_ = reason;
    changed_.notify_all();
  }

  void AwaitPosition(uint64_t position) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return through_ >= position; });
  }
  // One that began after this was called.
  void AwaitTake() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this, after = takes_ + 1] { return takes_ > after; });
  }
  Reason AwaitCut() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return cut_.has_value(); });
    return *cut_;
  }
  // Of events handed to it at once.
  size_t most() {
    const std::lock_guard lock(mutex_);
    return most_;
  }
  bool is_cut() {
    const std::lock_guard lock(mutex_);
    return cut_.has_value();
  }

 private:
  const Filter filter_;
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t through_;
  int takes_ = 0;
  size_t most_ = 0;
  std::optional<Reason> cut_;
};

// A stream that grows when the test says so.
class TailOfAStream : public ::testing::Test {
 protected:
  Tail::Read Reads() {
    return [this](uint64_t after, size_t limit) {
      asked_ = after;
      return PageAfter(after, limit, head_);
    };
  }

  std::atomic<uint64_t> head_{100}, asked_{100};
};

TEST_F(TailOfAStream, HandsOutWhatComes) {
  Tail tail(Reads(), OrdersSource(), kQuick, [] {});
  const auto follower = std::make_shared<Everything>(90);
  ASSERT_TRUE(tail.Follow(follower, 90, 90));
  follower->AwaitPosition(100);
  head_ = 2345;  // more than a page
  tail.Wake();
  follower->AwaitPosition(2345);
  tail.Leave(follower.get());
}

TEST_F(TailOfAStream, HandsOutNoMoreAtOnceThanMayBeLeftUnread) {
  TailOptions options = kQuick;
  options.kept = 10;
  Tail tail(Reads(), OrdersSource(), options, [] {});
  const auto follower = std::make_shared<Everything>(0);
  ASSERT_TRUE(tail.Follow(follower, 0, 0));
  follower->AwaitPosition(100);
  EXPECT_EQ(follower->most(), 10);
  tail.Leave(follower.get());
}

// The beat used to take the position, and to tell it to all who follow by the time they were called: also to one who had
// joined farther back meanwhile, and who then took for handed out what it had never got.
TEST_F(TailOfAStream, WhoJoinsDuringABeatIsNotToldThePositionOfWhoLeft) {
  const auto first = std::make_shared<Everything>(100), second = std::make_shared<Everything>(50);
  std::atomic<bool> swap{false}, swapped{false};
  Tail* the_tail = nullptr;
  Tail tail(Reads(), OrdersSource(), kQuick, [&] {
    if (!swap.exchange(false)) return;
    the_tail->Leave(first.get());
    EXPECT_TRUE(the_tail->Follow(second, 50, 50));
    swapped = true;
    swapped.notify_all();
  });
  the_tail = &tail;
  ASSERT_TRUE(tail.Follow(first, 100, 100));
  first->AwaitTake();
  swap = true;
  swapped.wait(false);
  second->AwaitPosition(100);
  tail.Leave(second.get());
}

TEST_F(TailOfAStream, WhoeverComesAndGoesMissesNothing) {
  Tail tail(Reads(), OrdersSource(), kQuick, [] {});
  std::atomic<bool> stop{false};
  std::thread growing([&] {
    while (!stop) {
      if (head_ < asked_ + 500) ++head_;  // no faster than it is read
      tail.Wake();
      std::this_thread::yield();
    }
  });
  std::vector<std::thread> following;
  for (unsigned seed = 0; seed < 4; ++seed) {
    following.emplace_back([&, seed] {
      std::mt19937 random(seed);
      for (int i = 0; i < 200; ++i) {
        const uint64_t head = head_, after = head - random() % 50;
        const auto follower = std::make_shared<Everything>(after);
        if (!tail.Follow(follower, after, head)) continue;
        if (i % 3 == 0)
          follower->AwaitTake();
        else
          follower->AwaitPosition(head);
        tail.Leave(follower.get());
      }
    });
  }
  for (std::thread& thread : following) thread.join();
  stop = true;
  growing.join();
}

TEST_F(TailOfAStream, FollowersAreCutWhenItCanNotBeRead) {
  TailOptions options = kQuick;
  options.give_up = absl::ZeroDuration();
  Tail tail([](uint64_t, size_t) { return db::DatabaseError(db::Trouble::kLost, 2002, "no server"); },
            OrdersSource(), options, [] {});
  const auto follower = std::make_shared<Everything>(100);
  ASSERT_TRUE(tail.Follow(follower, 100, 100));
  EXPECT_EQ(follower->AwaitCut(), Reason::kDatabaseUnavailable);
  tail.Leave(follower.get());
}

// A database that does not answer fails nothing for a while; beats go on and followers learn it all the same.
TEST_F(TailOfAStream, FollowersAreCutWhenAReadHangs) {
  TailOptions options = kQuick;
  options.give_up = absl::ZeroDuration();
  testing::Gate hanging;
  Tail tail(
      [&](uint64_t after, size_t limit) {
        hanging.Pass();
        return PageAfter(after, limit, head_);
      },
      OrdersSource(), options, [] {});
  const auto follower = std::make_shared<Everything>(100);
  ASSERT_TRUE(tail.Follow(follower, 100, 100));
  hanging.AwaitArrival();
  EXPECT_EQ(follower->AwaitCut(), Reason::kDatabaseUnavailable);
  tail.Leave(follower.get());
  hanging.Open();
}

// The database was set back under a follower: it would have been told for ever that it has seen everything.
TEST_F(TailOfAStream, FollowersAreCutWhenTheStreamIsSetBack) {
  Tail tail(
      [&](uint64_t after, size_t limit) {
        Page page = PageAfter(after, limit, head_);
        page.ahead = after > head_;
        return page;
      },
      OrdersSource(), kQuick, [] {});
  const auto follower = std::make_shared<Everything>(100), other = std::make_shared<Everything>(40);
  ASSERT_TRUE(tail.Follow(follower, 100, 100));
  head_ = 40;
  tail.Wake();
  EXPECT_EQ(follower->AwaitCut(), Reason::kDatabaseUnavailable);
  ASSERT_TRUE(tail.Follow(other, 40, 40)) << "though who was cut has not left yet";
  head_ = 45;
  tail.Wake();
  other->AwaitPosition(45);
  EXPECT_FALSE(other->is_cut());
  tail.Leave(follower.get());
  tail.Leave(other.get());
}

TEST_F(TailOfAStream, OneFailedReadCutsNobody) {
  std::atomic<int> failures{3};
  Tail tail(
      [&](uint64_t after, size_t limit) -> absl::StatusOr<Page> {
        if (failures > 0) {
          --failures;
          return db::DatabaseError(db::Trouble::kLost, 2013, "killed");
        }
        return PageAfter(after, limit, head_);
      },
      OrdersSource(), kQuick, [] {});
  const auto follower = std::make_shared<Everything>(90);
  ASSERT_TRUE(tail.Follow(follower, 90, 90));
  follower->AwaitPosition(100);
  EXPECT_FALSE(follower->is_cut());
  tail.Leave(follower.get());
}

}  // namespace
}  // namespace milepost::events
