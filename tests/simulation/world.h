// The simulated world: three services, the payment provider, the network between them and one clock, all in this process and on this
// thread. It plays the entries of a story one by one and checks the invariants on the way.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "asio/executor_work_guard.hpp"
#include "asio/io_context.hpp"
#include "common/db/read_pool.h"
#include "common/service/queries.h"
#include "tests/simulation/billing.h"
#include "tests/simulation/books.h"
#include "tests/simulation/catalog.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/findings.h"
#include "tests/simulation/forecasts.h"
#include "tests/simulation/invariants.h"
#include "tests/simulation/network.h"
#include "tests/simulation/offers.h"
#include "tests/simulation/provider.h"
#include "tests/simulation/store_mishaps.h"
#include "tests/simulation/story.h"
#include "tests/simulation/witness.h"

namespace milepost::simulation {

// A quote that a buyer has got.
struct Quoted {
  std::string token, buyer;
  GigId gig;
  OrderId order;
  absl::Time expires;
};

// What there is, by the names under which a story speaks of it.
struct Census {
  std::map<uint64_t, GigId> gigs;
  std::map<uint64_t, OfferId> open_offers, closed_offers;
  std::map<uint64_t, Quoted> quotes;                 // by their orders' names
  std::map<uint64_t, OrderId> unfinished, finished;  // one whose placement failed counts as finished
};

struct WorldOptions {
  uint64_t seed = 0;
  Faults faults;
  // Checked after each commit besides those of invariants.h: for tests of the simulation itself.
  std::vector<OrderInvariant> more_invariants;
};

// Not thread-safe.
class World {
 public:
  explicit World(const WorldOptions& options);
  ~World();

  // Plays one entry. What was wrong is in findings().
  void Play(const Entry& entry, size_t number);
  // Plays all deadlines and all work out, lets operators do what is theirs, and checks what must hold then.
  void PlayOut();

  const Findings& findings() const { return findings_; }
  absl::Time now() const { return now_; }
  const Census& census() const { return census_; }
  const Network& network() const { return network_; }
  const Books& books() const { return books_; }
  // When the next deadline of an order or an offer, or the next work, falls due; nothing: never.
  std::optional<absl::Time> NextDue();

  // The names of orders with a deadline in the next hour, earliest first, a few.
  std::vector<uint64_t> DueSoon();

  // How many commands the lanes answered.
  uint64_t commands() const;
  const Forecasts& forecasts() const { return forecasts_; }
  // How often each kind of event of an order was written, and each reason refused.
  const std::map<std::string, uint64_t>& events() const { return events_; }
  const std::map<std::string, uint64_t>& refusals() const { return refusals_; }
  // A number that depends on every event of every order and offer: equal for equal runs.
  uint64_t digest() const { return digest_; }
  const std::deque<uint64_t>& sent() const;  // as Clients
  // The names of the aggregates that the last entry touched.
  const std::set<uint64_t>& touched() const { return touched_; }
  // The life of the order or offer of this name, a line an event.
  std::string Transcript(uint64_t name) const;
  // The order's name and those of its offer and gig.
  std::set<uint64_t> Related(uint64_t name) const;

 private:
  friend class Clients;
  friend class Ending;

  void Touch(uint64_t name) { touched_.insert(name); }
  void Do(const Entry& entry, Chance& chance);
  // Moves the clocks, and lets sweepers fire what fell due, or not.
  void MoveTo(absl::Time to, Chance& chance);
  void ShowTime(absl::Time now);
  void Sweep(size_t replica);
  void Work(Chance& chance);
  void TakeDue(Books::Work work, size_t replica, size_t limit);
  void DriveAcceptances(size_t replica, size_t limit);
  // Lets one thing happen that waits for it: a lane runs a batch, or a message arrives. False: nothing waits.
  bool LetSomethingHappen(uint64_t seed);
  // … until nothing waits any more.
  void Settle(uint64_t seed);

  void OnOrderCommit(const db::Change<billing::OrderDomain>& change);
  void OnOfferCommit(const db::Change<offers::OfferDomain>& change);
  void CheckTouched();
  void CheckOrder(const OrderId& order, const billing::Order* before,
                  absl::Span<const OrderInvariant> invariants);
  void CheckMany();

  const WorldOptions options_;
  absl::Time now_;
  Findings findings_;
  Forecasts forecasts_;
  Census census_;
  Books books_;
  StoreMishaps mishaps_;
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> working_;
  db::ReadPool no_reads_;
  service::Queries queries_;
  Network network_;
  Provider provider_;
  testing::MemoryDatabase<billing::OrderDomain> orders_;
  testing::MemoryDatabase<offers::OfferDomain> offers_db_;
  testing::MemoryTimeline<billing::OrderDomain> orders_timeline_;
  testing::MemoryTimeline<offers::OfferDomain> offers_timeline_;
  Witness<billing::OrderDomain> orders_witness_;
  Witness<offers::OfferDomain> offers_witness_;
  Catalog catalog_;
  Offers offers_;
  Billing billing_;
  std::unique_ptr<class Clients> clients_;

  std::set<uint64_t> touched_;
  std::map<OrderId, std::optional<billing::Order>> changed_;  // since the last check, as they were before
  std::set<std::pair<absl::Time, OfferId>> accepting_;        // since when
  std::multiset<absl::Time> submitting_until_;                // of OPEN attempts
  bool calm_ = false;                                         // nothing goes wrong any more
  uint64_t checked_at_ = 0, checks_ = 0;
  std::map<std::string, uint64_t> events_, refusals_;
  uint64_t digest_ = 0;
};

}  // namespace milepost::simulation
