// What one reading of the metrics holds: families of samples, as Prometheus means them.
//
//   inline constexpr Metric kQueued{"milepost_lane_queued_commands", MetricKind::kGauge, "Commands that wait for a lane."};
//   exposition.Add(kQueued, 3);
//   exposition.Add(kCalls, 17, {{"method", "GetGig"}, {"code", "OK"}});
//
// Labels are of small fixed sets: methods, codes, currencies; never an id. Not thread-safe.
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

// A histogram as it was counted: one class more than bounds, none cumulative.
struct Classes {
  std::vector<double> bounds;  // the greatest value of each class, ascending
  std::vector<uint64_t> counts;
  double sum = 0;
};

using Labels = std::vector<std::pair<std::string, std::string>>;

class Exposition {
 public:
  // The family appears, whether or not it has samples yet.
  void Declare(const Metric& metric);
  void Add(const Metric& metric, double value, const Labels& labels = {});
  void Add(const Metric& metric, const Classes& classes, const Labels& labels = {});
  // All of `other`'s samples too.
  void Append(const Exposition& other);

  std::vector<prometheus::MetricFamily> Families() const;  // by name

 private:
  prometheus::MetricFamily& FamilyOf(const Metric& metric);

  std::map<std::string, prometheus::MetricFamily> families_;
};

}  // namespace milepost::obs
