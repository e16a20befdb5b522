// OfferService's own settings on the command line.
#pragma once

#include "common/rpc/flags.h"
#include "services/offer_service/server/offer_options.h"

namespace milepost::offers {

// `options` outlives the parsing of `flags`.
void AddOfferFlags(rpc::FlagSet& flags, OfferOptions& options);

}  // namespace milepost::offers
