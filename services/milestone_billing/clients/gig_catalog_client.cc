#include "services/milestone_billing/clients/gig_catalog_client.h"

#include <utility>

#include "absl/strings/strip.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "services/milestone_billing/clients/self.h"

namespace milepost::billing {

GigCatalogClient::GigCatalogClient(std::string address, rpc::Carrier* carrier)
    : peer_({.name = "services/gig-catalog",
             .address = std::move(address),
             .self = kSelf,
             .carrier = carrier}) {}

rpc::Awaitable<catalog::v1::PreviewWorkflowResponse> GigCatalogClient::PreviewWorkflow(
    std::string gig, type::v1::Package package, rpc::PeerCall call) {
  catalog::v1::PreviewWorkflowRequest request;
  request.set_gig(std::move(gig));
  request.set_package(package);
  return peer_.Call(&decltype(peer_)::Async::PreviewWorkflow, std::move(request), std::move(call));
}

asio::awaitable<absl::Status> GigCatalogClient::CheckPublished(std::string gig, rpc::PeerCall call) {
  catalog::v1::GetGigRequest request;
  request.set_name(std::move(gig));
  auto asking = peer_.Call(&decltype(peer_)::Async::GetGig, std::move(request), std::move(call));
  MILEPOST_CO_ASSIGN(const catalog::v1::GetGigResponse response, co_await std::move(asking));
  const catalog::v1::GigState state = response.gig().state();
  if (state == catalog::v1::GIG_STATE_PUBLISHED) co_return absl::OkStatus();
  const absl::string_view name = catalog::v1::GigState_Name(state);
  co_return Refuse(Reason::kGigNotPublished, {{"state", std::string(absl::StripPrefix(name, "GIG_STATE_"))}});
}

}  // namespace milepost::billing
