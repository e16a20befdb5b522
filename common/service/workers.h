// The background workers of a service: a thread each, on one replica at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/lease.h"
#include "common/db/worker.h"

namespace milepost::service {

struct Work {
  std::string name;                              // of the worker and of its lease
  absl::Duration period;                         // between ticks that found nothing to do
  std::function<absl::StatusOr<size_t>()> tick;  // see db::Worker
  std::function<void()> stop;  // from any thread, more than once: a tick under way takes up nothing more
};

struct WorkersOptions {
  absl::Duration lease;   // how long after a replica's death another takes over
  db::Leases& leases;     // outlives the workers
  std::string rests_for;  // the lease during which all rest; empty: none
};

// Thread-safe once everything is added. Destroying it stops it.
class Workers {
 public:
  explicit Workers(WorkersOptions options) : options_(std::move(options)) {}
  ~Workers() { Stop(); }

  // Before Start().
  void Add(Work work) { work_.push_back(std::move(work)); }
  void Start();
  // Asks all workers to stop. Returns at once.
  void AskToStop();
  // The same, then waits until they have ended. May be called more than once.
  void Stop();

 private:
  const WorkersOptions options_;
  std::vector<Work> work_;
  std::vector<std::unique_ptr<db::Worker>> running_;
};

}  // namespace milepost::service
