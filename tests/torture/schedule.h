// What befalls which process in which round. Pure: the same seed, the same rounds.
//
// First every kind of victim and every named place comes once, in an order that the seed draws; after that chance decides.
// A place that was not reached in its round comes again later.
#pragma once

#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace milepost::torture {

enum class Victim { kCatalog, kOffers, kBilling, kSimulator, kDatabase, kEverything };
inline constexpr Victim kVictims[] = {Victim::kCatalog,   Victim::kOffers,   Victim::kBilling,
                                      Victim::kSimulator, Victim::kDatabase, Victim::kEverything};
// "catalog", "database", "everything"
absl::string_view NameOf(Victim victim);

// A named place (common/core/failpoint.h) in one of the services.
struct Place {
  Victim service = Victim::kBilling;
  std::string failpoint;
  // Reached by a worker that only the holder of its lease runs.
  bool in_leased_worker = false;
  // How often it is reached in a second or so of load: the round draws the turn at which it kills from 1 to this.
  int turns = 1;

  // "billing at steps.committed"
  std::string name() const;
  friend bool operator==(const Place&, const Place&) = default;
};
// All of them. A test compares with the sources.
const std::vector<Place>& Places();

// One round's blow.
struct Blow {
  Victim victim = Victim::kBilling;
  int replica = 0;        // of a service; or the database's node
  std::string failpoint;  // empty: kill -9 from outside
  bool in_leased_worker = false;
  int turn = 1;          // of the failpoint
  absl::Duration after;  // from the start of the load to the kill
  absl::Duration down;   // from the death to the start
  bool stormy = false;   // the payment provider fails and delays by chance
  // Shortly before, the services' time leaps this far past their deadlines: they fire while somebody dies. 0: it does not.
  int leap_days = 0;
  absl::Duration after_leap;  // from the leap to the kill from outside
  uint64_t load_seed = 0;

  bool leaps() const { return leap_days > 0; }
  // "kill database", "billing at steps.committed"
  std::string name() const;
};

struct ScheduleOptions {
  uint64_t seed = 1;
  int replicas = 2;
  int database_nodes = 1;
  bool database_is_mortal = true;
  bool leaps = false;  // in every other round
};

class Schedule {
 public:
  explicit Schedule(const ScheduleOptions& options);

  Blow Next();
  // The blow of the round before did not fall, or its round did not count: it comes again.
  void Missed(const Blow& blow);
  // How many rounds it takes to have everything once.
  static size_t EverythingOnce(bool database_is_mortal);

 private:
  Blow Drawn(Blow blow);
  int Below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }

  const ScheduleOptions options_;
  uint64_t drawn_ = 0;
  std::mt19937_64 random_;
  std::deque<Blow> owed_;  // comes before chance
};

}  // namespace milepost::torture
