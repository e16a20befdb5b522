#include "common/events/commit_order.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace milepost::events {

void CommitOrder::Add(Commit commit) {
  for (const EventKey& event : commit.events) {
    const auto [next, is_new] = next_.try_emplace(event.aggregate, event.sequence);
    if (!is_new) next->second = std::min(next->second, event.sequence);
  }
  const Uuid lane = commit.lane;
  lanes_[lane].push_back(std::move(commit));
}

std::vector<EventKey> CommitOrder::Firsts() const {
  std::vector<EventKey> firsts;
  for (const auto& [aggregate, sequence] : next_)
    if (sequence > 1) firsts.push_back({aggregate, sequence});
  return firsts;
}

void CommitOrder::Block(const Uuid& aggregate) {
  next_[aggregate] = 0;
}

std::vector<Commit> CommitOrder::Take() {
  std::vector<Commit> taken;
  while (std::deque<Commit>* lane = NextLane()) {
    for (const EventKey& event : lane->front().events) next_[event.aggregate] = event.sequence + 1;
    taken.push_back(std::move(lane->front()));
    lane->pop_front();
  }
  return taken;
}

bool CommitOrder::IsTurnOf(const Commit& commit) const {
  const Uuid* last = nullptr;  // events of one aggregate stand together: its first one decides
  for (const EventKey& event : commit.events) {
    if (last != nullptr && *last == event.aggregate) continue;
    if (next_.at(event.aggregate) != event.sequence) return false;
    last = &event.aggregate;
  }
  return true;
}

std::deque<Commit>* CommitOrder::NextLane() {
  std::deque<Commit>* next = nullptr;
  for (auto& [lane, commits] : lanes_) {
    if (commits.empty() || !IsTurnOf(commits.front())) continue;
    if (next == nullptr || commits.front().latest < next->front().latest) next = &commits;
  }
  return next;
}

}  // namespace milepost::events
