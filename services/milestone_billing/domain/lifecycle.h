// An order's beginning and end: why attempts to place it fail, why it is completed, and the events of both.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/core/audience.h"
#include "common/core/id.h"
#include "common/core/type_list.h"
#include "services/milestone_billing/domain/charge.h"
#include "services/milestone_billing/domain/enums.h"
#include "services/milestone_billing/domain/terms.h"

namespace milepost::billing {

struct Cause;
struct Order;

enum class CompletionReason {
  kAllAccepted,
  kEndedByBuyer,
  kReviewTimeout,
  kNextNotStarted,
  kPaymentGraceTimeout
};

// Why an attempt to place an order failed.
enum class PlacementFailure { kPaymentDeclined, kPaymentVoided, kAcceptWindowPassed };

constexpr EnumEntry EntryOf(CompletionReason reason) {
  switch (reason) {
    case CompletionReason::kAllAccepted:
      return {"ALL_ACCEPTED", 1};
    case CompletionReason::kEndedByBuyer:
      return {"ENDED_BY_BUYER", 2};
    case CompletionReason::kReviewTimeout:
      return {"REVIEW_TIMEOUT", 3};
    case CompletionReason::kNextNotStarted:
      return {"NEXT_NOT_STARTED", 4};
    case CompletionReason::kPaymentGraceTimeout:
      return {"PAYMENT_GRACE_TIMEOUT", 5};
  }
  return {};
}
constexpr EnumEntry EntryOf(PlacementFailure failure) {
  switch (failure) {
    case PlacementFailure::kPaymentDeclined:
      return {"PAYMENT_DECLINED", 1};
    case PlacementFailure::kPaymentVoided:
      return {"PAYMENT_VOIDED", 2};
    case PlacementFailure::kAcceptWindowPassed:
      return {"ACCEPT_WINDOW_PASSED", 3};
  }
  return {};
}

// Someone asked for the order; its terms are fixed from here on. Repeated (with the next attempt's number)
// when an offer is accepted, or a quote used, again after a failure.
struct OrderPlacementStarted {
  static constexpr EventInfo kInfo = {"order.placement_started", Audience::kParties};
  OrderId order;
  uint32_t attempt = 0;
  std::string buyer;
  std::string seller;
  std::optional<OfferId> offer;
  Terms terms;
  std::string terms_hash;
  std::string payment_method;
  std::optional<absl::Time> quote_expires;  // of a gig's order whose quote has an end

  static OrderPlacementStarted Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const OrderPlacementStarted&, const OrderPlacementStarted&) = default;
};

// Nothing was charged, and nothing will be under this attempt.
struct OrderPlacementFailed {
  static constexpr EventInfo kInfo = {"order.placement_failed", Audience::kParties};
  uint32_t attempt = 0;
  PlacementFailure failure = PlacementFailure::kPaymentDeclined;
  std::optional<ChargeId> charge;               // the attempt that ended; unset where none was started
  std::optional<DeclineReason> decline_reason;  // where the payment was declined

  static OrderPlacementFailed Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const OrderPlacementFailed&, const OrderPlacementFailed&) = default;
};

// The order is placed.
struct OrderCreated {
  static constexpr EventInfo kInfo = {"order.created", Audience::kParties};

  static OrderCreated Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const OrderCreated&, const OrderCreated&) = default;
};

// A milestone will not be worked on any more.
struct MilestoneSkipped {
  static constexpr EventInfo kInfo = {"milestone.skipped", Audience::kParties};
  uint32_t milestone = 0;

  // One for each milestone that is not started.
  static std::vector<MilestoneSkipped> Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const MilestoneSkipped&, const MilestoneSkipped&) = default;
};

// S29: the buyer ended the order after accepting `milestone`.
struct OrderEnded {
  static constexpr EventInfo kInfo = {"order.ended", Audience::kParties};
  uint32_t milestone = 0;

  static OrderEnded Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const OrderEnded&, const OrderEnded&) = default;
};

// S30: the fact that whoever sends notifications acts on.
struct SellerNotified {
  static constexpr EventInfo kInfo = {"seller.notified", Audience::kParties};
  std::string seller;

  static SellerNotified Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const SellerNotified&, const SellerNotified&) = default;
};

struct OrderCompleted {
  static constexpr EventInfo kInfo = {"order.completed", Audience::kParties};
  CompletionReason reason = CompletionReason::kAllAccepted;

  static OrderCompleted Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const OrderCompleted&, const OrderCompleted&) = default;
};

// OfferService knows how its order ended.
struct OrderOutcomeRecorded {
  static constexpr EventInfo kInfo = {"order.outcome_recorded"};

  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const OrderOutcomeRecorded&, const OrderOutcomeRecorded&) = default;
};

using LifecycleEvents = TypeList<OrderPlacementStarted, OrderPlacementFailed, OrderCreated, MilestoneSkipped,
                                 OrderEnded, SellerNotified, OrderCompleted, OrderOutcomeRecorded>;

}  // namespace milepost::billing
