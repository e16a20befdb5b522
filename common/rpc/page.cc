#include "common/rpc/page.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/core/clock.h"
#include "common/core/reason.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"

namespace milepost::rpc {
namespace {

constexpr int32_t kDefaultPageSize = 50;
constexpr int32_t kMaxPageSize = 1000;

std::string Binding(absl::string_view filter) {
  return Sha256(filter).substr(0, 8);
}

// Accepts only what WebSafeBase64Escape writes. The library's own inverse also accepts padding, blanks and stray bits.
std::optional<std::string> Unescape(absl::string_view token) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(token, &bytes) || absl::WebSafeBase64Escape(bytes) != token)
    return std::nullopt;
  return bytes;
}

std::string TextOf(const TimePlace& place) {
  return absl::StrCat(ToMicros(place.at), "/", place.id.ToString());
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
  const std::optional<std::string> bytes = Unescape(token);
  absl::string_view place = bytes ? absl::string_view(*bytes) : absl::string_view();
  if (!absl::ConsumePrefix(&place, Binding(filter)) || place.empty())
    return Refuse(Reason::kInvalidPageToken);
  return std::string(place);
}

std::string PageTokenAt(absl::string_view filter, const TimePlace& last) {
  return PageToken(filter, TextOf(last));
}

absl::StatusOr<std::optional<TimePlace>> TimePlaceOf(absl::string_view token, absl::string_view filter) {
  MILEPOST_ASSIGN_OR_RETURN(const std::string text, PlaceOf(token, filter));
  if (text.empty()) return std::optional<TimePlace>();
  const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits('/', 1));
  int64_t at_us = 0;
  const absl::StatusOr<Uuid> id = Uuid::Parse(parts.second);
  if (!absl::SimpleAtoi(parts.first, &at_us) || !id.ok()) return Refuse(Reason::kInvalidPageToken);
  const TimePlace place{FromMicros(at_us), *id};
  if (TextOf(place) != text) return Refuse(Reason::kInvalidPageToken);
  return std::optional<TimePlace>(place);
}

std::string PageTokenAt(absl::string_view filter, uint64_t last) {
  return PageToken(filter, absl::StrCat(last));
}

absl::StatusOr<uint64_t> NumberPlaceOf(absl::string_view token, absl::string_view filter) {
  MILEPOST_ASSIGN_OR_RETURN(const std::string text, PlaceOf(token, filter));
  if (text.empty()) return 0;
  uint64_t number = 0;
  if (!absl::SimpleAtoi(text, &number) || number == 0 || absl::StrCat(number) != text)
    return Refuse(Reason::kInvalidPageToken);
  return number;
}

}  // namespace milepost::rpc
