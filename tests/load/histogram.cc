#include "tests/load/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace milepost::load {
namespace {

// Each power of two from 64 on is cut into 32 buckets of one width.
constexpr int kSubBits = 5;
constexpr uint64_t kExact = uint64_t{2} << kSubBits;
constexpr int64_t kLongest = int64_t{3600} * 1'000'000;

}  // namespace

Histogram::Histogram() : counts_(BucketOf(kLongest) + 1) {}

size_t Histogram::BucketOf(uint64_t micros) {
  if (micros < kExact) return micros;
  const int shift = std::bit_width(micros) - (kSubBits + 1);
  return (static_cast<size_t>(shift) << kSubBits) + (micros >> shift);
}

uint64_t Histogram::MiddleOf(size_t bucket) {
  if (bucket < kExact) return bucket;
  const size_t shift = (bucket >> kSubBits) - 1;
  const uint64_t lowest = (bucket - (shift << kSubBits)) << shift;
  return lowest + (uint64_t{1} << shift) / 2;
}

void Histogram::Record(absl::Duration latency) {
  const int64_t micros = std::clamp<int64_t>(absl::ToInt64Microseconds(latency), 0, kLongest);
  ++counts_[BucketOf(micros)];
  ++count_;
  max_ = std::max(max_, micros);
  sum_ += micros;
}

void Histogram::Merge(const Histogram& other) {
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
}

absl::Duration Histogram::Quantile(double share) const {
  if (count_ == 0) return absl::ZeroDuration();
  const uint64_t rank = std::clamp<uint64_t>(std::ceil(share * count_), 1, count_);
  uint64_t seen = 0;
  for (size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    seen += counts_[bucket];
    if (seen >= rank) return absl::Microseconds(std::min<int64_t>(MiddleOf(bucket), max_));
  }
  return Max();
}

}  // namespace milepost::load
