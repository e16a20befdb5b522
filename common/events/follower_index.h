// Finds the followers of the stream whose filters an event matches. They are indexed by what they follow: with a
// thousand followers, each of another order, an event costs one look-up and not a thousand. Not thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "common/core/id.h"
#include "common/events/stream_reader.h"

namespace milepost::events {

template <class Follower>
class FollowerIndex {
 public:
  // `filter` is the follower's own, unchanged until Remove.
  void Add(Follower* follower, const Filter& filter) {
    PlaceOf(filter).emplace_back(follower, &filter);
    ++size_;
  }
  void Remove(Follower* follower, const Filter& filter) {
    Entries& entries = PlaceOf(filter);
    size_ -= std::erase_if(entries, [&](const Entry& entry) { return entry.first == follower; });
    if (!entries.empty()) return;
    if (filter.aggregate)
      by_aggregate_.erase(*filter.aggregate);
    else if (const std::string& user = UserOf(filter); !user.empty())
      by_user_.erase(user);
  }
  size_t size() const { return size_; }

  // Calls `call` once for each follower whose filter the event matches.
  void ForEach(const StoredEvent& event, absl::FunctionRef<void(Follower*)> call) const {
    Visit(everything_, event, call);
    if (const auto found = by_aggregate_.find(event.aggregate); found != by_aggregate_.end())
      Visit(found->second, event, call);
    if (by_user_.empty()) return;
    if (const auto found = by_user_.find(event.seller); found != by_user_.end())
      Visit(found->second, event, call);
    if (event.buyer == event.seller) return;
    if (const auto found = by_user_.find(event.buyer); found != by_user_.end())
      Visit(found->second, event, call);
  }

 private:
  using Entry = std::pair<Follower*, const Filter*>;
  using Entries = std::vector<Entry>;

  static const std::string& UserOf(const Filter& filter) {
    if (!filter.reader.empty()) return filter.reader;
    return filter.seller.empty() ? filter.buyer : filter.seller;
  }
  Entries& PlaceOf(const Filter& filter) {
    if (filter.aggregate) return by_aggregate_[*filter.aggregate];
    const std::string& user = UserOf(filter);
    return user.empty() ? everything_ : by_user_[user];
  }
  static void Visit(const Entries& entries, const StoredEvent& event,
                    absl::FunctionRef<void(Follower*)> call) {
    for (const auto& [follower, filter] : entries)
      if (filter->Matches(event)) call(follower);
  }

  absl::flat_hash_map<Uuid, Entries> by_aggregate_;
  absl::flat_hash_map<std::string, Entries> by_user_;  // keyed by the user who must be a party of the event
  Entries everything_;
  size_t size_ = 0;
};

}  // namespace milepost::events
