#include "services/offer_service/workers/accept_driver.h"

#include <atomic>
#include <exception>
#include <latch>
#include <optional>
#include <utility>

#include "asio/co_spawn.hpp"
#include "asio/use_future.hpp"
#include "common/core/clock.h"
#include "common/core/status_macros.h"

namespace milepost::offers {

absl::StatusOr<size_t> AcceptDriver::Tick() {
  size_t settled = 0;
  std::optional<absl::Time> until;  // of the first page: what is accepted meanwhile is the next Tick's
  for (std::optional<OfferPlace> place;;) {
    MILEPOST_ASSIGN_OR_RETURN(const std::vector<OfferPlace> page, FindPage(place, until));
    settled += DriveAll(page);
    if (stopping_ || page.size() < options_.in_flight_max) return settled;
    place = page.back();
  }
}

absl::StatusOr<std::vector<OfferPlace>> AcceptDriver::FindPage(const std::optional<OfferPlace>& place,
                                                               std::optional<absl::Time>& until) {
  auto finding = queries_.RunAt<std::vector<OfferPlace>>(
      [this, place, &until](db::Connection& connection, absl::Time now) {
        if (!until) until = now - options_.patience;
        return FindAccepting(connection, place, *until, options_.in_flight_max);
      });
  return asio::co_spawn(executor_, std::move(finding), asio::use_future).get();
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
  auto reading = offers_.Get(id);
  absl::StatusOr<std::optional<OfferSnapshot>> read = co_await std::move(reading);
  if (!read.ok() || !*read || !(*read)->state.accept) co_return false;
  const rpc::PeerCall call{WallNow() + options_.call_time, "", ""};
  auto driving = placing_.Drive(std::move((*read)->state), call);
  const Offer offer = co_await std::move(driving);
  co_return offer.state != OfferState::kAccepting;
}

}  // namespace milepost::offers
