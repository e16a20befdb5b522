// Collects the call counters of all services of a process, for the metrics page. Each service registers its methods
// here.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "common/obs/exposition.h"
#include "common/rpc/method.h"

namespace milepost::rpc {

// Thread-safe. Outlives the methods added to it.
class CallMetrics {
 public:
  using Methods = std::vector<std::unique_ptr<Method>>;

  // `methods` stays where it is and as it is until Remove().
  void Add(const Methods* methods);
  void Remove(const Methods* methods);
  void Read(obs::Exposition& exposition) const;

 private:
  mutable std::mutex mutex_;
  std::vector<const Methods*> services_;  // guarded by mutex_
};

}  // namespace milepost::rpc
