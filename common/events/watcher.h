// One WatchEvents stream: replays from the database, page by page as fast as its reader takes it, then follows the tail.
//
// Its memory is bounded: it holds one page while it replays, and at most `unread` unread events while it follows. A
// reader who leaves more unread is cut with its position (EVENTS_READER_TOO_SLOW). A stream holds no thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/core/reason.h"
#include "common/core/refusal.h"
#include "common/core/stopwatch.h"
#include "common/events/feed_event.h"
#include "common/events/feed_source.h"
#include "common/events/stream_reader.h"
#include "common/events/tail.h"
#include "common/rpc/stream.h"
#include "milepost/events/v1/event_feed.pb.h"

namespace milepost::events {

struct WatchLimits {
  size_t unread = 5000;                         // events that a reader who has caught up may leave unread
  absl::Duration heartbeat = absl::Seconds(5);  // after so long without another message
  absl::Duration stall_time =
      absl::Seconds(30);  // a message that is not taken for so long breaks the stream off
};

// Thread-safe. Owns itself until gRPC is done with it.
class Watcher final : public rpc::StreamCall, public Follower, public std::enable_shared_from_this<Watcher> {
 public:
  // Calls `done` once, with a page as StreamReader::Read has it, or why there is none; on any thread. `filter` lives until
  // then.
  using Read = std::function<void(const Filter& filter, uint64_t after, size_t limit,
                                  absl::AnyInvocable<void(absl::StatusOr<Page>)> done)>;

  // What all watchers of a server share; outlives them.
  struct Shared {
    const FeedSource& source;
    const WatchLimits& limits;
    const Read read;
    Tail& tail;
    std::function<void(Watcher*)> on_done;  // after its last message; on any thread
  };

  static std::shared_ptr<Watcher> Make(grpc::CallbackServerContext* context, const rpc::Method& method,
                                       Shared& shared);

  // After Admit, in this order: what to watch, then Start; or Refuse.
  v1::WatchEventsRequest& request() { return request_; }
  void Watch(Filter filter);
  void Start() { Proceed(); }
  void Refuse(const absl::Status& refusal);

  // Called on the tail's beat: sends a due heartbeat, and ends the stream of a reader that takes nothing.
  void Beat();
  // The number of events that it holds for its reader, besides the message that is being sent.
  size_t unread();

  const Filter& filter() const override { return filter_; }
  void Take(FeedEvents events, uint64_t through) override;
  // Ends the stream with this reason and the reader's position, after the message that is being sent. Unwritten
  // events are dropped at once.
  void Cut(Reason reason) override;

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  Watcher(grpc::CallbackServerContext* context, const rpc::Method& method, Shared& shared)
      : StreamCall(context, method), shared_(shared) {}

  enum class State { kReplaying, kFollowing };
  enum class Next { kNothing, kRead, kJoin };

  // Takes the next step, if one is possible now.
  void Proceed();
  // Writes or ends if possible; otherwise returns the step to take without the lock.
  Next ProceedLocked();
  void ReadPage();
  void TakePage(absl::StatusOr<Page> page);
  void Join();
  void WriteLocked();
  // `details` stand beside the position.
  void CutLocked(Reason reason, Details details = {});
  absl::Status EndStatus() const;

  Shared& shared_;
  v1::WatchEventsRequest request_;
  Filter filter_;
  std::shared_ptr<Watcher> self_;  // until OnDone

  std::mutex mutex_;  // guards what follows
  State state_ = State::kReplaying;
  std::deque<std::shared_ptr<const FeedEvent>> queue_;  // not yet written
  uint64_t covered_ = 0;                                // with the queue it has everything up to here
  uint64_t sent_ = 0;                                   // with the messages written
  uint64_t head_ = 0;                                   // an end of the stream that it has seen
  bool at_end_ = false;                                 // replaying: the last page reached the end
  bool busy_ = false;                                   // replaying: a page is being read
  bool mark_ = false;                                   // a message is due, with or without events
  bool writing_ = false;
  Stopwatch since_write_;      // since the last message was begun
  std::optional<Reason> cut_;  // it is to end with this
  Details cut_details_;        // the refusal's details, besides the position
  bool gone_ = false;          // its reader is
  bool ended_ = false;
  bool done_ = false;
};

}  // namespace milepost::events
