// Executes one batch of commands: each is committed or refused, and each caller is answered exactly once.
// docs/ARCHITECTURE.md, "The write path: lanes", is the specification; this file is that list in code.
//
// A BatchRunner belongs to one lane (or to a simulation, which calls Run() itself): not thread-safe.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/core/bug.h"
#include "common/core/clock.h"
#include "common/core/failpoint.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "common/db/lane_metrics.h"
#include "common/db/lane_options.h"
#include "common/db/store.h"
#include "common/db/submission.h"
#include "common/db/working_set.h"
#include "common/obs/bugs.h"

namespace milepost::db {

template <class D>
struct Pending {
  Submission<D> submission;
  Done<D> done;
};

template <class D>
class BatchRunner {
 public:
  BatchRunner(std::unique_ptr<Store<D>> store, RetryLimits limits, LaneMetrics* metrics)
      : store_(std::move(store)), limits_(limits), metrics_(*metrics), random_(SeedOf(lane_)) {}

  // Runs these in their order and answers each before it returns.
  void Run(std::vector<Pending<D>> batch) {
    const absl::Span<Pending<D>> all = absl::MakeSpan(batch);
    const absl::Status whole = RunUntilSettled(all, limits_.conflicts_whole, RowLocks::kWait);
    if (whole.ok()) return;
    if (all.size() > 1 && IsOneCommandsFault(whole)) {
      RunSingly(all, IsBlocked(whole) ? RowLocks::kNoWait : RowLocks::kWait);
    } else {
      FailAll(all, whole);
    }
  }

 private:
  using Clock = std::chrono::steady_clock;
  using Id = typename D::Id;
  using Answers = std::vector<absl::StatusOr<Answer<D>>>;

  static uint32_t SeedOf(const Uuid& lane) {
    uint32_t seed = 0;
    for (int i = 12; i < 16; ++i) seed = seed << 8 | lane.bytes()[i];
    return seed;
  }
  static bool IsOneCommandsFault(const absl::Status& status) {
    return IsConflict(status) || TroubleOf(status) == Trouble::kRejected;
  }
  static uint64_t MicrosSince(Clock::time_point start) {
    return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start).count();
  }

  // Runs the commands one by one, so that only the failing one fails. The batch has used its one wait for a locked
  // row: from now on a command on a locked row is refused at once, and so is every later command on the same
  // aggregate.
  void RunSingly(absl::Span<Pending<D>> batch, RowLocks locks) {
    metrics_.run_singly.fetch_add(1, std::memory_order_relaxed);
    absl::flat_hash_set<Id> blocked;
    absl::Duration stalled;
    for (Pending<D>& one : batch) {
      const absl::Span<Pending<D>> alone(&one, 1);
      if (stalled >= limits_.single_stall_max || blocked.contains(one.submission.aggregate)) {
        FailAll(alone, DatabaseError(Trouble::kLocked, 0, "blocked before in this batch"));
        continue;
      }
      const Clock::time_point start = Clock::now();
      const absl::Status status = RunUntilSettled(alone, limits_.conflicts_single, locks);
      if (IsBlocked(status)) {
        locks = RowLocks::kNoWait;
        blocked.insert(one.submission.aggregate);
        stalled += absl::Microseconds(MicrosSince(start));
      }
      if (!status.ok()) FailAll(alone, status);
    }
  }

  // Repeats the transaction until it is committed and answered (OK) or has failed for good. Never answers on
  // failure.
  absl::Status RunUntilSettled(absl::Span<Pending<D>> batch, int conflicts_max, RowLocks locks) {
    for (int conflicts = 0, losses = 0;;) {
      absl::StatusOr<Answers> answers = RunOnce(batch, locks);
      if (answers.ok()) {
        AnswerAll(batch, *std::move(answers));
        return absl::OkStatus();
      }
      if (IsConflict(answers.status())) {
        metrics_.conflicts.fetch_add(1, std::memory_order_relaxed);
        // A row that stayed locked for a whole lock wait will stay locked: find the command that needs it, and fail
        // it.
        const bool stays_locked = TroubleOf(answers.status()) == Trouble::kLockTimeout;
        if (++conflicts >= conflicts_max || stays_locked) return answers.status();
        PauseUpTo(limits_.jitter_max);
      } else if (IsLost(answers.status())) {
        metrics_.losses.fetch_add(1, std::memory_order_relaxed);
        if (++losses >= limits_.losses) return answers.status();
        WaitToReconnect(losses);
      } else {
        return answers.status();
      }
    }
  }

