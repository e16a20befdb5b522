// The test clock's contract over this service's clock: what moves are possible stands in common/db/test_clock.h.
#pragma once

#include "common/db/test_clock.h"
#include "common/rpc/test_clock_service.h"
#include "services/offer_service/domain/offer_domain.h"

namespace milepost::offers {

// `clock` outlives what is returned.
rpc::TestClockService::Clock ClockFunctions(db::TestClock<OfferDomain>& clock);

}  // namespace milepost::offers
