#include "tests/load/histogram.h"

#include <gtest/gtest.h>

namespace milepost::load {
namespace {

TEST(Histogram, KnowsNothingOfNothing) {
  EXPECT_EQ(Histogram().Quantile(0.5), absl::ZeroDuration());
}

TEST(Histogram, FindsQuantilesWithinItsPrecision) {
  Histogram histogram;
  for (int i = 1; i <= 100'000; ++i) histogram.Record(absl::Microseconds(i));
  for (const double share : {0.001, 0.5, 0.9, 0.99, 0.999}) {
    const double expected = share * 100'000;
    EXPECT_NEAR(absl::ToDoubleMicroseconds(histogram.Quantile(share)), expected, expected * 0.016 + 1);
  }
  EXPECT_EQ(histogram.Max(), absl::Microseconds(100'000));
}

TEST(Histogram, IsExactBelow64Microseconds) {
  Histogram histogram;
  for (int i = 0; i < 64; ++i) histogram.Record(absl::Microseconds(i));
  EXPECT_EQ(histogram.Quantile(0.5), absl::Microseconds(31));
}

TEST(Histogram, TakesWhatIsOutOfItsRange) {
  Histogram histogram;
  histogram.Record(-absl::Seconds(1));
  EXPECT_EQ(histogram.Max(), absl::ZeroDuration());
  histogram.Record(absl::Hours(48));
  EXPECT_EQ(histogram.Max(), absl::Hours(1));
  EXPECT_EQ(histogram.count(), 2u);
}

TEST(Histogram, MergesAsIfRecordedInOne) {
  Histogram one, other, both;
  for (int i = 0; i < 1000; ++i) {
    (i % 2 == 0 ? one : other).Record(absl::Microseconds(i * i));
    both.Record(absl::Microseconds(i * i));
  }
  one.Merge(other);
  EXPECT_EQ(one.count(), both.count());
  EXPECT_EQ(one.Quantile(0.37), both.Quantile(0.37));
  EXPECT_EQ(one.Max(), both.Max());
  EXPECT_EQ(one.Mean(), both.Mean());
  EXPECT_EQ(one.Mean(), absl::Microseconds(332'833));
}

}  // namespace
}  // namespace milepost::load
