#include "common/events/tail.h"

#include <algorithm>
#include <utility>

#include "common/obs/log.h"

namespace milepost::events {

Tail::Tail(Read read, const FeedSource& source, const TailOptions& options, std::function<void()> on_beat)
    : read_(std::move(read)),
      source_(source),
      options_(options),
      on_beat_(std::move(on_beat)),
      reading_([this] { Work(); }),
      beating_([this] { BeatOn(); }) {}

bool Tail::Follow(const std::shared_ptr<Follower>& follower, uint64_t after, uint64_t head) {
  const std::lock_guard lock(mutex_);
  // The first who follows says where the tail begins.
  if (!position_) {
    position_ = std::min(after, head);
    waiting_.emplace();
  }
  if (after < *position_ - latest_.size()) return false;
  std::vector<std::shared_ptr<const FeedEvent>> missed;
  for (const auto& event : latest_)
    if (event->position() > after && follower->filter().Matches(event->stored())) missed.push_back(event);
  index_.Add(follower.get(), follower->filter());
  followers_[follower.get()] = follower;
  follower->Take(missed, *position_);
  if (!followed_.exchange(true)) Wake();
  return true;
}

void Tail::Leave(Follower* follower) {
  std::shared_ptr<Follower> last;  // dies after the lock
  const std::lock_guard lock(mutex_);
  const auto found = followers_.find(follower);
  if (found == followers_.end()) return;
  index_.Remove(follower, follower->filter());
  last = std::move(found->second);
  followers_.erase(found);
  if (!followers_.empty()) return;
  followed_ = false;
  position_.reset();
  waiting_.reset();
  latest_.clear();
}

void Tail::Wake() {
  const std::lock_guard lock(wake_mutex_);
  woken_ = true;
  wake_.notify_one();
}

void Tail::Stop() {
  {
    const std::lock_guard lock(wake_mutex_);
    stopping_ = true;
    wake_.notify_one();
    stop_.notify_one();
  }
  if (reading_.joinable()) reading_.join();
  if (beating_.joinable()) beating_.join();
}

void Tail::Work() {
  for (;;) {
    {
      std::unique_lock lock(wake_mutex_);
      absl::Duration pause = followed_ ? options_.interval : options_.beat;
      if (!readable_) pause = std::min(options_.interval, options_.beat);
      wake_.wait_for(lock, absl::ToChronoMicroseconds(pause), [this] { return woken_ || stopping_; });
      if (stopping_) return;
      woken_ = false;
    }
    Look();
  }
}

void Tail::Look() {
  for (bool end = false; !end;) {
    std::optional<uint64_t> after;
    {
      const std::lock_guard lock(mutex_);
      after = position_;
      if (after && !waiting_) waiting_.emplace();
    }
    if (!after) return;
    // No more at once than a follower may leave unread.
    absl::StatusOr<Page> page = read_(*after, std::min(kPage, std::max<size_t>(options_.kept, 1)));
    if (!page.ok()) {
      if (std::exchange(readable_, false))
        obs::Log(obs::Level::kWarn, "the event stream can't be read; it is tried again")
            .With("cause", page.status().message());
      return;
    }
    readable_ = true;
    end = page->end;
    if (page->ahead) {
      FallBack(page->head);
      return;
    }
    HandOut(std::move(page->events), page->position);
  }
}

void Tail::HandOut(std::vector<StoredEvent> events, uint64_t through) {
  const std::lock_guard lock(mutex_);
  waiting_.reset();
  // Not where all have left meanwhile, and somebody else began farther back: then the next look reads from there.
  if (!position_ || events.empty() || events.front().position > *position_ + 1) return;
  absl::flat_hash_map<Follower*, std::vector<std::shared_ptr<const FeedEvent>>> shares;
  for (StoredEvent& stored : events) {
    if (stored.position <= *position_) continue;
    auto event = std::make_shared<const FeedEvent>(std::move(stored), source_);
    index_.ForEach(event->stored(), [&](Follower* follower) { shares[follower].push_back(event); });
    position_ = event->position();
    latest_.push_back(std::move(event));
    if (latest_.size() > options_.kept) latest_.pop_front();
  }
  position_ = std::max(*position_, through);
  for (const auto& [follower, share] : shares) follower->Take(share, *position_);
}

void Tail::FallBack(uint64_t head) {
  const std::lock_guard lock(mutex_);
  waiting_.reset();
  // Not where all have left meanwhile, and somebody else began at a later end.
  if (!position_ || *position_ <= head) return;
  obs::Log(obs::Level::kError, "the event stream was set back; whoever follows it begins again")
      .With("handed_out", *position_)
      .With("end_position", head);
  for (const auto& [pointer, follower] : followers_) follower->Cut(Reason::kDatabaseUnavailable);
  latest_.clear();
  position_ = head;
}

void Tail::BeatOn() {
  for (;;) {
    {
      std::unique_lock lock(wake_mutex_);
      if (stop_.wait_for(lock, absl::ToChronoMicroseconds(options_.beat), [this] { return stopping_; }))
        return;
    }
    Beat();
  }
}

void Tail::Beat() {
  {
    // Each is told under the lock: who joins after it has a position of its own.
    const std::lock_guard lock(mutex_);
    const bool lost = waiting_ && waiting_->elapsed() > options_.give_up;
    for (const auto& [pointer, follower] : followers_) {
      if (lost)
        follower->Cut(Reason::kDatabaseUnavailable);
      else
        follower->Take({}, *position_);
    }
  }
  on_beat_();
}

}  // namespace milepost::events
