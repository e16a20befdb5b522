#include "common/core/money.h"

#include <gtest/gtest.h>

#include <numeric>

namespace milepost {
namespace {

TEST(HalfEven, RoundsTiesToTheEvenNeighbour) {
  EXPECT_EQ(HalfEven(5, 1, 10), 0);   // 0.5
  EXPECT_EQ(HalfEven(15, 1, 10), 2);  // 1.5
  EXPECT_EQ(HalfEven(25, 1, 10), 2);  // 2.5
  EXPECT_EQ(HalfEven(26, 1, 10), 3);
  EXPECT_EQ(HalfEven(24, 1, 10), 2);
}

TEST(HalfEven, CommissionOfA23) {
  EXPECT_EQ(HalfEven(10000, 2000, 10000), 2000);
  EXPECT_EQ(HalfEven(3333, 2000, 10000), 667);  // 666.6
  EXPECT_EQ(HalfEven(10000, 550, 10000), 550);
  EXPECT_EQ(HalfEven(kMaxMinor, 10000, 10000), kMaxMinor);
}

TEST(EqualSplit, GivesTheOddCentsToTheLast_A4) {
  EXPECT_EQ(EqualSplit(100, 3), (std::vector<int64_t>{33, 33, 34}));
  for (int parts = 1; parts <= 6; ++parts) {
    const std::vector<int64_t> split = EqualSplit(15001, parts);
    EXPECT_EQ(std::accumulate(split.begin(), split.end(), int64_t{0}), 15001) << parts;
  }
}

TEST(SplitByShares, RoundsDownAndGivesTheOddCentsToTheLast_A4) {
  EXPECT_EQ(SplitByShares(10'001, {2'500, 2'000, 3'000, 2'500}),
            (std::vector<int64_t>{2500, 2000, 3000, 2501}));
  EXPECT_EQ(SplitByShares(100, {1, 1, 1}), (std::vector<int64_t>{33, 33, 34}));
  EXPECT_EQ(SplitByShares(100, {2, 1}), (std::vector<int64_t>{66, 34}));
  EXPECT_EQ(SplitByShares(7, {5'000}), (std::vector<int64_t>{7}));
}

TEST(SplitByShares, LeavesNoPartEmpty_A4) {
  EXPECT_EQ(SplitByShares(5, {1, 1, 1, 1, 9'996}), (std::vector<int64_t>{1, 1, 1, 1, 1}));
  EXPECT_EQ(SplitByShares(5, {9'996, 1, 1, 1, 1}), (std::vector<int64_t>{1, 1, 1, 1, 1}));
  EXPECT_EQ(SplitByShares(100, {1, 9'998, 1}), (std::vector<int64_t>{1, 98, 1})) << "the largest part gives";
  EXPECT_EQ(SplitByShares(8, {5'000, 5'000, 1}), (std::vector<int64_t>{3, 3, 2})) << "nothing to give";
}

TEST(SplitByShares, IsExactForTheLargestAmounts) {
  EXPECT_EQ(SplitByShares(kMaxMinor, {9'999, 1}), (std::vector<int64_t>{999'900'000'000, 100'000'000}));
  EXPECT_EQ(SplitByShares(INT64_MAX, {INT64_MAX - 1, 1}), (std::vector<int64_t>{INT64_MAX - 1, 1}));
}

TEST(Money, PrintsInTheCurrencysOwnDigits) {
  EXPECT_EQ(Money::Usd(15000).ToString(), "150.00 USD");
  EXPECT_EQ(Money::Usd(-5).ToString(), "-0.05 USD");
  EXPECT_EQ((Money{150, *Currency::Parse("JPY")}).ToString(), "150 JPY");
}

TEST(Currency, ParsesThreeUpperCaseLetters) {
  EXPECT_TRUE(Currency::Parse("EUR").ok());
  for (const char* bad : {"", "US", "usd", "USDX", "U1D"}) EXPECT_FALSE(Currency::Parse(bad).ok()) << bad;
}

TEST(Currency, IsOneOfIso4217sWithItsDecimalPlaces) {
  for (const char* none : {"JPY", "KRW", "VND", "CLP", "ISK", "PYG", "UGX", "XAF", "XPF", "BIF"})
    EXPECT_EQ(Currency::Parse(none)->minor_digits(), 0) << none;
  for (const char* three : {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
    EXPECT_EQ(Currency::Parse(three)->minor_digits(), 3) << three;
  for (const char* two : {"AED", "EUR", "GBP", "USD", "MGA", "MRU", "SLE", "XCG", "ZWG"})
    EXPECT_EQ(Currency::Parse(two)->minor_digits(), 2) << two;
  for (const char* listed : {"AED", "BHD", "EUR", "JPY", "USD", "XPF", "ZWG"})
    EXPECT_TRUE(Currency::IsIso4217(listed)) << listed;
}

TEST(Currency, IsNoneOfIso4217sWhereNobodyPaysWithIt) {
  for (const char* invented : {"ABC", "XYZ", "ZZZ", "AAA", "USX", "EU", "", "usd", "USDX", " USD"})
    EXPECT_FALSE(Currency::IsIso4217(invented)) << invented;
  for (const char* no_tender : {"XTS", "XAU", "XAG", "XDR", "CLF", "CHE", "UYW"})
    EXPECT_FALSE(Currency::IsIso4217(no_tender)) << no_tender;
  for (const char* gone : {"DEM", "HRK", "ZWL", "SLL", "ANG"})
    EXPECT_FALSE(Currency::IsIso4217(gone)) << gone;
}

}  // namespace
}  // namespace milepost
