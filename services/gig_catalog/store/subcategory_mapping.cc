#include "services/gig_catalog/store/subcategory_mapping.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "common/core/status_macros.h"
#include "common/db/statements.h"
#include "services/gig_catalog/store/subcategory_body.h"

namespace milepost::gig_catalog {
namespace {

constexpr char kSelect[] = "SELECT id, sequence, updated_us, body FROM subcategories FORCE INDEX (PRIMARY)";

absl::StatusOr<Subcategory> SubcategoryIn(const db::ResultRow& row) {
  MILEPOST_ASSIGN_OR_RETURN(Subcategory subcategory, DecodeSubcategory(row.Bytes(3)));
  subcategory.id = SubcategoryId(row.Id(0));
  subcategory.sequence = row.Uint64(1);
  subcategory.updated_at = row.Instant(2);
  return subcategory;
}

// The subcategory that a command names beside its gig's; null: none. A command that brings one in must be named here: without its
// facts it is refused as naming an unknown one.
const std::string* NamedBy(const Command& command) {
  if (const auto* create = std::get_if<CreateGig>(&command)) return &create->subcategory;
  if (const auto* update = std::get_if<UpdateGig>(&command))
    return update->subcategory ? &*update->subcategory : nullptr;
  return nullptr;
}

}  // namespace

db::Mapping<SubcategoryDomain> SubcategoryMapping() {
  db::Mapping<SubcategoryDomain> mapping;
  mapping.table = "subcategories";
  mapping.aggregate_type = "subcategory";
  mapping.columns = {"code", "plans_sequence"};
  mapping.values = [](const Subcategory& subcategory) {
    return db::MakeRow(subcategory.code, subcategory.plans_sequence);
  };
  mapping.encode = EncodeSubcategory;
  mapping.decode = DecodeSubcategory;
  mapping.event_type = SubcategoryEventType;
  mapping.encode_event = EncodeSubcategoryEvent;
  return mapping;
}

absl::StatusOr<std::vector<Subcategory>> ListSubcategories(db::Connection& connection) {
  static const std::string all = "SELECT id, sequence, updated_us, body FROM subcategories ORDER BY code";
  std::vector<Subcategory> subcategories;
  MILEPOST_RETURN_IF_ERROR(connection.Query(all, db::Row{}, [&](const db::ResultRow& row) -> absl::Status {
    MILEPOST_ASSIGN_OR_RETURN(Subcategory subcategory, SubcategoryIn(row));
    subcategories.push_back(std::move(subcategory));
    return absl::OkStatus();
  }));
  return subcategories;
}

absl::StatusOr<Subcategories> FindSubcategories(db::Connection& connection, std::vector<std::string> codes,
                                                db::FactsLock lock) {
  static const std::string head = std::string(kSelect) + " WHERE id";
  static const db::RowsByKey read(head, 1, ""), share(head, 1, " ORDER BY id LOCK IN SHARE MODE");
  std::vector<db::Row> keys;
  std::sort(codes.begin(), codes.end());
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  for (const std::string& code : codes) keys.push_back({SubcategoryIdOf(code)});
  db::SortByKey(keys, 1);
  std::vector<Subcategory> found;
  const db::RowsByKey& text = lock == db::FactsLock::kShared ? share : read;
  MILEPOST_RETURN_IF_ERROR(text.Read(connection, keys, [&](const db::ResultRow& row) -> absl::Status {
    MILEPOST_ASSIGN_OR_RETURN(Subcategory subcategory, SubcategoryIn(row));
    found.push_back(std::move(subcategory));
    return absl::OkStatus();
  }));
  return Subcategories(std::move(found));
}

absl::StatusOr<Subcategories> SubcategoriesOf(db::Connection& connection, const std::vector<Gig>& gigs) {
  std::vector<std::string> codes;
  for (const Gig& gig : gigs) codes.push_back(gig.subcategory);
  return FindSubcategories(connection, std::move(codes));
}

absl::StatusOr<Subcategories> ReadFacts(db::Connection& connection, const db::FactsQuery<GigDomain>& query,
                                        db::FactsLock lock) {
  std::vector<std::string> codes;
  for (const Gig* gig : query.states) codes.push_back(gig->subcategory);
  for (const Command* command : query.commands)
    if (const std::string* code = NamedBy(*command)) codes.push_back(*code);
  return FindSubcategories(connection, std::move(codes), lock);
}

}  // namespace milepost::gig_catalog
