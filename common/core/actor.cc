#include "common/core/actor.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace milepost {
namespace {

bool IsNameChar(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '~' || c == '-';
}

}  // namespace

absl::StatusOr<Actor> Actor::Parse(absl::string_view name) {
  struct Prefix {
    absl::string_view text;
    ActorKind kind;
  };
  constexpr size_t kMaxSegment = 64;
  for (const Prefix& prefix : {Prefix{"users/", ActorKind::kUser}, Prefix{"operators/", ActorKind::kOperator},
                               Prefix{"services/", ActorKind::kService}}) {
    if (!absl::StartsWith(name, prefix.text)) continue;
    const absl::string_view segment = name.substr(prefix.text.size());
    if (segment.empty() || segment.size() > kMaxSegment) break;
    if (!std::all_of(segment.begin(), segment.end(), IsNameChar)) break;
    return Actor{prefix.kind, std::string(name)};
  }
  return absl::InvalidArgumentError("an actor is users/…, operators/… or services/…");
}

}  // namespace milepost
