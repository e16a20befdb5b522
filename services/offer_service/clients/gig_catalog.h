// GigCatalog as OfferService sees it. Thread-safe; outlives its calls.
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

  // The gig as it is now, in the eyes of `call.actor` (empty: ours; services see every gig). GIG_NOT_FOUND,
  // PEER_UNAVAILABLE, DEADLINE_EXCEEDED.
  rpc::Awaitable<GigFacts> GetGig(GigId gig, rpc::PeerCall call);

  // As rpc::PeerBase.
  void Cancel() { catalog_.Cancel(); }

 private:
  using Subcategories = std::map<std::string, bool, std::less<>>;  // id → has milestone offers (A9)

  // Which subcategories have milestone offers. They change with a release of the catalogue only, so an answer serves for
  // a minute.
  rpc::Awaitable<Subcategories> GetSubcategories(rpc::PeerCall call);
  std::optional<Subcategories> RememberedSubcategories() const;

  rpc::Peer<catalog::v1::GigCatalog> catalog_;
  mutable std::mutex mutex_;
  Subcategories subcategories_;
  std::chrono::steady_clock::time_point subcategories_good_until_;
};

}  // namespace milepost::offers
