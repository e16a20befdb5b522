// Gigs written straight into a schema, as lanes write their rows but without their events: for tests and measurements that
// need many.
#pragma once

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/db/connection.h"
#include "services/gig_catalog/domain/gig.h"

namespace milepost::testing {

// Writes rows of `gigs` and of the tables beside it. The gigs are new.
absl::Status StoreGigs(db::Connection& connection, absl::Span<const gig_catalog::Gig> gigs);

}  // namespace milepost::testing
