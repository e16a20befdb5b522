#include "common/core/bug.h"

#include "absl/strings/cord.h"

namespace milepost {
namespace {

constexpr char kPayload[] = "milepost/bug";

}  // namespace

absl::Status Bug(absl::string_view kind, absl::string_view what) {
  absl::Status status = absl::InternalError(what);
  status.SetPayload(kPayload, absl::Cord(kind));
  return status;
}

std::optional<std::string> BugKindOf(const absl::Status& status) {
  const absl::optional<absl::Cord> kind = status.GetPayload(kPayload);
  if (!kind) return std::nullopt;
  return std::string(*kind);
}

}  // namespace milepost
