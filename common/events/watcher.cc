#include "common/events/watcher.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"
#include "common/db/error.h"
#include "common/events/event_wire.h"

namespace milepost::events {
namespace {

// Of one message: clients take 4 MiB.
constexpr size_t kMessageBytesMax = 1 << 20;
constexpr size_t kMessageEventsMax = 500;
// Of one page of a replay.
constexpr size_t kPage = 200;

}  // namespace

std::shared_ptr<Watcher> Watcher::Make(grpc::CallbackServerContext* context, const rpc::Method& method,
                                       Shared& shared) {
  std::shared_ptr<Watcher> watcher(new Watcher(context, method, shared));
  watcher->self_ = watcher;
  return watcher;
}

void Watcher::Watch(Filter filter) {
  filter_ = std::move(filter);
  covered_ = sent_ = request_.from_position();
}

void Watcher::Refuse(const absl::Status& refusal) {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  End(refusal);
}

void Watcher::Cut(Reason reason) {
  const std::lock_guard lock(mutex_);
  CutLocked(reason);
  ProceedLocked();
}

void Watcher::Beat() {
  bool stalled = false;
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    mark_ |= since_write_.elapsed() >= shared_.limits.heartbeat;
    stalled = writing_ && since_write_.elapsed() >= shared_.limits.stall_time;
    if (stalled) CutLocked(Reason::kEventsReaderTooSlow);
  }
  Proceed();
  if (stalled) BreakOff();
}

size_t Watcher::unread() {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void Watcher::Take(FeedEvents events, uint64_t through) {
  const std::lock_guard lock(mutex_);
  if (ended_ || cut_) return;
  if (std::exchange(state_, State::kFollowing) == State::kReplaying) {
    busy_ = false;
    mark_ = true;  // its reader learns that it has caught up
  }
  for (const auto& event : events)
    if (event->position() > covered_) queue_.push_back(event);
  covered_ = std::max(covered_, through);
  if (queue_.size() > shared_.limits.unread && writing_) CutLocked(Reason::kEventsReaderTooSlow);
  ProceedLocked();
}

void Watcher::OnWriteDone(bool ok) {
  {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    gone_ |= !ok;
  }
  Proceed();
}

void Watcher::OnCancel() {
  {
    const std::lock_guard lock(mutex_);
    gone_ = true;
  }
  Proceed();
}

void Watcher::OnDone() {
  const std::shared_ptr<Watcher> alive = std::move(self_);
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  shared_.tail.Leave(this);
  shared_.on_done(this);
}

void Watcher::Proceed() {
  Next next;
  {
    const std::lock_guard lock(mutex_);
    next = ProceedLocked();
  }
  if (next == Next::kRead) ReadPage();
  if (next == Next::kJoin) Join();
}

Watcher::Next Watcher::ProceedLocked() {
  if (writing_ || ended_) return Next::kNothing;
  if (gone_ || cut_) {
    ended_ = true;
    queue_.clear();
    End(EndStatus());
    return Next::kNothing;
  }
  if (!queue_.empty() || mark_) {
    WriteLocked();
    return Next::kNothing;
  }
  if (state_ == State::kFollowing || std::exchange(busy_, true)) return Next::kNothing;
  return std::exchange(at_end_, false) ? Next::kJoin : Next::kRead;
}

void Watcher::ReadPage() {
  uint64_t after;
  {
    const std::lock_guard lock(mutex_);
    after = covered_;
  }
  shared_.read(filter_, after, kPage,
               [self = shared_from_this()](absl::StatusOr<Page> page) { self->TakePage(std::move(page)); });
}

void Watcher::TakePage(absl::StatusOr<Page> page) {
  {
    const std::lock_guard lock(mutex_);
    busy_ = false;
    if (ended_ || cut_) {
      // Nobody waits for it.
    } else if (page.ok() && page->ahead) {
      CutLocked(Reason::kPositionAheadOfStream, {{"end_position", absl::StrCat(page->head)}});
    } else if (page.ok()) {
      for (StoredEvent& event : page->events)
        queue_.push_back(std::make_shared<const FeedEvent>(std::move(event), shared_.source));
      covered_ = page->position;
      head_ = page->head;
      at_end_ = page->end;
      mark_ |= since_write_.elapsed() >= shared_.limits.heartbeat;
    } else {
      const std::optional<Refusal> refusal = RefusalOf(db::ReadFailure(page.status()));
      CutLocked(refusal ? refusal->reason : Reason::kInternal);
    }
  }
  Proceed();
}

void Watcher::Join() {
  uint64_t after, head;
  {
    const std::lock_guard lock(mutex_);
    after = covered_;
    head = head_;
  }
  const bool follows = shared_.tail.Follow(shared_from_this(), after, head);
  bool done;
  {
    const std::lock_guard lock(mutex_);
    done = done_;
    if (!follows) busy_ = false;
  }
  if (done) shared_.tail.Leave(this);  // OnDone came first and found nothing to leave
  if (!follows) Proceed();
}

void Watcher::WriteLocked() {
  WatchMessage message;
  while (!queue_.empty() && message.bytes() < kMessageBytesMax && message.events() < kMessageEventsMax) {
    const FeedEvent& event = *queue_.front();
    message.Add(event.For(ViewerOf(event.stored(), call().actor)));
    sent_ = event.position();
    queue_.pop_front();
  }
  if (queue_.empty()) sent_ = covered_;
  mark_ = false;
  writing_ = true;
  since_write_ = Stopwatch();
  Write(message.Finish(sent_));
}

void Watcher::CutLocked(Reason reason, Details details) {
  if (cut_) return;
  cut_ = reason;
  cut_details_ = std::move(details);
  queue_.clear();
}

absl::Status Watcher::EndStatus() const {
  if (!cut_) return absl::OkStatus();  // nobody listens any more
  Details details = {{"position", absl::StrCat(sent_)}};
  details.insert(details.end(), cut_details_.begin(), cut_details_.end());
  return milepost::Refuse(*cut_, std::move(details));
}

}  // namespace milepost::events
