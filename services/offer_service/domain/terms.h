// The terms of an offer: exactly one of three order types (S20), and the rules that hold for it in any state.
//
// Values only; every function here is pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "common/core/id.h"
#include "common/core/money.h"
#include "common/core/order_limits.h"

namespace milepost::offers {

// How often the buyer may send a delivery back (S25). Unset means none (A17).
struct Revisions {
  int count = 0;  // meaningless where unlimited
  bool unlimited = false;
  friend bool operator==(const Revisions&, const Revisions&) = default;
};

struct OneTimeTerms {
  Money price;
  int days = 0;
  Revisions revisions;
  std::string description;
  friend bool operator==(const OneTimeTerms&, const OneTimeTerms&) = default;
};

// A24. A cycle is worked on for at most its interval.
struct SubscriptionTerms {
  int interval_days = 0;  // between the starts of two cycles
  int cycles = 0;
  Money price;               // of the first cycle
  int discount_percent = 0;  // off the price from the second cycle on
  int days = 0;              // to the delivery, in each cycle
  Revisions revisions;       // per cycle
  std::string description;
  friend bool operator==(const SubscriptionTerms&, const SubscriptionTerms&) = default;
};

struct OfferMilestone {
  std::string title;
  std::string description;
  int days = 0;
  Money amount;
  Revisions revisions;
  friend bool operator==(const OfferMilestone&, const OfferMilestone&) = default;
};

struct MilestoneTerms {
  std::vector<OfferMilestone> milestones;  // in the order of work
  friend bool operator==(const MilestoneTerms&, const MilestoneTerms&) = default;
};

using Terms = std::variant<OneTimeTerms, SubscriptionTerms, MilestoneTerms>;

inline bool HasMilestones(const Terms& terms) {
  return std::holds_alternative<MilestoneTerms>(terms);
}

// The platform's settings for terms.
struct TermsPolicy {
  int min_milestones = 1;                // offer_min_milestones (A7)
  std::optional<Money> milestone_floor;  // the least total of a milestone offer (A8); unset: no floor
};

// The sum of all payments, without the buyer's fees; a discounted cycle is rounded half-even. Requires terms
// that CheckTerms accepts.
Money Total(const Terms& terms);

// S22–S25, A1, A7, A8, A17, A24. Refuses with, in this order: TOO_FEW_MILESTONES, TOO_MANY_MILESTONES;
// CURRENCY_NOT_ELIGIBLE; INVALID_FIELDS with every number that is out of its range (paths as in the contract,
// from "offer"), or a total above kMaxPriceMinor; OFFER_BELOW_FLOOR. The lengths of texts are the contract's business (the field options in
// offer.proto).
absl::Status CheckTerms(const Terms& terms, const TermsPolicy& policy);

// The hash of the terms that the buyer agrees to (A28): lower-case hex of SHA-256 over a canonical encoding of the
// gig and the terms. The same on every replica and in every release; any change of a term changes it.
std::string TermsHash(GigId gig, const Terms& terms);

}  // namespace milepost::offers
