// Shows the events of offers in EventFeed.
#pragma once

#include "common/events/feed_source.h"

namespace milepost::offers {

// The events of a draft are shown only to its seller. The buyer's payment method and the reason for a decline are
// hidden from the seller.
events::FeedSource OfferFeed();

}  // namespace milepost::offers
