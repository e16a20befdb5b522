// The settings of every service with a database. Plain values; common/service/flags.h reads them from the command line.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "common/db/clock_setting.h"
#include "common/db/common_tables.h"
#include "common/db/connection.h"
#include "common/db/lane_options.h"
#include "common/db/read_pool.h"
#include "common/events/feed_options.h"
#include "common/rpc/service.h"

namespace milepost::service {

struct Options {
  db::ConnectOptions database;
  db::LaneOptions lanes;
  db::ReadPoolOptions reads;
  std::optional<db::ClockMode> test_clock;  // set: registers the TestClock service; never in production
  int handler_threads = 2;
  rpc::ServiceOptions service;
  absl::Duration sweep_interval = absl::Milliseconds(200);  // between looks for due deadlines that found none
  absl::Duration worker_lease = absl::Seconds(3);  // after a replica's death another takes its workers over
  absl::Duration gauges_interval = absl::Seconds(15);  // between rounds of the metrics that ask the database
  events::FeedOptions feed;

  db::TestClockUse clock_use() const {
    return test_clock ? db::TestClockUse::kFollow : db::TestClockUse::kIgnore;
  }
};

}  // namespace milepost::service
