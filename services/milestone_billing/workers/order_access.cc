#include "services/milestone_billing/workers/order_access.h"

#include "common/service/access_bodies.h"

template class milepost::service::Access<milepost::billing::OrderDomain>;
