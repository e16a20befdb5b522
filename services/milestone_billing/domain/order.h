// The aggregate of this service: one order with its milestones, payment attempts and timers (DOMAIN §4).
//
// Values only. An Order changes by OrderDomain::Apply alone; everything else reads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/id.h"
#include "common/core/money.h"
#include "services/milestone_billing/domain/terms.h"

namespace milepost::billing {

enum class OrderState { kPlacing, kPlacementFailed, kActive, kAwaitingNext, kAwaitingPayment, kCompleted };
enum class MilestoneState {
  kPending,
  kAwaitingPayment,
  kActive,
  kDelivered,
  kRevisionRequested,
  kAccepted,
  kSkipped
};
enum class ChargeState { kOpen, kSucceeded, kDeclined, kVoided };
enum class RefundState { kPending, kSucceeded, kFailed };

enum class CompletionReason {
  kAllAccepted,
  kEndedByBuyer,
  kReviewTimeout,
  kNextNotStarted,
  kPaymentGraceTimeout
};

// Why an attempt to place an order failed.
enum class PlacementFailure { kPaymentDeclined, kPaymentVoided, kAcceptWindowPassed };

// Why the provider declined, as milepost.payments.v1.DeclineReason names it.
enum class DeclineReason {
  kRefusedByIssuer,
  kInsufficientFunds,
  kCardExpired,
  kUnknownPaymentMethod,
  kAuthenticationRequired,
  kSuspectedFraud,
};

// kReview: the buyer answers a delivery (S33). kNextNotStarted: the buyer starts the next milestone (A12).
// kPaymentGrace: the buyer pays for it (A15).
enum class DeadlineKind { kReview, kNextNotStarted, kPaymentGrace };

// What the provider said about an attempt that had ended before it was asked (again).
enum class Finding {
  kNotAsked,  // not yet
  kNoMoney,   // nothing was taken
  kMoney,     // the money was taken
  kNoAnswer,  // it gave none that can be used, or is still working on it
};

// UPPER_SNAKE, as stored, logged and shown.
absl::string_view NameOf(OrderState state);
absl::string_view NameOf(MilestoneState state);
absl::string_view NameOf(ChargeState state);
absl::string_view NameOf(Finding finding);
absl::string_view NameOf(RefundState state);
absl::string_view NameOf(CompletionReason reason);
absl::string_view NameOf(PlacementFailure failure);
absl::string_view NameOf(DeclineReason reason);
absl::string_view NameOf(DeadlineKind kind);

inline constexpr int kMaxPaymentAttempts = 20;  // of one milestone

struct Deadline {
  uint32_t number = 0;  // 1, 2, 3 … within the order
  DeadlineKind kind = DeadlineKind::kReview;
  absl::Time due;
  friend bool operator==(const Deadline&, const Deadline&) = default;
};

// An operator ended an attempt, with what was found outside of this system (A16).
struct Resolution {
  std::string by;  // "operators/ops-7"
  std::string evidence;
  friend bool operator==(const Resolution&, const Resolution&) = default;
};

// One attempt to charge the buyer for one milestone. At most one of an order is OPEN.
struct Charge {
  ChargeId id;
  uint32_t milestone = 0;
  uint32_t slot = 0;  // grows only after DECLINED or VOIDED; for milestone 1, the attempt to place the order
  Money amount;       // A
  int64_t buyer_fee_minor = 0;  // f, in the amount's currency
  std::string payment_method;
  ChargeState state = ChargeState::kOpen;
  bool unknown = false;  // while OPEN: the provider was asked and gave no answer (A16)
  absl::Time created_at;
  absl::Time lease_until;   // while OPEN: until then whoever took it asks the provider, and nobody else
  absl::Time submit_until;  // from then on it is not submitted (again), only asked about and voided
  std::optional<absl::Time> closed_at;
  std::optional<DeclineReason> decline_reason;  // exactly where DECLINED
  std::string provider_reference;               // of the capture; where SUCCEEDED, or late
  std::optional<absl::Time> late_success_at;    // M9: it succeeded after it had been closed
  std::optional<Resolution> resolution;         // where an operator closed it
  // Where it was closed on less than the provider's own final word (VOIDED, or by an operator): when the
  // provider is asked about it again, unset once no question is left, and how many it has answered.
  std::optional<absl::Time> ask_at;
  uint32_t answers = 0;

