#include "tests/e2e/stories/platform_client.h"

#include "common/core/clock.h"
#include "common/core/id.h"
#include "common/rpc/client.h"

namespace milepost::e2e {

std::string NewRequestId() {
  return NewUuid(WallNow()).ToString();
}

namespace {

constexpr std::chrono::seconds kTimeout{20};

}  // namespace

Channels ConnectTo(const Addresses& addresses) {
  const auto connect = [](const std::string& address) {
    return rpc::MakePeerChannel({.name = "milepost", .address = address, .self = "stories"});
  };
  return {connect(addresses.catalog), connect(addresses.offers), connect(addresses.billing),
          connect(addresses.simulator)};
}

PlatformClient::PlatformClient(const Addresses& addresses) : PlatformClient(ConnectTo(addresses), kTimeout) {}

PlatformClient::PlatformClient(const Channels& channels, std::chrono::milliseconds timeout)
    : timeout_(timeout),
      catalog_(catalog::v1::GigCatalog::NewStub(channels.catalog)),
      offers_(offers::v1::OfferService::NewStub(channels.offers)),
      billing_(billing::v1::MilestoneBilling::NewStub(channels.billing)),
      ledger_(billing::v1::Ledger::NewStub(channels.billing)),
      simulator_(testing::v1::PaymentSimulator::NewStub(channels.simulator)),
      catalog_clock_(testing::v1::TestClock::NewStub(channels.catalog)),
      offers_clock_(testing::v1::TestClock::NewStub(channels.offers)),
      billing_clock_(testing::v1::TestClock::NewStub(channels.billing)) {}

void PlatformClient::Prepare(grpc::ClientContext& context, const std::string& actor,
                             const std::string& language) const {
  context.set_deadline(std::chrono::system_clock::now() + timeout_);
  if (!actor.empty()) context.AddMetadata("milepost-actor", actor);
  context.AddMetadata("accept-language", language);
}

}  // namespace milepost::e2e
