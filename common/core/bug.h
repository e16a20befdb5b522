// A status that says: this can't happen, and did. Where one is answered it is logged and counted by its kind
// (common/obs/bugs.h); to callers it is INTERNAL.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace milepost {

// `kind`: snake_case, one of a few ("no_rule"); `what` names the aggregate.
absl::Status Bug(absl::string_view kind, absl::string_view what);

// The kind, or nothing where the status is no bug.
std::optional<std::string> BugKindOf(const absl::Status& status);

}  // namespace milepost
