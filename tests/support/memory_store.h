// The in-memory store: the same transactions, conflicts and locks as the MySQL one, for unit tests and the
// simulation.
//
// MemoryDatabase is the database (thread-safe, shared by the stores of several lanes and "replicas");
// MemoryStore is one lane's session on it. As in InnoDB under READ COMMITTED, an aggregate is locked when it
// exists, creations lock nothing, and a key that is taken, or being taken by an uncommitted transaction, is a
// duplicate.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/core/clock.h"
#include "common/core/status_macros.h"
#include "common/db/clock_setting.h"
#include "common/db/deadline_rows.h"
#include "common/db/error.h"
#include "common/db/reader.h"
#include "common/db/store.h"
#include "common/db/timeline.h"

namespace milepost::testing {

template <class D>
class MemoryStore;

template <class D>
struct MemoryOptions {
  db::ClockSetting clock;                       // kReal: the process's clock
  absl::Duration lock_wait = absl::Seconds(1);  // then kLockTimeout
  // The unique business keys of a state, beside its id.
  std::function<std::vector<std::string>(const typename D::State&)> unique_keys;
  [[no_unique_address]] FactsOf<D> facts = {};
  // Called with each committed change, in commit order, under the database's lock: a simulation's side rows.
  std::function<void(const db::Change<D>&)> on_commit;
};

template <class D>
class MemoryDatabase {
 public:
  using Id = typename D::Id;
  using State = typename D::State;

  explicit MemoryDatabase(MemoryOptions<D> options = {})
      : options_(std::move(options)), clock_(options_.clock) {}

  std::optional<State> Find(const Id& id) const {
    std::lock_guard lock(mutex_);
    const auto row = states_.find(id);
    return row == states_.end() ? std::nullopt : std::optional<State>(row->second);
  }
  // All of one aggregate's events in order.
  std::vector<db::RecordedEvent<D>> EventsOf(const Id& id) const {
    std::lock_guard lock(mutex_);
    const auto row = events_.find(id);
    return row == events_.end() ? std::vector<db::RecordedEvent<D>>() : row->second;
  }
  // All of one aggregate's deadlines ever set, by number.
  std::vector<db::DeadlineRow> DeadlinesOf(const Id& id) const {
    std::lock_guard lock(mutex_);
    std::vector<db::DeadlineRow> rows;
    for (auto it = deadlines_.lower_bound({id.uuid(), 0});
         it != deadlines_.end() && it->first.first == id.uuid(); ++it)
      rows.push_back(it->second);
    return rows;
  }
  struct Counts {
    int64_t states = 0, events = 0, requests = 0, pending = 0, fired = 0, cleared = 0, frozen = 0;
  };
  Counts Count() const {
    std::lock_guard lock(mutex_);
    Counts counts{static_cast<int64_t>(states_.size()), 0, static_cast<int64_t>(requests_.size())};
    for (const auto& [id, events] : events_) counts.events += events.size();
    for (const auto& [key, row] : deadlines_) {
      counts.pending += row.state == db::DeadlineState::kPending;
      counts.fired += row.state == db::DeadlineState::kFired;
      counts.cleared += row.state == db::DeadlineState::kCleared;
      counts.frozen += row.state == db::DeadlineState::kFrozen;
    }
    return counts;
  }

 private:
  friend class MemoryStore<D>;
  template <class>
  friend class MemorySnapshots;
  template <class>
  friend class MemoryTimeline;
  using RequestId = std::pair<Uuid, Uuid>;

  absl::Time NowLocked() const { return clock_.At(WallNow()); }

  const MemoryOptions<D> options_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable unlocked_;
  db::ClockSetting clock_;
  absl::flat_hash_map<Id, State> states_;
  absl::flat_hash_map<RequestId, db::Remembered> requests_;
  absl::flat_hash_map<std::string, Id> unique_;
  absl::flat_hash_map<Uuid, uint64_t> lane_commits_;  // lane → its last batch
  absl::flat_hash_map<Id, std::vector<db::RecordedEvent<D>>> events_;
  std::map<std::pair<Uuid, uint32_t>, db::DeadlineRow> deadlines_;
  std::set<std::tuple<absl::Time, Uuid, uint32_t>> pending_;  // index of deadlines_ by due time
  absl::flat_hash_map<Id, const void*> row_locks_;            // → the store that holds it
  absl::flat_hash_set<std::string> being_taken_;              // keys of uncommitted inserts
};

template <class D>
class MemoryStore : public db::Store<D> {
 public:
  using typename db::Store<D>::Id;
  using typename db::Store<D>::State;
  using typename db::Store<D>::Moment;

  // `database` outlives the store.
  explicit MemoryStore(MemoryDatabase<D>* database) : db_(*database) {}
  ~MemoryStore() override { Rollback(); }

