// Shows the events of orders in EventFeed.
#pragma once

#include "common/events/feed_source.h"

namespace milepost::billing {

// Each event is shown as the view of its subject says (views/), and to whom visibility.h says.
events::FeedSource OrderFeed();

}  // namespace milepost::billing
