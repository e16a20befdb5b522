// Texts of many gigs, as a marketplace has them: words drawn from a vocabulary in which few are frequent and most are rare. The
// same seed gives the same texts. It knows how many gigs have each word.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "services/gig_catalog/domain/gig.h"

namespace milepost::load {

class GigTexts {
 public:
  explicit GigTexts(uint64_t seed);

  // The next gig: PUBLISHED, a minute newer than the one before, of one of ten subcategories, every fourth with a milestone plan.
  gig_catalog::Gig Next();

  // `count` words that from `least` to `most` of the gigs so far have, spread evenly over the vocabulary in between; fewer where
  // there are not so many.
  std::vector<std::string> WordsWith(uint64_t least, uint64_t most, size_t count) const;
  // Those of two characters that at least one gig and at most `most` have.
  std::vector<std::string> ShortWords(uint64_t most) const;

 private:
  // Distinct words, as many as were drawn but for those drawn twice.
  std::string Draw(size_t words, std::vector<uint32_t>& drawn);

  std::mt19937_64 random_;
  std::vector<std::string> vocabulary_;  // the frequent ones first
  std::vector<double> weights_;          // running sums
  std::vector<uint32_t> gigs_with_;      // of each word
  int made_ = 0;
};

}  // namespace milepost::load
