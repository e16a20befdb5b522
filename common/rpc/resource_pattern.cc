#include "common/rpc/resource_pattern.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/core/id.h"

namespace milepost::rpc {
namespace {

constexpr size_t kMaxOpaque = 64;
constexpr size_t kMaxDigits = 9;  // fits every integer type

bool IsOpaqueCharacter(unsigned char c) {
  return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '~' || c == '-';
}

}  // namespace

absl::StatusOr<ResourcePattern> ResourcePattern::Compile(absl::string_view pattern) {
  ResourcePattern compiled;
  compiled.text_ = std::string(pattern);
  for (absl::string_view part : absl::StrSplit(pattern, '/')) {
    const bool opens = absl::ConsumePrefix(&part, "{");
    const bool closes = absl::ConsumeSuffix(&part, "}");
    if (opens != closes || part.empty() || absl::StrContains(part, '{') || absl::StrContains(part, '}'))
      return absl::InvalidArgumentError(absl::StrCat("not a resource pattern: ", pattern));
    Kind kind = Kind::kUuid;
    if (!opens)
      kind = Kind::kLiteral;
    else if (part == "number")
      kind = Kind::kNumber;
    else if (part == "user" || absl::EndsWith(part, "=*"))
      kind = Kind::kOpaque;
    compiled.segments_.push_back({kind, std::string(part)});
  }
  return compiled;
}

bool ResourcePattern::Fits(const Segment& segment, absl::string_view text) {
  switch (segment.kind) {
    case Kind::kLiteral:
      return text == segment.literal;
    case Kind::kUuid:
      return Uuid::Parse(text).ok();
    case Kind::kNumber:
      return !text.empty() && text.size() <= kMaxDigits && text[0] != '0' &&
             std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
    case Kind::kOpaque:
      return !text.empty() && text.size() <= kMaxOpaque &&
             std::all_of(text.begin(), text.end(), IsOpaqueCharacter);
  }
  return false;
}

bool ResourcePattern::Matches(absl::string_view name) const {
  for (size_t i = 0; i < segments_.size(); ++i) {
    const bool last = i + 1 == segments_.size();
    const size_t slash = name.find('/');
    if (last != (slash == absl::string_view::npos)) return false;
    if (!Fits(segments_[i], name.substr(0, slash))) return false;
    if (!last) name.remove_prefix(slash + 1);
  }
  return true;
}

}  // namespace milepost::rpc
