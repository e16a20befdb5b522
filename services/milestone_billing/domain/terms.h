// The terms of an order, to which the buyer agrees: milestones, amounts, days, fees and deadlines. They never change,
// whatever happens to the gig, the offer or our settings (A22).
//
// Values only; every function here is pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/id.h"
#include "common/core/money.h"
#include "common/core/order_limits.h"
#include "services/milestone_billing/domain/enums.h"

namespace milepost::billing {

// kSubscription exists so that it can be refused by name; such orders are not billed yet.
enum class OrderKind { kMilestones, kOneTime, kSubscription };

constexpr EnumEntry EntryOf(OrderKind kind) {
  switch (kind) {
    case OrderKind::kMilestones:
      return {"MILESTONES", 1};
    case OrderKind::kOneTime:
      return {"ONE_TIME", 2};
    case OrderKind::kSubscription:
      return {"SUBSCRIPTION", 3};
  }
  return {};
}

// How often the buyer may send a milestone's delivery back (S25, A17).
struct Revisions {
  bool unlimited = false;
  int count = 0;  // meaningless where unlimited
  friend bool operator==(const Revisions&, const Revisions&) = default;
};

// One milestone as agreed. A one-time order has exactly one.
struct MilestoneTerms {
  std::string name;
  std::string description;
  int days = 0;  // for the work, from its funding on; 24 h each
  Money amount;  // what the seller earns before commission; the buyer's fee comes on top
  Revisions revisions;
  bool zoom = false;                  // A21
  std::vector<std::string> substeps;  // names (S16)
  friend bool operator==(const MilestoneTerms&, const MilestoneTerms&) = default;
};

// A23. Each fee is rounded half to even.
struct FeePolicy {
  int64_t commission_bps = 2000;        // of the amount, from the seller; 100 = 1 %
  int64_t buyer_fee_bps = 550;          // of each payment, from the buyer
  int64_t small_order_fee_minor = 300;  // added to the buyer's fee of a payment under …
  int64_t small_order_below_minor = 10000;

  // c(A). amount_minor ≥ 0.
  int64_t Commission(int64_t amount_minor) const;
  // f(A), for one payment. amount_minor ≥ 0.
  int64_t BuyerFee(int64_t amount_minor) const;
  friend bool operator==(const FeePolicy&, const FeePolicy&) = default;
};

// The durations of an order's timers.
struct DeadlinePolicy {
  absl::Duration review = absl::Hours(8 * 24);           // S33: to accept a milestone or ask for a revision
  absl::Duration one_time_review = absl::Hours(3 * 24);  // A26: the same, of a one-time order
  absl::Duration next_start = absl::Hours(8 * 24);  // A12: to start the next milestone, from the acceptance
  absl::Duration payment_grace = absl::Hours(8 * 24);  // A15: to pay for the next one, from its start
  absl::Duration min_revision = absl::Hours(3 * 24);   // A17: the least time a revision gives the seller
  // From here on zero in orders from before these deadlines existed; read them with Of.
  absl::Duration late_cancellation = absl::Hours(24);    // A20: from the due time until the buyer may cancel
  absl::Duration non_delivery = absl::Hours(30 * 24);    // A27: from the due time until the milestone ends
  absl::Duration cancellation_answer = absl::Hours(48);  // A19: to answer a request to cancel
  absl::Duration dispute = absl::Hours(14 * 24);         // from the opening until an operator is called
  absl::Duration after_dispute = absl::Hours(24);  // the least time that is left after a withdrawn dispute

  // The duration, or today's default where the order has none.
  absl::Duration Of(absl::Duration DeadlinePolicy::*duration) const;
  friend bool operator==(const DeadlinePolicy&, const DeadlinePolicy&) = default;
};

struct Terms {
  OrderKind kind = OrderKind::kMilestones;
  GigId gig;
  std::string title;
  std::string package;        // BASIC, STANDARD or PREMIUM; empty for an offer
  uint64_t plan_version = 0;  // of the gig's milestone plan; 0 where the terms don't come from one
  bool payments_on = true;    // S12, S13; off is not billed yet (A6)
  std::vector<MilestoneTerms> milestones;  // in the order of work
  FeePolicy fees;
  DeadlinePolicy deadlines;

  // The currency of every amount. Requires at least one milestone.
  Currency currency() const { return milestones.front().amount.currency; }
  absl::Duration review_window() const {
    return kind == OrderKind::kOneTime ? deadlines.one_time_review : deadlines.review;
  }
  friend bool operator==(const Terms&, const Terms&) = default;
};

// Checks whether an order can have these terms. Refuses with, in this order: ORDER_TYPE_NOT_BILLED_YET (subscription;
// payments switched off, A6), TOO_FEW_MILESTONES, TOO_MANY_MILESTONES, INVALID_FIELDS (days, amounts or revisions out
// of range, a total, fees included, above kMaxMinor; paths from "terms"), CURRENCY_NOT_ELIGIBLE (A1).
absl::Status CheckTerms(const Terms& terms);

// A28: lower-case hex of SHA-256 over a canonical encoding of every field. Equal terms hash equal on every
// replica and release; any change of a term, fees and deadlines included, changes it.
std::string TermsHash(const Terms& terms);

}  // namespace milepost::billing
