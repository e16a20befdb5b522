// The lanes, reads, sweeper and test clock of offers: compiled once, here.
#include "common/service/aggregates_bodies.h"
#include "services/offer_service/domain/offer_domain.h"

template class milepost::service::Aggregates<milepost::offers::OfferDomain>;
