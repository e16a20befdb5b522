// Pages of a list: how many, from where. Tokens are opaque to callers and bound to the filter they were made
// for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace milepost::rpc {

// 0: 50; larger than 1000: 1000.
size_t PageSize(int32_t asked);

// `filter` is the text of everything in the request but page_size and page_token; `last` the place of the
// last item of the page.
std::string PageToken(absl::string_view filter, absl::string_view last);
// The `last` that the token was made of; "" for no token. Refuses with INVALID_PAGE_TOKEN.
absl::StatusOr<std::string> PlaceOf(absl::string_view token, absl::string_view filter);

}  // namespace milepost::rpc
