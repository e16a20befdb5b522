// A background worker: runs a Tick() repeatedly in its own thread (sweeper, reconciler, relay, sequencer).
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/stopwatch.h"
#include "common/db/lease.h"
#include "common/obs/seldom.h"

namespace milepost::db {

// Logs a warning that names the worker and the cause; `times`: the number of failed turns.
void LogFailedTurn(absl::string_view worker, const absl::Status& cause, uint64_t times = 1);

struct WorkerOptions {
  std::string name;                              // of the worker and of its lease
  absl::Duration period = absl::Seconds(1);      // between ticks that found nothing to do
  absl::Duration lease_ttl = absl::Seconds(10);  // how long after a replica's death another takes over
  Leases* leases = nullptr;                      // outlives the worker; null: no lease, one process alone
  std::string rests_for;  // a lease during which to rest (the test clock's); empty: none
  // Called with the error of a tick or of taking the lease (INTERNAL for an exception). If unset, failures are
  // logged, and repeated ones rarely.
  std::function<void(absl::string_view name, const absl::Status&)> on_error;
};

class Worker {
 public:
  // `tick` returns how much it did; more than 0: it is run again at once. After a failure the period is waited for, after
  // the next twice that, and so on up to a second (or the period, where that is longer). Starts at once.
  Worker(WorkerOptions options, std::function<absl::StatusOr<size_t>()> tick);
  ~Worker() { Stop(); }

  // Begins no further tick. Returns at once.
  void AskToStop();
  // The same, then waits for the running tick, releases the lease and ends the thread. May be called more than once.
  void Stop();

  uint64_t ticks() const { return ticks_.load(std::memory_order_relaxed); }
  uint64_t errors() const { return errors_.load(std::memory_order_relaxed); }

 private:
  void Work();
  // Runs one turn and returns how much it did; 0 if another replica holds the lease.
  absl::StatusOr<size_t> TakeTurn();
  absl::StatusOr<bool> MayWork();
  // Whether the lease is ours. Extends our lease only after a third of its time, and tries to take another replica's
  // only after a tenth: so a worker with a short period costs no more commits than one with a long one.
  absl::StatusOr<bool> HoldsLease();
  void Fail(const absl::Status& cause);
  // Waits before the next turn, after `failures` failed turns in a row.
  void Rest(int failures);
  bool stopping();

  const WorkerOptions options_;
  const std::function<absl::StatusOr<size_t>()> tick_;
  std::atomic<uint64_t> ticks_{0}, errors_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // guarded by mutex_
  std::mutex join_mutex_;
  // Of the thread:
  std::optional<Stopwatch> asked_;  // since the database was asked for the lease
  bool ours_ = false;               // whether the lease was ours then
  obs::Seldom logged_;
  std::thread thread_;
};

}  // namespace milepost::db
