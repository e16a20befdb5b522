// All parts of the service, wired: what main.cc runs, and what component tests run in their own process.
//
//   BillingServer billing(options);
//   billing.AddTo(server);       // services, readiness and the order of draining
//   billing.StartWorkers();      // not in tests, which tick by hand
//   server.Run();
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/db/connection.h"
#include "common/db/lane.h"
#include "common/db/lease.h"
#include "common/db/mysql_store.h"
#include "common/db/mysql_timeline.h"
#include "common/db/read_pool.h"
#include "common/db/reader.h"
#include "common/db/readiness.h"
#include "common/db/sweeper.h"
#include "common/db/test_clock.h"
#include "common/db/worker.h"
#include "common/events/event_feed.h"
#include "common/rpc/handler_pool.h"
#include "common/rpc/server.h"
#include "common/rpc/test_clock_service.h"
#include "services/milestone_billing/clients/gig_catalog_client.h"
#include "services/milestone_billing/clients/offer_client.h"
#include "services/milestone_billing/clients/payment_provider_client.h"
#include "services/milestone_billing/rpc/ledger_rpc.h"
#include "services/milestone_billing/rpc/milestone_billing_rpc.h"
#include "services/milestone_billing/workers/charging.h"
#include "services/milestone_billing/workers/rechecker.h"
#include "services/milestone_billing/workers/reconciler.h"
#include "services/milestone_billing/workers/refunder.h"
#include "services/milestone_billing/workers/relay.h"

namespace milepost::billing {

struct BillingOptions {
  db::ConnectOptions database;
  db::LaneOptions lanes;
  db::ReadPoolOptions reads;
  std::optional<db::ClockMode> test_clock;  // set: registers the TestClock service; never in production
  int handler_threads = 2;
  rpc::ServiceOptions service;

  // Peers: host:port, or gRPC targets.
  std::string catalog;
  std::string offers;
  std::string provider;
  std::string provider_proxy;  // host:port of the HTTP proxy to the provider; empty: none
  absl::Duration provider_timeout = absl::Seconds(5);  // of each question to the provider

  ChargingOptions charging;  // its lease is longer than kQuestionsMax times provider_timeout
  RefundOptions refunds;     // its lease likewise
  BillingPolicy policy;
  absl::Duration sweep_interval = absl::Milliseconds(200);
  absl::Duration reconcile_interval = absl::Seconds(1);
  absl::Duration relay_interval = absl::Seconds(1);
  RelayOptions relay;
  int invariant_page = 1000;  // orders a round (store/invariants.h)
  absl::Duration gauges_interval = absl::Seconds(15);
  absl::Duration worker_lease = absl::Seconds(3);  // after a replica's death another takes its workers over
  events::FeedOptions feed;
};

// Brings the schema to this version.
absl::Status MigrateBilling(const db::ConnectOptions& database);

// Thread-safe after construction. Outlives the server that it was added to.
class BillingServer {
 public:
  // Connects when it is first used.
  explicit BillingServer(const BillingOptions& options);
  ~BillingServer();

  void AddTo(rpc::Server& server);
  void StartWorkers();
  // What rpc::Server does in its drain: workers take up nothing more, while running calls finish; when they have, what the
  // workers are doing is waited for, a question to the provider too; then lanes take no more. Where that takes too long, or
  // there was no drain, such questions are given up: what became of them is unknown.
  void AskWorkersToStop();
  void GiveUpQuestions();
  void StopWorkers();
  void DrainLanes() { lanes_.Drain(); }

  // OK when the database is there with the schema of this version and the lanes move; puts the test clock in its place, if
  // there is one.
  absl::Status CheckReady();

  const db::LaneMetrics& lane_metrics() const { return lanes_.metrics(); }
  const db::ReadPoolMetrics& read_metrics() const { return reads_.metrics(); }

  // For tests, which tick by hand.
  db::Sweeper<OrderDomain>& sweeper() { return sweeper_; }
  Reconciler& reconciler() { return reconciler_; }
  Rechecker& rechecker() { return rechecker_; }
  Refunder& refunder() { return refunder_; }
  Relay& relay() { return relay_; }
  events::EventFeed& feed() { return feed_; }

 private:
  std::unique_ptr<db::Worker> StartWorker(const std::string& name, absl::Duration period,
                                          std::function<absl::StatusOr<size_t>()> tick);

  const BillingOptions options_;
  const db::TestClockUse clock_use_;
  const std::shared_ptr<const db::AggregateTable<OrderDomain>> table_;
  rpc::HandlerPool pool_;
  db::ReadPool reads_;
  db::Lanes<OrderDomain> lanes_;
  db::Reader<OrderDomain> reader_;
  db::MySqlTimeline timeline_;
  db::Leases leases_;
  Orders orders_;
  Queries queries_;
  GigCatalogClient catalog_;
  OfferClient offers_;
  PaymentProviderClient provider_;
  Charging charging_;
  db::Sweeper<OrderDomain> sweeper_;
  db::TestClock<OrderDomain> clock_;
  Reconciler reconciler_;
  Rechecker rechecker_;
  Refunder refunder_;
  Relay relay_;
  MilestoneBillingRpc billing_rpc_;
  LedgerRpc ledger_rpc_;
  events::EventFeed feed_;
  std::unique_ptr<rpc::TestClockService> clock_rpc_;
  db::Readiness readiness_;
  std::vector<std::unique_ptr<db::Worker>> workers_;
};

}  // namespace milepost::billing
