// The aggregate of this service: one order with its milestones, payment attempts, refunds and deadlines (DOMAIN §4).
//
// Values only. An Order changes by its events alone (OrderDomain::Apply); everything else reads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/id.h"
#include "common/core/money.h"
#include "services/milestone_billing/domain/charge.h"
#include "services/milestone_billing/domain/deadline.h"
#include "services/milestone_billing/domain/enums.h"
#include "services/milestone_billing/domain/lifecycle.h"
#include "services/milestone_billing/domain/milestone.h"
#include "services/milestone_billing/domain/refund.h"
#include "services/milestone_billing/domain/terms.h"

namespace milepost::billing {

enum class OrderState {
  kPlacing,
  kPlacementFailed,
  kActive,
  kAwaitingNext,
  kAwaitingPayment,
  kCompleted,
  kDisputed,
  kCancelled
};

constexpr EnumEntry EntryOf(OrderState state) {
  switch (state) {
    case OrderState::kPlacing:
      return {"PLACING", 1};
    case OrderState::kPlacementFailed:
      return {"PLACEMENT_FAILED", 2};
    case OrderState::kActive:
      return {"ACTIVE", 3};
    case OrderState::kAwaitingNext:
      return {"AWAITING_NEXT", 4};
    case OrderState::kAwaitingPayment:
      return {"AWAITING_PAYMENT", 5};
    case OrderState::kCompleted:
      return {"COMPLETED", 6};
    case OrderState::kDisputed:
      return {"DISPUTED", 7};
    case OrderState::kCancelled:
      return {"CANCELLED", 8};
  }
  return {};
}

// Sums over the order's life, in minor units of its currency.
struct Totals {
  int64_t funded_minor = 0;  // into escrow (A of each M1)
  int64_t released_minor =
      0;  // out of escrow to the seller, commission included (A of each M2, s of each M6)
  int64_t refunded_minor = 0;       // out of escrow to the buyer (A of each M5, A − s of each M6)
  int64_t buyer_fees_minor = 0;     // f of each M1
  int64_t commission_minor = 0;     // c of each M2, c(s) of each M6
  int64_t fees_refunded_minor = 0;  // f of each M5, g of each M6

  int64_t escrow_minor() const { return funded_minor - released_minor - refunded_minor; }
  friend bool operator==(const Totals&, const Totals&) = default;
};

// The edition of new orders. An order is folded by the rules of its edition all its life:
//   0  from before deliveries had deadlines: each deadline has a row of its own, an undelivered milestone has none, and sent-back
//      deliveries are not kept
//   1  one main deadline, in one row (decisions/0044)
inline constexpr uint32_t kEdition = 1;

struct Order {
  OrderId id;
  uint64_t sequence = 0;
  absl::Time updated_at;
  std::vector<Deadline> deadlines;  // one of each (kind, subject) at most

  std::string buyer;             // users/…
  std::string seller;            // users/…
  std::optional<OfferId> offer;  // unset: a gig's order
  Terms terms;
  std::string terms_hash;      // what the buyer agreed to (A28)
  std::string payment_method;  // the last one used; the default of the next payment

  uint32_t edition = 0;  // see kEdition
  OrderState state = OrderState::kPlacing;
  std::optional<CompletionReason> completion_reason;  // exactly where COMPLETED
  std::optional<CancellationReason>
      cancellation_reason;                  // where CANCELLED, or COMPLETED (CANCELLED_AFTER_ACCEPTANCE)
  uint32_t placement_attempt = 0;           // the latest; an offer may be accepted, a quote used again
  std::optional<absl::Time> quote_expires;  // of a gig's order whose quote has an end: see quote_end()
  std::optional<PlacementFailure> placement_failure;  // exactly where PLACEMENT_FAILED
  absl::Time requested_at;                            // of the first attempt to place it
  std::optional<absl::Time> created_at;               // when it became ACTIVE
  std::optional<absl::Time> completed_at;

  std::vector<Milestone> milestones;  // numbers 1 … n, one for each of Terms.milestones
  uint32_t current_milestone = 1;  // the one that is worked on, waits for its payment, or was accepted last
  std::vector<Charge> charges;     // every attempt ever, oldest first
  std::vector<Refund> refunds;     // every one ever, oldest first
  Totals totals;
  std::optional<CancellationRequest> cancellation_request;  // that waits for its answer
  std::optional<OperatorTask> operator_task;                // what the order waits for an operator for
  std::optional<absl::Time> operator_since;                 // exactly with operator_task

