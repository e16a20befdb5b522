#include "services/offer_service/workers/offer_access.h"

#include "common/service/access_bodies.h"

template class milepost::service::Access<milepost::offers::OfferDomain>;
