#include "tests/torture/schedule.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace milepost::torture {
namespace {

constexpr int kPlaceInHundred = 40;  // the share of rounds, once everything came, that kill at a named place
constexpr int kStormyInHundred = 50;
constexpr uint64_t kLeapsOneIn = 2, kFarLeapsOneIn = 6;
// Past a review, the time to start the next milestone and the grace for its payment, and past the work of many milestones with the
// day after which their buyers may cancel.
constexpr int kLeapDays = 9;
// Past the 30 days after which an undelivered milestone ends, and past the time for a dispute.
constexpr int kFarLeapDays = 40;
constexpr uint64_t kAfterLeapMaxMs = 150;  // three times the sweepers' interval

bool IsPossible(Victim victim, bool database_is_mortal) {
  return database_is_mortal || (victim != Victim::kDatabase && victim != Victim::kEverything);
}

Blow At(const Place& place) {
  Blow blow;
  blow.victim = place.service;
  blow.failpoint = place.failpoint;
  blow.in_leased_worker = place.in_leased_worker;
  blow.turn = place.turns;  // the most; Drawn() draws
  return blow;
}

}  // namespace

absl::string_view NameOf(Victim victim) {
  switch (victim) {
    case Victim::kCatalog:
      return "catalog";
    case Victim::kOffers:
      return "offers";
    case Victim::kBilling:
      return "billing";
    case Victim::kSimulator:
      return "simulator";
    case Victim::kDatabase:
      return "database";
    case Victim::kEverything:
      return "everything";
  }
  return "nobody";
}

std::string Place::name() const {
  return absl::StrCat(NameOf(service), " at ", failpoint);
}

const std::vector<Place>& Places() {
  constexpr Victim C = Victim::kCatalog, O = Victim::kOffers, B = Victim::kBilling;
  static const auto* const places = new std::vector<Place>{
      {C, "before_write", false, 10},
      {C, "before_commit", false, 10},
      {C, "after_commit_before_answer", false, 10},
      {C, "sequencer_before_commit", true, 10},
      {O, "before_write", false, 20},
      {O, "before_commit", false, 20},
      {O, "after_commit_before_answer", false, 20},
      {O, "before_place_order", false, 8},
      {O, "after_place_order", false, 8},
      {O, "sequencer_before_commit", true, 10},
      {B, "before_write", false, 60},
      {B, "before_commit", false, 60},
      {B, "after_commit_before_answer", false, 60},
      {B, "steps.committed", false, 60},
      {B, "charging.before_provider", false, 20},
      {B, "charging.after_provider", false, 20},
      {B, "charging.before_answer", false, 20},
      {B, "refunding.before_provider", true, 1},
      {B, "refunding.after_provider", true, 1},
      {B, "relay.before_recording", true, 3},
      {B, "sequencer_before_commit", true, 10},
  };
  return *places;
}

std::string Blow::name() const {
  if (failpoint.empty()) return absl::StrCat("kill ", NameOf(victim));
  return absl::StrCat(NameOf(victim), " at ", failpoint);
}

Schedule::Schedule(const ScheduleOptions& options) : options_(options), random_(options.seed) {
  std::vector<Blow> once;
  for (const Victim victim : kVictims)
    if (IsPossible(victim, options.database_is_mortal)) once.push_back({.victim = victim});
  for (const Place& place : Places()) once.push_back(At(place));
  std::shuffle(once.begin(), once.end(), random_);
  owed_.assign(once.begin(), once.end());
}

size_t Schedule::EverythingOnce(bool database_is_mortal) {
  size_t count = Places().size();
  for (const Victim victim : kVictims) count += IsPossible(victim, database_is_mortal);
  return count;
}

Blow Schedule::Next() {
  if (!owed_.empty()) {
    Blow next = owed_.front();
    owed_.pop_front();
    return Drawn(std::move(next));
  }
  if (Below(100) < kPlaceInHundred) return Drawn(At(Places()[Below(static_cast<int>(Places().size()))]));
  Blow blow;
  do {
    blow.victim = kVictims[Below(static_cast<int>(std::size(kVictims)))];
  } while (!IsPossible(blow.victim, options_.database_is_mortal));
  return Drawn(std::move(blow));
}

void Schedule::Missed(const Blow& blow) {
  Blow again = blow;
  again.turn = std::max(1, blow.turn / 2);  // at most: it shall be reached this time
  owed_.push_back(std::move(again));
}

Blow Schedule::Drawn(Blow blow) {
  blow.replica = Below(blow.victim == Victim::kDatabase ? options_.database_nodes : options_.replicas);
  blow.turn = 1 + Below(std::max(1, blow.turn));
  blow.after = absl::Milliseconds(100 + Below(700));
  blow.down = absl::Milliseconds(Below(3) == 0 ? 0 : Below(600));
  blow.stormy = Below(100) < kStormyInHundred;
  blow.load_seed = random_();
  if (options_.leaps && ++drawn_ % kLeapsOneIn == 0)
    blow.leap_days = drawn_ % kFarLeapsOneIn == 0 ? kFarLeapDays : kLeapDays;
  if (blow.leaps()) blow.after_leap = absl::Milliseconds(blow.load_seed % kAfterLeapMaxMs);
  return blow;
}

}  // namespace milepost::torture
