#include "common/obs/exposition.h"

#include <limits>

namespace milepost::obs {
namespace {

prometheus::MetricType TypeOf(MetricKind kind) {
  switch (kind) {
    case MetricKind::kCounter:
      return prometheus::MetricType::Counter;
    case MetricKind::kGauge:
      return prometheus::MetricType::Gauge;
    case MetricKind::kHistogram:
      return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

prometheus::ClientMetric SampleWith(const Labels& labels) {
  prometheus::ClientMetric sample;
  for (const auto& [name, value] : labels) sample.label.push_back({name, value});
  return sample;
}

}  // namespace

prometheus::MetricFamily& Exposition::FamilyOf(const Metric& metric) {
  prometheus::MetricFamily& family = families_[metric.name];
  family.name = metric.name;
  family.help = metric.help;
  family.type = TypeOf(metric.kind);
  return family;
}

void Exposition::Declare(const Metric& metric) {
  FamilyOf(metric);
}

void Exposition::Add(const Metric& metric, double value, const Labels& labels) {
  prometheus::ClientMetric sample = SampleWith(labels);
  (metric.kind == MetricKind::kCounter ? sample.counter.value : sample.gauge.value) = value;
  FamilyOf(metric).metric.push_back(std::move(sample));
}

void Exposition::Add(const Metric& metric, const Classes& classes, const Labels& labels) {
  prometheus::ClientMetric sample = SampleWith(labels);
  uint64_t cumulative = 0;
  for (size_t i = 0; i < classes.counts.size(); ++i) {
    cumulative += classes.counts[i];
    const bool last = i == classes.bounds.size();
    sample.histogram.bucket.push_back(
        {cumulative, last ? std::numeric_limits<double>::infinity() : classes.bounds[i]});
  }
  sample.histogram.sample_count = cumulative;
  sample.histogram.sample_sum = classes.sum;
  FamilyOf(metric).metric.push_back(std::move(sample));
}

void Exposition::Append(const Exposition& other) {
  for (const auto& [name, family] : other.families_) {
    const auto [mine, added] = families_.try_emplace(name, family);
    if (!added)
      mine->second.metric.insert(mine->second.metric.end(), family.metric.begin(), family.metric.end());
  }
}

std::vector<prometheus::MetricFamily> Exposition::Families() const {
  std::vector<prometheus::MetricFamily> families;
  for (const auto& [name, family] : families_) families.push_back(family);
  return families;
}

}  // namespace milepost::obs
