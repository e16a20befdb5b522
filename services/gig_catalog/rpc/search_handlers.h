// The handler of SearchGigs.
#pragma once

#include "common/rpc/service.h"
#include "milepost/catalog/v1/gig_catalog.pb.h"
#include "services/gig_catalog/store/gig_search.h"

namespace milepost::gig_catalog {

// Thread-safe. `search` must outlive it.
class SearchHandlers {
 public:
  explicit SearchHandlers(GigSearch& search) : search_(search) {}

  // Registers its handlers with the service.
  void AddTo(rpc::Service& service);

 private:
  rpc::Awaitable<catalog::v1::SearchGigsResponse> SearchGigs(rpc::Call call,
                                                             const catalog::v1::SearchGigsRequest& request);

  GigSearch& search_;
};

}  // namespace milepost::gig_catalog
