// The part of a gig that the search uses. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/gig_catalog/domain/gig.h"

namespace milepost::gig_catalog {

// A gig as the search sees it. Only what is listed can be found.
struct SearchEntry {
  bool listed = false;  // the gig is PUBLISHED
  std::string subcategory;
  std::optional<Money> price;  // the lowest price at which the gig can be ordered: "from 150.00 USD"
  bool may_have_milestones = false;
  std::vector<std::string> title_words;  // sorted, each once (words.h); of a listed gig only, as are the next
  std::vector<std::string> words;        // of title and description
  friend bool operator==(const SearchEntry&, const SearchEntry&) = default;
};

SearchEntry SearchEntryOf(const Gig& gig);

// Whether two states of a gig surely have the same entry. Compares what entries are made of, and makes none.
bool AreSearchedAlike(const Gig& a, const Gig& b);

// Whether a plan is published that may be open for orders. Wider than MilestonesAvailable: it picks the gigs to look at.
bool MayHaveMilestones(const Gig& gig);

// Whether buyers can order some package of this gig with milestones now. The search decides it here and nowhere else, on the gig
// that it has just read and judged; PreviewWorkflow says it for one package.
bool MilestonesAvailable(const Gig& gig);

}  // namespace milepost::gig_catalog
