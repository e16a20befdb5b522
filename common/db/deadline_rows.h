// Deadlines as rows (W5): what a change does to them.
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

enum class DeadlineState : uint8_t { kPending = 1, kFired = 2, kCleared = 3 };

struct DeadlineRow {
  Uuid aggregate;
  uint32_t number = 0;
  std::string kind;
  absl::Time due;
  DeadlineState state = DeadlineState::kPending;
  std::optional<absl::Time> fired;
};

// The columns of the table `deadlines`, the primary key's first, and a value for each.
inline const std::vector<std::string>& DeadlineColumns() {
  static const auto* const columns = new std::vector<std::string>{
      "aggregate_id", "number", "aggregate_type", "kind", "due_us", "state", "fired_us", "pending_due_us"};
  return *columns;
}
inline Row RowOf(absl::string_view aggregate_type, const DeadlineRow& deadline) {
  const bool pending = deadline.state == DeadlineState::kPending;
  return MakeRow(deadline.aggregate, deadline.number, aggregate_type, deadline.kind, deadline.due,
                 static_cast<uint32_t>(deadline.state), deadline.fired,
                 pending ? Value(deadline.due) : Value());
}

// The rows to insert or to overwrite, by number: set or moved → PENDING, fired → FIRED, gone without firing →
// CLEARED. One that was set and cleared within the change leaves none.
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
  const auto add = [&](const Deadline& deadline, DeadlineState state, std::optional<absl::Time> fired) {
    rows.push_back({change.next->id.uuid(), deadline.number, std::string(D::DeadlineName(deadline.kind)),
                    deadline.due, state, fired});
  };
  for (const Deadline& deadline : next) {
    const auto earlier = with_number(before, deadline.number);
    if (earlier == before.end() || earlier->due != deadline.due)
      add(deadline, DeadlineState::kPending, std::nullopt);
  }
  for (const FiredDeadline<D>& fired : change.fired) add(fired.deadline, DeadlineState::kFired, fired.at);
  for (const Deadline& deadline : before) {
    const bool fired = std::any_of(change.fired.begin(), change.fired.end(), [&](const FiredDeadline<D>& f) {
      return f.deadline.number == deadline.number;
    });
    if (!fired && with_number(next, deadline.number) == next.end())
      add(deadline, DeadlineState::kCleared, std::nullopt);
  }
  std::sort(rows.begin(), rows.end(),
            [](const DeadlineRow& a, const DeadlineRow& b) { return a.number < b.number; });
  return rows;
}

}  // namespace milepost::db
