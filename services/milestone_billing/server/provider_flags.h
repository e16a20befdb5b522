// The settings of the payment provider, and of what it is asked about: attempts, what ended, refunds.
#pragma once

#include "common/rpc/flags.h"
#include "services/milestone_billing/server/billing_options.h"

namespace milepost::billing {

// With what they must be together. `options` outlives the parsing of `flags`.
void AddProviderFlags(rpc::FlagSet& flags, BillingOptions& options);

// Once they are parsed: refunds and questions are leased and tried again at the pace of payment attempts.
void FollowChargingsPace(BillingOptions& options);

}  // namespace milepost::billing
