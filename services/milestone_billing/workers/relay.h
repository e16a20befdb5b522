// The relay: reports to OfferService how the orders of its offers ended, at least once, until it has answered. The
// report is idempotent, so it takes effect once. Holds no row locks.
//
// A refused outcome stays owed: it is logged as an error and tried again after its own pause, and never holds up the
// ones behind it.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "asio/any_io_executor.hpp"
#include "services/milestone_billing/clients/offer_client.h"
#include "services/milestone_billing/store/order_queries.h"
#include "services/milestone_billing/workers/order_access.h"
#include "services/milestone_billing/workers/retries.h"

namespace milepost::billing {

struct RelayOptions {
  int page = 64;  // outcomes reported at a time
  // The pause after a refusal grows from the one to the other.
  absl::Duration retry_first = absl::Seconds(1);
  absl::Duration retry_greatest = absl::Minutes(30);
  absl::Duration answer_time = absl::Seconds(5);  // that OfferService has for one report
};

class Relay {
 public:
  // All outlive this object. Its coroutines run on `executor`.
  Relay(asio::any_io_executor executor, OrderAccess& orders, Queries& queries, OfferClient& offers,
        const RelayOptions& options);

  // Reports a page of owed outcomes, after the previous page, and from the oldest again after the last page; returns
  // how many were answered and are owed no longer. Blocks until all have been tried. One thread at a time.
  // DATABASE_UNAVAILABLE if they can't be read.
  absl::StatusOr<size_t> Tick();

  enum class Told {
    kOwedNoLonger,
    kNotNow,  // nobody was reached, or the order could not be read or written: whichever is next, now or later
    kRefused,  // this outcome was
  };
  // Reports one outcome.
  asio::awaitable<Told> Report(OrderId order);

  // From now on a Tick begins no further report. Any thread.
  void Stop() { stopping_ = true; }

 private:
  // The next outcomes whose pause is over: of one page, or none.
  absl::StatusOr<std::vector<OrderId>> NextReady();
  asio::awaitable<Told> Record(OrderId order);

  asio::any_io_executor executor_;
  OrderAccess& orders_;
  Queries& queries_;
  OfferClient& offers_;
  const RelayOptions options_;
  std::atomic<bool> stopping_{false};
  std::optional<OwedOutcome> after_;  // where the next page begins
  Retries retries_;
};

}  // namespace milepost::billing
