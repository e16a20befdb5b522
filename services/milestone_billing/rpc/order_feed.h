// Shows the events of orders in EventFeed.
#pragma once

#include "common/events/feed_source.h"

namespace milepost::billing {

// The views (views/) decide how each event is shown, and visibility.h decides who is shown it.
events::FeedSource OrderFeed();

}  // namespace milepost::billing