  absl::StatusOr<std::vector<State>> Begin(absl::Span<const Id> ids, db::RowLocks locks) override {
    std::unique_lock lock(db_.mutex_);
    std::vector<State> states;
    for (const Id& id : ids) {
      if (!LockRow(lock, id, locks)) {
        return locks == db::RowLocks::kWait
                   ? db::DatabaseError(db::Trouble::kLockTimeout, 0, "row stays locked")
                   : db::DatabaseError(db::Trouble::kLocked, 0, "row is locked");
      }
      if (const auto row = db_.states_.find(id); row != db_.states_.end()) states.push_back(row->second);
    }
    return states;
  }

  absl::StatusOr<Moment> ReadMoment(absl::Span<const db::RequestKey* const> keys) override {
    std::lock_guard lock(db_.mutex_);
    Moment moment{db_.NowLocked(), {}};
    for (const db::RequestKey* key : keys) {
      const auto row = db_.requests_.find({key->scope, key->request_id});
      if (row != db_.requests_.end()) moment.remembered.push_back(row->second);
    }
    return moment;
  }

  absl::StatusOr<FactsOf<D>> ReadFacts(const db::FactsQuery<D>&) override { return db_.options_.facts; }

  absl::StatusOr<std::vector<State>> Load(absl::Span<const Id> ids) override {
    std::lock_guard lock(db_.mutex_);
    std::vector<State> states;
    for (const Id& id : ids)
      if (const auto row = db_.states_.find(id); row != db_.states_.end()) states.push_back(row->second);
    return states;
  }

  absl::Status Write(const db::WriteSet<D>& writes) override {
    std::lock_guard lock(db_.mutex_);
    for (const db::Change<D>& change : writes.changes) MILEPOST_RETURN_IF_ERROR(ReserveKeys(change));
    for (const db::Remembered& request : writes.requests) {
      if (db_.requests_.contains({request.key.scope, request.key.request_id}))
        return db::DatabaseError(db::Trouble::kDuplicate, 0, "request id is taken");
      MILEPOST_RETURN_IF_ERROR(
          Reserve("request\n" + request.key.scope.ToBytes() + request.key.request_id.ToBytes()));
    }
    Copy(writes);
    return absl::OkStatus();
  }

  absl::Status Commit() override {
    std::lock_guard lock(db_.mutex_);
    if (copied_) Apply();
    EndLocked();
    return absl::OkStatus();
  }

  void Rollback() override {
    std::lock_guard lock(db_.mutex_);
    EndLocked();
  }

  absl::StatusOr<bool> Committed(const db::CommitId& commit) override {
    std::lock_guard lock(db_.mutex_);
    const auto row = db_.lane_commits_.find(commit.lane);
    return row != db_.lane_commits_.end() && row->second == commit.batch;
  }

 private:
  // A WriteSet whose states are its own, for the time between Write and Commit.
  struct CopiedChange {
    std::optional<State> before;
    State next;
    std::vector<db::RecordedEvent<D>> events;
    std::vector<FiredDeadline<D>> fired;
    std::vector<typename D::Deadline> cleared;
  };
  struct Copied {
    db::CommitId commit;
    std::vector<CopiedChange> changes;
    std::vector<db::Remembered> requests;
  };

  // Creations lock nothing: there is no row yet.
  bool LockRow(std::unique_lock<std::mutex>& lock, const Id& id, db::RowLocks locks) {
    const auto free = [&] {
      const auto holder = db_.row_locks_.find(id);
      return holder == db_.row_locks_.end() || holder->second == this;
    };
    const absl::Duration wait = locks == db::RowLocks::kWait ? db_.options_.lock_wait : absl::ZeroDuration();
    if (!db_.unlocked_.wait_for(lock, absl::ToChronoMicroseconds(wait), free)) return false;
    if (!db_.states_.contains(id)) return true;
    db_.row_locks_[id] = this;
    locked_.push_back(id);
    return true;
  }

  absl::Status ReserveKeys(const db::Change<D>& change) {
    const Id& id = change.next->id;
    if (!change.before) {
      if (db_.states_.contains(id)) return db::DatabaseError(db::Trouble::kDuplicate, 0, "id is taken");
      MILEPOST_RETURN_IF_ERROR(Reserve("id\n" + id.uuid().ToBytes()));
    }
    if (!db_.options_.unique_keys) return absl::OkStatus();
    for (const std::string& key : db_.options_.unique_keys(*change.next)) {
      const auto owner = db_.unique_.find(key);
      if (owner != db_.unique_.end() && owner->second == id) continue;
      if (owner != db_.unique_.end())
        return db::DatabaseError(db::Trouble::kDuplicate, 0, "business key is taken");
      MILEPOST_RETURN_IF_ERROR(Reserve("business\n" + key));
    }
    return absl::OkStatus();
  }

  absl::Status Reserve(std::string key) {
    if (!db_.being_taken_.insert(key).second)
      return db::DatabaseError(db::Trouble::kDuplicate, 0, "key is being taken");
    reserved_.push_back(std::move(key));
    return absl::OkStatus();
  }

  void Copy(const db::WriteSet<D>& writes) {
    copied_.emplace();
    copied_->commit = writes.commit;
    copied_->requests = writes.requests;
    for (const db::Change<D>& change : writes.changes) {
      copied_->changes.push_back({change.before ? std::optional<State>(*change.before) : std::nullopt,
                                  *change.next,
                                  {change.events.begin(), change.events.end()},
                                  {change.fired.begin(), change.fired.end()},
                                  {change.cleared.begin(), change.cleared.end()}});
    }
  }

