// The types with which handlers and workers access offers and run queries over them.
#pragma once

#include "common/service/access.h"
#include "common/service/queries.h"
#include "services/offer_service/domain/offer_domain.h"

namespace milepost::offers {

using OfferAccess = service::Access<OfferDomain>;
using OfferAnswer = OfferAccess::Answer;
using OfferSnapshot = OfferAccess::Snapshot;
using service::Queries;

}  // namespace milepost::offers

extern template class milepost::service::Access<milepost::offers::OfferDomain>;
