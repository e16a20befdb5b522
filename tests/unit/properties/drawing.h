// What the properties draw: prices, shares and the number of parts, small ones as often as large ones.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <vector>

#include "common/core/order_limits.h"

namespace milepost::properties {

// A price of a package: from the least that five milestones can share to the greatest.
inline rc::Gen<int64_t> Price() {
  return rc::gen::oneOf(rc::gen::inRange<int64_t>(kMaxPlanMilestones, 100),
                        rc::gen::inRange<int64_t>(kMaxPlanMilestones, 100'000),
                        rc::gen::inRange<int64_t>(kMaxPlanMilestones, kMaxPriceMinor + 1),
                        rc::gen::just(kMaxPriceMinor));
}

// A share in basis points: often the least or the greatest, so that a part of a small price is no cent.
inline rc::Gen<int64_t> Share() {
  return rc::gen::oneOf(rc::gen::inRange<int64_t>(1, 10'001), rc::gen::element<int64_t>(1, 2, 9'999, 10'000));
}

// As many as a plan has milestones at most.
inline std::vector<int64_t> Shares() {
  const auto count = *rc::gen::inRange<size_t>(1, kMaxPlanMilestones + 1);
  return *rc::gen::container<std::vector<int64_t>>(count, Share());
}

}  // namespace milepost::properties
