// The questions that every service's metrics ask of its database, with answers made by hand.
#include "common/service/gauges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/core/stopwatch.h"
#include "tests/component/operation/catalog_process.h"
#include "tests/support/database.h"
#include "tests/support/matchers.h"

namespace milepost::operation {
namespace {

using testing::IsOkAndHolds;

double GaugeOf(const service::Gauges& gauges, const std::string& name) {
  obs::Exposition exposition;
  gauges.Read(exposition);
  for (const prometheus::MetricFamily& family : exposition.Families())
    if (family.name == name && !family.metric.empty()) return family.metric[0].gauge.value;
  return std::numeric_limits<double>::quiet_NaN();
}

std::unique_ptr<service::Gauges> Lag(const db::ConnectOptions& schema) {
  return std::make_unique<service::Gauges>(schema, std::nullopt, absl::Seconds(1),
                                           std::vector<service::Gauges::Question>{service::StreamLag()});
}

TEST(StreamLag, IsZeroWhereTheStreamHasEverything) {
  const db::ConnectOptions schema = NewCatalogSchema();
  testing::ExecuteOrDie(schema, "INSERT INTO lane_commits VALUES (REPEAT('a', 16), 7, 1)");
  testing::ExecuteOrDie(schema, "INSERT INTO stream_lanes VALUES (REPEAT('a', 16), 7)");
  const auto lag = Lag(schema);
  service::Gauges& gauges = *lag;
  EXPECT_TRUE(std::isinf(GaugeOf(gauges, "milepost_gauges_age_seconds")));
  ASSERT_THAT(gauges.Tick(), IsOkAndHolds(0));
  EXPECT_EQ(GaugeOf(gauges, "milepost_stream_lag_commits"), 0);
  EXPECT_EQ(GaugeOf(gauges, "milepost_stream_lag_seconds"), 0);
  EXPECT_LT(GaugeOf(gauges, "milepost_gauges_age_seconds"), 20);
}

TEST(StreamLag, CountsCommitsAndTheAgeOfTheOldestEvent) {
  const db::ConnectOptions schema = NewCatalogSchema();
  testing::ExecuteOrDie(schema,
                        "INSERT INTO lane_commits VALUES (REPEAT('a', 16), 7, 1), (REPEAT('b', 16), 2, 1)");
  testing::ExecuteOrDie(schema, "INSERT INTO stream_lanes VALUES (REPEAT('a', 16), 4)");
  testing::ExecuteOrDie(
      schema,
      "INSERT INTO events SET aggregate_id = REPEAT('x', 16), sequence = 1, type = 'x', actor = 'x',"
      " payload = '', lane = REPEAT('a', 16), batch = 5, place = 0,"
      " at_us = (UNIX_TIMESTAMP() - 100) * 1000000");
  const auto lag = Lag(schema);
  service::Gauges& gauges = *lag;
  ASSERT_THAT(gauges.Tick(), IsOkAndHolds(0));
  EXPECT_EQ(GaugeOf(gauges, "milepost_stream_lag_commits"), 5);
  EXPECT_GE(GaugeOf(gauges, "milepost_stream_lag_seconds"), 99);
  EXPECT_LT(GaugeOf(gauges, "milepost_stream_lag_seconds"), 160);
}

// A round waited 15 s for a database that hung, and so did the end of the process for the round.
TEST(Gauges, AHungDatabaseHeldTheEndOfTheProcessUp) {
  service::Gauges gauges(NewCatalogSchema(), std::nullopt, absl::Seconds(1),
                         {[](db::Connection& connection, absl::Time, obs::Exposition&) {
                           return connection.Execute("DO SLEEP(20)");
                         }});
  const Stopwatch since;
  EXPECT_FALSE(gauges.Tick().ok());
  EXPECT_LT(since.elapsed(), absl::Seconds(8));
}

TEST(Gauges, KeepTheirLastAnswersWhereTheDatabaseIsGone) {
  db::ConnectOptions nowhere;
  nowhere.socket = "/nowhere";
  service::Gauges gauges(nowhere, std::nullopt, absl::Seconds(1), {service::StreamLag()});
  EXPECT_FALSE(gauges.Tick().ok());
  EXPECT_TRUE(std::isnan(GaugeOf(gauges, "milepost_stream_lag_commits")));
  EXPECT_TRUE(std::isinf(GaugeOf(gauges, "milepost_gauges_age_seconds")));
}

}  // namespace
}  // namespace milepost::operation
