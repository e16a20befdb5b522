// The lanes, reads and test clock of gigs: compiled once, here.
#include "common/service/aggregates_bodies.h"
#include "services/gig_catalog/domain/decide.h"

template class milepost::service::Aggregates<milepost::gig_catalog::GigDomain>;
