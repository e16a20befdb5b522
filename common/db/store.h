// A lane's view of storage: one transaction after another over the aggregates of one kind.
//
// Two implementations pass the same contract suite (tests/contract): MySqlStore and testing::MemoryStore. A store
// belongs to one lane: it is not thread-safe. Every failure is a DatabaseError() (common/db/error.h); none is
// a refusal.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/core/decider.h"
#include "common/core/id.h"
#include "common/db/error.h"
#include "common/db/submission.h"

namespace milepost::db {

// A request that wrote something: what its replay is answered from.
struct Remembered {
  RequestKey key;
  std::string kind;
  Uuid aggregate;         // the one it changed or created
  uint64_t sequence = 0;  // of the aggregate after it
};

// An event with the one who caused it: the caller, or "system" for what a deadline's firing wrote.
template <class D>
struct RecordedEvent {
  StampedEvent<D> stamped;
  std::string actor;
};

// All that one transaction does to one aggregate. Side rows (entries, charges) are derived from it.
template <class D>
struct Change {
  const typename D::State* before = nullptr;  // null: created here
  const typename D::State* next = nullptr;
  absl::Span<const RecordedEvent<D>> events;
  absl::Span<const FiredDeadline<D>> fired;
};

// Names one COMMIT: the lane that sent it and the how-manyth of that lane it was. Never used twice.
struct CommitId {
  Uuid lane;
  uint64_t batch = 0;
};

template <class D>
struct WriteSet {
  CommitId commit;
  absl::Time now;
  std::vector<Change<D>> changes;  // by aggregate id, ascending; one an aggregate
  std::vector<Remembered> requests;
};

// What to do about an aggregate that somebody else has locked.
enum class RowLocks {
  kWait,    // for the session's lock wait; then kLockTimeout
  kNoWait,  // nothing: kLocked at once
};

template <class D>
class Store {
 public:
  using Id = typename D::Id;
  using State = typename D::State;

  // The time of this transaction and what is known of its requests, both read after the locks were taken.
  struct Moment {
    absl::Time now;
    std::vector<Remembered> remembered;
  };

  virtual ~Store() = default;

  // Outside of a transaction: opens a connection where there is none, so that Begin's time is that of its locks.
  virtual absl::Status Connect() { return absl::OkStatus(); }

  // Opens a transaction (reconnecting first where the connection was lost) and locks these aggregates, in
  // this order. `ids` is ascending and without repetition. Answers the ones that exist, in the same order.
  virtual absl::StatusOr<std::vector<State>> Begin(absl::Span<const Id> ids, RowLocks locks) = 0;

  // Within the transaction, after Begin.
  virtual absl::StatusOr<Moment> ReadMoment(absl::Span<const RequestKey* const> keys) = 0;

  // Within the transaction: the latest committed states, not locked. Those that exist, in any order.
  virtual absl::StatusOr<std::vector<State>> Load(absl::Span<const Id> ids) = 0;

  // Within the transaction; at most once. A creation whose id, a unique business key or a request key that is
  // already taken fails with kDuplicate.
  virtual absl::Status Write(const WriteSet<D>& writes) = 0;

  // Ends the transaction. After a conflict it was undone; after any other error its outcome is unknown: ask
  // Committed().
  virtual absl::Status Commit() = 0;

  // Ends the transaction without its writes. Never fails: a connection that can't even roll back is given up.
  virtual void Rollback() = 0;

  // Reconnects and looks the commit up by a locking read, so that a commit still under way is waited for.
  // False means that it did not and never will happen.
  virtual absl::StatusOr<bool> Committed(const CommitId& commit) = 0;
};

}  // namespace milepost::db
