// Converts lines of the ledger to messages.
#pragma once

#include "milepost/billing/v1/ledger.pb.h"
#include "services/milestone_billing/store/ledger_queries.h"

namespace milepost::billing {

v1::TrialBalanceLine ToWire(const TrialBalanceLine& line);

}  // namespace milepost::billing
