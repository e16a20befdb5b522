#include "services/offer_service/workers/accept_driver.h"

#include <atomic>
#include <exception>
#include <latch>
#include <optional>
#include <utility>

#include "asio/co_spawn.hpp"
#include "common/core/clock.h"
#include "common/core/status_macros.h"

namespace milepost::offers {

AcceptDriver::AcceptDriver(OfferDatabase& database, Placing& placing, asio::any_io_executor executor,
                           const AcceptDriverOptions& options)
    : database_(database),
      placing_(placing),
      executor_(std::move(executor)),
      options_(options),
      session_(database.connect()) {}

absl::StatusOr<size_t> AcceptDriver::Tick() {
  MILEPOST_ASSIGN_OR_RETURN(db::Connection * connection, session_.Get());
  MILEPOST_ASSIGN_OR_RETURN(const absl::Time now, db::ServiceNow(*connection, database_.test_clock()));
  size_t settled = 0;
  for (std::optional<OfferPlace> place;;) {
    MILEPOST_ASSIGN_OR_RETURN(
        const std::vector<OfferPlace> page,
        FindAccepting(*connection, place, now - options_.patience, options_.in_flight_max));
    settled += DriveAll(page);
    if (stopping_ || page.size() < options_.in_flight_max) return settled;
    place = page.back();
  }
}

size_t AcceptDriver::DriveAll(const std::vector<OfferPlace>& offers) {
  std::atomic<size_t> settled = 0;
  std::latch running(static_cast<std::ptrdiff_t>(offers.size()));
  for (const OfferPlace& place : offers)
    asio::co_spawn(executor_, DriveOne(place.id), [&](const std::exception_ptr&, bool left_accepting) {
      settled += left_accepting;
      running.count_down();
    });
  running.wait();
  return settled;
}

asio::awaitable<bool> AcceptDriver::DriveOne(OfferId id) {
  if (stopping_) co_return false;
  using Read = absl::StatusOr<std::optional<db::Snapshot<OfferDomain>>>;
  auto reading = rpc::Await<Read>([&](auto done) { database_.reader().Get(id, std::move(done)); });
  Read read = co_await std::move(reading);
  if (!read.ok() || !*read || !(*read)->state.accept) co_return false;
  const rpc::PeerCall call{WallNow() + options_.call_time, "", ""};
  auto driving = placing_.Drive(std::move((*read)->state), call);
  const Offer offer = co_await std::move(driving);
  co_return offer.state != OfferState::kAccepting;
}

}  // namespace milepost::offers
