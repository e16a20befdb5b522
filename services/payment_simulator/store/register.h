// The provider's book, kept on disk. One thread decides all calls that queued up during the previous flush, writes
// their records as one batch of the journal, flushes once, and only then sends the answers. So a lone call costs a
// flush and a thousand concurrent ones cost little more.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "services/payment_simulator/domain/book.h"
#include "services/payment_simulator/store/journal.h"

namespace milepost::payment_simulator {

// Thread-safe.
class Register {
 public:
  static constexpr size_t kMaxQueued = 16384;

  // Called once, on the register's thread: must not block.
  using Done = absl::AnyInvocable<void(absl::StatusOr<Verdict>)>;
  using Job = absl::AnyInvocable<void(Book&)>;

  // Replays the journal at `path` (made if it is not there) into `book` and starts the thread. Errors: those
  // of Journal::Open.
  static absl::StatusOr<std::unique_ptr<Register>> Open(const std::string& path, Book book);

  // Answers the queued calls, then stops.
  ~Register();

  // Answers in order of submission; when `done` is called what the verdict records is durable. Refusals: those of
  // Decide; OVERLOADED when kMaxQueued are waiting, SHUTTING_DOWN after Close, and PROVIDER_UNAVAILABLE when the
  // journal can't be written: then the outcome is unknown until the process is restarted.
  void Submit(Ask ask, Done done);

  // Runs on the register's thread after all that was submitted before is durable, however many are waiting.
  // After Close the job is not run and false is returned.
  bool Run(Job job);

  // Refuses new calls, answers the queued ones, and waits for that. Idempotent.
  void Close();

  // False after the journal could not be written: then no call is answered any more.
  bool writable() const { return writable_; }
  // The number of bytes that opening the journal cut off.
  uint64_t torn_bytes() const { return journal_.torn_bytes(); }

 private:
  struct Entry {
    Ask ask;
    Done done;
    Job job;  // instead of ask and done
  };

  Register(Book book, Journal journal);
  // Takes the entry, unless it refuses.
  absl::Status Enqueue(Entry& entry, size_t max_queued);
  void Loop();
  void AnswerBatch(std::deque<Entry> batch);

  Book book_;        // the thread's
  Journal journal_;  // the thread's
  std::mutex mutex_;
  std::condition_variable woken_;
  std::deque<Entry> queued_;  // guarded by mutex_
  bool closed_ = false;       // guarded by mutex_
  std::atomic<bool> writable_ = true;
  std::once_flag joined_;
  std::thread thread_;
};

}  // namespace milepost::payment_simulator