  // One transaction, from the locks to the commit. After an error it is rolled back or known never to commit.
  absl::StatusOr<Answers> RunOnce(absl::Span<Pending<D>> batch, RowLocks locks) {
    absl::StatusOr<WorkingSet<D>> work = Decide(batch, locks);
    if (!work.ok()) {
      store_->Rollback();
      return work.status();
    }
    const CommitId commit{lane_, ++batches_};
    const WriteSet<D> writes = work->Writes(commit);
    if (writes.changes.empty() && writes.requests.empty()) {
      store_->Rollback();
    } else {
      MILEPOST_RETURN_IF_ERROR(Save(writes));
    }
    return work->TakeAnswers();
  }

  absl::StatusOr<WorkingSet<D>> Decide(absl::Span<Pending<D>> batch, RowLocks locks) {
    MILEPOST_RETURN_IF_ERROR(store_->Connect());
    const Clock::time_point start = Clock::now();
    absl::StatusOr<std::vector<typename D::State>> locked = store_->Begin(AggregatesOf(batch), locks);
    const uint64_t lock_us = MicrosSince(start);
    metrics_.lock_us.Add(lock_us);
    metrics_.longest_lock_us.Add(lock_us, WallNow());
    if (!locked.ok()) return locked.status();
    MILEPOST_ASSIGN_OR_RETURN(typename Store<D>::Moment moment, store_->ReadMoment(RequestsOf(batch)));
    metrics_.clock_skew_us.store(ToMicros(moment.now) - ToMicros(WallNow()), std::memory_order_relaxed);
    WorkingSet<D> work(moment.now);
    for (typename D::State& state : *locked) work.AddLocked(std::move(state));
    for (const Remembered& request : moment.remembered) work.AddRemembered(request);
    if (const std::vector<Id> missing = work.MissingForReplays(); !missing.empty()) {
      MILEPOST_ASSIGN_OR_RETURN(std::vector<typename D::State> seen, store_->Load(missing));
      for (typename D::State& state : seen) work.AddSeen(std::move(state));
    }
    if constexpr (kHasFacts<D>) {
      MILEPOST_ASSIGN_OR_RETURN(FactsOf<D> facts, store_->ReadFacts({work.States(), CommandsOf(batch)}));
      work.SetFacts(std::move(facts));
    }
    for (const Pending<D>& pending : batch) work.Take(pending.submission);
    return work;
  }

  absl::Status Save(const WriteSet<D>& writes) {
    Failpoint("before_write");
    if (absl::Status written = store_->Write(writes); !written.ok()) {
      store_->Rollback();
      return written;
    }
    Failpoint("before_commit");
    const Clock::time_point start = Clock::now();
    absl::Status committed = store_->Commit();
    metrics_.commit_us.Add(MicrosSince(start));
    if (!committed.ok()) {
      store_->Rollback();
      const bool undone = IsConflict(committed) || TroubleOf(committed) == Trouble::kNotWritable;
      if (!undone) committed = LookUp(writes.commit, std::move(committed));
    }
    if (committed.ok()) Failpoint("after_commit_before_answer");
    return committed;
  }

  // Looks up a commit after the connection was lost around COMMIT. OK: it was committed. `cause`, as a loss: it was
  // not; run the batch again.
  absl::Status LookUp(const CommitId& commit, absl::Status cause) {
    metrics_.looked_up.fetch_add(1, std::memory_order_relaxed);
    for (int tries = 1; tries <= limits_.lookups; ++tries) {
      const absl::StatusOr<bool> happened = store_->Committed(commit);
      if (happened.ok() && *happened) return absl::OkStatus();
      if (happened.ok()) return DatabaseError(Trouble::kLost, 0, cause.message());
      store_->Rollback();
      if (tries < limits_.lookups) WaitToReconnect(tries);
    }
    return Refuse(Reason::kOutcomeUnknown);
  }

