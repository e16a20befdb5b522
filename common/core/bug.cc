#include "common/core/bug.h"

#include <string>

#include "absl/strings/cord.h"

namespace milepost {
namespace {

constexpr char kPayload[] = "milepost/bug";

}  // namespace

absl::Status Bug(BugKind kind, absl::string_view what) {
  return AsBug(absl::InternalError(what), kind);
}

absl::Status AsBug(absl::Status status, BugKind kind) {
  status.SetPayload(kPayload, absl::Cord(EntryOf(kind).name));
  return status;
}

std::optional<BugKind> BugKindOf(const absl::Status& status) {
  const absl::optional<absl::Cord> name = status.GetPayload(kPayload);
  return name ? EnumFromName<BugKind>(std::string(*name)) : std::nullopt;
}

}  // namespace milepost
