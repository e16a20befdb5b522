// What the virtual clients know of each other's gigs, offers and orders: where the next one finds something to do, so that
// several work on the same order, and those of earlier rounds go on in later ones. What it remembers may be stale; who acts
// on it is refused and looks again.
#pragma once

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/e2e/stories/platform_client.h"

namespace milepost::torture {

struct GigView {
  std::string name, seller;
  bool has_plan = false;  // ACTIVE: it can be ordered with milestones
};

struct OfferView {
  std::string name, seller, buyer, terms_hash;
};

struct OrderView {
  std::string name, buyer, seller;
  billing::v1::OrderState state = billing::v1::ORDER_STATE_UNSPECIFIED;
  int current = 0;  // milestone, from 1
  int last = 0;     // milestone
  billing::v1::MilestoneState milestone = billing::v1::MILESTONE_STATE_UNSPECIFIED;
  bool revisions_left = false;
  bool payment_open = false;
  int64_t held_minor = 0;                                           // of the current milestone
  bool cancellable = false;                                         // late enough for the buyer to cancel it
  billing::v1::Party asked_by = billing::v1::PARTY_UNSPECIFIED;     // to cancel, and waits for the answer
  billing::v1::Party disputed_by = billing::v1::PARTY_UNSPECIFIED;  // who opened the dispute
};

OrderView ViewOf(const billing::v1::Order& order);
// Whether anything can still happen to it.
bool IsRunning(const OrderView& order);

// Items by name, at most so many: a new one in a full pool takes a random one's place. Thread-safe.
template <class Item>
class Pool {
 public:
  explicit Pool(size_t limit) : limit_(limit) {}

  void Put(const Item& item) {
    std::lock_guard lock(mutex_);
    const auto at = Find(item.name);
    if (at != items_.end()) {
      *at = item;
    } else if (items_.size() < limit_) {
      items_.push_back(item);
    } else {
      items_[random_() % items_.size()] = item;
    }
  }
  void Remove(const std::string& name) {
    std::lock_guard lock(mutex_);
    if (const auto at = Find(name); at != items_.end()) items_.erase(at);
  }
  std::optional<Item> Pick(std::mt19937_64& random) const {
    std::lock_guard lock(mutex_);
    if (items_.empty()) return std::nullopt;
    return items_[random() % items_.size()];
  }
  size_t size() const {
    std::lock_guard lock(mutex_);
    return items_.size();
  }

 private:
  typename std::vector<Item>::iterator Find(const std::string& name) {
    return std::find_if(items_.begin(), items_.end(), [&](const Item& item) { return item.name == name; });
  }

  const size_t limit_;
  mutable std::mutex mutex_;
  std::vector<Item> items_;
  std::minstd_rand random_;
};

struct Market {
  // How far the services' time was advanced: so much later are the instants that they are told.
  std::atomic<int> days_ahead = 0;
  Pool<GigView> gigs{60};
  Pool<OfferView> drafts{60}, sent{100};
  Pool<OrderView> orders{200};
};

}  // namespace milepost::torture
