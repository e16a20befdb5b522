// Queries, which order_access.h brings.
#pragma once

#include "services/milestone_billing/workers/order_access.h"
