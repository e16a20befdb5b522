#include "tests/e2e/stories/platform_client.h"

#include "common/core/clock.h"
#include "common/core/id.h"
#include "common/rpc/client.h"

namespace milepost::e2e {

std::string NewRequestId() {
  return NewUuid(WallNow()).ToString();
}

PlatformClient::PlatformClient(const Addresses& addresses) {
  // The retry policy that docs/OPERATIONS.md gives to every client; the actor is each call's own.
  const auto connect = [](const std::string& address) {
    return rpc::MakePeerChannel({.name = "milepost", .address = address, .self = "stories"});
  };
  const auto catalog = connect(addresses.catalog), offers = connect(addresses.offers),
             billing = connect(addresses.billing), simulator = connect(addresses.simulator);
  catalog_ = catalog::v1::GigCatalog::NewStub(catalog);
  offers_ = offers::v1::OfferService::NewStub(offers);
  billing_ = billing::v1::MilestoneBilling::NewStub(billing);
  ledger_ = billing::v1::Ledger::NewStub(billing);
  simulator_ = testing::v1::PaymentSimulator::NewStub(simulator);
  catalog_clock_ = testing::v1::TestClock::NewStub(catalog);
  offers_clock_ = testing::v1::TestClock::NewStub(offers);
  billing_clock_ = testing::v1::TestClock::NewStub(billing);
}

void PlatformClient::Prepare(grpc::ClientContext& context, const std::string& actor,
                             const std::string& language) {
  constexpr absl::Duration kTimeout = absl::Seconds(20);
  context.set_deadline(absl::ToChronoTime(WallNow() + kTimeout));
  if (!actor.empty()) context.AddMetadata("milepost-actor", actor);
  context.AddMetadata("accept-language", language);
}

}  // namespace milepost::e2e
