// OfferService's client of GigCatalog. Thread-safe; outlives its calls.
#pragma once

#include <utility>

#include "common/core/id.h"
#include "common/rpc/client.h"
#include "milepost/catalog/v1/gig_catalog.grpc.pb.h"
#include "services/offer_service/domain/gig_facts.h"

namespace milepost::offers {

class GigCatalogClient {
 public:
  explicit GigCatalogClient(rpc::PeerOptions options) : catalog_(std::move(options)) {}

  // Reads the gig as `call.actor` may see it now (empty: our own actor; services see every gig), with the flags of its
  // subcategory as they are now. GIG_NOT_FOUND, PEER_UNAVAILABLE, DEADLINE_EXCEEDED.
  rpc::Awaitable<GigFacts> GetGig(GigId gig, rpc::PeerCall call);

  // As rpc::PeerBase.
  void Cancel() { catalog_.Cancel(); }

 private:
  rpc::Peer<catalog::v1::GigCatalog> catalog_;
};

}  // namespace milepost::offers
