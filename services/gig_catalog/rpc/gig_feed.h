// Shows the events of gigs, their plans and subcategories in EventFeed.
#pragma once

#include "common/events/feed_source.h"

namespace milepost::gig_catalog {

// Only the seller is a party of these events; a gig has no buyer.
events::FeedSource GigFeed();

}  // namespace milepost::gig_catalog
