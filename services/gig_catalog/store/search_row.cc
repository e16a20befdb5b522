#include "services/gig_catalog/store/search_row.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "services/gig_catalog/domain/search_entry.h"

namespace milepost::gig_catalog {
namespace {

// The last 32 bits of a gig's id: chance in UUIDv7.
uint32_t SampleOf(const GigId& gig) {
  uint32_t sample = 0;
  for (size_t i = 12; i < 16; ++i) sample = sample << 8 | gig.uuid().bytes()[i];
  return sample;
}

}  // namespace

const std::vector<std::string>& SearchColumns() {
  static const auto* const columns =
      new std::vector<std::string>{"gig",   "sequence", "version",    "sample",     "listed", "subcategory",
                                   "price", "currency", "milestones", "created_us", "words"};
  return *columns;
}

db::Row SearchRowOf(const Gig& gig) {
  const SearchEntry entry = SearchEntryOf(gig);
  std::optional<int64_t> price;
  std::optional<std::string> currency;
  if (entry.price) {
    price = entry.price->minor;
    currency = std::string(entry.price->currency.code());
  }
  return db::MakeRow(gig.id, gig.sequence, kSearchVersion, SampleOf(gig.id), entry.listed, entry.subcategory,
                     price, currency, entry.may_have_milestones, gig.created_at,
                     absl::StrCat(ColumnOf(kOfText, entry.words), ColumnOf(kOfTitle, entry.title_words)));
}

db::SideTable<GigDomain> SearchTable() {
  db::SideTable<GigDomain> table;
  table.table = "gig_search";
  table.columns = SearchColumns();
  table.write = db::SideTable<GigDomain>::Write::kUpsert;
  table.rows = [](const db::Change<GigDomain>& change, std::vector<db::Row>& rows) {
    if (change.before && AreSearchedAlike(*change.before, *change.next)) return;
    rows.push_back(SearchRowOf(*change.next));
  };
  table.aggregate_column = "gig";
  table.is_new = [](const db::Change<GigDomain>& change, const db::Row&) { return change.before == nullptr; };
  return table;
}

std::string ColumnOf(absl::string_view prefix, absl::Span<const std::string> words) {
  std::string column;
  for (const std::string& word : words) absl::StrAppend(&column, " ", prefix, word, " ");
  return column;
}

std::string PatternOf(absl::string_view prefix, absl::Span<const std::string> words) {
  std::string pattern = "%";
  for (const std::string& word : words) absl::StrAppend(&pattern, " ", prefix, word, " %");
  return pattern;
}

std::string Required(absl::string_view prefix, absl::string_view word) {
  return absl::StrCat("+", prefix, word, " ");
}

std::string Excluded(absl::string_view prefix, absl::string_view word) {
  return absl::StrCat("-", prefix, word, " ");
}

}  // namespace milepost::gig_catalog
