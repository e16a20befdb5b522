// The bench itself, small: every figure is made and makes sense. What the figures are is no test's business on a machine
// that runs tests beside it. (sysbench is not installed for tests: P1b is left out.)
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/load/bench.h"
#include "tests/load/report.h"
#include "tests/support/database.h"
#include "tests/support/matchers.h"

namespace milepost::load {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Pair;

std::map<std::string, double> ValuesOf(const v1::Report& report) {
  std::map<std::string, double> values;
  for (const v1::Figure& figure : report.figures()) values[figure.id()] = figure.value();
  return values;
}

BenchOptions Small() {
  BenchOptions options;
  options.only = {"P1", "P2", "P3", "P4", "P8", "P9", "curve"};
  options.time = absl::Milliseconds(100);
  options.rounds = 1;
  options.memory_from = options.memory_until = absl::ZeroDuration();
  options.by_hand_transactions = 820;
  return options;
}

TEST(Load, MakesEveryFigure) {
  v1::Report report;
  Bench bench(testing::TestDatabase::Get().server(), Small());
  ASSERT_THAT(bench.Run(&report), IsOk());

  const std::map<std::string, double> values = ValuesOf(report);
  for (const char* ratio : {"P1", "P2 (by hand)", "P2 (batch limit 1)", "P3", "P4"})
    EXPECT_THAT(values, Contains(Pair(ratio, ::testing::AllOf(::testing::Gt(0.0005), ::testing::Lt(200)))));
  EXPECT_THAT(values, Contains(Pair("P8 (size)", ::testing::AllOf(::testing::Gt(5), ::testing::Lt(500)))));
  EXPECT_THAT(values, Contains(Pair("P9", ::testing::AllOf(::testing::Gt(1), ::testing::Lt(20'000)))));

  ASSERT_EQ(report.curve_size(), 8);
  // A rate is calls over time, a latency at least what a commit takes; more in flight wait longer. One caller is always in a
  // call: what is above or below 1 is calls at the window's edges.
  EXPECT_GT(report.curve(0).p50_us(), 50);
  EXPECT_NEAR(report.curve(0).rate() * report.curve(0).mean_us() / 1e6, 1, 0.8);
  EXPECT_GT(report.curve(4).p50_us(), report.curve(0).p50_us());
  for (const v1::Point& point : report.curve()) {
    EXPECT_GT(point.rate(), 0);
    EXPECT_LE(point.p50_us(), point.p99_us());
  }
}

// On few gigs: the whole way, and every kind of call in the order that it expects.
TEST(Load, MakesTheFiguresOfTheSearch) {
  BenchOptions options;
  options.only = {"search"};
  options.search = {.gigs = 2'000, .calls = 5, .rounds = 1};
  v1::Report report;
  Bench bench(testing::TestDatabase::Get().server(), options);
  ASSERT_THAT(bench.Run(&report), IsOk());
  const std::map<std::string, double> values = ValuesOf(report);
  for (const char* figure : {"S1", "S1 (short)", "S1 (filters)", "S2 (no word)", "S3"})
    EXPECT_THAT(values, Contains(Pair(figure, ::testing::AllOf(::testing::Gt(0.01), ::testing::Lt(5000)))));
}

TEST(Report, KeepsWhatOtherRunsFound) {
  const std::string path = (std::filesystem::temp_directory_path() / "milepost_report.json").string();
  std::filesystem::remove(path);
  v1::Report report;
  AddFigures("disk", {{measure::kCommands, {300, 100, 200}}, {measure::kNoOp, {1000, 900, 1100}}}, &report);
  ASSERT_THAT(WriteReport(path, report), IsOk());
  v1::Report again;
  ASSERT_THAT(ReadReport(path, &again), IsOk());
  AddFigures("memory", {{measure::kCommands, {100}}, {measure::kNoOp, {1000}}}, &again);
  std::filesystem::remove(path);

  ASSERT_EQ(again.figures_size(), 2);
  EXPECT_DOUBLE_EQ(again.figures(0).value(), 0.2);  // of the medians
  EXPECT_THAT(PrintTable(again), HasSubstr("P1                  memory"));
  EXPECT_TRUE(IsMet(again.figures(0)));
  EXPECT_FALSE(IsMet(again.figures(1)));
  EXPECT_FALSE(AllMet(again));
}

TEST(Report, IsNotMetByNothing) {
  EXPECT_FALSE(AllMet(v1::Report()));
}

}  // namespace
}  // namespace milepost::load
