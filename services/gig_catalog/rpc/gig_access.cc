#include "services/gig_catalog/rpc/gig_access.h"

#include <optional>
#include <utility>

#include "common/core/status_macros.h"
#include "common/rpc/await.h"
#include "common/rpc/wire.h"
#include "services/gig_catalog/domain/transitions.h"

namespace milepost::gig_catalog {

rpc::Awaitable<GigAccess::Changed> GigAccess::Change(rpc::Call call, std::string gig, Command command) {
  MILEPOST_CO_ASSIGN(const Uuid id, rpc::IdIn(gig, "gigs"));
  absl::StatusOr<Changed> changed = co_await Submit(std::move(call), GigId(id), id, std::move(command));
  co_return changed;
}

rpc::Awaitable<GigAccess::Changed> GigAccess::Create(rpc::Call call, CreateGig command) {
  const GigId gig = command.gig;
  const Uuid scope = HashUuid(call.actor.name);
  absl::StatusOr<Changed> created = co_await Submit(std::move(call), gig, scope, std::move(command));
  co_return created;
}

rpc::Awaitable<GigAccess::Changed> GigAccess::Submit(rpc::Call call, GigId gig, Uuid scope, Command command) {
  db::Submission<GigDomain> submission{.aggregate = gig,
                                       .command = std::move(command),
                                       .actor = call.actor,
                                       .kind = call.method,
                                       .request = db::RequestKey{scope, *call.request_id, call.request_hash},
                                       .expected_sequence = call.expected_sequence,
                                       .expires = call.deadline};
  absl::StatusOr<Changed> changed = co_await rpc::Await<absl::StatusOr<Changed>>([&](auto done) {
    if (call.validate_only)
      reader_.Preview(std::move(submission), std::move(done));
    else
      lanes_.Submit(std::move(submission), std::move(done));
  });
  co_return changed;
}

rpc::Awaitable<GigAccess::Seen> GigAccess::See(Actor viewer, std::string gig) {
  MILEPOST_CO_ASSIGN(const Uuid id, rpc::IdIn(gig, "gigs"));
  using Found = absl::StatusOr<std::optional<Seen>>;
  Found found = co_await rpc::Await<Found>([&](auto done) { reader_.Get(GigId(id), std::move(done)); });
  if (!found.ok()) co_return found.status();
  if (!found->has_value() || !MaySee((*found)->state, viewer)) co_return Refuse(Reason::kGigNotFound);
  co_return **std::move(found);
}

}  // namespace milepost::gig_catalog