  // The aggregates of the batch, ascending and without duplicates: every lane and replica locks in this order.
  static std::vector<Id> AggregatesOf(absl::Span<const Pending<D>> batch) {
    std::vector<Id> ids;
    ids.reserve(batch.size());
    for (const Pending<D>& pending : batch) ids.push_back(pending.submission.aggregate);
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
  }

  static std::vector<const RequestKey*> RequestsOf(absl::Span<const Pending<D>> batch) {
    std::vector<const RequestKey*> keys;
    keys.reserve(batch.size());
    for (const Pending<D>& pending : batch)
      if (pending.submission.request) keys.push_back(&*pending.submission.request);
    return keys;
  }

  static std::vector<const typename D::Command*> CommandsOf(absl::Span<const Pending<D>> batch) {
    std::vector<const typename D::Command*> commands;
    commands.reserve(batch.size());
    for (const Pending<D>& pending : batch) commands.push_back(&pending.submission.command);
    return commands;
  }

  void AnswerAll(absl::Span<Pending<D>> batch, Answers answers) {
    metrics_.batch_size.Add(batch.size());
    for (const absl::StatusOr<Answer<D>>& answer : answers) Count(answer);
    for (size_t i = 0; i < batch.size(); ++i) batch[i].done(std::move(answers[i]));
  }

  void Count(const absl::StatusOr<Answer<D>>& answer) {
    if (!answer.ok()) obs::ReportBug(answer.status());
    std::atomic<uint64_t>& counter = !answer.ok()
                                         ? (RefusalOf(answer.status()) ? metrics_.refused : metrics_.failed)
                                     : answer->events.empty() ? metrics_.unwritten
                                                              : metrics_.committed;
    counter.fetch_add(1, std::memory_order_relaxed);
    if (answer.ok() && answer->replayed) metrics_.replays.fetch_add(1, std::memory_order_relaxed);
  }

  void FailAll(absl::Span<Pending<D>> batch, const absl::Status& cause) {
    const absl::Status answer = FailureFor(cause);
    metrics_.failed.fetch_add(batch.size(), std::memory_order_relaxed);
    obs::ReportBug(answer);
    for (Pending<D>& pending : batch) pending.done(answer);
  }

  // A duplicate that outlasts its retries has no explanation in the aggregate's id or its request: it is a bug of
  // ours.
  static absl::Status FailureFor(const absl::Status& cause) {
    const std::optional<Trouble> trouble = TroubleOf(cause);
    if (!trouble) return cause;
    switch (*trouble) {
      case Trouble::kLost:
      case Trouble::kNotWritable:
        return Refuse(Reason::kDatabaseUnavailable);
      case Trouble::kDeadlock:
      case Trouble::kLockTimeout:
      case Trouble::kLocked:
        return Refuse(Reason::kResourceBusy);
      case Trouble::kDuplicate:
      case Trouble::kRejected:
        break;
    }
    if (BugKindOf(cause)) return cause;
    return absl::InternalError(cause.message());
  }

  void PauseUpTo(absl::Duration max) {
    const double share = static_cast<double>(random_() - random_.min()) / (random_.max() - random_.min());
    std::this_thread::sleep_for(absl::ToChronoMicroseconds(max * share));
  }

  void WaitToReconnect(int tries) {
    absl::Duration wait = limits_.reconnect_wait;
    for (int i = 1; i < tries && wait < absl::Seconds(1); ++i) wait *= 2;
    std::this_thread::sleep_for(absl::ToChronoMicroseconds(std::min(wait, absl::Seconds(1))));
  }

  const Uuid lane_ = NewUuid(WallNow());
  std::unique_ptr<Store<D>> store_;
  const RetryLimits limits_;
  LaneMetrics& metrics_;
  std::minstd_rand random_;
  uint64_t batches_ = 0;
};

}  // namespace milepost::db
