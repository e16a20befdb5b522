// The commands that callers submit to a lane, and the answers they get. Plain values, not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/core/actor.h"
#include "common/core/decider.h"
#include "common/core/id.h"

namespace milepost::db {

// Identifies one request permanently. The scope is the aggregate that it changes; for a creation, the hash of the
// acting user; for a service's request, derived from those (common/rpc/request_scope.h).
struct RequestKey {
  Uuid scope;
  Uuid request_id;
  std::string hash;  // SHA-256 of the request without request_id and validate_only: 32 raw bytes
};

// One command on its way to its aggregate's lane.
template <class D>
struct Submission {
  typename D::Id aggregate;
  typename D::Command command;
  Actor actor;
  std::string kind;  // the method that asked ("DeliverMilestone"), stored with the remembered request
  std::optional<RequestKey> request;  // none: never remembered (workers, whose commands are idempotent)
  // Remembers the request even if the command changes nothing: for a command that could have another effect if it
  // were sent again later. A refusal is never remembered.
  bool remembers_unchanged = false;
  std::optional<uint64_t>
      expected_sequence;  // the etag; compared after due deadlines fired and Decide agreed
  absl::Time expires =
      absl::InfiniteFuture();  // wall clock; past it the command is dropped before it is taken
};

// The answer to a command that was not refused. Everything in it is committed.
template <class D>
struct Answer {
  typename D::State state;  // after the command; of a replay: as it stands at `now`, due deadlines fired
  bool replayed = false;    // the request was done before; `events` and `fired` are empty
  absl::Time now;           // the lane's time at which it was decided
  std::vector<StampedEvent<D>> events;          // what this command wrote, firings first
  std::vector<FiredDeadline<D>> fired;          // the deadlines that fired before it was decided
  [[no_unique_address]] FactsOf<D> facts = {};  // under which it was decided
};

// Called exactly once, on the lane's thread (or the submitter's, when refused at once): don't throw, don't block, and return
// quickly unless the thread is AtLeisure (common/core/leisure.h). An error is a Refusal (nothing changed), save
// OUTCOME_UNKNOWN and internal errors.
template <class D>
using Done = absl::AnyInvocable<void(absl::StatusOr<Answer<D>>)>;

}  // namespace milepost::db
