// The test clock's contract over this service's clock: what moves are possible stands in common/db/test_clock.h.
#pragma once

#include "common/db/test_clock.h"
#include "common/rpc/test_clock_service.h"
#include "services/gig_catalog/domain/decide.h"

namespace milepost::gig_catalog {

// `clock` outlives what is returned.
rpc::TestClockService::Clock ClockFunctions(db::TestClock<GigDomain>& clock);

}  // namespace milepost::gig_catalog