  // Whether it may still be submitted (again): from submit_until on it is only asked about and voided.
  bool MaySubmit(absl::Time now) const { return now < submit_until; }
  // What the buyer pays: A + f.
  Money total() const { return Money{amount.minor + buyer_fee_minor, amount.currency}; }
  friend bool operator==(const Charge&, const Charge&) = default;
};

// "2/1": milestone 2, its first attempt. ids and provider keys are functions of it, so an attempt can't
// happen twice.
ChargeId ChargeIdOf(const OrderId& order, uint32_t milestone, uint32_t slot);
// The provider's key: "orders/{order}/milestones/{milestone}/attempts/{slot}".
std::string ProviderKeyOf(const OrderId& order, const Charge& charge);

// Money of a charge on its way back to the buyer. Its business key is (charge, number).
struct Refund {
  ChargeId charge;
  uint32_t number = 0;  // 1, 2, 3 … of the charge
  Money amount;
  RefundState state = RefundState::kPending;
  bool unknown = false;  // while PENDING: the provider was asked and gave no answer
  absl::Time created_at;
  absl::Time lease_until;  // while PENDING: until then whoever took it asks the provider, and nobody else
  std::optional<absl::Time> closed_at;
  std::string provider_reference;  // where SUCCEEDED
  std::string failure;             // where FAILED: the provider's reason
  friend bool operator==(const Refund&, const Refund&) = default;
};

// A milestone's progress; what was agreed about it is in Terms.milestones.
struct Milestone {
  uint32_t number = 0;  // from 1
  MilestoneState state = MilestoneState::kPending;
  std::optional<ChargeId> charge;  // the one that funded it
  std::optional<absl::Time> funded_at;
  std::optional<absl::Time> due_at;  // of the work; a revision moves it (A17)
  int revisions_used = 0;
  int deliveries = 0;
  bool late = false;  // A20: due_at had passed before the first delivery
  // Of the latest delivery:
  std::optional<absl::Time> delivered_at;
  std::string delivery_message;
  std::string meeting_url;  // A21
  // Of the latest revision request:
  std::string revision_message;
  std::optional<absl::Time> accepted_at;
  bool auto_accepted = false;  // A13: by silence

  bool authorizes_work() const {
    return state == MilestoneState::kActive || state == MilestoneState::kRevisionRequested;
  }
  friend bool operator==(const Milestone&, const Milestone&) = default;
};

// Sums over the order's life, in minor units of its currency.
struct Totals {
  int64_t funded_minor = 0;      // into escrow (A of each M1)
  int64_t released_minor = 0;    // out of escrow to the seller, commission included (A of each M2)
  int64_t refunded_minor = 0;    // out of escrow to the buyer
  int64_t buyer_fees_minor = 0;  // f of each M1
  int64_t commission_minor = 0;  // c of each M2

  int64_t escrow_minor() const { return funded_minor - released_minor - refunded_minor; }
  friend bool operator==(const Totals&, const Totals&) = default;
};

struct Order {
  OrderId id;
  uint64_t sequence = 0;
  absl::Time updated_at;
  std::vector<Deadline> deadlines;  // at most one is set at a time

  std::string buyer;             // users/…
  std::string seller;            // users/…
  std::optional<OfferId> offer;  // unset: a gig's order
  Terms terms;
  std::string terms_hash;      // what the buyer agreed to (A28)
  std::string payment_method;  // the last one used; the default of the next payment

  OrderState state = OrderState::kPlacing;
  std::optional<CompletionReason> completion_reason;  // exactly where COMPLETED
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

  std::optional<Deadline> noted_deadline;  // A16: fell due while an attempt was OPEN and waits for its end
  uint32_t deadlines_set = 0;              // so far; numbers them
  std::optional<absl::Time> outcome_due;   // since when OfferService is owed the outcome; unset: nothing owed

  const Milestone& current() const { return milestones[current_milestone - 1]; }
  // Null where there is none of that number.
  const Milestone* FindMilestone(uint32_t number) const;
  const Charge* FindCharge(const ChargeId& charge) const;
  const Charge* FindCharge(uint32_t milestone, uint32_t slot) const;
  const Refund* FindRefund(const ChargeId& charge, uint32_t number) const;
  // The OPEN attempt, or null.
  const Charge* open_charge() const;
  // A gig's order: the end of the quote that it was asked for with. One without an end is from before quotes had ends; they
  // are over.
  absl::Time quote_end() const { return quote_expires.value_or(absl::UnixEpoch()); }
  // What the latest attempt to place it pays, or paid, with.
  const std::string& placed_with() const;
  // The latest attempt (an order always has one unless its acceptance came too late), or null.
  const Charge* last_charge() const { return charges.empty() ? nullptr : &charges.back(); }
  bool is_last(uint32_t milestone) const { return milestone == milestones.size(); }
  // S29: whether the buyer has accepted any milestone.
  bool has_accepted() const { return milestones.front().state == MilestoneState::kAccepted; }
  // W9: the current milestone's money is held and the seller is to work on it.
  bool work_authorized() const { return state == OrderState::kActive && current().authorizes_work(); }
  // A20: the first delivery came after its due time, or is not there although it was due before `now`.
  bool IsLate(const Milestone& milestone, absl::Time now) const;

  friend bool operator==(const Order&, const Order&) = default;
};

// Of one charge: as many refunds are tried, each after the one before has failed, and the money then stays in suspense.
inline constexpr uint32_t kRefundTriesMax = 5;
// How long the refund of this number waits before the provider is asked: nothing, then 1 h, 6 h, 1 d, 3 d.
absl::Duration RefundWait(uint32_t number);

// The provider's key: its charge's and "/refunds/{number}".
std::string ProviderKeyOf(const OrderId& order, const Charge& charge, const Refund& refund);

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
