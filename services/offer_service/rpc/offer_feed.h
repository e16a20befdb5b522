// The events of offers as EventFeed shows them.
#pragma once

#include "common/events/feed_source.h"

namespace milepost::offers {

// What happens to a draft is its seller's own. The buyer's payment method, and why the buyer's payment was declined, are
// not for the seller.
events::FeedSource OfferFeed();

}  // namespace milepost::offers
