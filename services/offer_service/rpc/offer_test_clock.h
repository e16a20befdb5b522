// The test clock's contract over this service's clock: what moves are possible stands in common/db/test_clock.h.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/db/common_tables.h"
#include "common/db/connection.h"
#include "common/db/test_clock.h"
#include "common/rpc/test_clock_service.h"
#include "services/offer_service/domain/offer_domain.h"

namespace milepost::offers {

// What --test_clock asks for ("off", "frozen" or "offset"), made so in the database. A DatabaseError() where it can't be.
absl::StatusOr<db::TestClockUse> PrepareTestClock(const std::string& mode, const db::ConnectOptions& connect);

// `clock` outlives what is returned.
rpc::TestClockService::Clock ClockFunctions(db::TestClock<OfferDomain>& clock);

}  // namespace milepost::offers
