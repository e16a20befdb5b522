#include "services/gig_catalog/rpc/gig_handlers.h"

#include <string>
#include <utility>
#include <vector>

#include "common/core/clock.h"
#include "common/core/status_macros.h"
#include "common/rpc/field_paths.h"
#include "common/rpc/wire.h"
#include "services/gig_catalog/rpc/gig_conversion.h"

namespace milepost::gig_catalog {
namespace {

using rpc::Awaitable;
using rpc::Call;

template <class Response>
Response WithGig(const GigAccess::Changed& changed, const Actor& viewer) {
  Response response;
  *response.mutable_gig() = ToWire(changed.state, changed.facts, viewer);
  response.set_replayed(changed.replayed);
  return response;
}

}  // namespace

void GigHandlers::AddTo(rpc::Service& service) {
  service.Add(&GigHandlers::CreateGig, *this);
  service.Add(&GigHandlers::GetGig, *this);
  service.Add(&GigHandlers::BatchGetGigs, *this);
  service.Add(&GigHandlers::UpdateGig, *this);
  service.Add(&GigHandlers::PublishGig, *this);
  service.Add(&GigHandlers::PauseGig, *this);
  service.Add(&GigHandlers::DeleteGig, *this);
}

Awaitable<v1::CreateGigResponse> GigHandlers::CreateGig(Call call, const v1::CreateGigRequest& request) {
  MILEPOST_CO_ASSIGN(gig_catalog::CreateGig command,
                     CommandOf(request, call.actor, GigId(NewUuid(WallNow()))));
  MILEPOST_CO_ASSIGN(const GigAccess::Changed created, co_await gigs_.Create(call, std::move(command)));
  co_return WithGig<v1::CreateGigResponse>(created, call.actor);
}

Awaitable<v1::GetGigResponse> GigHandlers::GetGig(Call call, const v1::GetGigRequest& request) {
  MILEPOST_CO_ASSIGN(const GigAccess::Seen seen, co_await gigs_.See(call.actor, request.name()));
  v1::GetGigResponse response;
  *response.mutable_gig() = ToWire(seen.state, seen.facts, call.actor);
  co_return response;
}

Awaitable<v1::BatchGetGigsResponse> GigHandlers::BatchGetGigs(Call call,
                                                              const v1::BatchGetGigsRequest& request) {
  std::vector<GigId> ids;
  for (const std::string& name : request.names()) {
    MILEPOST_CO_ASSIGN(const Uuid id, rpc::IdIn(name, "gigs"));
    ids.emplace_back(id);
  }
  MILEPOST_CO_ASSIGN(const std::vector<GigAccess::Seen> seen, co_await gigs_.SeeMany(call.actor, ids));
  v1::BatchGetGigsResponse response;
  for (const GigId& id : ids) {
    const int next = response.gigs_size();
    if (next < static_cast<int>(seen.size()) && seen[next].state.id == id)
      *response.add_gigs() = ToWire(seen[next].state, seen[next].facts, call.actor);
    else
      response.add_missing(GigName(id));
  }
  co_return response;
}

Awaitable<v1::UpdateGigResponse> GigHandlers::UpdateGig(Call call, const v1::UpdateGigRequest& request) {
  MILEPOST_CO_ASSIGN(Command command, CommandOf(request, call.actor));
  MILEPOST_CO_ASSIGN(const GigAccess::Changed changed,
                     co_await gigs_.Change(call, request.gig().name(), std::move(command)));
  co_return WithGig<v1::UpdateGigResponse>(changed, call.actor);
}

Awaitable<v1::PublishGigResponse> GigHandlers::PublishGig(Call call, const v1::PublishGigRequest& request) {
  Command command = gig_catalog::PublishGig{call.actor};
  auto changing = gigs_.Change(call, request.name(), std::move(command));
  const absl::StatusOr<GigAccess::Changed> changed = co_await std::move(changing);
  // What is wrong with a price stands in the gig, of which this request has the name alone.
  if (!changed.ok()) co_return rpc::AboutField(changed.status(), "name");
  co_return WithGig<v1::PublishGigResponse>(*changed, call.actor);
}

Awaitable<v1::PauseGigResponse> GigHandlers::PauseGig(Call call, const v1::PauseGigRequest& request) {
  Command command = gig_catalog::PauseGig{call.actor};
  MILEPOST_CO_ASSIGN(const GigAccess::Changed changed,
                     co_await gigs_.Change(call, request.name(), std::move(command)));
  co_return WithGig<v1::PauseGigResponse>(changed, call.actor);
}

Awaitable<v1::DeleteGigResponse> GigHandlers::DeleteGig(Call call, const v1::DeleteGigRequest& request) {
  Command command = gig_catalog::DeleteGig{call.actor};
  MILEPOST_CO_ASSIGN(const GigAccess::Changed changed,
                     co_await gigs_.Change(call, request.name(), std::move(command)));
  co_return WithGig<v1::DeleteGigResponse>(changed, call.actor);
}

}  // namespace milepost::gig_catalog
