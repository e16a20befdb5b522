// What happened to an order. Events carry results (amounts, postings, instants), never what was asked for, so
// that folding them recomputes the order and its balances (W1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/id.h"
#include "common/core/money.h"
#include "services/milestone_billing/domain/ledger.h"
#include "services/milestone_billing/domain/order.h"
#include "services/milestone_billing/domain/terms.h"

namespace milepost::billing {

// Someone asked for the order; its terms are fixed from here on. Repeated (with the next attempt's number)
// when an offer is accepted, or a quote used, again after a failure.
struct OrderPlacementStarted {
  OrderId order;
  uint32_t attempt = 0;
  std::string buyer;
  std::string seller;
  std::optional<OfferId> offer;
  Terms terms;
  std::string terms_hash;
  std::string payment_method;
  std::optional<absl::Time> quote_expires;  // of a gig's order whose quote has an end
  friend bool operator==(const OrderPlacementStarted&, const OrderPlacementStarted&) = default;
};

// Nothing was charged, and nothing will be under this attempt.
struct OrderPlacementFailed {
  uint32_t attempt = 0;
  PlacementFailure failure = PlacementFailure::kPaymentDeclined;
  std::optional<ChargeId> charge;               // the attempt that ended; unset where none was started
  std::optional<DeclineReason> decline_reason;  // where the payment was declined
  friend bool operator==(const OrderPlacementFailed&, const OrderPlacementFailed&) = default;
};

// The order is placed.
struct OrderCreated {
  friend bool operator==(const OrderCreated&, const OrderCreated&) = default;
};

// A payment attempt was opened; the provider is asked after this is committed.
struct MilestonePaymentStarted {
  uint32_t milestone = 0;
  ChargeId charge;
  uint32_t slot = 0;
  Money amount;
  int64_t buyer_fee_minor = 0;
  std::string payment_method;
  absl::Time lease_until;
  absl::Time submit_until;
  std::optional<absl::Time>
      grace_due;  // set where the order begins to wait for this milestone's payment (A15)
  friend bool operator==(const MilestonePaymentStarted&, const MilestonePaymentStarted&) = default;
};

struct MilestoneFunded {
  uint32_t milestone = 0;
  ChargeId charge;
  std::string provider_reference;
  Money amount;
  int64_t buyer_fee_minor = 0;
  Move move;  // M1
  friend bool operator==(const MilestoneFunded&, const MilestoneFunded&) = default;
};

struct MilestoneWorkAuthorized {
  uint32_t milestone = 0;
  absl::Time due_at;
  friend bool operator==(const MilestoneWorkAuthorized&, const MilestoneWorkAuthorized&) = default;
};

// The payment attempt for a milestone after the first ended without money.
struct MilestonePaymentFailed {
  uint32_t milestone = 0;
  ChargeId charge;
  std::optional<DeclineReason> decline_reason;  // unset: voided
  friend bool operator==(const MilestonePaymentFailed&, const MilestonePaymentFailed&) = default;
};

struct MilestoneDelivered {
  uint32_t milestone = 0;
  bool final_delivery = false;  // S32, A10
  bool late = false;            // A20: of the milestone, from here on
  std::string message;
  std::string meeting_url;
  absl::Time review_due;  // S33
  friend bool operator==(const MilestoneDelivered&, const MilestoneDelivered&) = default;
};

struct MilestoneRevisionRequested {
  uint32_t milestone = 0;
  int revisions_used = 0;  // this one included
  std::string message;
  absl::Time due_at;  // A17
  friend bool operator==(const MilestoneRevisionRequested&, const MilestoneRevisionRequested&) = default;
};

// A milestone's money left escrow for its seller.
struct Release {
  uint32_t milestone = 0;
  ChargeId charge;
  Money amount;                  // A
  int64_t commission_minor = 0;  // c; the seller gets A − c
  Move move;                     // M2
  friend bool operator==(const Release&, const Release&) = default;
};

struct MilestoneAccepted {
  Release release;
  std::optional<absl::Time> next_due;  // A12: set where the buyer decides later about the next milestone
  friend bool operator==(const MilestoneAccepted&, const MilestoneAccepted&) = default;
};

struct MilestoneAutoAccepted {
  Release release;
  friend bool operator==(const MilestoneAutoAccepted&, const MilestoneAutoAccepted&) = default;
};

struct MilestoneSkipped {
  uint32_t milestone = 0;
  friend bool operator==(const MilestoneSkipped&, const MilestoneSkipped&) = default;
};

// S29: the buyer ended the order after accepting `milestone`.
struct OrderEnded {
  uint32_t milestone = 0;
  friend bool operator==(const OrderEnded&, const OrderEnded&) = default;
};

// S30: the fact that whoever sends notifications acts on.
struct SellerNotified {
  std::string seller;
  friend bool operator==(const SellerNotified&, const SellerNotified&) = default;
};

struct OrderCompleted {
  CompletionReason reason = CompletionReason::kAllAccepted;
  friend bool operator==(const OrderCompleted&, const OrderCompleted&) = default;
};

// A16: the deadline fell due while an attempt was OPEN; the attempt's end decides what becomes of it.
struct DeadlineNoted {
  Deadline deadline;
  friend bool operator==(const DeadlineNoted&, const DeadlineNoted&) = default;
};

// The reconciler took an OPEN attempt.
struct ChargeLeased {
  ChargeId charge;
  absl::Time until;
  friend bool operator==(const ChargeLeased&, const ChargeLeased&) = default;
};

// The provider was asked and the attempt is still OPEN.
struct ChargeUndecided {
  ChargeId charge;
  bool unknown = false;  // no answer came (A16); else the provider says that it is still working on it
  absl::Time retry_at;
  friend bool operator==(const ChargeUndecided&, const ChargeUndecided&) = default;
};

// M9: money was taken under an attempt that had been closed; it waits in suspense to be refunded.
struct ChargeSucceededLate {
  ChargeId charge;
  std::string provider_reference;
  Move move;  // M9
  friend bool operator==(const ChargeSucceededLate&, const ChargeSucceededLate&) = default;
};

// A16: an operator ended an OPEN attempt. What follows from it stands in the events after this one.
struct ChargeResolved {
  ChargeId charge;
  ChargeState state = ChargeState::kVoided;  // as it ended: never kOpen
  std::string by;                            // "operators/ops-7"
  std::string evidence;
  friend bool operator==(const ChargeResolved&, const ChargeResolved&) = default;
};

// The provider will be asked (again) about an attempt that ended, or no more.
struct ChargeRecheckSet {
  ChargeId charge;
  std::optional<absl::Time> ask_at;    // unset: no question is left
  uint32_t answers = 0;                // questions answered so far
  Finding found = Finding::kNotAsked;  // by the last one
  friend bool operator==(const ChargeRecheckSet&, const ChargeRecheckSet&) = default;
};

// Money is on its way back to the buyer; the provider is asked after this is committed.
struct RefundStarted {
  ChargeId charge;
  uint32_t number = 0;
  Money amount;
  absl::Time lease_until;
  Move move;  // M9
  friend bool operator==(const RefundStarted&, const RefundStarted&) = default;
};

// M9: the buyer has the money of a late success back.
struct ChargeLateRefunded {
  ChargeId charge;
  uint32_t number = 0;
  std::string provider_reference;
  Move move;  // M5, its settling
  friend bool operator==(const ChargeLateRefunded&, const ChargeLateRefunded&) = default;
};

// The provider can't give the money back; it is in suspense, until another refund sets out (refund.started follows) or, after
// the last, for an operator.
struct RefundFailed {
  ChargeId charge;
  uint32_t number = 0;
  std::string reason;
  Move move;  // M5, its failing
  friend bool operator==(const RefundFailed&, const RefundFailed&) = default;
};

// Somebody took a PENDING refund.
struct RefundLeased {
  ChargeId charge;
  uint32_t number = 0;
  absl::Time until;
  friend bool operator==(const RefundLeased&, const RefundLeased&) = default;
};

// The provider was asked and the refund is still PENDING.
struct RefundUndecided {
  ChargeId charge;
  uint32_t number = 0;
  bool unknown = false;  // no answer came; else the provider says that it is still working on it
  absl::Time retry_at;
  friend bool operator==(const RefundUndecided&, const RefundUndecided&) = default;
};

// OfferService knows how its order ended.
struct OrderOutcomeRecorded {
  friend bool operator==(const OrderOutcomeRecorded&, const OrderOutcomeRecorded&) = default;
};

using OrderEvent =
    std::variant<OrderPlacementStarted, OrderPlacementFailed, OrderCreated, MilestonePaymentStarted,
                 MilestoneFunded, MilestoneWorkAuthorized, MilestonePaymentFailed, MilestoneDelivered,
                 MilestoneRevisionRequested, MilestoneAccepted, MilestoneAutoAccepted, MilestoneSkipped,
                 OrderEnded, SellerNotified, OrderCompleted, DeadlineNoted, ChargeLeased, ChargeUndecided,
                 ChargeSucceededLate, OrderOutcomeRecorded, ChargeResolved, ChargeRecheckSet, RefundStarted,
                 ChargeLateRefunded, RefundFailed, RefundLeased, RefundUndecided>;

// The kinds of event, in the order of OrderEvent's alternatives.
enum class EventKind {
  kOrderPlacementStarted,
  kOrderPlacementFailed,
  kOrderCreated,
  kMilestonePaymentStarted,
  kMilestoneFunded,
  kMilestoneWorkAuthorized,
  kMilestonePaymentFailed,
  kMilestoneDelivered,
  kMilestoneRevisionRequested,
  kMilestoneAccepted,
  kMilestoneAutoAccepted,
  kMilestoneSkipped,
  kOrderEnded,
  kSellerNotified,
  kOrderCompleted,
  kDeadlineNoted,
  kChargeLeased,
  kChargeUndecided,
  kChargeSucceededLate,
  kOrderOutcomeRecorded,
  kChargeResolved,
  kChargeRecheckSet,
  kRefundStarted,
  kChargeLateRefunded,
  kRefundFailed,
  kRefundLeased,
  kRefundUndecided,
};
static_assert(std::variant_size_v<OrderEvent> == static_cast<size_t>(EventKind::kRefundUndecided) + 1);

inline EventKind KindOf(const OrderEvent& event) {
  return static_cast<EventKind>(event.index());
}

// "milestone.accepted", as stored and published.
absl::string_view NameOf(EventKind kind);

// The move that the event posts, or null: most events move no money.
const Move* MoveOf(const OrderEvent& event);

// The charge that the event opened or changed, or nothing.
std::optional<ChargeId> ChargeOf(const OrderEvent& event);

// The refund that the event started or changed, or nothing.
struct RefundKey {
  ChargeId charge;
  uint32_t number = 0;
  friend bool operator==(const RefundKey&, const RefundKey&) = default;
};
std::optional<RefundKey> RefundOf(const OrderEvent& event);

}  // namespace milepost::billing
