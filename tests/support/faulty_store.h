// A store around a store, where a test decides what goes wrong, and when.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "common/db/store.h"

namespace milepost::testing {

enum class FaultPoint {
  kConnect,       // before there is a connection
  kBegin,         // before anything
  kBeforeWrite,   // with the writes at hand
  kBeforeCommit,  // the commit does not happen
  kAfterCommit,   // the commit happened, but its answer is lost
  kLookUp,        // when asked what became of a commit
};

// Shared by the stores of one test; thread-safe. `at` is asked at each point (also by several lanes at once, one after
// another); an error it returns happens there.
template <class D>
struct Faults {
  using Ask = std::function<absl::Status(FaultPoint, const db::WriteSet<D>*)>;

  void Set(Ask ask) {
    std::lock_guard lock(mutex);
    at = std::move(ask);
  }
  absl::Status Check(FaultPoint point, const db::WriteSet<D>* writes = nullptr) {
    Ask ask;
    {
      std::lock_guard lock(mutex);
      ask = at;
    }
    return ask ? ask(point, writes) : absl::OkStatus();
  }

  std::mutex mutex;
  Ask at;
};

template <class D>
class FaultyStore : public db::Store<D> {
 public:
  using typename db::Store<D>::Id;
  using typename db::Store<D>::State;
  using typename db::Store<D>::Moment;

  FaultyStore(std::unique_ptr<db::Store<D>> inner, Faults<D>* faults)
      : inner_(std::move(inner)), faults_(*faults) {}

  absl::Status Connect() override {
    if (absl::Status fault = faults_.Check(FaultPoint::kConnect); !fault.ok()) return fault;
    return inner_->Connect();
  }
  absl::StatusOr<std::vector<State>> Begin(absl::Span<const Id> ids, db::RowLocks locks) override {
    if (absl::Status fault = faults_.Check(FaultPoint::kBegin); !fault.ok()) return fault;
    return inner_->Begin(ids, locks);
  }
  absl::StatusOr<Moment> ReadMoment(absl::Span<const db::RequestKey* const> keys) override {
    return inner_->ReadMoment(keys);
  }
  absl::StatusOr<FactsOf<D>> ReadFacts(const db::FactsQuery<D>& query) override {
    return inner_->ReadFacts(query);
  }
  absl::StatusOr<std::vector<State>> Load(absl::Span<const Id> ids) override { return inner_->Load(ids); }
  absl::Status Write(const db::WriteSet<D>& writes) override {
    if (absl::Status fault = faults_.Check(FaultPoint::kBeforeWrite, &writes); !fault.ok()) return fault;
    return inner_->Write(writes);
  }
  absl::Status Commit() override {
    if (absl::Status fault = faults_.Check(FaultPoint::kBeforeCommit); !fault.ok()) return fault;
    if (absl::Status committed = inner_->Commit(); !committed.ok()) return committed;
    return faults_.Check(FaultPoint::kAfterCommit);
  }
  void Rollback() override { inner_->Rollback(); }
  absl::StatusOr<bool> Committed(const db::CommitId& commit) override {
    if (absl::Status fault = faults_.Check(FaultPoint::kLookUp); !fault.ok()) return fault;
    return inner_->Committed(commit);
  }

 private:
  const std::unique_ptr<db::Store<D>> inner_;
  Faults<D>& faults_;
};

// Holds whoever passes until it is opened; thread-safe.
class Gate {
 public:
  // Waits here until Open().
  void Pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  // Waits until someone stands before the gate.
  void AwaitArrival() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return arrived_ > 0; });
  }
  void Open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int arrived_ = 0;
  bool open_ = false;
};

}  // namespace milepost::testing
