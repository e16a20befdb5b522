// The counters of a service's lanes, for the metrics page. Counters only grow; all members are atomics, written by
// the lanes and read by anyone.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace milepost::db {

// Counts by powers of two: bucket i holds values below 2^i that no smaller bucket holds.
class PowerHistogram {
 public:
  static constexpr size_t kBuckets = 32;

  void Add(uint64_t value) {
    const size_t bucket = std::bit_width(value);
    buckets_[bucket < kBuckets ? bucket : kBuckets - 1].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
    RaiseTo(max_, value);
  }
  uint64_t bucket(size_t i) const { return buckets_[i].load(std::memory_order_relaxed); }
  uint64_t sum() const { return sum_.load(std::memory_order_relaxed); }
  uint64_t max() const { return max_.load(std::memory_order_relaxed); }
  uint64_t count() const {
    uint64_t count = 0;
    for (size_t i = 0; i < kBuckets; ++i) count += bucket(i);
    return count;
  }

 private:
  static void RaiseTo(std::atomic<uint64_t>& peak, uint64_t value) {
    uint64_t seen = peak.load(std::memory_order_relaxed);
    while (seen < value && !peak.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
    }
  }

  std::array<std::atomic<uint64_t>, kBuckets> buckets_{};
  std::atomic<uint64_t> sum_{0}, max_{0};
};

// The greatest value of the last one to two minutes: of the current minute and the one before.
class RecentMax {
 public:
  void Add(uint64_t value, absl::Time now) {
    const uint64_t minute = MinuteOf(now);
    const uint64_t added = minute << 32 | std::min<uint64_t>(value, UINT32_MAX);
    std::atomic<uint64_t>& slot = slots_[minute % slots_.size()];
    uint64_t seen = slot.load(std::memory_order_relaxed);
    while ((seen >> 32 != minute || seen < added) &&
           !slot.compare_exchange_weak(seen, added, std::memory_order_relaxed)) {
    }
  }
  uint64_t Read(absl::Time now) const {
    uint64_t greatest = 0;
    for (const std::atomic<uint64_t>& slot : slots_) {
      const uint64_t seen = slot.load(std::memory_order_relaxed);
      if ((seen >> 32) + 1 >= MinuteOf(now)) greatest = std::max(greatest, seen & UINT32_MAX);
    }
    return greatest;
  }

 private:
  static uint64_t MinuteOf(absl::Time time) { return static_cast<uint32_t>(absl::ToUnixSeconds(time) / 60); }

  std::array<std::atomic<uint64_t>, 2> slots_{};  // minute << 32 | greatest of it
};

struct LaneMetrics {
  std::atomic<int64_t> queued{0};       // commands waiting now, over all lanes
  std::atomic<uint64_t> committed{0};   // commands answered OK after a commit that wrote something
  std::atomic<uint64_t> unwritten{0};   // answered OK without anything to write, replays included
  std::atomic<uint64_t> replays{0};     // answered from a remembered request
  std::atomic<uint64_t> refused{0};     // answered with a refusal of the domain, of an etag, of a reused id
  std::atomic<uint64_t> overloaded{0};  // refused because the queue was full
  std::atomic<uint64_t> expired{0};     // dropped because the caller had stopped waiting
  std::atomic<uint64_t> conflicts{0};   // transactions undone for a duplicate, a deadlock or a lock timeout
  std::atomic<uint64_t> losses{0};      // connections lost under a transaction
  std::atomic<uint64_t> looked_up{0};   // commits whose outcome had to be looked up
  std::atomic<uint64_t> run_singly{0};  // batches that were taken apart, command by command
  std::atomic<uint64_t> failed{0};      // commands answered with an error that is no refusal of theirs
  // The service's time minus this process's clock at the last batch, in microseconds; meaningless under a test clock.
  std::atomic<int64_t> clock_skew_us{0};
  PowerHistogram batch_size;  // commands a transaction
  PowerHistogram commit_us;   // COMMIT alone, microseconds
  PowerHistogram lock_us;     // locking alone, microseconds
  RecentMax longest_lock_us;
};

}  // namespace milepost::db
