// Gives handlers access to gigs: changes go through the lanes (or are previewed, for validate_only), reads use
// snapshots.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/awaitable.h"
#include "common/rpc/call.h"
#include "common/service/access.h"
#include "services/gig_catalog/domain/decide.h"

namespace milepost::gig_catalog {

// Thread-safe. `gigs` must outlive it.
class GigAccess {
 public:
  using Changed = db::Answer<GigDomain>;
  using Seen = db::Snapshot<GigDomain>;

  explicit GigAccess(service::Access<GigDomain>& gigs) : gigs_(gigs) {}

  // Runs a command on a gig, `gigs/{gig}`, or with `validate_only` previews it. The lane handles replays, etags and
  // the call's deadline.
  rpc::Awaitable<Changed> Change(rpc::Call call, std::string gig, Command command);
  rpc::Awaitable<Changed> Create(rpc::Call call, CreateGig command);

  // Reads a gig that the caller may see, with the time of the read; else GIG_NOT_FOUND.
  rpc::Awaitable<Seen> See(Actor viewer, std::string gig);
  // Reads those of these gigs that the caller may see, in this order.
  rpc::Awaitable<std::vector<Seen>> SeeMany(Actor viewer, std::vector<GigId> gigs);

 private:
  service::Access<GigDomain>& gigs_;
};

}  // namespace milepost::gig_catalog

extern template class milepost::service::Access<milepost::gig_catalog::GigDomain>;
