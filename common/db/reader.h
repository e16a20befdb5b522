// The read path: snapshot reads that never wait for a lane. They show every state with its due deadlines fired (A14).
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/core/decider.h"
#include "common/core/refusal.h"
#include "common/db/error.h"
#include "common/db/snapshot.h"
#include "common/db/store.h"
#include "common/db/submission.h"
#include "common/db/working_set.h"

namespace milepost::db {

// States as stored, and the service's time when they were read.
template <class D>
struct StoredStates {
  std::vector<typename D::State> states;  // those that exist, in any order
  absl::Time now;
  std::optional<Remembered> remembered;  // the request that was asked about, if it was executed
  [[no_unique_address]] FactsOf<D> facts = {};
};

// What to read of a service's aggregates.
template <class D>
struct StatesQuery {
  std::vector<typename D::Id> ids;
  // Looked up first; the aggregate that it changed or created is read, too.
  std::optional<RequestKey> request = std::nullopt;
  // The facts are read for this, too.
  std::optional<typename D::Command> command = std::nullopt;
};

// Two implementations: MySqlSnapshots (on a ReadPool) and, for tests, testing::MemorySnapshots. Thread-safe.
template <class D>
class SnapshotSource {
 public:
  using Callback = absl::AnyInvocable<void(absl::StatusOr<StoredStates<D>>)>;
  virtual ~SnapshotSource() = default;
  // `done` is called exactly once, on any thread. Failures are DatabaseError()s or OVERLOADED.
  virtual void Read(StatesQuery<D> query, Callback done) = 0;
};

// Thread-safe. Callbacks are called exactly once, on any thread; they return quickly.
template <class D>
class Reader {
 public:
  using Id = typename D::Id;
  using Got = absl::AnyInvocable<void(absl::StatusOr<std::optional<Snapshot<D>>>)>;
  using GotMany = absl::AnyInvocable<void(absl::StatusOr<std::vector<Snapshot<D>>>)>;

  explicit Reader(std::unique_ptr<SnapshotSource<D>> source) : source_(std::move(source)) {}

  // Reads one aggregate; nothing if it does not exist. Fails with DATABASE_UNAVAILABLE or OVERLOADED.
  void Get(const Id& id, Got done) {
    source_->Read({.ids = {id}}, [done = std::move(done)](absl::StatusOr<StoredStates<D>> stored) mutable {
      if (!stored.ok()) return done(ReadFailure(stored.status()));
      if (stored->states.empty()) return done(std::nullopt);
      done(AsOfNow(std::move(stored->states[0]), *stored));
    });
  }

  // Reads several aggregates: those that exist, in any order. Fails as Get does.
  void GetMany(std::vector<Id> ids, GotMany done) {
    source_->Read({.ids = std::move(ids)},
                  [done = std::move(done)](absl::StatusOr<StoredStates<D>> stored) mutable {
                    if (!stored.ok()) return done(ReadFailure(stored.status()));
                    std::vector<Snapshot<D>> snapshots;
                    snapshots.reserve(stored->states.size());
                    for (typename D::State& state : stored->states)
                      snapshots.push_back(*AsOfNow(std::move(state), *stored));
                    done(std::move(snapshots));
                  });
  }

  // Previews the command (validate_only): runs every check of the real run, including request id and etag, and writes
  // nothing. A request that was executed before is answered as a replay.
  void Preview(Submission<D> submission, Done<D> done) {
    StatesQuery<D> query{.ids = {submission.aggregate}, .request = submission.request};
    if constexpr (kHasFacts<D>) query.command = submission.command;
    source_->Read(std::move(query), [submission = std::move(submission),
                                     done = std::move(done)](absl::StatusOr<StoredStates<D>> stored) mutable {
      if (!stored.ok()) return done(ReadFailure(stored.status()));
      done(Previewed(submission, *std::move(stored)));
    });
  }

 private:
  // The answer of a batch with this one command.
  static absl::StatusOr<Answer<D>> Previewed(const Submission<D>& submission, StoredStates<D> stored) {
    WorkingSet<D> work(stored.now);
    work.SetFacts(std::move(stored.facts));
    if (stored.remembered) work.AddRemembered(*stored.remembered);
    for (typename D::State& state : stored.states) {
      if (state.id == submission.aggregate)
        work.AddLocked(std::move(state));
      else
        work.AddSeen(std::move(state));
    }
    work.Take(submission);
    return std::move(work.TakeAnswers().front());
  }

  static std::optional<Snapshot<D>> AsOfNow(typename D::State state, const StoredStates<D>& stored) {
    return Snapshot<D>{AsOf<D>(std::move(state), stored.now, stored.facts), stored.now, stored.facts};
  }

  std::unique_ptr<SnapshotSource<D>> source_;
};

}  // namespace milepost::db
