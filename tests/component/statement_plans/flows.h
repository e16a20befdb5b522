// What makes the services' code send its statements: each function fills a schema and calls everything there is below
// common/db, common/events and the service's store.
#pragma once

#include "tests/component/statement_plans/large_schema.h"

namespace milepost::plans {

LargeSchema Catalog();
LargeSchema Offers();
LargeSchema Billing();

}  // namespace milepost::plans
