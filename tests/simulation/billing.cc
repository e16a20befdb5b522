#include "tests/simulation/billing.h"

#include <utility>

#include "asio/co_spawn.hpp"
#include "asio/detached.hpp"
#include "common/core/status_macros.h"
#include "milepost/billing/v1/milestone_billing.pb.h"

namespace milepost::simulation {

namespace {
constexpr char kNowhere[] = "simulation:1";  // no call goes by gRPC
}  // namespace

Billing::Replica::Replica(const Surroundings& around, std::unique_ptr<db::Store<Domain>> store,
                          LaneWatch<Domain>* watch, testing::MemoryDatabase<Domain>& database)
    : port(around.network),
      lanes(std::move(store), watch),
      reader(std::make_unique<testing::MemorySnapshots<Domain>>(&database)),
      orders(lanes, reader),
      catalog(kNowhere, &port),
      offers(kNowhere, &port),
      provider(kNowhere, "", absl::Seconds(10), &port),
      charging(provider, orders, {}),
      steps(orders, charging),
      placing(steps, orders, catalog, {}),
      reconciler(around.io.get_executor(), orders, around.queries, charging),
      rechecker(around.io.get_executor(), orders, around.queries, provider, charging.recheck()),
      refunder(around.io.get_executor(), orders, around.queries, provider, {}),
      relay(around.io.get_executor(), orders, around.queries, offers, {}) {}

Billing::Billing(const Surroundings& around, StoreMishaps* mishaps, LaneWatch<Domain>* watch,
                 testing::MemoryDatabase<Domain>& database)
    : io_(around.io) {
  faults_.Set(
      [mishaps](testing::FaultPoint point, const db::WriteSet<Domain>*) { return mishaps->At(point); });
  for (size_t i = 0; i < kReplicas; ++i) {
    auto store = std::make_unique<testing::FaultyStore<Domain>>(
        std::make_unique<testing::MemoryStore<Domain>>(&database), &faults_);
    replicas_.push_back(std::make_unique<Replica>(around, std::move(store), watch, database));
  }
}

void Billing::AddTo(Network& network) {
  using google::protobuf::Message;
  network.Serve(billing::v1::PlaceOrderRequest::descriptor(),
                [this](const rpc::Call& call, const Message& request,
                       Message& response) -> asio::awaitable<absl::Status> {
                  billing::PlacingHandlers& placing = replica(++served_).placing;
                  auto answering =
                      placing.PlaceOrder(call, static_cast<const billing::v1::PlaceOrderRequest&>(request));
                  MILEPOST_CO_ASSIGN(static_cast<billing::v1::PlaceOrderResponse&>(response),
                                     co_await std::move(answering));
                  co_return absl::OkStatus();
                });
}

void Billing::Take(size_t replica, Books::Work work, const DueItem& item, absl::Time now) {
  Replica& at = this->replica(replica);
  switch (work) {
    case Books::Work::kCharges:
      return asio::co_spawn(io_, at.reconciler.Take({item.order, item.charge, now}, now), asio::detached);
    case Books::Work::kQuestions:
      return asio::co_spawn(io_, at.rechecker.Ask({item.order, item.charge}, now), asio::detached);
    case Books::Work::kRefunds:
      return asio::co_spawn(io_, at.refunder.Take({item.order, item.charge, item.number}, now),
                            asio::detached);
    case Books::Work::kOutcomes:
      return asio::co_spawn(io_, at.relay.Report(item.order), asio::detached);
  }
}

void Billing::Crash(size_t replica) {
  Replica& at = this->replica(replica);
  at.port.Close();
  at.lanes.Drop();
  io_.poll();  // what was suspended is unwound
}

}  // namespace milepost::simulation
