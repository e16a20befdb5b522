// From what lanes and calls count to what the page shows.
#include "common/db/database_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <limits>
#include <map>
#include <memory>
#include <string>

#include "common/rpc/call_metrics.h"
#include "google/protobuf/descriptor.h"
#include "milepost/catalog/v1/gig_catalog.pb.h"

namespace milepost {
namespace {

using ::testing::ElementsAre;

const prometheus::MetricFamily* Find(const std::vector<prometheus::MetricFamily>& families,
                                     const std::string& name) {
  for (const auto& family : families)
    if (family.name == name) return &family;
  return nullptr;
}

TEST(Classes, KeepEveryValueAndTheSum) {
  db::PowerHistogram histogram;
  for (const uint64_t value : {0, 1, 2, 3, 4, 7, 8, 1'000'000}) histogram.Add(value);
  const obs::Classes classes = db::ClassesOf(histogram, 1, 3, 1);
  EXPECT_THAT(classes.bounds, ElementsAre(1, 3, 7));
  EXPECT_THAT(classes.counts, ElementsAre(2, 2, 2, 2));  // 0 1 · 2 3 · 4 7 · 8 1000000
  EXPECT_EQ(classes.sum, 1'000'025);
}

TEST(Classes, OfTimesAreInSeconds) {
  db::PowerHistogram micros;
  micros.Add(1023);
  micros.Add(1024);
  const obs::Classes classes = db::ClassesOf(micros, 10, 11, 1e6);
  EXPECT_THAT(classes.bounds, ElementsAre(0.001024, 0.002048));
  EXPECT_THAT(classes.counts, ElementsAre(1, 1, 0));
  EXPECT_NEAR(classes.sum, 2047e-6, 1e-9);
}

// A block of last week kept its alarm up until the process ended.
TEST(RecentMax, TheLongestBlockWasTheLongestSinceTheStart) {
  const absl::Time start = absl::FromUnixSeconds(60 * 1'000'000);
  db::RecentMax longest;
  EXPECT_EQ(longest.Read(start), 0);
  longest.Add(7, start);
  longest.Add(3, start + absl::Seconds(59));
  EXPECT_EQ(longest.Read(start + absl::Seconds(59)), 7);
  longest.Add(5, start + absl::Seconds(60));
  EXPECT_EQ(longest.Read(start + absl::Seconds(119)), 7);
  EXPECT_EQ(longest.Read(start + absl::Seconds(120)), 5);
  EXPECT_EQ(longest.Read(start + absl::Seconds(180)), 0);
  longest.Add(uint64_t{1} << 40, start + absl::Seconds(180));
  EXPECT_EQ(longest.Read(start + absl::Seconds(180)), UINT32_MAX);
  longest.Add(2, start + absl::Seconds(600));
  EXPECT_EQ(longest.Read(start + absl::Seconds(600)), 2);
}

TEST(Exposition, ShowsAHistogramCumulatively) {
  constexpr obs::Metric kMetric{"milepost_x_seconds", obs::MetricKind::kHistogram, "X."};
  obs::Exposition exposition;
  exposition.Add(kMetric, obs::Classes{{1, 2}, {3, 0, 4}, 9});
  const auto families = exposition.Families();
  ASSERT_EQ(families.size(), 1);
  const auto& histogram = families[0].metric[0].histogram;
  ASSERT_EQ(histogram.bucket.size(), 3);
  EXPECT_EQ(histogram.bucket[0].cumulative_count, 3);
  EXPECT_EQ(histogram.bucket[1].cumulative_count, 3);
  EXPECT_EQ(histogram.bucket[2].cumulative_count, 7);
  EXPECT_EQ(histogram.bucket[2].upper_bound, std::numeric_limits<double>::infinity());
  EXPECT_EQ(histogram.sample_count, 7);
  EXPECT_EQ(histogram.sample_sum, 9);
}

TEST(Exposition, AFamilyWithoutSamplesIsShownToo) {
  constexpr obs::Metric kMetric{"milepost_y", obs::MetricKind::kGauge, "Y."};
  obs::Exposition one, other;
  one.Declare(kMetric);
  other.Add(kMetric, 5);
  EXPECT_EQ(one.Families()[0].metric.size(), 0);
  one.Append(other);
  EXPECT_EQ(one.Families()[0].metric.size(), 1);
}

class CallMetricsTest : public ::testing::Test {
 protected:
  CallMetricsTest() {
    const auto* const service =
        catalog::v1::GetGigRequest::descriptor()->file()->FindServiceByName("GigCatalog");
    methods_.push_back(std::make_unique<rpc::Method>(*service->FindMethodByName("GetGig")));
  }

  rpc::CallMetrics::Methods methods_;
};

TEST_F(CallMetricsTest, ShowsCodesThatOccurredAndWhatIsInFlight) {
  rpc::CallMetrics calls;
  calls.Add(&methods_);
  rpc::CallStats& stats = methods_[0]->stats;
  for (int i = 0; i < 3; ++i) stats.Begin();
  stats.Count(grpc::StatusCode::OK, absl::Microseconds(100));
  stats.Count(grpc::StatusCode::NOT_FOUND, absl::Seconds(60));
  obs::Exposition exposition;
  calls.Read(exposition);
  const auto families = exposition.Families();
  std::map<std::string, double> by_code;
  for (const prometheus::ClientMetric& sample : Find(families, "milepost_calls_total")->metric)
    for (const auto& label : sample.label)
      if (label.name == "code") by_code[label.value] = sample.counter.value;
  // Those that alarms ask for are there before they occur.
  EXPECT_EQ(by_code, (std::map<std::string, double>{
                         {"OK", 1}, {"NOT_FOUND", 1}, {"INTERNAL", 0}, {"UNAVAILABLE", 0}}));
  EXPECT_EQ(Find(families, "milepost_calls_in_flight")->metric[0].gauge.value, 1);
  const auto& histogram = Find(families, "milepost_call_duration_seconds")->metric[0].histogram;
  EXPECT_EQ(histogram.bucket.front().cumulative_count, 1);
  EXPECT_EQ(histogram.sample_count, 2);
  calls.Remove(&methods_);
  obs::Exposition without;
  calls.Read(without);
  EXPECT_TRUE(Find(without.Families(), "milepost_calls_total")->metric.empty());
}

// What a call pays: printed, and far from a microsecond even on a busy machine.
TEST_F(CallMetricsTest, CostsACallNanoseconds) {
  constexpr int kCalls = 1'000'000;
  rpc::CallStats& stats = methods_[0]->stats;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kCalls; ++i) {
    stats.Begin();
    stats.Count(grpc::StatusCode::OK, absl::Microseconds(i % 4000));
  }
  const auto ns =
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - start).count();
  RecordProperty("nanoseconds_a_call", static_cast<int>(ns / kCalls));
  std::printf("[ measured ] %d ns a call\n", static_cast<int>(ns / kCalls));
  EXPECT_LT(ns / kCalls, 1000);
}

}  // namespace
}  // namespace milepost
