#include "services/offer_service/workers/offer_workers.h"

#include <utility>

#include "common/db/test_clock.h"

namespace milepost::offers {

OfferWorkers::OfferWorkers(OfferDatabase& database, Placing& placing, asio::any_io_executor executor,
                           const OfferWorkersOptions& options)
    : database_(database),
      options_(options),
      sweeper_(&database.timeline(), &database.lanes()),
      driver_(database, placing, std::move(executor), options.accepts),
      sweeping_(Start("sweeper", [this] { return sweeper_.Tick(); })),
      driving_(Start("accept_driver", [this] { return driver_.Tick(); })) {}

void OfferWorkers::AskToStop() {
  driver_.Stop();
  sweeping_.AskToStop();
  driving_.AskToStop();
}

void OfferWorkers::Stop() {
  AskToStop();
  sweeping_.Stop();
  driving_.Stop();
}

db::Worker OfferWorkers::Start(const std::string& name, std::function<absl::StatusOr<size_t>()> tick) {
  return db::Worker({.name = name,
                     .period = options_.period,
                     .lease_ttl = options_.lease,
                     .leases = &database_.leases(),
                     .rests_for = db::kTestClockLease},
                    std::move(tick));
}

}  // namespace milepost::offers
