// The samples of one reading of the metrics, in Prometheus's metric families.
//
//   inline constexpr Metric kQueued{"milepost_lane_queued_commands", MetricKind::kGauge, "Commands that wait for a lane."};
//   exposition.Add(kQueued, 3);
//   exposition.Add(kCalls, 17, {{"method", "GetGig"}, {"code", "OK"}});
//
// Label values come from small fixed sets: methods, codes, currencies; never an id. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "prometheus/metric_family.h"

namespace milepost::obs {

enum class MetricKind { kCounter, kGauge, kHistogram };

// One row a metric; docs/OPERATIONS.md has a row for each (a test compares).
struct Metric {
  const char* name;  // with its unit: milepost_…_seconds, …_total of a counter
  MetricKind kind;
  const char* help;
};

// The classes of a histogram: one more than there are bounds, not cumulative.
struct Classes {
  std::vector<double> bounds;  // the greatest value of each class, ascending
  std::vector<uint64_t> counts;
  double sum = 0;
};

using Labels = std::vector<std::pair<std::string, std::string>>;

class Exposition {
 public:
  // Shows the family even if it has no samples yet.
  void Declare(const Metric& metric);
  void Add(const Metric& metric, double value, const Labels& labels = {});
  void Add(const Metric& metric, const Classes& classes, const Labels& labels = {});
  // Adds all samples of `other`.
  void Append(const Exposition& other);

  std::vector<prometheus::MetricFamily> Families() const;  // by name

 private:
  prometheus::MetricFamily& FamilyOf(const Metric& metric);

  std::map<std::string, prometheus::MetricFamily> families_;
};

}  // namespace milepost::obs
