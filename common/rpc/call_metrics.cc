#include "common/rpc/call_metrics.h"

#include <algorithm>

#include "absl/status/status.h"

namespace milepost::rpc {
namespace {

using obs::MetricKind;

constexpr obs::Metric kCalls{"milepost_calls_total", MetricKind::kCounter,
                             "Calls that were answered, by service, method and canonical code."};
constexpr obs::Metric kDuration{"milepost_call_duration_seconds", MetricKind::kHistogram,
                                "Time from a call's arrival to its answer, by service and method."};
constexpr obs::Metric kInFlight{"milepost_calls_in_flight", MetricKind::kGauge,
                                "Calls that arrived and are not answered yet, by service."};

obs::Classes LatencyOf(const CallStats::Snapshot& calls) {
  obs::Classes classes;
  for (const int64_t bound : CallStats::kBoundsUs) classes.bounds.push_back(static_cast<double>(bound) / 1e6);
  classes.counts.assign(calls.by_latency.begin(), calls.by_latency.end());
  classes.sum = static_cast<double>(calls.sum_us) / 1e6;
  return classes;
}

// The codes that alarms and shares are computed from begin at 0, so that the first of them is an increase. Any other appears
// with its first call, so that 17 codes do not make 17 series a method.
bool IsAlwaysShown(int code) {
  return code == static_cast<int>(absl::StatusCode::kOk) ||
         code == static_cast<int>(absl::StatusCode::kInternal) ||
         code == static_cast<int>(absl::StatusCode::kUnavailable);
}

void ReadMethod(const Method& method, const CallStats::Snapshot& calls, obs::Exposition& exposition) {
  for (int code = 0; code < CallStats::kCodes; ++code) {
    if (calls.by_code[code] == 0 && !IsAlwaysShown(code)) continue;
    exposition.Add(kCalls, static_cast<double>(calls.by_code[code]),
                   {{"service", method.service},
                    {"method", method.name},
                    {"code", absl::StatusCodeToString(static_cast<absl::StatusCode>(code))}});
  }
  exposition.Add(kDuration, LatencyOf(calls), {{"service", method.service}, {"method", method.name}});
}

}  // namespace

void CallMetrics::Add(const Methods* methods) {
  const std::lock_guard lock(mutex_);
  services_.push_back(methods);
}

void CallMetrics::Remove(const Methods* methods) {
  const std::lock_guard lock(mutex_);
  services_.erase(std::remove(services_.begin(), services_.end(), methods), services_.end());
}

void CallMetrics::Read(obs::Exposition& exposition) const {
  const std::lock_guard lock(mutex_);
  for (const obs::Metric& metric : {kCalls, kDuration, kInFlight}) exposition.Declare(metric);
  for (const Methods* methods : services_) {
    int64_t in_flight = 0;
    for (const auto& method : *methods) {
      const CallStats::Snapshot calls = method->stats.Read();
      in_flight += calls.in_flight;
      ReadMethod(*method, calls, exposition);
    }
    if (!methods->empty())
      exposition.Add(kInFlight, static_cast<double>(in_flight), {{"service", methods->front()->service}});
  }
}

}  // namespace milepost::rpc
