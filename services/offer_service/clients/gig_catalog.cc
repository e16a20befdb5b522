#include "services/offer_service/clients/gig_catalog.h"

#include <optional>

#include "common/core/status_macros.h"
#include "common/rpc/wire.h"

namespace milepost::offers {
namespace {

absl::StatusOr<GigFacts> FactsOf(const catalog::v1::Gig& gig) {
  MILEPOST_ASSIGN_OR_RETURN(const Uuid id, rpc::IdIn(gig.name(), "gigs"));
  const std::optional<GigState> state = EnumFromWire<GigState>(gig.state());
  if (!state) return absl::InternalError("a gig in a state that this release does not know");
  return GigFacts{GigId(id), gig.seller(), gig.title(), *state, gig.subcategory(), gig.milestone_offers()};
}

}  // namespace

rpc::Awaitable<GigFacts> GigCatalogClient::GetGig(GigId gig, rpc::PeerCall call) {
  catalog::v1::GetGigRequest request;
  request.set_name(rpc::NameOf("gigs", gig.uuid()));
  auto asking = catalog_.Call(&decltype(catalog_)::Async::GetGig, std::move(request), std::move(call));
  MILEPOST_CO_ASSIGN(const catalog::v1::GetGigResponse response, co_await std::move(asking));
  co_return FactsOf(response.gig());
}

}  // namespace milepost::offers