  void Apply() {
    db_.lane_commits_[copied_->commit.lane] = copied_->commit.batch;
    for (db::Remembered& request : copied_->requests)
      db_.requests_.emplace(std::pair(request.key.scope, request.key.request_id), std::move(request));
    for (CopiedChange& copied : copied_->changes) {
      const db::Change<D> change{copied.before ? &*copied.before : nullptr, &copied.next, copied.events,
                                 copied.fired, copied.cleared};
      ApplyDeadlines(change);
      ApplyUniqueKeys(change);
      if (db_.options_.on_commit) db_.options_.on_commit(change);
      const Id id = copied.next.id;
      std::vector<db::RecordedEvent<D>>& events = db_.events_[id];
      std::move(copied.events.begin(), copied.events.end(), std::back_inserter(events));
      db_.states_.insert_or_assign(id, std::move(copied.next));
    }
  }

  void ApplyDeadlines(const db::Change<D>& change) {
    for (db::DeadlineRow& row : db::DeadlineRowsOf<D>(change)) {
      const std::pair key(row.aggregate, row.number);
      if (const auto old = db_.deadlines_.find(key); old != db_.deadlines_.end())
        db_.pending_.erase({old->second.due, row.aggregate, row.number});
      if (row.state == db::DeadlineState::kPending) db_.pending_.insert({row.due, row.aggregate, row.number});
      db_.deadlines_.insert_or_assign(key, std::move(row));
    }
  }

  void ApplyUniqueKeys(const db::Change<D>& change) {
    if (!db_.options_.unique_keys) return;
    if (change.before)
      for (const std::string& key : db_.options_.unique_keys(*change.before)) db_.unique_.erase(key);
    for (const std::string& key : db_.options_.unique_keys(*change.next)) db_.unique_[key] = change.next->id;
  }

  void EndLocked() {
    for (const Id& id : locked_) db_.row_locks_.erase(id);
    for (const std::string& key : reserved_) db_.being_taken_.erase(key);
    const bool wake = !locked_.empty();
    locked_.clear();
    reserved_.clear();
    copied_.reset();
    if (wake) db_.unlocked_.notify_all();
  }

  MemoryDatabase<D>& db_;
  std::vector<Id> locked_;
  std::vector<std::string> reserved_;
  std::optional<Copied> copied_;
};

// Reads for a Reader<D>; answers on the caller's thread.
template <class D>
class MemorySnapshots : public db::SnapshotSource<D> {
 public:
  explicit MemorySnapshots(MemoryDatabase<D>* database) : db_(*database) {}

  void Read(db::StatesQuery<D> query, typename db::SnapshotSource<D>::Callback done) override {
    db::StoredStates<D> stored;
    {
      std::lock_guard lock(db_.mutex_);
      stored.now = db_.NowLocked();
      stored.facts = db_.options_.facts;
      std::vector<typename D::Id>& ids = query.ids;
      if (query.request) stored.remembered = FindLocked(*query.request);
      if (stored.remembered) ids.emplace_back(stored.remembered->aggregate);
      std::sort(ids.begin(), ids.end());
      ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
      for (const typename D::Id& id : ids)
        if (const auto row = db_.states_.find(id); row != db_.states_.end())
          stored.states.push_back(row->second);
    }
    done(std::move(stored));
  }

 private:
  std::optional<db::Remembered> FindLocked(const db::RequestKey& request) const {
    const auto row = db_.requests_.find({request.scope, request.request_id});
    return row == db_.requests_.end() ? std::nullopt : std::optional<db::Remembered>(row->second);
  }

  MemoryDatabase<D>& db_;
};

template <class D>
class MemoryTimeline : public db::Timeline {
 public:
  explicit MemoryTimeline(MemoryDatabase<D>* database) : db_(*database) {}

  absl::StatusOr<Reading> ReadClock() override {
    std::lock_guard lock(db_.mutex_);
    return Reading{db_.clock_, db_.NowLocked()};
  }

  absl::StatusOr<std::vector<db::PendingDeadline>> DueBy(absl::Time until, size_t limit) override {
    std::lock_guard lock(db_.mutex_);
    std::vector<db::PendingDeadline> due;
    for (const auto& [at, aggregate, number] : db_.pending_) {
      if (at > until || due.size() == limit) break;
      due.push_back({aggregate, number, db_.deadlines_.at({aggregate, number}).kind, at});
    }
    return due;
  }

  absl::Status ShowTime(absl::Time now) override {
    std::lock_guard lock(db_.mutex_);
    if (db_.clock_.mode == db::ClockMode::kReal)
      return db::DatabaseError(db::Trouble::kLost, 0, "the clock is the real one");
    db_.clock_ = db_.clock_.Showing(now, WallNow());
    return absl::OkStatus();
  }

 private:
  MemoryDatabase<D>& db_;
};

}  // namespace milepost::testing
