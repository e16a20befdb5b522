// MilestoneBilling's client of GigCatalog. Thread-safe.
#pragma once

#include <string>

#include "common/rpc/client.h"
#include "milepost/catalog/v1/gig_catalog.grpc.pb.h"
#include "milepost/type/v1/terms.pb.h"

namespace milepost::billing {

class GigCatalogClient {
 public:
  // host:port, or a gRPC target. `carrier`: as rpc::PeerOptions.
  explicit GigCatalogClient(std::string address, rpc::Carrier* carrier = nullptr);

  // Reads the package as a buyer would order it now (S6). Refused as the catalog says (GIG_NOT_FOUND,
  // GIG_NOT_PUBLISHED, PACKAGE_UNKNOWN), or with PEER_UNAVAILABLE.
  rpc::Awaitable<catalog::v1::PreviewWorkflowResponse> PreviewWorkflow(std::string gig,
                                                                       type::v1::Package package,
                                                                       rpc::PeerCall call);

  // Checks that the gig is PUBLISHED now. Refused with GIG_NOT_PUBLISHED, as the catalog says (GIG_NOT_FOUND), or
  // with PEER_UNAVAILABLE.
  asio::awaitable<absl::Status> CheckPublished(std::string gig, rpc::PeerCall call);

  // As rpc::PeerBase.
  void Cancel() { peer_.Cancel(); }

 private:
  rpc::Peer<catalog::v1::GigCatalog> peer_;
};

}  // namespace milepost::billing
