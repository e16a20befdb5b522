// The events of gigs and their plans as EventFeed shows them.
#pragma once

#include "common/events/feed_source.h"

namespace milepost::gig_catalog {

// They are their seller's own; a gig has no buyer.
events::FeedSource GigFeed();

}  // namespace milepost::gig_catalog
