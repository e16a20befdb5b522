// Matches resource names against patterns like "orders/{order}/milestones/{number}" (the `resource` rule of
// rules.proto).
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace milepost::rpc {

// Immutable; thread-safe.
class ResourcePattern {
 public:
  // {number}: a positive integer without leading zeros; {user} and {x=*}: 1 to 64 characters of
  // [A-Za-z0-9._~-]; any other {x}: a UUID. InvalidArgument for unbalanced braces or an empty segment.
  static absl::StatusOr<ResourcePattern> Compile(absl::string_view pattern);

  bool Matches(absl::string_view name) const;
  const std::string& text() const { return text_; }

 private:
  enum class Kind { kLiteral, kUuid, kNumber, kOpaque };
  struct Segment {
    Kind kind;
    std::string literal;
  };
  static bool Fits(const Segment& segment, absl::string_view text);

  std::string text_;
  std::vector<Segment> segments_;
};

}  // namespace milepost::rpc
