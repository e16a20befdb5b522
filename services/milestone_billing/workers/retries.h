// Schedules retries for each order separately, with pauses that double. In memory only, so after a restart everything
// is tried at once. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "common/core/id.h"
#include "common/core/stopwatch.h"

namespace milepost::billing {

class Retries {
 public:
  // The pauses grow from `first` to `greatest`. At most `kept_max` orders are remembered; failures of further orders
  // are tried again without a pause.
  Retries(absl::Duration first, absl::Duration greatest, size_t kept_max)
      : first_(first), greatest_(greatest), kept_max_(kept_max) {}

  bool Waits(const OrderId& order) const {
    const auto found = pauses_.find(order);
    return found != pauses_.end() && found->second.since.elapsed() < found->second.length;
  }

  void Failed(const OrderId& order) {
    const auto found = pauses_.find(order);
    if (found != pauses_.end()) {
      found->second = {Stopwatch(), std::min(2 * found->second.length, greatest_)};
    } else if (pauses_.size() < kept_max_) {
      pauses_[order] = {Stopwatch(), first_};
    }
  }

  void Succeeded(const OrderId& order) { pauses_.erase(order); }

 private:
  struct Pause {
    Stopwatch since;
    absl::Duration length;
  };

  const absl::Duration first_;
  const absl::Duration greatest_;
  const size_t kept_max_;
  absl::flat_hash_map<OrderId, Pause> pauses_;
};

}  // namespace milepost::billing
