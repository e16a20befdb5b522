// A status for a bug: something happened that must not happen. The edge logs it and counts it by its kind
// (common/obs/bugs.h); callers get INTERNAL.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/core/enum_list.h"

namespace milepost {

enum class BugKind {
  kNoRule,            // an aggregate stands so that no rule decides
  kDeadlineNotEnded,  // a deadline fired and is still set
  kDamagedRow,        // a stored row is not one that was ever written
  kNoFacts,           // a row is missing that decisions about an aggregate go by
};

constexpr EnumEntry EntryOf(BugKind kind) {
  switch (kind) {
    case BugKind::kNoRule:
      return {"no_rule", 1};
    case BugKind::kDeadlineNotEnded:
      return {"deadline_not_ended", 2};
    case BugKind::kDamagedRow:
      return {"damaged_row", 3};
    case BugKind::kNoFacts:
      return {"no_facts", 4};
  }
  return {};
}

// `what` names the aggregate.
absl::Status Bug(BugKind kind, absl::string_view what);

// The same status, as a bug.
absl::Status AsBug(absl::Status status, BugKind kind);

// The kind, or nothing where the status is no bug.
std::optional<BugKind> BugKindOf(const absl::Status& status);

}  // namespace milepost
