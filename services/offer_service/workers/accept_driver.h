// The accept driver: continues offers that were left in ACCEPTING, because the AcceptOffer call was cut off,
// MilestoneBilling did not answer, or the payment is still open. It finds them by a snapshot read, calls
// MilestoneBilling again and records the answer through the lanes; a late or repeated run does no harm. It never
// abandons an acceptance: after accept_until MilestoneBilling answers that it failed.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "asio/any_io_executor.hpp"
#include "services/offer_service/store/offer_queries.h"
#include "services/offer_service/workers/offer_access.h"
#include "services/offer_service/workers/placing.h"

namespace milepost::offers {

struct AcceptDriverOptions {
  // The age from which an acceptance is driven here: longer than its AcceptOffer call can take.
  absl::Duration patience = absl::Seconds(15);
  size_t in_flight_max = 64;                    // attempts driven at a time
  absl::Duration call_time = absl::Seconds(5);  // for one PlaceOrder
};

// Tick() belongs to one thread at a time (a db::Worker).
class AcceptDriver {
 public:
  // All outlive this object. Its coroutines run on `executor`.
  AcceptDriver(asio::any_io_executor executor, OfferAccess& offers, Queries& queries, Placing& placing,
               const AcceptDriverOptions& options)
      : executor_(std::move(executor)),
        offers_(offers),
        queries_(queries),
        placing_(placing),
        options_(options) {}

  // Tries each such offer once; returns how many left ACCEPTING. Fails where they can't be read.
  absl::StatusOr<size_t> Tick();

  // Tries one offer; returns whether it left ACCEPTING.
  asio::awaitable<bool> DriveOne(OfferId id);

  // From any thread: a running Tick() begins no further call and ends after its pending calls.
  void Stop() { stopping_ = true; }

 private:
  // The next page after `place`, of what was under way too long when it was read.
  absl::StatusOr<std::vector<OfferPlace>> FindPage(const std::optional<OfferPlace>& place,
                                                   std::optional<absl::Time>& until);
  // Tries these at the same time and waits for all; returns how many left ACCEPTING.
  size_t DriveAll(const std::vector<OfferPlace>& offers);

  const asio::any_io_executor executor_;
  OfferAccess& offers_;
  Queries& queries_;
  Placing& placing_;
  const AcceptDriverOptions options_;
  std::atomic<bool> stopping_ = false;
};

}  // namespace milepost::offers
