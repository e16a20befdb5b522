// MilestoneBilling in this process: two replicas on one database in memory. Handlers, workers and clients are the service's own; their
// lanes run when the simulation says so.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "asio/io_context.hpp"
#include "common/db/reader.h"
#include "services/milestone_billing/clients/gig_catalog_client.h"
#include "services/milestone_billing/clients/offer_client.h"
#include "services/milestone_billing/clients/payment_provider_client.h"
#include "services/milestone_billing/rpc/placing_handlers.h"
#include "services/milestone_billing/rpc/step_runner.h"
#include "services/milestone_billing/workers/charging.h"
#include "services/milestone_billing/workers/rechecker.h"
#include "services/milestone_billing/workers/reconciler.h"
#include "services/milestone_billing/workers/refunder.h"
#include "services/milestone_billing/workers/relay.h"
#include "tests/simulation/books.h"
#include "tests/simulation/lanes.h"
#include "tests/simulation/network.h"
#include "tests/simulation/store_mishaps.h"
#include "tests/support/faulty_store.h"
#include "tests/support/memory_store.h"

namespace milepost::simulation {

inline constexpr size_t kReplicas = 2;

// What the simulation has of a service's surroundings; all outlive the service.
struct Surroundings {
  asio::io_context& io;
  Network& network;
  service::Queries& queries;  // asked by nobody: the simulation finds the workers' work itself
};

class Billing {
 public:
  using Domain = billing::OrderDomain;

  struct Replica {
    Replica(const Surroundings& around, std::unique_ptr<db::Store<Domain>> store, LaneWatch<Domain>* watch,
            testing::MemoryDatabase<Domain>& database);

    Network::Port port;
    db::Lanes<Domain> lanes;
    db::Reader<Domain> reader;
    billing::OrderAccess orders;
    billing::GigCatalogClient catalog;
    billing::OfferClient offers;
    billing::PaymentProviderClient provider;
    billing::Charging charging;
    billing::StepRunner steps;
    billing::PlacingHandlers placing;
    billing::Reconciler reconciler;
    billing::Rechecker rechecker;
    billing::Refunder refunder;
    billing::Relay relay;
  };

  // `watch` is told of all that the lanes do.
  Billing(const Surroundings& around, StoreMishaps* mishaps, LaneWatch<Domain>* watch,
          testing::MemoryDatabase<Domain>& database);

  // Serves PlaceOrder, on either replica.
  void AddTo(Network& network);
  Replica& replica(size_t number) { return *replicas_[number % kReplicas]; }

  // One of the workers of a replica takes what it found.
  void Take(size_t replica, Books::Work work, const DueItem& item, absl::Time now);
  // The replica ends, with everything that it was doing, and starts again.
  void Crash(size_t replica);

 private:
  asio::io_context& io_;
  testing::Faults<Domain> faults_;
  std::vector<std::unique_ptr<Replica>> replicas_;
  size_t served_ = 0;
};

}  // namespace milepost::simulation
