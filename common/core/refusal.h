// Refusals: errors as values. A rule says `return Refuse(Reason::kMilestoneNotDelivered, {{"milestone", "2"}});`.
//
// A refusal is an absl::Status with the reason's canonical code and a payload that carries reason, details and field
// violations, so it passes through StatusOr unchanged up to the one error map. It always means: nothing was changed.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/core/reason.h"

namespace milepost {

// Fills the {key} places of the reason's text and leaves as ErrorInfo.metadata.
using Details = std::vector<std::pair<std::string, std::string>>;

// One malformed or meaningless field: its path from the request's root ("offer.milestones.milestones[2].days").
struct FieldViolation {
  std::string field;
  std::string description;
  friend bool operator==(const FieldViolation&, const FieldViolation&) = default;
};

struct Refusal {
  Reason reason = Reason::kInternal;
  Details details;
  std::vector<FieldViolation> fields;

  // The details' value for `key`, or "".
  absl::string_view detail(absl::string_view key) const;
};

absl::Status Refuse(Reason reason, Details details = {});
// INVALID_FIELDS (or another INVALID_ARGUMENT reason) with all its violations at once.
absl::Status RefuseFields(std::vector<FieldViolation> fields, Reason reason = Reason::kInvalidFields);

// What Refuse() put in; nothing when the status is OK or is not a refusal (an internal error).
std::optional<Refusal> RefusalOf(const absl::Status& status);
bool IsRefusal(const absl::Status& status, Reason reason);

// The reason's text with its places filled; language is "en" or "de".
std::string TextOf(const Refusal& refusal, absl::string_view language = "en");

}  // namespace milepost
