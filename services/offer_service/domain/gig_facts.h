// What OfferService must know of a gig to judge an offer for it. Fetched from GigCatalog by the handler
// before the command enters its lane, because nothing calls a peer inside a transaction.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "common/core/id.h"

namespace milepost::offers {

enum class GigState { kDraft, kPublished, kPaused, kDeleted };

// "PUBLISHED", as the contract names it.
absl::string_view NameOf(GigState state);

struct GigFacts {
  GigId id;
  std::string seller;  // users/…
  std::string title;
  GigState state = GigState::kDraft;
  std::string subcategory;                // its id, for the refusal's text
  bool milestone_offers_allowed = false;  // the subcategory's own flag (A9), independent of S2
  friend bool operator==(const GigFacts&, const GigFacts&) = default;
};

}  // namespace milepost::offers
