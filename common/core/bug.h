// A status for a bug: something happened that must not happen. The edge logs it and counts it by its kind
// (common/obs/bugs.h); callers get INTERNAL.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace milepost {

// `kind`: snake_case, one of a few ("no_rule"); `what` names the aggregate.
absl::Status Bug(absl::string_view kind, absl::string_view what);

// The kind, or nothing if the status is not a bug.
std::optional<std::string> BugKindOf(const absl::Status& status);

}  // namespace milepost
