#include "services/gig_catalog/rpc/list_handlers.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/core/status_macros.h"
#include "common/rpc/await.h"
#include "common/rpc/page.h"
#include "services/gig_catalog/domain/transitions.h"
#include "services/gig_catalog/rpc/gig_conversion.h"

namespace milepost::gig_catalog {
namespace {

using rpc::Awaitable;
using rpc::Call;

// What the list is of, as the caller asked: what a page token is bound to.
struct Asked {
  std::string seller;
  v1::GigState state;
  std::string Filter() const { return absl::StrCat("gigs\n", seller, "\n", static_cast<int>(state)); }
};

// Users who name no seller ask for their own gigs; others for those of all sellers.
Asked AskedOf(const v1::ListGigsRequest& request, const Actor& viewer) {
  const bool own = request.seller().empty() && viewer.is_user();
  return Asked{own ? viewer.name : request.seller(), request.state()};
}

// The states asked for, without those in which this viewer may not see this seller's gigs.
std::vector<GigState> VisibleStates(const Asked& asked, const Actor& viewer) {
  std::vector<GigState> states;
  Gig gig;
  gig.seller = asked.seller;
  for (const GigState state : kValuesOf<GigState>) {
    gig.state = state;
    const bool wanted = asked.state == v1::GIG_STATE_UNSPECIFIED || asked.state == ToWire(state);
    if (wanted && MaySee(gig, viewer)) states.push_back(state);
  }
  return states;
}

}  // namespace

void ListHandlers::AddTo(rpc::Service& service) {
  service.Add(&ListHandlers::ListGigs, *this);
}

Awaitable<v1::ListGigsResponse> ListHandlers::ListGigs(Call call, const v1::ListGigsRequest& request) {
  const Asked asked = AskedOf(request, call.actor);
  MILEPOST_CO_ASSIGN(const std::optional<GigPlace> older_than,
                     rpc::PlaceIn<GigId>(request.page_token(), asked.Filter()));
  const size_t page_size = rpc::PageSize(request.page_size());
  GigListQuery query{asked.seller, VisibleStates(asked, call.actor), older_than, page_size + 1};
  if (query.states.empty()) co_return v1::ListGigsResponse();
  using Listed = absl::StatusOr<ListedGigs>;
  MILEPOST_CO_ASSIGN(const ListedGigs listed, co_await rpc::Await<Listed>([&](auto done) {
                       lists_.List(std::move(query), std::move(done));
                     }));
  v1::ListGigsResponse response;
  response.set_next_page_token(rpc::WritePage(
      listed.gigs, page_size, asked.Filter(), response.mutable_gigs(),
      [&](const Gig& gig) { return ToWire(gig, listed.subcategories, call.actor); },
      [](const Gig& gig) {
        return GigPlace{gig.created_at, gig.id};
      }));
  co_return response;
}

}  // namespace milepost::gig_catalog
