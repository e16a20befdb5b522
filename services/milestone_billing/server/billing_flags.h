// MilestoneBilling's own settings on the command line, beside those of the payment provider (provider_flags.h).
#pragma once

#include "common/rpc/flags.h"
#include "services/milestone_billing/server/billing_options.h"

namespace milepost::billing {

// `options` outlives the parsing of `flags`.
void AddBillingFlags(rpc::FlagSet& flags, BillingOptions& options);

}  // namespace milepost::billing
