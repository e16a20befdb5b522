// Estimates how many gigs have a word, from a sample of them: which words of a query are too common for the full-text index,
// which would collect all their gigs. Pure, but for CommonWords, which keeps the latest estimate.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/stopwatch.h"
#include "common/db/connection.h"

namespace milepost::gig_catalog {

// Counts the words of the sampled rows, which come by ascending `sample`.
class WordCounts {
 public:
  // `column`: the row's `words`.
  void Add(uint32_t sample, absl::string_view column);
  uint64_t rows() const { return rows_; }

  // The words that more than `gigs` gigs have, with about how many have each. `complete`: the sample is all there is; else
  // the rows are the first of all by `sample`, which is evenly distributed.
  absl::flat_hash_map<std::string, uint64_t> Above(uint64_t gigs, bool complete) const;

 private:
  absl::flat_hash_map<std::string, uint32_t> counts_;
  uint64_t rows_ = 0;
  uint32_t largest_ = 0;  // sample
};

struct CommonWordsLimits {
  // A word is common that by the estimate more gigs than these have: enough above 10,000 that a word of that many, which is in
  // about 100 of the sampled rows of a million, is seldom taken for common.
  uint64_t common = 13'000;
  uint64_t sample_rows = 10'000;
  absl::Duration lifetime = absl::Minutes(10);  // of an estimate
  // Of one from fewer rows than a sample has: the table may be growing fast, as while it is filled for the first time.
  absl::Duration lifetime_of_few = absl::Seconds(10);
};

// The words that are common now. Thread-safe.
class CommonWords {
 public:
  using Estimates = absl::flat_hash_map<std::string, uint64_t>;  // see WordCounts::Above

  explicit CommonWords(CommonWordsLimits limits) : limits_(limits) {}

  // Reads a new sample over `connection` where the last one is older than its lifetime; others meanwhile, and everybody where that
  // fails, get the old estimates. The first call of all reads, and others wait for it.
  absl::StatusOr<std::shared_ptr<const Estimates>> Get(db::Connection& connection);

 private:
  struct Known {
    std::shared_ptr<const Estimates> words;
    Stopwatch age;
    absl::Duration lifetime;
  };
  std::optional<Known> Latest();
  absl::StatusOr<Known> Read(db::Connection& connection) const;

  const CommonWordsLimits limits_;
  std::mutex reading_;  // held while a sample is read; before mutex_
  std::mutex mutex_;
  std::optional<Known> known_;  // guarded by mutex_
};

}  // namespace milepost::gig_catalog
