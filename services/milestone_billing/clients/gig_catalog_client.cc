#include "services/milestone_billing/clients/gig_catalog_client.h"

#include <utility>

#include "services/milestone_billing/clients/self.h"

namespace milepost::billing {

GigCatalogClient::GigCatalogClient(std::string address)
    : peer_({.name = "services/gig-catalog", .address = std::move(address), .self = kSelf}) {}

rpc::Awaitable<catalog::v1::PreviewWorkflowResponse> GigCatalogClient::PreviewWorkflow(
    std::string gig, type::v1::Package package, rpc::PeerCall call) {
  catalog::v1::PreviewWorkflowRequest request;
  request.set_gig(std::move(gig));
  request.set_package(package);
  return peer_.Call(&decltype(peer_)::Async::PreviewWorkflow, std::move(request), std::move(call));
}

}  // namespace milepost::billing
