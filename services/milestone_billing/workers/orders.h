// The earlier name of OrderAccess (order_access.h).
#pragma once

#include "services/milestone_billing/workers/order_access.h"

namespace milepost::billing {

using Orders = OrderAccess;

}  // namespace milepost::billing
