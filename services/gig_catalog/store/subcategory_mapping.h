// The mapping of subcategories to the table `subcategories` (migrations/0004_subcategories.sql), and the reads of that table.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/connection.h"
#include "common/db/mapping.h"
#include "services/gig_catalog/domain/decide.h"
#include "services/gig_catalog/domain/subcategories.h"
#include "services/gig_catalog/domain/subcategory.h"

namespace milepost::gig_catalog {

db::Mapping<SubcategoryDomain> SubcategoryMapping();

// All, by code.
absl::StatusOr<std::vector<Subcategory>> ListSubcategories(db::Connection& connection);

// Those of these codes that exist. A code may occur more than once.
absl::StatusOr<Subcategories> FindSubcategories(db::Connection& connection, std::vector<std::string> codes,
                                                db::FactsLock lock = db::FactsLock::kNone);

// Those of these gigs.
absl::StatusOr<Subcategories> SubcategoriesOf(db::Connection& connection, const std::vector<Gig>& gigs);

// The facts of GigDomain: the subcategories that these gigs and commands name.
absl::StatusOr<Subcategories> ReadFacts(db::Connection& connection, const db::FactsQuery<GigDomain>& query,
                                        db::FactsLock lock);

}  // namespace milepost::gig_catalog
