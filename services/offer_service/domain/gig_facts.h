// The facts about a gig that the rules of offers need. Fetched from GigCatalog by the handler before the command
// enters its lane, because nothing calls a peer inside a transaction.
#pragma once

#include <string>

#include "common/core/enum_list.h"
#include "common/core/id.h"

namespace milepost::offers {

enum class GigState { kDraft, kPublished, kPaused, kDeleted };

// Names and numbers are those of the contract.
constexpr EnumEntry EntryOf(GigState state) {
  switch (state) {
    case GigState::kDraft:
      return {"DRAFT", 1};
    case GigState::kPublished:
      return {"PUBLISHED", 2};
    case GigState::kPaused:
      return {"PAUSED", 3};
    case GigState::kDeleted:
      return {"DELETED", 4};
  }
  return {};
}

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
