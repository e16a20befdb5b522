// The beginning and the end of an order: its placement, the reasons for failed placements and for completion, and
// their commands and events.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/core/actor.h"
#include "common/core/audience.h"
#include "common/core/id.h"
#include "common/core/type_list.h"
#include "services/milestone_billing/domain/charge.h"
#include "services/milestone_billing/domain/enums.h"
#include "services/milestone_billing/domain/party.h"
#include "services/milestone_billing/domain/terms.h"

namespace milepost::billing {

struct Cause;
struct Decision;
struct Order;
struct Rule;

enum class CompletionReason {
  kAllAccepted,
  kEndedByBuyer,
  kReviewTimeout,
  kNextNotStarted,
  kPaymentGraceTimeout,
  kCancelledAfterAcceptance
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
    case CompletionReason::kCancelledAfterAcceptance:
      return {"CANCELLED_AFTER_ACCEPTANCE", 6};
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

// The order of an offer. Idempotent by (offer, attempt): a known attempt changes nothing, and PlacementOf
// tells how it stands. Its aggregate is OrderIdOf(offer).
struct PlaceOrder {
  static constexpr TriggerInfo kInfo = {"PlaceOrder", {Party::kOfferService}};
  Actor actor;  // services/offer-service
  OfferId offer;
  std::string buyer;
  std::string seller;
  Terms terms;
  std::string terms_hash;  // of the offer, as the buyer accepted it (A28)
  std::string payment_method;
  uint32_t attempt = 0;  // of the offer's acceptance: 1, 2, 3 …
  absl::Time accept_until;
  AttemptPolicy policy;

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

// The order of a quote. Its business key is (buyer, quote): after PLACEMENT_FAILED it is tried again, with the next attempt's
// number; an order that is placed, or whose attempt is OPEN, is left as it is, and asking for it with another payment method
// than that attempt's is refused. Its aggregate is OrderIdOf(quote_nonce, buyer).
struct PlaceGigOrder {
  static constexpr TriggerInfo kInfo = {"PlaceGigOrder", {Party::kBuyer}};
  Actor actor;  // becomes the buyer
  Uuid quote_nonce;
  std::string seller;
  Terms terms;             // as they are now
  std::string terms_hash;  // of the quote, as the buyer saw it (A28)
  std::string payment_method;
  AttemptPolicy policy;
  absl::Time quote_expires = absl::InfiniteFuture();  // from then on no attempt is started
  absl::Status orderable;  // why no attempt can be started now (the gig is paused, say), where that is so

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

struct StartNextMilestone {
  static constexpr TriggerInfo kInfo = {"StartNextMilestone", {Party::kBuyer}};
  Actor actor;
  std::string payment_method;  // empty: the order's
  AttemptPolicy policy;

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

struct EndOrder {
  static constexpr TriggerInfo kInfo = {"EndOrder", {Party::kBuyer}};
  Actor actor;

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

// The relay has reported the order's end to OfferService.
struct OutcomeRecorded {
  Decision Decide(const Order* order, absl::Time now) const;
};

// An attempt to place the order began; its terms are fixed from now on. Repeated (with the next attempt's number)
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
  uint32_t edition = 0;                     // Order::edition

  static OrderPlacementStarted Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const OrderPlacementStarted&, const OrderPlacementStarted&) = default;
};

// The placement failed: nothing was charged, and nothing will be charged under this attempt.
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

// S30: the seller is to be notified; the sender of notifications acts on this event.
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

// OfferService has recorded the order's end.
struct OrderOutcomeRecorded {
  static constexpr EventInfo kInfo = {"order.outcome_recorded"};

  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const OrderOutcomeRecorded&, const OrderOutcomeRecorded&) = default;
};

using PlacingCommands = TypeList<PlaceOrder, PlaceGigOrder>;
using ContinuingCommands = TypeList<StartNextMilestone, EndOrder>;
using ReportingCommands = TypeList<OutcomeRecorded>;
using LifecycleEventTypes =
    TypeList<OrderPlacementStarted, OrderPlacementFailed, OrderCreated, MilestoneSkipped, OrderEnded,
             SellerNotified, OrderCompleted, OrderOutcomeRecorded>;

}  // namespace milepost::billing
