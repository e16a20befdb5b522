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

// A remembered request, from which its replay is answered.
struct Remembered {
  RequestKey key;
  std::string kind;
  Uuid aggregate;         // the one it changed or created
  uint64_t sequence = 0;  // of the aggregate after it
};

// An event with its actor: the caller, or "system" for an event that a deadline's firing wrote.
template <class D>
struct RecordedEvent {
  StampedEvent<D> stamped;
  std::string actor;
};

// All changes of one transaction to one aggregate. Side rows (entries, charges) are derived from it.
template <class D>
struct Change {
  const typename D::State* before = nullptr;  // null: created here
  const typename D::State* next = nullptr;
  absl::Span<const RecordedEvent<D>> events;
  absl::Span<const FiredDeadline<D>> fired;
  absl::Span<const typename D::Deadline>
      cleared;  // those that ended without firing, as they stood before that
};

// Identifies one COMMIT by the lane and the lane's batch number. Never used twice.
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

// How to treat an aggregate that another transaction has locked.
enum class RowLocks {
  kWait,    // for the session's lock wait; then kLockTimeout
  kNoWait,  // nothing: kLocked at once
};

// What a domain's facts are read for: the aggregates and the commands of a batch.
template <class D>
struct FactsQuery {
  std::vector<const typename D::State*> states;
  std::vector<const typename D::Command*> commands;
};

template <class D>
class Store {
 public:
  using Id = typename D::Id;
  using State = typename D::State;

  // The time of this transaction and the remembered requests, both read after the locks were taken.
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

  // Within the transaction, after Begin: the domain's facts, where it has any. They stay as they are until the transaction ends;
  // on a cluster, as far as this node's transactions go (docs/decisions/0043).
  virtual absl::StatusOr<FactsOf<D>> ReadFacts(const FactsQuery<D>& query) = 0;

  // Within the transaction: the latest committed states, not locked. Those that exist, in any order.
  virtual absl::StatusOr<std::vector<State>> Load(absl::Span<const Id> ids) = 0;

  // Within the transaction; at most once. A creation whose id, a unique business key or a request key that is
  // already taken fails with kDuplicate.
  virtual absl::Status Write(const WriteSet<D>& writes) = 0;

  // Ends the transaction. After a conflict it was undone; after any other error its outcome is unknown: ask
  // Committed().
  virtual absl::Status Commit() = 0;

  // Ends the transaction without its writes. Never fails: a connection that can't roll back is closed.
  virtual void Rollback() = 0;

  // Reconnects and looks the commit up by a locking read, which waits for a commit that is still running. False: it
  // was not committed and never will be.
  virtual absl::StatusOr<bool> Committed(const CommitId& commit) = 0;
};

}  // namespace milepost::db
