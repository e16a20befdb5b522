// Cancellations of an order: requests to cancel it and answers to them (A19), the buyer's cancellation of a late milestone (A20), and
// the end of a milestone that is never delivered (A27), with their commands and events. They give back what is held for the current
// milestone, or split it; accepted milestones stay accepted and paid.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "common/core/actor.h"
#include "common/core/audience.h"
#include "common/core/id.h"
#include "common/core/money.h"
#include "common/core/type_list.h"
#include "services/milestone_billing/domain/enums.h"
#include "services/milestone_billing/domain/ledger.h"
#include "services/milestone_billing/domain/party.h"

namespace milepost::billing {

struct Cause;
struct Decision;
struct Order;
struct Rule;

enum class CancellationReason {
  kAgreed,           // one party asked, the other agreed (A19)
  kLateDelivery,     // by the buyer, of a late milestone (A20)
  kNonDelivery,      // A27
  kByOperator,       // A19
  kDisputeResolved,  // by an operator's refund or split
  kRefundedBySeller  // in a dispute
};

constexpr EnumEntry EntryOf(CancellationReason reason) {
  switch (reason) {
    case CancellationReason::kAgreed:
      return {"AGREED", 1};
    case CancellationReason::kLateDelivery:
      return {"LATE_DELIVERY", 2};
    case CancellationReason::kNonDelivery:
      return {"NON_DELIVERY", 3};
    case CancellationReason::kByOperator:
      return {"BY_OPERATOR", 4};
    case CancellationReason::kDisputeResolved:
      return {"DISPUTE_RESOLVED", 5};
    case CancellationReason::kRefundedBySeller:
      return {"REFUNDED_BY_SELLER", 6};
  }
  return {};
}

// A party's request to cancel the order, while the other party's answer is awaited.
struct CancellationRequest {
  Party by = Party::kBuyer;
  int64_t seller_minor = 0;  // what the seller gets of the money that is held, before commission
  std::string message;
  absl::Time at;
  friend bool operator==(const CancellationRequest&, const CancellationRequest&) = default;
};

// How a milestone's escrow was divided when it was cancelled (M5, M6). All in the currency of the charge.
struct EscrowSplit {
  uint32_t milestone = 0;
  ChargeId charge;
  Money amount;                  // A, all of it
  int64_t seller_minor = 0;      // s: to the seller, commission included; the buyer gets A − s back
  int64_t commission_minor = 0;  // c(s)
  int64_t fee_minor = 0;         // g: what the buyer gets back of the fee
  Move move;                     // M5 where s = 0, else M6

  // What the buyer gets back: A − s + g.
  Money refund() const { return Money{amount.minor - seller_minor + fee_minor, amount.currency}; }
  friend bool operator==(const EscrowSplit&, const EscrowSplit&) = default;
};

// Asks to cancel the order; an operator's request cancels it, and the seller's request for nothing ends a dispute (A19).
struct RequestCancellation {
  static constexpr TriggerInfo kInfo = {"RequestCancellation",
                                        {Party::kBuyer, Party::kSeller, Party::kOperator}};
  Actor actor;
  Money seller_amount;  // of what is held, before commission
  std::string message;

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

struct AnswerCancellation {
  static constexpr TriggerInfo kInfo = {"AnswerCancellation", {Party::kBuyer, Party::kSeller}};
  Actor actor;
  bool agrees = false;
  std::string message;

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

// A20: the buyer cancels a milestone that is late and was never delivered.
struct CancelLateMilestone {
  static constexpr TriggerInfo kInfo = {"CancelLateMilestone", {Party::kBuyer}};
  Actor actor;
  uint32_t milestone = 0;
  std::string message;

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

struct CancellationRequested {
  static constexpr EventInfo kInfo = {"cancellation.requested", Audience::kParties};
  Party by = Party::kBuyer;
  Money seller_amount;
  std::string message;
  absl::Time answer_due;

  static CancellationRequested Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const CancellationRequested&, const CancellationRequested&) = default;
};

// The other party agreed; the events after this one show the consequences.
struct CancellationAccepted {
  static constexpr EventInfo kInfo = {"cancellation.accepted", Audience::kParties};
  Party by = Party::kBuyer;  // who answered
  std::string message;

  static CancellationAccepted Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const CancellationAccepted&, const CancellationAccepted&) = default;
};

struct CancellationRejected {
  static constexpr EventInfo kInfo = {"cancellation.rejected", Audience::kParties};
  Party by = Party::kBuyer;  // who answered
  std::string message;

  static CancellationRejected Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const CancellationRejected&, const CancellationRejected&) = default;
};

// Nobody answered the request in time.
struct CancellationLapsed {
  static constexpr EventInfo kInfo = {"cancellation.lapsed", Audience::kParties};
  Party by = Party::kBuyer;  // who asked

  static CancellationLapsed Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const CancellationLapsed&, const CancellationLapsed&) = default;
};

// The order went on or ended otherwise before the request was answered.
struct CancellationVoided {
  static constexpr EventInfo kInfo = {"cancellation.voided", Audience::kParties};
  Party by = Party::kBuyer;  // who asked

  // None where no request is pending.
  static std::vector<CancellationVoided> Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const CancellationVoided&, const CancellationVoided&) = default;
};

// An operator cancelled the order; the events after this one show the consequences. The event's actor is the operator.
struct CancellationOrdered {
  static constexpr EventInfo kInfo = {"cancellation.ordered", Audience::kParties};
  Money seller_amount;
  std::string message;

  static CancellationOrdered Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const CancellationOrdered&, const CancellationOrdered&) = default;
};

// A20: the due time passed without a delivery.
struct MilestoneOverdue {
  static constexpr EventInfo kInfo = {"milestone.overdue", Audience::kParties};
  uint32_t milestone = 0;
  absl::Time due_at;
  std::optional<absl::Time>
      cancellable_at;          // from then on the buyer may cancel; unset after a revision request
  absl::Time non_delivery_at;  // A27

  static MilestoneOverdue Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const MilestoneOverdue&, const MilestoneOverdue&) = default;
};

// A20: from now on the buyer may cancel the late milestone.
struct MilestoneCancellable {
  static constexpr EventInfo kInfo = {"milestone.cancellable", Audience::kParties};
  uint32_t milestone = 0;
  absl::Time non_delivery_at;

  static MilestoneCancellable Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const MilestoneCancellable&, const MilestoneCancellable&) = default;
};

// A milestone that was paid and not accepted is cancelled: its money leaves escrow (M5, M6). refund.started follows where
// money goes back to the buyer.
struct MilestoneCancelled {
  static constexpr EventInfo kInfo = {"milestone.cancelled", Audience::kParties};
  CancellationReason reason = CancellationReason::kAgreed;
  EscrowSplit split;
  std::string message;  // the buyer's, with CancelLateMilestone

  static MilestoneCancelled Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const MilestoneCancelled&, const MilestoneCancelled&) = default;
};

// The order ended before any milestone was accepted.
struct OrderCancelled {
  static constexpr EventInfo kInfo = {"order.cancelled", Audience::kParties};
  CancellationReason reason = CancellationReason::kAgreed;

  static OrderCancelled Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const OrderCancelled&, const OrderCancelled&) = default;
};

using CancellationCommands = TypeList<RequestCancellation, AnswerCancellation, CancelLateMilestone>;
using CancellationEventTypes =
    TypeList<CancellationRequested, CancellationAccepted, CancellationRejected, CancellationLapsed,
             CancellationVoided, CancellationOrdered, MilestoneOverdue, MilestoneCancellable,
             MilestoneCancelled, OrderCancelled>;

}  // namespace milepost::billing