  std::optional<Deadline> noted_deadline;  // A16: fell due while an attempt was OPEN and waits for its end
  uint32_t deadlines_set = 0;              // so far; numbers them
  std::optional<absl::Time> outcome_due;   // since when OfferService is owed the outcome; unset: nothing owed

  const Milestone& current() const { return milestones[current_milestone - 1]; }
  // The agreed terms of the milestone.
  const MilestoneTerms& TermsOf(uint32_t milestone) const { return terms.milestones[milestone - 1]; }
  // The milestone with that number, or null.
  const Milestone* FindMilestone(uint32_t number) const;
  const Charge* FindCharge(const ChargeId& charge) const;
  const Charge* FindCharge(uint32_t milestone, uint32_t slot) const;
  const Refund* FindRefund(const ChargeId& charge, uint32_t number) const;
  // The milestone with that number, which must exist. For events, whose CanApply has checked it.
  Milestone& At(uint32_t number) { return milestones[number - 1]; }
  Charge& At(const ChargeId& charge);
  Refund& At(const ChargeId& charge, uint32_t number);
  void SetDeadline(DeadlineKind kind, absl::Time due, uint32_t subject = 0) {
    milepost::SetDeadline(deadlines, deadlines_set, kind, due, subject);
  }
  void ClearDeadline(DeadlineKind kind, uint32_t subject = 0) {
    milepost::ClearDeadline(deadlines, kind, subject);
  }
  // The main deadline, or null.
  const Deadline* main_deadline() const;
  // The main deadline becomes this one and goes on in its row. In orders of edition 0 `ends`, if given, is cleared, and this one
  // gets a row of its own.
  void MoveMainDeadline(std::optional<DeadlineKind> ends, DeadlineKind kind, absl::Time due);
  // The main deadline that has fired becomes the next one, in a new row.
  void FollowMainDeadline(DeadlineKind fired, DeadlineKind kind, absl::Time due) {
    ClearDeadline(fired);
    SetDeadline(kind, due);
  }
  // Clears all that waits to happen. For the events that end the order.
  void Close(OrderState as, absl::Time at);
  // The OPEN attempt, or null.
  const Charge* open_charge() const;
  // The end of the quote of a gig's order. A quote from a release in which quotes had no end counts as expired.
  absl::Time quote_end() const { return quote_expires.value_or(absl::UnixEpoch()); }
  // The payment method of the latest attempt to place the order.
  const std::string& placed_with() const;
  // The latest attempt (an order always has one unless its acceptance came too late), or null.
  const Charge* last_charge() const { return charges.empty() ? nullptr : &charges.back(); }
  bool is_last(uint32_t milestone) const { return milestone == milestones.size(); }
  // S29: whether the buyer has accepted any milestone.
  bool has_accepted() const { return milestones.front().state == MilestoneState::kAccepted; }
  // W9: the current milestone's money is held and the seller is to work on it.
  bool work_authorized() const { return state == OrderState::kActive && current().authorizes_work(); }
  // The money that is held for the current milestone: A, or 0.
  int64_t held_minor() const { return current().holds_money() ? TermsOf(current_milestone).amount.minor : 0; }
  // A20: the delivery came after its due time, or is missing although it was due before `now`.
  bool IsLate(const Milestone& milestone, absl::Time now) const;

  friend bool operator==(const Order&, const Order&) = default;
};

// How the attempt to place an order stands; durable once it is not kOpen.
struct PlacementOutcome {
  enum class Kind { kOpen, kPlaced, kFailed } kind = Kind::kOpen;
  std::optional<PlacementFailure> failure;      // where kFailed
  std::optional<DeclineReason> decline_reason;  // where the payment was declined
  friend bool operator==(const PlacementOutcome&, const PlacementOutcome&) = default;
};
// The answer to PlaceOrder about accept attempt `attempt`, the latest or an earlier one.
PlacementOutcome PlacementOf(const Order& order, uint32_t attempt);

// The order of an offer: one, for ever (DOMAIN §4).
OrderId OrderIdOf(const OfferId& offer);
// The order of a gig's quote: its business key is (buyer, quote).
OrderId OrderIdOf(const Uuid& quote_nonce, absl::string_view buyer);

}  // namespace milepost::billing
