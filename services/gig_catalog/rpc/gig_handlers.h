// The handlers of the RPCs on gigs: each converts, submits, converts.
#pragma once

#include "common/rpc/service.h"
#include "milepost/catalog/v1/gig_catalog.pb.h"
#include "services/gig_catalog/rpc/gig_access.h"

namespace milepost::gig_catalog {

// Thread-safe. `gigs` must outlive it.
class GigHandlers {
 public:
  explicit GigHandlers(GigAccess& gigs) : gigs_(gigs) {}

  // Registers its handlers with the service.
  void AddTo(rpc::Service& service);

 private:
  rpc::Awaitable<catalog::v1::CreateGigResponse> CreateGig(rpc::Call call,
                                                           const catalog::v1::CreateGigRequest& request);
  rpc::Awaitable<catalog::v1::GetGigResponse> GetGig(rpc::Call call,
                                                     const catalog::v1::GetGigRequest& request);
  rpc::Awaitable<catalog::v1::BatchGetGigsResponse> BatchGetGigs(
      rpc::Call call, const catalog::v1::BatchGetGigsRequest& request);
  rpc::Awaitable<catalog::v1::UpdateGigResponse> UpdateGig(rpc::Call call,
                                                           const catalog::v1::UpdateGigRequest& request);
  rpc::Awaitable<catalog::v1::PublishGigResponse> PublishGig(rpc::Call call,
                                                             const catalog::v1::PublishGigRequest& request);
  rpc::Awaitable<catalog::v1::PauseGigResponse> PauseGig(rpc::Call call,
                                                         const catalog::v1::PauseGigRequest& request);
  rpc::Awaitable<catalog::v1::DeleteGigResponse> DeleteGig(rpc::Call call,
                                                           const catalog::v1::DeleteGigRequest& request);

  GigAccess& gigs_;
};

}  // namespace milepost::gig_catalog
