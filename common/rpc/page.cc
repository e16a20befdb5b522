#include "common/rpc/page.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/core/id.h"
#include "common/core/reason.h"
#include "common/core/refusal.h"

namespace milepost::rpc {
namespace {

constexpr int32_t kDefaultPageSize = 50;
constexpr int32_t kMaxPageSize = 1000;

std::string Binding(absl::string_view filter) {
  return Sha256(filter).substr(0, 8);
}

}  // namespace

size_t PageSize(int32_t asked) {
  return static_cast<size_t>(asked == 0 ? kDefaultPageSize : std::min(asked, kMaxPageSize));
}

std::string PageToken(absl::string_view filter, absl::string_view last) {
  return absl::WebSafeBase64Escape(absl::StrCat(Binding(filter), last));
}

absl::StatusOr<std::string> PlaceOf(absl::string_view token, absl::string_view filter) {
  if (token.empty()) return std::string();
  std::string bytes;
  absl::string_view place;
  if (absl::WebSafeBase64Unescape(token, &bytes)) place = bytes;
  if (!absl::ConsumePrefix(&place, Binding(filter)) || place.empty())
    return Refuse(Reason::kInvalidPageToken);
  return std::string(place);
}

}  // namespace milepost::rpc
