// The lanes and reads of subcategories: compiled once, here.
#include "common/service/aggregates_bodies.h"
#include "services/gig_catalog/domain/subcategory.h"

template class milepost::service::Aggregates<milepost::gig_catalog::SubcategoryDomain>;
