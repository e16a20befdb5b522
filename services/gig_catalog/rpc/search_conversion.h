// Converts what SearchGigs is asked, and its page tokens, between the wire and the store. Pure functions.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "milepost/catalog/v1/gig_catalog.pb.h"
#include "services/gig_catalog/domain/search_query.h"

namespace milepost::gig_catalog {

// What is asked, without the page's size. Refuses with INVALID_FIELDS or INVALID_PAGE_TOKEN.
absl::StatusOr<SearchQuery> QueryOf(const catalog::v1::SearchGigsRequest& request);

// The token of the page after `last`, for the same request.
std::string SearchPageToken(const catalog::v1::SearchGigsRequest& request, const SearchPlace& last);

catalog::v1::SearchOrder ToWire(SearchOrder order);

}  // namespace milepost::gig_catalog
