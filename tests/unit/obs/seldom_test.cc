#include "common/obs/seldom.h"

#include <gtest/gtest.h>

#include <vector>

namespace milepost::obs {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

TEST(Seldom, WhatGoesOnIsSaidLessAndLessOften) {
  Seldom seldom;
  std::vector<int64_t> said_at, times;
  for (int64_t second = 0; second <= 300; ++second) {
    if (const auto due = seldom.Due(kStart + absl::Seconds(second))) {
      said_at.push_back(second);
      times.push_back(static_cast<int64_t>(*due));
    }
  }
  EXPECT_EQ(said_at, (std::vector<int64_t>{0, 1, 3, 7, 15, 31, 63, 123, 183, 243}));
  EXPECT_EQ(times, (std::vector<int64_t>{1, 1, 2, 4, 8, 16, 32, 60, 60, 60}))
      << "none is left out of the count";
}

TEST(Seldom, WhatComesBackAfterAQuietWhileIsNew) {
  Seldom seldom;
  for (int second = 0; second < 100; ++second) (void)seldom.Due(kStart + absl::Seconds(second));
  EXPECT_FALSE(seldom.Due(kStart + absl::Seconds(108)));
  EXPECT_TRUE(seldom.Due(kStart + absl::Seconds(118)));
  EXPECT_TRUE(seldom.Due(kStart + absl::Seconds(119)));
  EXPECT_FALSE(seldom.Due(kStart + absl::Seconds(120)));
}

}  // namespace
}  // namespace milepost::obs
