// The row of a gig in the table `gig_search` (migrations/0003_search.sql): how words are written there, and asked for. Pure
// functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/db/mapping.h"
#include "common/db/row.h"
#include "services/gig_catalog/domain/decide.h"
#include "services/gig_catalog/domain/gig.h"

namespace milepost::gig_catalog {

// Of the rules by which the column `words` is made. Raise it when they change: the worker search_filler then makes all rows
// anew, and until it has, a search may miss gigs whose rows are old.
inline constexpr uint32_t kSearchVersion = 1;

// What stands before a word in the column `words`: each word of a gig stands there as a word of its text, and each word of its
// title as one of its title, too. So no word is shorter than three characters, which servers would not index, and none is one
// of their stop-words.
inline constexpr absl::string_view kOfText = "zq", kOfTitle = "zt";

const std::vector<std::string>& SearchColumns();
db::Row SearchRowOf(const Gig& gig);

// Writes the row with a gig's change, where what is searched has changed.
db::SideTable<GigDomain> SearchTable();

// The words as the column holds them: sorted, with a blank before and after each.
std::string ColumnOf(absl::string_view prefix, absl::Span<const std::string> words);
// A pattern for LIKE that finds the rows with all of these words, which are sorted and have no wildcards.
std::string PatternOf(absl::string_view prefix, absl::Span<const std::string> words);
// What a full-text query in boolean mode says of such a word: it must be there, or must not.
std::string Required(absl::string_view prefix, absl::string_view word);
std::string Excluded(absl::string_view prefix, absl::string_view word);

}  // namespace milepost::gig_catalog
