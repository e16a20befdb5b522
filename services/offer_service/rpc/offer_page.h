// Writes a page of a list of offers. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/core/actor.h"
#include "milepost/offers/v1/offer_service.pb.h"
#include "services/offer_service/domain/offer.h"

namespace milepost::offers {

// Fills `response` as rpc::WritePage does, from `offers` as they stand now, of which there is one more than `size` where there
// is a next page. Leaves out those that `viewer` no longer sees, which were deleted after they had been found. `list` is what
// the page token is bound to.
void WritePage(const std::vector<Offer>& offers, size_t size, absl::string_view list, const Actor& viewer,
               v1::ListOffersResponse& response);

}  // namespace milepost::offers
