// The types with which handlers and workers access orders and run queries over them.
#pragma once

#include "common/service/access.h"
#include "common/service/queries.h"
#include "services/milestone_billing/domain/order_domain.h"

namespace milepost::billing {

using OrderAccess = service::Access<OrderDomain>;
using OrderSubmission = OrderAccess::Submission;
using OrderAnswer = OrderAccess::Answer;
using OrderSnapshot = OrderAccess::Snapshot;
using service::Queries;

}  // namespace milepost::billing

extern template class milepost::service::Access<milepost::billing::OrderDomain>;
