// The events of orders as EventFeed shows them.
#pragma once

#include "common/events/feed_source.h"

namespace milepost::billing {

// Payment methods, and why payments were declined, are not for the seller, a suspicion of fraud is for operators only, and
// our own bookkeeping of open payments is for nobody but operators and peer services: as ToWire of an Order has it.
events::FeedSource OrderFeed();

}  // namespace milepost::billing
