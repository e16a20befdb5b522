// GoogleTest matchers for statuses and refusals.
//
//   EXPECT_THAT(status, IsOk());
//   EXPECT_THAT(StatusOr, IsOkAndHolds(3));
//   EXPECT_THAT(StatusOr, StatusIs(absl::StatusCode::kNotFound));
//   EXPECT_THAT(StatusOr, RefusedWith(Reason::kEtagMismatch));
#pragma once

#include <gmock/gmock.h>

#include <optional>
#include <ostream>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/core/refusal.h"

namespace milepost {

inline void PrintTo(Reason reason, std::ostream* os) {
  *os << RowOf(reason).name;
}

namespace testing {

inline const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}
template <class T>
const absl::Status& StatusOf(const absl::StatusOr<T>& status_or) {
  return status_or.status();
}

inline void Explain(const absl::Status& status, ::testing::MatchResultListener* listener) {
  *listener << "whose status is " << status.ToString();
  if (const std::optional<Refusal> refusal = RefusalOf(status))
    *listener << " (" << RowOf(refusal->reason).name << ")";
}

MATCHER(IsOk, negation ? "is not OK" : "is OK") {
  Explain(StatusOf(arg), result_listener);
  return StatusOf(arg).ok();
}

MATCHER_P(StatusIs, code, "has the status code " + absl::StatusCodeToString(code)) {
  Explain(StatusOf(arg), result_listener);
  return StatusOf(arg).code() == code;
}

MATCHER_P(RefusedWith, reason, "is refused with " + std::string(RowOf(reason).name)) {
  Explain(StatusOf(arg), result_listener);
  return IsRefusal(StatusOf(arg), reason);
}

MATCHER_P(IsOkAndHolds, matcher, std::string("is OK and holds the value wanted")) {
  if (!arg.ok()) {
    Explain(arg.status(), result_listener);
    return false;
  }
  return ::testing::ExplainMatchResult(matcher, *arg, result_listener);
}

}  // namespace testing
}  // namespace milepost
