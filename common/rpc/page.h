// Pages of a list: how many, from where. Tokens are opaque to callers and bound to the filter they were made
// for. Another spelling of a token's bytes, or of its place, is refused with INVALID_PAGE_TOKEN.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/id.h"

namespace milepost::rpc {

// 0: 50; larger than 1000: 1000.
size_t PageSize(int32_t asked);

// `filter` is the text of everything in the request but page_size and page_token; `last` the place of the
// last item of the page.
std::string PageToken(absl::string_view filter, absl::string_view last);
// The `last` that the token was made of; "" for no token. Refuses with INVALID_PAGE_TOKEN.
absl::StatusOr<std::string> PlaceOf(absl::string_view token, absl::string_view filter);

// The same for the place of an aggregate in a list by time.
struct TimePlace {
  absl::Time at;
  Uuid id;
  friend bool operator==(const TimePlace&, const TimePlace&) = default;
};
std::string PageTokenAt(absl::string_view filter, const TimePlace& last);
// Nothing for no token.
absl::StatusOr<std::optional<TimePlace>> TimePlaceOf(absl::string_view token, absl::string_view filter);

// The same for a place that is a number from 1 on; 0 for no token.
std::string PageTokenAt(absl::string_view filter, uint64_t last);
absl::StatusOr<uint64_t> NumberPlaceOf(absl::string_view token, absl::string_view filter);

}  // namespace milepost::rpc
