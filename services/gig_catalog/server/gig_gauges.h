// The metrics that GigCatalog reads from its database, besides those of every service.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/db/connection.h"
#include "common/obs/exposition.h"

namespace milepost::gig_catalog {

// A service::Gauges::Question: how far behind the plan reviewer is.
absl::Status AskPlanReviews(db::Connection& connection, absl::Time now, obs::Exposition& exposition);

}  // namespace milepost::gig_catalog
