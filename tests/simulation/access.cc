// How the handlers and workers of the simulated services reach orders and offers: the services' own code, over the simulation's lanes.
// It takes the place of order_access.cc and offer_access.cc, which this program does not link.
#include "tests/simulation/lanes.h"
// First of all the lanes: the bodies below are made with them.
#include "common/service/access_bodies.h"
#include "services/milestone_billing/workers/order_access.h"
#include "services/offer_service/workers/offer_access.h"

template class milepost::service::Access<milepost::billing::OrderDomain>;
template class milepost::service::Access<milepost::offers::OfferDomain>;
