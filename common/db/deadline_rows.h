// The rows of deadlines (W5), and how a change updates them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/id.h"
#include "common/db/row.h"
#include "common/db/store.h"

namespace milepost::db {

enum class DeadlineState : uint8_t { kPending = 1, kFired = 2, kCleared = 3, kFrozen = 4 };

struct DeadlineRow {
  Uuid aggregate;
  uint32_t number = 0;
  std::string kind;
  absl::Time due;
  DeadlineState state = DeadlineState::kPending;
  std::optional<absl::Time> fired;
  uint32_t subject = 0;
  std::optional<absl::Duration> left;  // exactly where kFrozen
};

// The columns of the table `deadlines`, the primary key's first, and a value for each.
inline const std::vector<std::string>& DeadlineColumns() {
  static const auto* const columns =
      new std::vector<std::string>{"aggregate_id", "number",   "aggregate_type", "kind",    "due_us",
                                   "state",        "fired_us", "pending_due_us", "subject", "left_us"};
  return *columns;
}
inline Row RowOf(absl::string_view aggregate_type, const DeadlineRow& deadline) {
  const bool pending = deadline.state == DeadlineState::kPending;
  return MakeRow(deadline.aggregate, deadline.number, aggregate_type, deadline.kind, deadline.due,
                 static_cast<uint32_t>(deadline.state), deadline.fired,
                 pending ? Value(deadline.due) : Value(), deadline.subject,
                 deadline.left ? Value(absl::ToInt64Microseconds(*deadline.left)) : Value());
}

// The row of a deadline that is set: PENDING or FROZEN.
template <class D>
DeadlineRow SetRowOf(const Uuid& aggregate, const typename D::Deadline& deadline) {
  DeadlineRow row{aggregate, deadline.number, std::string(D::DeadlineName(deadline.kind)), deadline.due};
  if constexpr (requires { deadline.subject; }) row.subject = deadline.subject;
  if constexpr (requires { deadline.left; }) row.left = deadline.left;
  row.state = row.left ? DeadlineState::kFrozen : DeadlineState::kPending;
  return row;
}
// The row of a deadline that has ended.
template <class D>
DeadlineRow EndedRowOf(const Uuid& aggregate, const typename D::Deadline& deadline,
                       std::optional<absl::Time> fired) {
  DeadlineRow row = SetRowOf<D>(aggregate, deadline);
  row.state = fired ? DeadlineState::kFired : DeadlineState::kCleared;
  row.fired = fired;
  row.left.reset();
  return row;
}

// The rows to insert or to overwrite, by number: set, replaced or thawed → PENDING, frozen → FROZEN, fired → FIRED, ended without
// firing → CLEARED. One that was set and cleared within the change leaves none.
template <class D>
std::vector<DeadlineRow> DeadlineRowsOf(const Change<D>& change) {
  using Deadline = typename D::Deadline;
  static const std::vector<Deadline> kNone;
  const std::vector<Deadline>& before = change.before ? change.before->deadlines : kNone;
  const std::vector<Deadline>& next = change.next->deadlines;
  const auto with_number = [](const std::vector<Deadline>& in, uint32_t number) {
    return std::find_if(in.begin(), in.end(), [number](const Deadline& d) { return d.number == number; });
  };
  std::vector<DeadlineRow> rows;
  const Uuid& id = change.next->id.uuid();
  for (const Deadline& deadline : next) {
    const auto earlier = with_number(before, deadline.number);
    if (earlier == before.end() || !(*earlier == deadline)) rows.push_back(SetRowOf<D>(id, deadline));
  }
  for (const FiredDeadline<D>& fired : change.fired)
    rows.push_back(EndedRowOf<D>(id, fired.deadline, fired.at));
  for (const Deadline& deadline : change.cleared)
    if (with_number(before, deadline.number) != before.end())
      rows.push_back(EndedRowOf<D>(id, deadline, std::nullopt));
  std::sort(rows.begin(), rows.end(),
            [](const DeadlineRow& a, const DeadlineRow& b) { return a.number < b.number; });
  return rows;
}

}  // namespace milepost::db
