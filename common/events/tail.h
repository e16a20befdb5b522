// Reads new events of the stream, once for all followers, and hands each follower those that its filter matches.
//
// One thread and one session read, however many follow; they rest while nobody does. The latest events are kept, so
// that a reader who has read to the end from the database can follow without a gap. A second thread calls on_beat,
// even while the database does not answer.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/core/reason.h"
#include "common/core/stopwatch.h"
#include "common/events/feed_event.h"
#include "common/events/follower_index.h"
#include "common/events/stream_reader.h"

namespace milepost::events {

// A follower of the stream's end. Thread-safe.
class Follower {
 public:
  virtual ~Follower() = default;
  virtual const Filter& filter() const = 0;
  // Events that match the filter, by position; with them (there may be none) it has been handed everything up to
  // `through`. May begin with some that it has had. Must not wait, nor call the Tail.
  virtual void Take(FeedEvents events, uint64_t through) = 0;
  // Called when the stream can't be read: the follower must end and leave. Must not wait, nor call the Tail.
  virtual void Cut(Reason reason) = 0;
};

struct TailOptions {
  absl::Duration interval = absl::Milliseconds(10);  // between looks for new events
  absl::Duration beat = absl::Seconds(1);            // between calls of on_beat
  absl::Duration give_up = absl::Seconds(5);  // after so long without a read that succeeds, followers are cut
  size_t kept = 5000;                         // of the latest events
};

// Thread-safe.
class Tail {
 public:
  // The stream's page of at most `limit` events after `after`. May block.
  using Read = absl::AnyInvocable<absl::StatusOr<Page>(uint64_t after, size_t limit)>;

  // `read` is called on one thread, `on_beat` on another, right after each follower has been told its position. `source`
  // outlives this object.
  Tail(Read read, const FeedSource& source, const TailOptions& options, std::function<void()> on_beat);
  ~Tail() { Stop(); }

  // Follows from the event after position `after` on; Take is called before this returns. `head` is an end of the
  // stream that the follower has seen. Returns false and does nothing if `after` is older than the kept events: read
  // more first.
  bool Follow(const std::shared_ptr<Follower>& follower, uint64_t after, uint64_t head);
  // Does nothing if it does not follow.
  void Leave(Follower* follower);

  // Call it when the stream has new events: they are read at once.
  void Wake();
  // Ends the threads.
  void Stop();

 private:
  static constexpr size_t kPage = 1000;

  void Work();
  // Reads to the end of the stream, if somebody follows.
  void Look();
  void HandOut(std::vector<StoredEvent> events, uint64_t through);
  // The stream ends before an event that was handed out, because the database was restored: all followers are cut, so
  // that each asks again.
  void FallBack(uint64_t head);
  void BeatOn();
  void Beat();

  Read read_;  // of the thread that reads, as is readable_
  const FeedSource& source_;
  const TailOptions options_;
  const std::function<void()> on_beat_;
  bool readable_ = true;

  std::mutex mutex_;  // guards what follows
  FollowerIndex<Follower> index_;
  absl::flat_hash_map<Follower*, std::shared_ptr<Follower>> followers_;
  std::deque<std::shared_ptr<const FeedEvent>> latest_;
  std::optional<uint64_t> position_;  // handed out up to here; nothing while nobody follows
  std::optional<Stopwatch> waiting_;  // since a read was due of which none has succeeded yet

  std::mutex wake_mutex_;
  std::condition_variable wake_, stop_;
  bool woken_ = false, stopping_ = false;  // guarded by wake_mutex_
  std::atomic<bool> followed_{false};
  std::thread reading_, beating_;
};

}  // namespace milepost::events
