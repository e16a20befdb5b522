// The reconciler: takes over payment attempts whose handler died or that the provider left open (A16). Holds no row
// locks; a lease in the attempt prevents it and a handler from working on the same attempt.
#pragma once

#include <atomic>
#include <cstddef>

#include "absl/status/statusor.h"
#include "asio/any_io_executor.hpp"
#include "services/milestone_billing/store/order_queries.h"
#include "services/milestone_billing/workers/charging.h"
#include "services/milestone_billing/workers/due_page.h"
#include "services/milestone_billing/workers/order_access.h"

namespace milepost::billing {

class Reconciler {
 public:
  // All outlive this object. Its coroutines run on `executor`.
  Reconciler(asio::any_io_executor executor, OrderAccess& orders, Queries& queries, Charging& charging)
      : executor_(std::move(executor)), orders_(orders), queries_(queries), charging_(charging) {}

  // Settles, as far as the provider allows, every OPEN attempt whose lease is over, at most a page of them; returns
  // how many it took. Blocks until all have been answered. DATABASE_UNAVAILABLE if the attempts can't be read.
  absl::StatusOr<size_t> Tick();

  // Takes one attempt; returns whether its lease could be taken.
  asio::awaitable<bool> Take(OpenCharge open, absl::Time now);

  // From now on a Tick takes no further attempt. Any thread.
  void Stop() { stopping_ = true; }

 private:
  asio::any_io_executor executor_;
  OrderAccess& orders_;
  Queries& queries_;
  Charging& charging_;
  DuePage page_;
  std::atomic<bool> stopping_{false};
};

}  // namespace milepost::billing
