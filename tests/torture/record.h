// What the harness was told: every acknowledged command, in the program's own memory, so that nothing that is killed can
// take it along. Later the servers are held to it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "common/core/id.h"
#include "tests/e2e/stories/platform_client.h"
#include "tests/torture/schedule.h"

namespace milepost::torture {

// The end of an order. Nothing changes it any more.
struct OrderEnd {
  std::string state;  // "CANCELLED"
  int64_t refunded_minor = 0, fees_refunded_minor = 0;
  friend bool operator==(const OrderEnd&, const OrderEnd&) = default;
};

// The resource that an answer shows, and its state: etags are sequences of events, so they only grow.
struct Told {
  std::string resource;  // "orders/…"; of a milestone plan, its gig
  uint64_t etag = 0;
  bool replayed = false;
  std::optional<OrderEnd> end = std::nullopt;  // of an order that is over
};

struct Retold {
  grpc::Status status;
  std::string reason;
  Told told;
};

struct Acknowledged {
  std::string method;  // "AcceptMilestone"
  Uuid request_id;
  Told told;
  // Sends the very same request again.
  std::function<Retold(e2e::PlatformClient&)> replay;
};

// What is kept of every acknowledged command for ever.
struct Promise {
  Uuid request_id;
  Uuid aggregate;
  uint64_t etag = 0;
};

// Thread-safe.
class Record {
 public:
  void Acknowledge(Acknowledged command);
  // `only_try`: nothing of it can still be under way, so it must have left no trace.
  void Refuse(absl::string_view method, const std::string& reason, const Uuid& request_id, bool only_try);
  void CountRetry() { Count(&Counts::retried); }
  void CountUnanswered() { Count(&Counts::unanswered); }
  // What a server must never answer here.
  void Violate(std::string what);

  struct Counts {
    size_t acknowledged = 0, refused = 0, retried = 0, unanswered = 0;
  };
  Counts counts() const;

  // Of the round that ends now: what it acknowledged, which requests must have left no trace, what was wrong.
  struct Round {
    std::vector<Acknowledged> acknowledged;
    std::vector<Uuid> traceless;
    std::vector<std::string> violations;
    Counts counts;
  };
  Round TakeRound();

  // Of all rounds that were taken.
  const std::vector<Promise>& promises(Victim service) const { return promises_.at(service); }
  // The newest state that anybody was told of each aggregate of the service.
  const absl::flat_hash_map<Uuid, uint64_t>& newest(Victim service) const { return newest_.at(service); }
  // How the orders ended of which anybody was told that they are over.
  const absl::flat_hash_map<Uuid, OrderEnd>& ends() const { return ends_; }
  // Up to `count` of the acknowledged commands of earlier rounds, each as likely as any other.
  std::vector<Acknowledged> Sample(size_t count);
  // How often each method was acknowledged, and refused with which reason ("EndOrder ORDER_COMPLETED"). Between rounds.
  const std::map<std::string, size_t>& by_method() const { return by_method_; }
  const std::map<std::string, size_t>& by_refusal() const { return by_refusal_; }

 private:
  void Count(size_t Counts::*counter);
  void Keep(const Acknowledged& command);

  mutable std::mutex mutex_;
  Round round_;  // guarded, as is the next
  std::map<std::string, size_t> by_refusal_;
  // Only the thread that takes rounds touches the rest.
  std::map<Victim, std::vector<Promise>> promises_ = {
      {Victim::kCatalog, {}}, {Victim::kOffers, {}}, {Victim::kBilling, {}}};
  std::map<Victim, absl::flat_hash_map<Uuid, uint64_t>> newest_ = {
      {Victim::kCatalog, {}}, {Victim::kOffers, {}}, {Victim::kBilling, {}}};
  absl::flat_hash_map<Uuid, OrderEnd> ends_;
  std::map<std::string, size_t> by_method_;
  std::vector<Acknowledged> reservoir_;
  size_t seen_ = 0;
  std::minstd_rand random_;
};

// Whose resource it is ("orders/…": billing), and its id. Dies on a name that is none of ours.
std::pair<Victim, Uuid> OwnerOf(absl::string_view resource);

}  // namespace milepost::torture
