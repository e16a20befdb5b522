#include "tests/simulation/offers.h"

#include <utility>
#include <variant>

#include "asio/co_spawn.hpp"
#include "asio/detached.hpp"
#include "common/core/status_macros.h"
#include "common/rpc/wire.h"
#include "milepost/offers/v1/offer_service.pb.h"
#include "services/offer_service/rpc/offer_wire.h"

namespace milepost::simulation {
namespace {

rpc::PeerOptions PeerOf(const char* name, Network::Port& port) {
  return {.name = name, .address = "simulation:1", .self = offers::kOfferServiceActor, .carrier = &port};
}

// Where a command keeps the facts of its gig; null: it needs none.
offers::AskedGig* GigOf(offers::OfferCommand& command) {
  return std::visit(
      [](auto& any) -> offers::AskedGig* {
        if constexpr (requires { any.gig; })
          return &any.gig;
        else
          return nullptr;
      },
      command);
}

}  // namespace

Offers::Replica::Replica(const Surroundings& around, std::unique_ptr<db::Store<Domain>> store,
                         LaneWatch<Domain>* watch, testing::MemoryDatabase<Domain>& database)
    : port(around.network),
      lanes(std::move(store), watch),
      reader(std::make_unique<testing::MemorySnapshots<Domain>>(&database)),
      offers(lanes, reader),
      gigs(PeerOf("services/gig-catalog", port)),
      billing(PeerOf("services/milestone-billing", port)),
      placing(offers, billing),
      driver(around.io.get_executor(), offers, around.queries, placing, {}) {}

Offers::Offers(const Surroundings& around, StoreMishaps* mishaps, LaneWatch<Domain>* watch,
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

void Offers::AddTo(Network& network) {
  using google::protobuf::Message;
  namespace v1 = offers::v1;
  network.Serve(
      v1::RecordOrderOutcomeRequest::descriptor(),
      [this](const rpc::Call& call, const Message& request, Message&) -> asio::awaitable<absl::Status> {
        const auto& told = static_cast<const v1::RecordOrderOutcomeRequest&>(request);
        MILEPOST_CO_ASSIGN(const OfferId id, offers::OfferIdOf(told.name()));
        MILEPOST_CO_ASSIGN(offers::RecordOrderOutcome command, offers::OrderOutcomeOf(told, call.actor));
        auto recording = replica(++served_).offers.Take(call, id, std::move(command), id.uuid());
        const absl::StatusOr<offers::OfferAnswer> recorded = co_await std::move(recording);
        co_return recorded.status();
      });
}

asio::awaitable<void> Offers::Handle(size_t replica, rpc::Call call, OfferId offer, GigId gig,
                                     offers::OfferCommand command) {
  Replica& at = this->replica(replica);
  const bool accepts = std::holds_alternative<offers::AcceptOffer>(command);
  if (offers::AskedGig* facts = GigOf(command)) {
    auto asking = at.gigs.GetGig(gig, {call.deadline, "", accepts ? "" : call.actor.name});
    *facts = co_await std::move(asking);
  }
  const bool creates = std::holds_alternative<offers::CreateOffer>(command);
  const Uuid subject = creates ? HashUuid(call.actor.name) : offer.uuid();
  auto taking = at.offers.Take(call, offer, std::move(command), subject);
  absl::StatusOr<offers::OfferAnswer> answer = co_await std::move(taking);
  if (!accepts || !answer.ok() || answer->replayed) co_return;
  auto driving = at.placing.Drive(std::move(answer->state), rpc::PeerCall::Within(call));
  co_await std::move(driving);
}

void Offers::Drive(size_t replica, const OfferId& offer) {
  asio::co_spawn(io_, this->replica(replica).driver.DriveOne(offer), asio::detached);
}

void Offers::Crash(size_t replica) {
  Replica& at = this->replica(replica);
  at.port.Close();
  at.lanes.Drop();
  io_.poll();
}

}  // namespace milepost::simulation
