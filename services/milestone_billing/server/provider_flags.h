// The settings for the payment provider, and for payment attempts, rechecks and refunds.
#pragma once

#include "common/rpc/flags.h"
#include "services/milestone_billing/server/billing_options.h"

namespace milepost::billing {

// Adds the flags and the checks between them. `options` outlives the parsing of `flags`.
void AddProviderFlags(rpc::FlagSet& flags, BillingOptions& options);

// Call it after parsing: leases and retries of refunds and rechecks get the pace of payment attempts.
void FollowChargingsPace(BillingOptions& options);

}  // namespace milepost::billing
