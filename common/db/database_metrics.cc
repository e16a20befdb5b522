#include "common/db/database_metrics.h"

#include <cmath>

#include "common/core/clock.h"
#include "common/db/connection.h"

namespace milepost::db {
namespace {

using obs::Metric;
using obs::MetricKind;

constexpr Metric kQueued{"milepost_lane_queued_commands", MetricKind::kGauge,
                         "Commands that wait for a lane."};
constexpr Metric kCommands{
    "milepost_lane_commands_total", MetricKind::kCounter,
    "Commands that left the lanes, by outcome: committed, unwritten (OK, nothing to write), refused, "
    "overloaded, expired, failed."};
constexpr Metric kReplays{"milepost_lane_replays_total", MetricKind::kCounter,
                          "Commands answered from a remembered request; among the unwritten."};
constexpr Metric kRetries{"milepost_lane_retries_total", MetricKind::kCounter,
                          "Transactions rolled back, by cause: conflict (duplicate, deadlock, lock timeout), "
                          "loss (of the connection)."};
constexpr Metric kLookups{"milepost_lane_commit_lookups_total", MetricKind::kCounter,
                          "Commits whose outcome was unknown and had to be looked up."};
constexpr Metric kSingly{"milepost_lane_batches_taken_apart_total", MetricKind::kCounter,
                         "Batches that failed as a whole and were run command by command."};
constexpr Metric kBatch{"milepost_lane_batch_commands", MetricKind::kHistogram, "Commands in a transaction."};
constexpr Metric kCommit{"milepost_lane_commit_seconds", MetricKind::kHistogram, "Duration of COMMIT alone."};
constexpr Metric kLock{"milepost_lane_lock_seconds", MetricKind::kHistogram,
                       "Duration of locking a transaction's aggregates."};
constexpr Metric kBlock{"milepost_lane_longest_block_seconds", MetricKind::kGauge,
                        "The longest time that locking has taken within the last one to two minutes."};
constexpr Metric kSkew{
    "milepost_database_clock_skew_seconds", MetricKind::kGauge,
    "The service's time minus this process's clock, at the last batch; includes the offset of a test clock."};
constexpr Metric kReadQueued{"milepost_read_queued", MetricKind::kGauge, "Reads that wait for a connection."};
constexpr Metric kReadRunning{"milepost_read_running", MetricKind::kGauge,
                              "Connections of the read pool that are in use."};
constexpr Metric kReads{"milepost_reads_total", MetricKind::kCounter, "Reads, by outcome: run, overloaded."};
constexpr Metric kOpen{"milepost_database_connections", MetricKind::kGauge,
                       "Open connections to the database."};
constexpr Metric kOpened{"milepost_database_connections_opened_total", MetricKind::kCounter,
                         "Connections to the database that were opened."};
constexpr Metric kNotOpened{"milepost_database_connection_failures_total", MetricKind::kCounter,
                            "Connections to the database that could not be opened."};

constexpr double kMicros = 1e6;  // a second

double Of(const std::atomic<uint64_t>& counter) {
  return static_cast<double>(counter.load(std::memory_order_relaxed));
}

void ReadCommands(const LaneMetrics& lanes, obs::Exposition& exposition) {
  const auto add = [&](const char* outcome, const std::atomic<uint64_t>& count) {
    exposition.Add(kCommands, Of(count), {{"outcome", outcome}});
  };
  add("committed", lanes.committed);
  add("unwritten", lanes.unwritten);
  add("refused", lanes.refused);
  add("overloaded", lanes.overloaded);
  add("expired", lanes.expired);
  add("failed", lanes.failed);
}

}  // namespace

// Bucket i of a PowerHistogram holds the integers below 2^i: up to and with 2^i - 1. Of a time, which was cut to whole
// microseconds, that is all below 2^i.
obs::Classes ClassesOf(const PowerHistogram& histogram, size_t first, size_t last, double divisor) {
  obs::Classes classes;
  uint64_t count = 0;
  for (size_t i = 0; i < PowerHistogram::kBuckets; ++i) {
    count += histogram.bucket(i);
    if (i < first || i > last) continue;
    const double bound = std::ldexp(1.0, static_cast<int>(i)) - (divisor > 1 ? 0 : 1);
    classes.bounds.push_back(bound / divisor);
    classes.counts.push_back(count);
    count = 0;
  }
  classes.counts.push_back(count);
  classes.sum = static_cast<double>(histogram.sum()) / divisor;
  return classes;
}

void ReadLanes(const LaneMetrics& lanes, obs::Exposition& exposition) {
  constexpr size_t k64Micros = 6, k17Seconds = 24;
  ReadCommands(lanes, exposition);
  exposition.Add(kQueued, static_cast<double>(lanes.queued.load(std::memory_order_relaxed)));
  exposition.Add(kReplays, Of(lanes.replays));
  exposition.Add(kRetries, Of(lanes.conflicts), {{"cause", "conflict"}});
  exposition.Add(kRetries, Of(lanes.losses), {{"cause", "loss"}});
  exposition.Add(kLookups, Of(lanes.looked_up));
  exposition.Add(kSingly, Of(lanes.run_singly));
  exposition.Add(kBatch, ClassesOf(lanes.batch_size, 1, 12, 1));
  exposition.Add(kCommit, ClassesOf(lanes.commit_us, k64Micros, k17Seconds, kMicros));
  exposition.Add(kLock, ClassesOf(lanes.lock_us, k64Micros, k17Seconds, kMicros));
  exposition.Add(kBlock, static_cast<double>(lanes.longest_lock_us.Read(WallNow())) / kMicros);
  exposition.Add(kSkew, static_cast<double>(lanes.clock_skew_us.load(std::memory_order_relaxed)) / kMicros);
}

void ReadReads(const ReadPoolMetrics& reads, obs::Exposition& exposition) {
  exposition.Add(kReadQueued, static_cast<double>(reads.queued.load(std::memory_order_relaxed)));
  exposition.Add(kReadRunning, static_cast<double>(reads.running.load(std::memory_order_relaxed)));
  exposition.Add(kReads, Of(reads.run), {{"outcome", "run"}});
  exposition.Add(kReads, Of(reads.overloaded), {{"outcome", "overloaded"}});
}

void ReadConnections(obs::Exposition& exposition) {
  const ConnectionCounts& counts = ConnectionsOfProcess();
  exposition.Add(kOpen, static_cast<double>(counts.open.load(std::memory_order_relaxed)));
  exposition.Add(kOpened, Of(counts.opened));
  exposition.Add(kNotOpened, Of(counts.failed));
}

}  // namespace milepost::db
