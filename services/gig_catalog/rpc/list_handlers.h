// The handlers of the RPCs that list gigs and subcategories.
#pragma once

#include "common/rpc/awaitable.h"
#include "common/rpc/call.h"
#include "milepost/catalog/v1/gig_catalog.pb.h"
#include "services/gig_catalog/store/gig_lists.h"

namespace milepost::gig_catalog {

// Thread-safe. `lists` must outlive it.
class ListHandlers {
 public:
  explicit ListHandlers(GigLists& lists) : lists_(lists) {}

  rpc::Awaitable<catalog::v1::ListGigsResponse> ListGigs(rpc::Call call,
                                                         const catalog::v1::ListGigsRequest& request);
  rpc::Awaitable<catalog::v1::ListSubcategoriesResponse> ListSubcategories(
      rpc::Call call, const catalog::v1::ListSubcategoriesRequest& request);

 private:
  GigLists& lists_;
};

}  // namespace milepost::gig_catalog
