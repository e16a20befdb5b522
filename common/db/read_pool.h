// A pool of connections for reads: a few threads with one connection each, and a bounded queue. Reads are READ
// COMMITTED snapshots; they hold no locks and never wait for a lane.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "common/db/connection.h"

namespace milepost::db {

struct ReadPoolOptions {
  size_t connections = 4;
  size_t queue_limit = 1024;  // reads waiting; over it OVERLOADED
};

// Written by the pool, read by anyone; totals only grow.
struct ReadPoolMetrics {
  std::atomic<int64_t> queued{0};       // waiting now
  std::atomic<int64_t> running{0};      // connections in use now
  std::atomic<uint64_t> run{0};         // handed to a connection
  std::atomic<uint64_t> overloaded{0};  // refused because the queue was full
};

// Thread-safe. Destroying it finishes the queued reads.
class ReadPool {
 public:
  ReadPool(ConnectOptions connect, ReadPoolOptions options);
  ~ReadPool();

  // Runs `read` on one of the connections and hands its result to `done`, exactly once, on a thread of the pool (on the
  // caller's when refused: OVERLOADED, SHUTTING_DOWN). A read whose connection was lost is run once more on a new one,
  // so it must be repeatable. Failures are what `read` returns: DatabaseError()s; ReadFailure() (error.h) turns them
  // into refusals.
  template <class T>
  void Run(absl::AnyInvocable<absl::StatusOr<T>(Connection&)> read,
           absl::AnyInvocable<void(absl::StatusOr<T>)> done) {
    Enqueue([read = std::move(read), done = std::move(done)](Session* session,
                                                             const absl::Status& refusal) mutable {
      if (session == nullptr) return done(refusal);
      absl::StatusOr<T> result = Once<T>(*session, read);
      if (IsLost(result.status())) result = Once<T>(*session, read);
      done(std::move(result));
    });
  }

  const ReadPoolMetrics& metrics() const { return metrics_; }

 private:
  // Called with a session, or with null and why not.
  using Task = absl::AnyInvocable<void(Session*, const absl::Status&)>;

  template <class T>
  static absl::StatusOr<T> Once(Session& session, absl::AnyInvocable<absl::StatusOr<T>(Connection&)>& read) {
    absl::StatusOr<Connection*> connection = session.Get();
    if (!connection.ok()) return connection.status();
    return read(**connection);
  }

  void Enqueue(Task task);
  void Work();

  const ConnectOptions connect_;
  const ReadPoolOptions options_;
  ReadPoolMetrics metrics_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> queue_;  // guarded by mutex_, as is the next
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace milepost::db
