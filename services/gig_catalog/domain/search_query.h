// What is asked of the search for gigs, and where a gig stands in its answer. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/core/enum_list.h"
#include "common/core/money.h"
#include "services/gig_catalog/domain/gig.h"

namespace milepost::gig_catalog {

enum class SearchOrder { kRelevance, kNewestFirst };
constexpr EnumEntry EntryOf(SearchOrder order) {
  switch (order) {
    case SearchOrder::kRelevance:
      return {"RELEVANCE", 1};
    case SearchOrder::kNewestFirst:
      return {"NEWEST_FIRST", 2};
  }
  return {};
}

// The words of a query that count for its order by relevance are the first so many. All of them must be there.
inline constexpr size_t kRankedWordsMax = 8;

// The place of a gig: by relevance first those with more of the query's words in their title, then in both orders the newer
// ones, then those with the greater id.
struct SearchPlace {
  SearchOrder order = SearchOrder::kNewestFirst;
  uint32_t in_title = 0;  // by relevance: how many of the ranked words the title has; else 0
  absl::Time created_at;
  GigId gig;
  friend bool operator==(const SearchPlace&, const SearchPlace&) = default;
};

// Prices from `min` to `max` minor units of a currency, both included.
struct PriceRange {
  Currency currency;
  int64_t min = 0;
  int64_t max = kMaxMinor;
};

struct SearchQuery {
  std::vector<std::string> words;   // all required; sorted, each once (domain/words.h)
  std::string subcategory;          // empty: any
  std::optional<PriceRange> price;  // that a gig's lowest price lies in
  bool milestones_available = false;
  std::optional<SearchPlace> after;  // none: from the first gig on
  size_t limit = 50;
};

}  // namespace milepost::gig_catalog
