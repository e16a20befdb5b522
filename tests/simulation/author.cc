#include "tests/simulation/author.h"

#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace milepost::simulation {
namespace {

constexpr size_t kGigs = 30;
constexpr size_t kOrdersAtATime = 250;  // unfinished ones
constexpr size_t kOffersAtATime = 150;  // that are open

// The name of one of these; 0: there is none.
template <class Map>
uint64_t SomeOf(const Map& map, Chance& chance) {
  if (map.empty()) return 0;
  const auto found = map.lower_bound(chance.Next());
  return found == map.end() ? map.begin()->first : found->first;
}

Act Weighed(const std::vector<std::pair<Act, uint64_t>>& acts, Chance& chance) {
  uint64_t all = 0;
  for (const auto& [act, weight] : acts) all += weight;
  uint64_t drawn = chance.Below(all);
  for (const auto& [act, weight] : acts) {
    if (drawn < weight) return act;
    drawn -= weight;
  }
  return Act::kWait;
}

}  // namespace

Entry Author::Next(World& world, uint64_t number) const {
  Chance chance(Mix(Mix(seed_, 3), number));
  Entry entry;
  entry.at = SomeInstant(world, chance);
  entry.act = SomeAct(world, chance);
  entry.subject = SomeSubject(world, entry.act, chance);
  entry.seed = chance.Next();
  return entry;
}

// Mostly now or a little later; sometimes exactly when something falls due, or a microsecond before or after; seldom days later.
absl::Time Author::SomeInstant(World& world, Chance& chance) {
  const absl::Time now = world.now();
  const uint64_t percent = chance.Below(1000);
  if (percent < 640) return now;
  if (percent < 800) return now + absl::Seconds(chance.Between(1, 60));
  if (percent < 950) return now + absl::Minutes(chance.Between(1, 25));
  if (percent < 955) return now + absl::Hours(chance.Between(1, 8));
  if (percent == 999) return chance.OneIn(3) ? now + absl::Hours(chance.Between(24, 240)) : now;
  const std::optional<absl::Time> due = world.NextDue();
  if (!due || *due > now + absl::Hours(1)) return now;  // that long only where nobody has anything else to do
  return *due + absl::Microseconds(chance.Between(-1, 1));
}

Act Author::SomeAct(const World& world, Chance& chance) {
  const Census& census = world.census();
  const bool more_orders = census.unfinished.size() < kOrdersAtATime;
  const bool more_offers = census.open_offers.size() < kOffersAtATime;
  const bool held_up = !world.network().HeldUp().empty();
  return Weighed({{Act::kNewGig, census.gigs.size() < kGigs ? 20 : 0},
                  {Act::kChangeGig, 4},
                  {Act::kNewOffer, more_orders && more_offers ? 80 : 2},
                  {Act::kMoveOffer, more_orders ? 240 : 30},
                  {Act::kQuote, more_orders ? 10 : 2},
                  {Act::kPlaceByQuote, more_orders ? 20 : 3},
                  // As many as there are orders: a step of each every day or two.
                  {Act::kStep, 10 + 600 * census.unfinished.size() / kOrdersAtATime},
                  {Act::kResend, 30},
                  {Act::kWork, 150},
                  {Act::kSweep, 20},
                  {Act::kLateMessage, held_up ? 40 : 0},
                  {Act::kCrash, 4},
                  {Act::kWait, 20}},
                 chance);
}

uint64_t Author::SomeSubject(World& world, Act act, Chance& chance) {
  const Census& census = world.census();
  switch (act) {
    case Act::kChangeGig:
    case Act::kNewOffer:
    case Act::kQuote:
      return SomeOf(census.gigs, chance);
    case Act::kMoveOffer:
      return SomeOf(chance.OneIn(20) ? census.closed_offers : census.open_offers, chance);
    case Act::kPlaceByQuote:
      return SomeOf(census.quotes, chance);
    case Act::kStep:
      // Often at the last moment.
      if (const std::vector<uint64_t> due = world.DueSoon(); !due.empty() && chance.OneIn(3))
        return chance.Pick(due);
      return SomeOf(chance.OneIn(25) ? census.finished : census.unfinished, chance);
    case Act::kResend:
      return world.sent().empty() ? 0 : chance.Pick(world.sent());
    case Act::kLateMessage: {
      const std::vector<uint64_t> held_up = world.network().HeldUp();
      return held_up.empty() ? 0 : chance.Pick(held_up);
    }
    case Act::kNewGig:
    case Act::kWork:
    case Act::kSweep:
    case Act::kCrash:
    case Act::kWait:
      return 0;
  }
  return 0;
}

}  // namespace milepost::simulation
