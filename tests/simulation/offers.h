// OfferService in this process: two replicas on one database in memory. Workers and clients are the service's own; what its handlers do
// around a command is written here again, because they are bound to a server.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "asio/awaitable.hpp"
#include "asio/io_context.hpp"
#include "common/db/reader.h"
#include "common/rpc/call.h"
#include "services/offer_service/clients/gig_catalog.h"
#include "services/offer_service/clients/milestone_billing.h"
#include "services/offer_service/domain/offer_domain.h"
#include "services/offer_service/workers/accept_driver.h"
#include "services/offer_service/workers/placing.h"
#include "tests/simulation/billing.h"

namespace milepost::simulation {

class Offers {
 public:
  using Domain = offers::OfferDomain;

  struct Replica {
    Replica(const Surroundings& around, std::unique_ptr<db::Store<Domain>> store, LaneWatch<Domain>* watch,
            testing::MemoryDatabase<Domain>& database);

    Network::Port port;
    db::Lanes<Domain> lanes;
    db::Reader<Domain> reader;
    offers::OfferAccess offers;
    offers::GigCatalogClient gigs;
    offers::MilestoneBillingClient billing;
    offers::Placing placing;
    offers::AcceptDriver driver;
  };

  Offers(const Surroundings& around, StoreMishaps* mishaps, LaneWatch<Domain>* watch,
         testing::MemoryDatabase<Domain>& database);

  // Serves RecordOrderOutcome, on either replica.
  void AddTo(Network& network);
  Replica& replica(size_t number) { return *replicas_[number % kReplicas]; }

  // A call of a seller or a buyer, as its handler runs it: asks GigCatalog about the gig where the command needs it, commits, and drives
  // an acceptance on. `gig`: the offer's.
  asio::awaitable<void> Handle(size_t replica, rpc::Call call, OfferId offer, GigId gig,
                               offers::OfferCommand command);
  // The accept driver takes an offer that was left in ACCEPTING.
  void Drive(size_t replica, const OfferId& offer);
  void Crash(size_t replica);

 private:
  asio::io_context& io_;
  testing::Faults<Domain> faults_;
  std::vector<std::unique_ptr<Replica>> replicas_;
  size_t served_ = 0;
};

}  // namespace milepost::simulation
