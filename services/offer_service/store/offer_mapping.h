// The mapping of offers to the table `offers` (migrations/0001_offers.sql, 0003_deleted_and_conversations.sql).
#pragma once

#include "common/db/mapping.h"
#include "services/offer_service/domain/offer_domain.h"

namespace milepost::offers {

db::Mapping<OfferDomain> OfferMapping();

}  // namespace milepost::offers
