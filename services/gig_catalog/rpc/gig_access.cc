#include "services/gig_catalog/rpc/gig_access.h"

#include <optional>
#include <utility>

#include "common/core/status_macros.h"
#include "common/rpc/wire.h"
#include "common/service/access_bodies.h"
#include "services/gig_catalog/domain/transitions.h"

namespace milepost::gig_catalog {

rpc::Awaitable<GigAccess::Changed> GigAccess::Change(rpc::Call call, std::string gig, Command command) {
  MILEPOST_CO_ASSIGN(const Uuid id, rpc::IdIn(gig, "gigs"));
  auto changing = gigs_.Take(call, GigId(id), std::move(command), id);
  co_return co_await std::move(changing);
}

rpc::Awaitable<GigAccess::Changed> GigAccess::Create(rpc::Call call, CreateGig command) {
  const GigId gig = command.gig;
  return gigs_.Take(call, gig, std::move(command), HashUuid(call.actor.name));
}

rpc::Awaitable<GigAccess::Seen> GigAccess::See(Actor viewer, std::string gig) {
  MILEPOST_CO_ASSIGN(const Uuid id, rpc::IdIn(gig, "gigs"));
  auto reading = gigs_.Get(GigId(id));
  MILEPOST_CO_ASSIGN(std::optional<Seen> found, co_await std::move(reading));
  if (!found || !MaySee(found->state, viewer)) co_return Refuse(Reason::kGigNotFound);
  co_return *std::move(found);
}

rpc::Awaitable<std::vector<GigAccess::Seen>> GigAccess::SeeMany(Actor viewer, std::vector<GigId> gigs) {
  auto reading = gigs_.GetMany(std::move(gigs));
  MILEPOST_CO_ASSIGN(std::vector<Seen> found, co_await std::move(reading));
  std::erase_if(found, [&](const Seen& seen) { return !MaySee(seen.state, viewer); });
  co_return found;
}

}  // namespace milepost::gig_catalog

template class milepost::service::Access<milepost::gig_catalog::GigDomain>;
