#include "services/offer_service/clients/gig_catalog.h"

#include <utility>

#include "common/core/status_macros.h"
#include "common/rpc/wire.h"

namespace milepost::offers {
namespace {

constexpr std::chrono::minutes kSubcategoriesServe{1};

absl::StatusOr<GigFacts> FactsOf(const catalog::v1::Gig& gig) {
  MILEPOST_ASSIGN_OR_RETURN(const Uuid id, rpc::IdIn(gig.name(), "gigs"));
  const std::optional<GigState> state = EnumFromWire<GigState>(gig.state());
  if (!state) return absl::InternalError("a gig in a state that this release does not know");
  return GigFacts{GigId(id), gig.seller(), gig.title(), *state, gig.subcategory(), false};
}

}  // namespace

rpc::Awaitable<GigFacts> GigCatalogClient::GetGig(GigId gig, rpc::PeerCall call) {
  catalog::v1::GetGigRequest request;
  request.set_name(rpc::NameOf("gigs", gig.uuid()));
  auto asking = catalog_.Call(&decltype(catalog_)::Async::GetGig, std::move(request), call);
  MILEPOST_CO_ASSIGN(catalog::v1::GetGigResponse response, co_await std::move(asking));
  MILEPOST_CO_ASSIGN(GigFacts facts, FactsOf(response.gig()));
  auto asking_more = GetSubcategories(std::move(call));
  MILEPOST_CO_ASSIGN(const Subcategories subcategories, co_await std::move(asking_more));
  const auto found = subcategories.find(facts.subcategory);
  facts.milestone_offers_allowed = found != subcategories.end() && found->second;
  co_return facts;
}

std::optional<GigCatalogClient::Subcategories> GigCatalogClient::RememberedSubcategories() const {
  const std::lock_guard lock(mutex_);
  if (std::chrono::steady_clock::now() >= subcategories_good_until_) return std::nullopt;
  return subcategories_;
}

rpc::Awaitable<GigCatalogClient::Subcategories> GigCatalogClient::GetSubcategories(rpc::PeerCall call) {
  if (std::optional<Subcategories> remembered = RememberedSubcategories()) co_return *std::move(remembered);
  call.actor.clear();
  auto asking = catalog_.Call(&decltype(catalog_)::Async::ListSubcategories,
                              catalog::v1::ListSubcategoriesRequest(), std::move(call));
  MILEPOST_CO_ASSIGN(const catalog::v1::ListSubcategoriesResponse response, co_await std::move(asking));
  Subcategories subcategories;
  for (const catalog::v1::Subcategory& subcategory : response.subcategories())
    subcategories.emplace(subcategory.code(), subcategory.milestone_offers());
  const std::lock_guard lock(mutex_);
  subcategories_ = subcategories;
  subcategories_good_until_ = std::chrono::steady_clock::now() + kSubcategoriesServe;
  co_return subcategories;
}

}  // namespace milepost::offers
