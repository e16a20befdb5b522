// OfferService's client of GigCatalog. Thread-safe; outlives its calls.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "common/core/id.h"
#include "common/rpc/client.h"
#include "milepost/catalog/v1/gig_catalog.grpc.pb.h"
#include "services/offer_service/domain/gig_facts.h"

namespace milepost::offers {

class GigCatalogClient {
 public:
  explicit GigCatalogClient(rpc::PeerOptions options) : catalog_(std::move(options)) {}

  // Reads the gig as `call.actor` may see it now (empty: our own actor; services see every gig). GIG_NOT_FOUND,
  // PEER_UNAVAILABLE, DEADLINE_EXCEEDED.
  rpc::Awaitable<GigFacts> GetGig(GigId gig, rpc::PeerCall call);

  // As rpc::PeerBase.
  void Cancel() { catalog_.Cancel(); }

 private:
  using Subcategories = std::map<std::string, bool, std::less<>>;  // id → has milestone offers (A9)

  // The subcategories that have milestone offers. They change only with a release of the catalogue, so an answer is
  // cached for a minute.
  rpc::Awaitable<Subcategories> GetSubcategories(rpc::PeerCall call);
  std::optional<Subcategories> RememberedSubcategories() const;

  rpc::Peer<catalog::v1::GigCatalog> catalog_;
  mutable std::mutex mutex_;
  Subcategories subcategories_;
  std::chrono::steady_clock::time_point subcategories_good_until_;
};

}  // namespace milepost::offers
