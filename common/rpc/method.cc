#include "common/rpc/method.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

namespace milepost::rpc {

void CallStats::Count(grpc::StatusCode code, absl::Duration duration) {
  const int64_t us = absl::ToInt64Microseconds(duration);
  const size_t latency_class = std::lower_bound(kBoundsUs.begin(), kBoundsUs.end(), us) - kBoundsUs.begin();
  const int index = std::clamp(static_cast<int>(code), 0, kCodes - 1);
  by_code_[index].fetch_add(1, std::memory_order_relaxed);
  by_latency_[latency_class].fetch_add(1, std::memory_order_relaxed);
  sum_us_.fetch_add(us, std::memory_order_relaxed);
  in_flight_.fetch_sub(1, std::memory_order_relaxed);
}

CallStats::Snapshot CallStats::Read() const {
  Snapshot snapshot;
  for (int i = 0; i < kCodes; ++i) snapshot.by_code[i] = by_code_[i].load(std::memory_order_relaxed);
  for (size_t i = 0; i < by_latency_.size(); ++i)
    snapshot.by_latency[i] = by_latency_[i].load(std::memory_order_relaxed);
  snapshot.in_flight = in_flight_.load(std::memory_order_relaxed);
  snapshot.sum_us = sum_us_.load(std::memory_order_relaxed);
  return snapshot;
}

Method::Method(const google::protobuf::MethodDescriptor& descriptor)
    : service(descriptor.service()->full_name()),
      name(descriptor.name()),
      path(absl::StrCat("/", service, "/", name)),
      callers(Callers::Of(descriptor)),
      rules(MessageRules::Of(*descriptor.input_type())),
      fields(*descriptor.input_type()) {}

}  // namespace milepost::rpc
