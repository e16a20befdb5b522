// Tells OfferService how the orders of its offers ended: at least once, until it has answered. It is idempotent, so that
// is once in effect. Holds no row locks.
#pragma once

#include <cstddef>

#include "absl/status/statusor.h"
#include "asio/any_io_executor.hpp"
#include "services/milestone_billing/clients/offer_client.h"
#include "services/milestone_billing/workers/orders.h"
#include "services/milestone_billing/workers/queries.h"

namespace milepost::billing {

class Relay {
 public:
  // All outlive this object. Its coroutines run on `executor`.
  Relay(asio::any_io_executor executor, Orders& orders, Queries& queries, OfferClient& offers)
      : executor_(std::move(executor)), orders_(orders), queries_(queries), offers_(offers) {}

  // Reports a page of the outcomes that are owed; how many were answered and are owed no longer. Blocks until all have
  // been tried. DATABASE_UNAVAILABLE when they can't be read.
  absl::StatusOr<size_t> Tick();

 private:
  // Whether the order's outcome is owed no longer.
  asio::awaitable<bool> Report(OrderId order);

  asio::any_io_executor executor_;
  Orders& orders_;
  Queries& queries_;
  OfferClient& offers_;
};

}  // namespace milepost::billing
