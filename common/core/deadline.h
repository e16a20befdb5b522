// Deadlines of an aggregate: a set, at most one of each (kind, subject). A deadline can be frozen with the time that is left
// of it, and then does not fall due. Values and pure functions; domains keep the set in their state (decider.h).
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
  uint32_t subject = 0;  // what of the aggregate it is about, as its kind says; 0: the aggregate
  std::optional<absl::Duration> left;  // while frozen: what was left until `due`

  bool frozen() const { return left.has_value(); }
  friend bool operator==(const Deadline&, const Deadline&) = default;
};

// Whether it falls due by itself. Domains without freezing have deadlines without `left`.
template <class AnyDeadline>
bool Runs(const AnyDeadline& deadline) {
  if constexpr (requires { deadline.left; }) {
    return !deadline.left.has_value();
  } else {
    return true;
  }
}

// The one of that kind and subject, or null.
template <class Kind>
const Deadline<Kind>* FindDeadline(const std::vector<Deadline<Kind>>& deadlines, Kind kind,
                                   uint32_t subject = 0) {
  for (const Deadline<Kind>& deadline : deadlines)
    if (deadline.kind == kind && deadline.subject == subject) return &deadline;
  return nullptr;
}

// Ends the one of that kind and subject, if it is set.
template <class Kind>
void ClearDeadline(std::vector<Deadline<Kind>>& deadlines, Kind kind, uint32_t subject = 0) {
  std::erase_if(deadlines, [&](const Deadline<Kind>& deadline) {
    return deadline.kind == kind && deadline.subject == subject;
  });
}

// Sets one under a new number, and ends the one of that kind and subject before. `set_so_far` counts the aggregate's
// deadlines and numbers them.
template <class Kind>
void SetDeadline(std::vector<Deadline<Kind>>& deadlines, uint32_t& set_so_far, Kind kind, absl::Time due,
                 uint32_t subject = 0) {
  ClearDeadline(deadlines, kind, subject);
  deadlines.push_back({++set_so_far, kind, due, subject, std::nullopt});
}

// Stops all that run, each with what is left of it at `at`; nothing is left of one that is overdue.
template <class Kind>
void FreezeDeadlines(std::vector<Deadline<Kind>>& deadlines, absl::Time at) {
  for (Deadline<Kind>& deadline : deadlines)
    if (!deadline.frozen()) deadline.left = std::max(deadline.due - at, absl::ZeroDuration());
}

// Lets all that are frozen run on from `at`, each with what was left of it, and at least with `at_least`.
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
