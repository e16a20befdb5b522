#include "services/milestone_billing/rpc/billing_server.h"

#include <functional>
#include <utility>
#include <vector>

#include "common/core/status_macros.h"
#include "common/db/migrations.h"
#include "common/wiring/test_clock.h"
#include "migrations/milestone_billing.h"
#include "services/milestone_billing/rpc/order_feed.h"
#include "services/milestone_billing/store/order_mapping.h"

namespace milepost::billing {

namespace clock_v1 = milepost::testing::v1;

absl::Status MigrateBilling(const db::ConnectOptions& database) {
  return db::Migrate(database, {migrations::milestone_billing()});
}

BillingServer::BillingServer(const BillingOptions& options)
    : options_(options),
      clock_use_(options.test_clock ? db::TestClockUse::kFollow : db::TestClockUse::kIgnore),
      table_(std::make_shared<db::AggregateTable<OrderDomain>>(OrderMapping())),
      pool_(options.handler_threads),
      reads_(options.database, options.reads),
      lanes_(options.lanes,
             [this] {
               return std::make_unique<db::MySqlStore<OrderDomain>>(options_.database, table_, clock_use_);
             }),
      reader_(std::make_unique<db::MySqlSnapshots<OrderDomain>>(&reads_, table_, clock_use_)),
      timeline_(options.database, table_->mapping().aggregate_type, clock_use_),
      leases_(options.database),
      orders_(lanes_, reader_),
      queries_(reads_, clock_use_),
      catalog_(options.catalog),
      offers_(options.offers),
      provider_(options.provider, options.provider_proxy, options.provider_timeout),
      charging_(provider_, orders_, options.charging),
      sweeper_(&timeline_, &lanes_),
      clock_(&timeline_, &lanes_, std::make_unique<db::Leases>(options.database)),
      reconciler_(pool_.executor(), orders_, queries_, charging_),
      rechecker_(pool_.executor(), orders_, queries_, provider_, options.charging.recheck),
      refunder_(pool_.executor(), orders_, queries_, provider_, options.refunds),
      relay_(pool_.executor(), orders_, queries_, offers_, options.relay),
      billing_rpc_(pool_, options.service, {orders_, queries_, charging_, catalog_, offers_, options.policy}),
      ledger_rpc_(pool_, options.service, orders_, queries_),
      feed_(options.database, OrderFeed(), leases_, pool_, options.service, options.feed),
      readiness_(options.database, migrations::milestone_billing(), options.test_clock) {
  if (options.test_clock)
    clock_rpc_ = std::make_unique<rpc::TestClockService>(pool_, wiring::ClockFunctions(clock_, "orders"),
                                                         options.service);
}

BillingServer::~BillingServer() {
  AskWorkersToStop();
  GiveUpQuestions();
  StopWorkers();
}

void BillingServer::AddTo(rpc::Server& server) {
  server.Add(billing_rpc_);
  server.Add(ledger_rpc_);
  if (clock_rpc_) server.Add(*clock_rpc_);
  server.SetReadiness([this] { return CheckReady(); });
  server.OnStop([this] { AskWorkersToStop(); });
  server.OnCutOff([this] { GiveUpQuestions(); });
  server.OnDrained([this] {
    StopWorkers();
    DrainLanes();
  });
  feed_.AddTo(server);
}

void BillingServer::StartWorkers() {
  workers_.push_back(StartWorker("sweeper", options_.sweep_interval, [this] { return sweeper_.Tick(); }));
  workers_.push_back(
      StartWorker("reconciler", options_.reconcile_interval, [this] { return reconciler_.Tick(); }));
  workers_.push_back(
      StartWorker("rechecker", options_.reconcile_interval, [this] { return rechecker_.Tick(); }));
  workers_.push_back(
      StartWorker("refunder", options_.reconcile_interval, [this] { return refunder_.Tick(); }));
  workers_.push_back(StartWorker("relay", options_.relay_interval, [this] { return relay_.Tick(); }));
  feed_.StartSequencer();
}

void BillingServer::AskWorkersToStop() {
  reconciler_.Stop();
  rechecker_.Stop();
  refunder_.Stop();
  relay_.Stop();
  for (const auto& worker : workers_) worker->AskToStop();
}

void BillingServer::GiveUpQuestions() {
  catalog_.Cancel();
  offers_.Cancel();
  provider_.Cancel();
}

void BillingServer::StopWorkers() {
  AskWorkersToStop();
  for (const auto& worker : workers_) worker->Stop();
}

std::unique_ptr<db::Worker> BillingServer::StartWorker(const std::string& name, absl::Duration period,
                                                       std::function<absl::StatusOr<size_t>()> tick) {
  db::WorkerOptions options;
  options.name = name;
  options.period = period;
  options.lease_ttl = options_.worker_lease;
  options.leases = &leases_;
  if (options_.test_clock) options.rests_for = db::kTestClockLease;
  return std::make_unique<db::Worker>(std::move(options), std::move(tick));
}

absl::Status BillingServer::CheckReady() {
  MILEPOST_RETURN_IF_ERROR(readiness_.Check());
  return lanes_.CheckMoving();
}

}  // namespace milepost::billing
