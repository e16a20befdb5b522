// The refunder: takes PENDING refunds whose lease is over and settles them with the provider.
//
// As with payment attempts, a refund is PENDING in the database and leased before the provider is called, and a
// second transaction commits the answer. If the process dies in between, the refund is taken again with the same key.
#pragma once

#include <atomic>
#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "asio/any_io_executor.hpp"
#include "services/milestone_billing/clients/payment_provider_client.h"
#include "services/milestone_billing/store/order_queries.h"
#include "services/milestone_billing/workers/due_page.h"
#include "services/milestone_billing/workers/order_access.h"

namespace milepost::billing {

struct RefundOptions {
  absl::Duration lease = absl::Seconds(20);  // longer than two calls to the provider may take
  absl::Duration retry_first =
      absl::Seconds(2);  // the wait after a refund stayed PENDING grows with its age …
  absl::Duration retry_greatest = absl::Hours(1);  // … from the one to the other; some take days
};

class Refunder {
 public:
  // All outlive this object. Its coroutines run on `executor`.
  Refunder(asio::any_io_executor executor, OrderAccess& orders, Queries& queries,
           PaymentProviderClient& provider, RefundOptions options)
      : executor_(std::move(executor)),
        orders_(orders),
        queries_(queries),
        provider_(provider),
        options_(options) {}

  // Settles, as far as the provider allows, every PENDING refund whose lease is over, at most a page of them; returns
  // how many it took. Blocks until all have been answered. DATABASE_UNAVAILABLE if the refunds can't be read.
  absl::StatusOr<size_t> Tick();

  // Takes one refund; returns whether its lease could be taken.
  asio::awaitable<bool> Take(PendingRefund pending, absl::Time now);

  // From now on a Tick takes no further refund. Any thread.
  void Stop() { stopping_ = true; }

 private:
  rpc::Awaitable<ProviderRefund> AskProvider(const Order& order, const Refund& refund);
  RefundOutcome OutcomeOf(const Order& order, const Refund& refund,
                          const absl::StatusOr<ProviderRefund>& answer, absl::Time now) const;

  asio::any_io_executor executor_;
  OrderAccess& orders_;
  Queries& queries_;
  PaymentProviderClient& provider_;
  const RefundOptions options_;
  DuePage page_;
  std::atomic<bool> stopping_{false};
};

}  // namespace milepost::billing
