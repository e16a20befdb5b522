// The limits of gigs, offers and orders. GigCatalog and OfferService refuse input beyond them, and MilestoneBilling
// bills everything within them: so everything that was published or sent can be ordered. The contract repeats them
// beside its fields, where rules are written in numbers; tests/unit/ordering/limits_test.cc compares the two.
#pragma once

#include <cstdint>

#include "common/core/money.h"

namespace milepost {

// The largest price of a package, amount of a milestone, and total of an offer or a plan, in minor units. It is half of
// the largest charge (kMaxMinor): the buyer's fees come on top (A23), and that leaves room for today's fees; a test checks
// it.
inline constexpr int64_t kMaxPriceMinor = kMaxMinor / 2;

inline constexpr int kMaxPlanMilestones = 5;   // S10
inline constexpr int kMaxOrderMilestones = 6;  // S23: of an offer, and so of an order
inline constexpr int kMaxMilestoneDays = 30;   // S24, A4
// These two are refused by the rules that the contract has beside its fields; MilestoneBilling asks again.
inline constexpr int kMaxOneTimeDays = 150;  // the whole work in one payment: S24 is about milestones
inline constexpr int kMaxRevisions = 100;    // where they are counted (A17)
// Of a subscription (A24).
inline constexpr int kMinIntervalDays = 7, kMaxIntervalDays = 92;
inline constexpr int kMinCycles = 2, kMaxCycles = 12;
inline constexpr int kMaxCycleDays = 30;
inline constexpr int kMaxDiscountPercent = 50;

// A1: the currencies of orders, gigs and offers. The ledger takes any currency.
constexpr bool CanBeOrderedIn(const Currency& currency) {
  return currency == Currency::Usd();
}

}  // namespace milepost
