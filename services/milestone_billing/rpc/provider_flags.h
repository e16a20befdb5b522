// The settings of the payment provider, and of what it is asked about: attempts, what ended, refunds.
#pragma once

#include <string>

#include "common/rpc/flags.h"
#include "services/milestone_billing/rpc/billing_server.h"

namespace milepost::billing {

// `options` outlives the parsing of `flags`.
void AddProviderFlags(rpc::FlagSet& flags, BillingOptions& options);

// Once they are parsed: refunds and questions are leased and tried again at the pace of payment attempts.
void FollowChargingsPace(BillingOptions& options);

// What is wrong with them taken together; empty: nothing.
std::string ProviderMisfit(const BillingOptions& options);

}  // namespace milepost::billing
