// The mapping of gigs to the tables `gigs` (migrations/0001_gigs.sql) and `gig_search` (0003_search.sql).
#pragma once

#include "common/db/mapping.h"
#include "services/gig_catalog/domain/decide.h"

namespace milepost::gig_catalog {

db::Mapping<GigDomain> GigMapping();

}  // namespace milepost::gig_catalog
