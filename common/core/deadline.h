// The deadlines of an aggregate: a set with at most one of each (kind, subject). A deadline can be frozen: it keeps
// its remaining time and does not fall due. Values and pure functions; domains keep the set in their state
// (decider.h).
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"

namespace milepost {

template <class Kind>
struct Deadline {
  uint32_t number = 0;  // 1, 2, 3 … within its aggregate, never used again
  Kind kind{};
  absl::Time due;
  uint32_t subject = 0;  // the part of the aggregate it is about, as its kind defines; 0: the whole aggregate
  std::optional<absl::Duration> left;  // while frozen: the time that was left until `due`

  bool frozen() const { return left.has_value(); }
  friend bool operator==(const Deadline&, const Deadline&) = default;
};

// Whether the deadline is running. Domains without freezing have deadlines without `left`.
template <class AnyDeadline>
bool Runs(const AnyDeadline& deadline) {
  if constexpr (requires { deadline.left; }) {
    return !deadline.left.has_value();
  } else {
    return true;
  }
}

// The deadline of that kind and subject, or null.
template <class Kind>
const Deadline<Kind>* FindDeadline(const std::vector<Deadline<Kind>>& deadlines, Kind kind,
                                   uint32_t subject = 0) {
  for (const Deadline<Kind>& deadline : deadlines)
    if (deadline.kind == kind && deadline.subject == subject) return &deadline;
  return nullptr;
}

// Clears the deadline of that kind and subject, if it is set.
template <class Kind>
void ClearDeadline(std::vector<Deadline<Kind>>& deadlines, Kind kind, uint32_t subject = 0) {
  std::erase_if(deadlines, [&](const Deadline<Kind>& deadline) {
    return deadline.kind == kind && deadline.subject == subject;
  });
}

// Sets a deadline under a new number and clears an earlier one of the same kind and subject. `set_so_far` counts the
// aggregate's deadlines and numbers them.
template <class Kind>
void SetDeadline(std::vector<Deadline<Kind>>& deadlines, uint32_t& set_so_far, Kind kind, absl::Time due,
                 uint32_t subject = 0) {
  ClearDeadline(deadlines, kind, subject);
  deadlines.push_back({++set_so_far, kind, due, subject, std::nullopt});
}

// Freezes all running deadlines, each with the time that is left at `at`; an overdue one has no time left.
template <class Kind>
void FreezeDeadlines(std::vector<Deadline<Kind>>& deadlines, absl::Time at) {
  for (Deadline<Kind>& deadline : deadlines)
    if (!deadline.frozen()) deadline.left = std::max(deadline.due - at, absl::ZeroDuration());
}

// Resumes all frozen deadlines from `at`, each with its remaining time, but at least `at_least`.
template <class Kind>
void ThawDeadlines(std::vector<Deadline<Kind>>& deadlines, absl::Time at,
                   absl::Duration at_least = absl::ZeroDuration()) {
  for (Deadline<Kind>& deadline : deadlines) {
    if (!deadline.frozen()) continue;
    deadline.due = at + std::max(*deadline.left, at_least);
    deadline.left.reset();
  }
}

}  // namespace milepost
