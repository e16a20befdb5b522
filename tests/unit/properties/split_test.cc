// The splits of a price (A4), whatever the price and the shares.
#include <algorithm>
#include <numeric>
#include <vector>

#include "common/core/money.h"
#include "tests/unit/properties/drawing.h"

namespace milepost::properties {
namespace {

int64_t SumOf(const std::vector<int64_t>& parts) {
  return std::accumulate(parts.begin(), parts.end(), int64_t{0});
}

RC_GTEST_PROP(EqualSplits, AddUpAndOnlyTheLastIsLarger_A4, ()) {
  const int64_t price = *Price();
  const int parts = *rc::gen::inRange(1, kMaxOrderMilestones + 1);
  const std::vector<int64_t> split = EqualSplit(price, parts);
  RC_ASSERT(split.size() == static_cast<size_t>(parts));
  RC_ASSERT(SumOf(split) == price);
  RC_ASSERT(std::all_of(split.begin(), split.end() - 1, [&](int64_t part) { return part == split[0]; }));
  RC_ASSERT(split.back() >= split[0] && split.back() - split[0] < parts);
}

RC_GTEST_PROP(SplitsByShares, AddUpAndLeaveNoPartEmpty_A4, ()) {
  const int64_t price = *Price();
  const std::vector<int64_t> shares = Shares();
  const std::vector<int64_t> split = SplitByShares(price, shares);
  RC_ASSERT(split.size() == shares.size());
  RC_ASSERT(SumOf(split) == price);
  RC_ASSERT(*std::min_element(split.begin(), split.end()) >= 1);
}

// By whole cents: what rounding takes from one, and what the parts of one cent take from the largest, is less than a cent a
// milestone.
RC_GTEST_PROP(SplitsByShares, AreWithinACentAMilestoneOfTheirShare_A4, ()) {
  const int64_t price = *Price();
  const std::vector<int64_t> shares = Shares();
  const std::vector<int64_t> split = SplitByShares(price, shares);
  const __int128 sum = SumOf(shares);
  const auto parts = static_cast<int64_t>(shares.size());
  for (size_t i = 0; i < shares.size(); ++i) {
    const auto exact = static_cast<int64_t>(static_cast<__int128>(price) * shares[i] / sum);
    RC_ASSERT(split[i] >= exact - parts && split[i] <= exact + parts);
    if (exact >= 1 && i + 1 < shares.size()) RC_ASSERT(split[i] <= exact);
  }
}

RC_GTEST_PROP(SplitsByShares, OfEqualSharesAreEqualSplits_A4, ()) {
  const int64_t price = *Price();
  const int parts = *rc::gen::inRange(1, kMaxPlanMilestones + 1);
  RC_ASSERT(SplitByShares(price, std::vector<int64_t>(parts, *Share())) == EqualSplit(price, parts));
}

RC_GTEST_PROP(SplitsByShares, AreTheSameForTheSameWeights_A4, ()) {
  const int64_t price = *Price();
  const std::vector<int64_t> shares = Shares();
  const int64_t factor = *rc::gen::inRange<int64_t>(1, 1'000);
  std::vector<int64_t> heavier = shares;
  for (int64_t& share : heavier) share *= factor;
  RC_ASSERT(SplitByShares(price, heavier) == SplitByShares(price, shares));
}

RC_GTEST_PROP(HalfEvens, AreTheNearestAndTheEvenOneOfTwo_A23, ()) {
  const auto amount = *rc::gen::inRange<int64_t>(0, kMaxMinor + 1);
  const auto numerator = *rc::gen::inRange<int64_t>(0, 10'001);
  const int64_t denominator = *rc::gen::element<int64_t>(2, 3, 10, 10'000);
  const int64_t rounded = HalfEven(amount, numerator, denominator);
  const __int128 twice_off =
      2 * (static_cast<__int128>(amount) * numerator - static_cast<__int128>(rounded) * denominator);
  RC_ASSERT(twice_off <= denominator && twice_off >= -denominator);
  if (twice_off == denominator || twice_off == -denominator) RC_ASSERT(rounded % 2 == 0);
}

}  // namespace
}  // namespace milepost::properties
