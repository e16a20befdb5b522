// Latencies in log-linear buckets: exact below 64 µs, within 1.6 % above, up to an hour. A value; not thread-safe (one a
// thread, then Merge).
#pragma once

#include <cstdint>
#include <vector>

#include "absl/time/time.h"

namespace milepost::load {

class Histogram {
 public:
  Histogram();

  // Negative ones count as 0, longer ones than an hour as an hour.
  void Record(absl::Duration latency);
  void Merge(const Histogram& other);

  uint64_t count() const { return count_; }
  // The latency that `share` (0 … 1) of all stay within: the middle of its bucket. Zero where nothing was recorded.
  absl::Duration Quantile(double share) const;
  absl::Duration Mean() const {
    return absl::Microseconds(count_ == 0 ? 0 : sum_ / static_cast<int64_t>(count_));
  }
  absl::Duration Max() const { return absl::Microseconds(max_); }

 private:
  static size_t BucketOf(uint64_t micros);
  static uint64_t MiddleOf(size_t bucket);

  std::vector<uint64_t> counts_;
  uint64_t count_ = 0;
  int64_t max_ = 0, sum_ = 0;
};

}  // namespace milepost::load
