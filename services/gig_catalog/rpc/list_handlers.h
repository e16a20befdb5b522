// The handlers of the RPCs that list gigs.
#pragma once

#include "common/rpc/service.h"
#include "milepost/catalog/v1/gig_catalog.pb.h"
#include "services/gig_catalog/store/gig_lists.h"

namespace milepost::gig_catalog {

// Thread-safe. `lists` must outlive it.
class ListHandlers {
 public:
  explicit ListHandlers(GigLists& lists) : lists_(lists) {}

  // Registers its handlers with the service.
  void AddTo(rpc::Service& service);

 private:
  rpc::Awaitable<catalog::v1::ListGigsResponse> ListGigs(rpc::Call call,
                                                         const catalog::v1::ListGigsRequest& request);

  GigLists& lists_;
};

}  // namespace milepost::gig_catalog
