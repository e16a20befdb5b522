// The mapping of gigs to the table `gigs` (migrations/0001_gigs.sql).
#pragma once

#include "common/db/mapping.h"
#include "services/gig_catalog/domain/decide.h"

namespace milepost::gig_catalog {

db::Mapping<GigDomain> GigMapping();

}  // namespace milepost::gig_catalog
