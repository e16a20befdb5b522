// What may be asked of an order and what else moves it. Commands of callers carry who asks: the rules check the actor
// themselves. Each command states its rules (AppendRules, for those that have any) and decides (Decide); domain/steps/
// defines these, one file a use case.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/core/actor.h"
#include "common/core/id.h"
#include "services/milestone_billing/domain/enum_set.h"
#include "services/milestone_billing/domain/enums.h"
#include "services/milestone_billing/domain/events.h"
#include "services/milestone_billing/domain/order.h"
#include "services/milestone_billing/domain/terms.h"

namespace milepost::billing {

struct Rule;

enum class Party { kBuyer, kSeller, kOperator, kOfferService, kSystem };

constexpr EnumEntry EntryOf(Party party) {
  const int number = static_cast<int>(party) + 1;  // never stored
  switch (party) {
    case Party::kBuyer:
      return {"BUYER", number};
    case Party::kSeller:
      return {"SELLER", number};
    case Party::kOperator:
      return {"OPERATOR", number};
    case Party::kOfferService:
      return {"OFFER_SERVICE", number};
    case Party::kSystem:
      return {"SYSTEM", number};
  }
  return {};
}

// What moves an order: the methods that parties call, the outcomes of its payment attempts and refunds, its deadlines.
enum class Trigger {
  kPlaceOrder,
  kPlaceGigOrder,
  kDeliverMilestone,
  kPostUpdate,
  kRequestRevision,
  kAcceptMilestone,
  kStartNextMilestone,
  kEndOrder,
  kRetryPayment,
  kResolveCharge,
  kPaymentSucceeded,  // of the OPEN attempt
  kPaymentDeclined,
  kPaymentVoided,
  kPaymentSucceededLate,  // of a closed one (M9)
  kRefundSucceeded,
  kRefundFailed,
  kReviewDue,
  kNextNotStartedDue,
  kPaymentGraceDue,
};

constexpr EnumEntry EntryOf(Trigger trigger) {
  const int number = static_cast<int>(trigger) + 1;  // never stored
  switch (trigger) {
    case Trigger::kPlaceOrder:
      return {"PlaceOrder", number};
    case Trigger::kPlaceGigOrder:
      return {"PlaceGigOrder", number};
    case Trigger::kDeliverMilestone:
      return {"DeliverMilestone", number};
    case Trigger::kPostUpdate:
      return {"PostUpdate", number};
    case Trigger::kRequestRevision:
      return {"RequestRevision", number};
    case Trigger::kAcceptMilestone:
      return {"AcceptMilestone", number};
    case Trigger::kStartNextMilestone:
      return {"StartNextMilestone", number};
    case Trigger::kEndOrder:
      return {"EndOrder", number};
    case Trigger::kRetryPayment:
      return {"RetryPayment", number};
    case Trigger::kResolveCharge:
      return {"ResolveCharge", number};
    case Trigger::kPaymentSucceeded:
      return {"PAYMENT_SUCCEEDED", number};
    case Trigger::kPaymentDeclined:
      return {"PAYMENT_DECLINED", number};
    case Trigger::kPaymentVoided:
      return {"PAYMENT_VOIDED", number};
    case Trigger::kPaymentSucceededLate:
      return {"PAYMENT_SUCCEEDED_LATE", number};
    case Trigger::kRefundSucceeded:
      return {"REFUND_SUCCEEDED", number};
    case Trigger::kRefundFailed:
      return {"REFUND_FAILED", number};
    case Trigger::kReviewDue:
      return {"REVIEW", number};
    case Trigger::kNextNotStartedDue:
      return {"NEXT_NOT_STARTED", number};
    case Trigger::kPaymentGraceDue:
      return {"PAYMENT_GRACE", number};
  }
  return {};
}

// Whose a trigger is.
constexpr EnumSet<Party> PartiesOf(Trigger trigger) {
  switch (trigger) {
    case Trigger::kPlaceOrder:
      return {Party::kOfferService};
    case Trigger::kPlaceGigOrder:
    case Trigger::kRequestRevision:
    case Trigger::kAcceptMilestone:
    case Trigger::kStartNextMilestone:
    case Trigger::kEndOrder:
    case Trigger::kRetryPayment:
      return {Party::kBuyer};
    case Trigger::kDeliverMilestone:
    case Trigger::kPostUpdate:
      return {Party::kSeller};
    case Trigger::kResolveCharge:
      return {Party::kOperator};
    case Trigger::kPaymentSucceeded:
    case Trigger::kPaymentDeclined:
    case Trigger::kPaymentVoided:
    case Trigger::kPaymentSucceededLate:
    case Trigger::kRefundSucceeded:
    case Trigger::kRefundFailed:
    case Trigger::kReviewDue:
    case Trigger::kNextNotStartedDue:
    case Trigger::kPaymentGraceDue:
      return {Party::kSystem};
  }
  return {};
}
// What a deadline triggers when it falls due.
Trigger TriggerOf(DeadlineKind kind);

using Decision = absl::StatusOr<std::vector<OrderEvent>>;

// Asks nothing: lets the lane fire what is due.
struct Tick {
  Decision Decide(const Order* order, absl::Time now) const;
};

// Settings that bear on new payment attempts. Not part of an order's terms: they may differ from one command
// to the next.
struct AttemptPolicy {
  absl::Duration lease = absl::Seconds(30);       // the handler's: its provider timeout and a margin
  absl::Duration submit_window = absl::Hours(1);  // how long an attempt may be submitted (again)
};

// When the provider is asked again about an attempt that was closed on less than its own final word
// (DOMAIN §4, Charge).
struct RecheckPolicy {
  // From its closing; the last question stands last.
  std::array<absl::Duration, 3> after = {absl::Hours(1), absl::Hours(24), absl::Hours(7 * 24)};
  // A question without an answer is put again after as long as it is overdue, at least first and at most
  // greatest.
  absl::Duration retry_first = absl::Minutes(1);
  absl::Duration retry_greatest = absl::Hours(24);
};

// The order of an offer. Idempotent by (offer, attempt): a known attempt changes nothing, and PlacementOf
// tells how it stands. Its aggregate is OrderIdOf(offer).
struct PlaceOrder {
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

struct DeliverMilestone {
  Actor actor;
  uint32_t milestone = 0;
  bool final_delivery = false;
  std::string message;
  std::string meeting_url;

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

// S18: the seller tells the buyer how the current milestone's work goes.
struct PostUpdate {
  Actor actor;
  uint32_t milestone = 0;
  std::string message;

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

struct RequestRevision {
  Actor actor;
  uint32_t milestone = 0;
  std::string message;

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

// A11. kUnset decides nothing: on the last milestone nothing is left to decide, before it is as kDecideLater.
enum class NextStep { kUnset, kDecideLater, kStartNext, kEndOrder };

struct AcceptMilestone {
  Actor actor;
  uint32_t milestone = 0;
  NextStep next = NextStep::kUnset;
  AttemptPolicy policy;  // for kStartNext

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

struct StartNextMilestone {
  Actor actor;
  std::string payment_method;  // empty: the order's
  AttemptPolicy policy;

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

struct EndOrder {
  Actor actor;

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

struct RetryPayment {
  Actor actor;
  std::string payment_method;  // empty: the order's
  AttemptPolicy policy;

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

// Takes an OPEN attempt for whoever will ask the provider next. No event (an empty answer): it is closed,
// nothing to ask. Refused with PAYMENT_IN_PROGRESS while someone else's lease runs.
struct LeaseCharge {
  ChargeId charge;
  absl::Time until;

  Decision Decide(const Order* order, absl::Time now) const;
};

// What was learnt about one attempt.
struct Succeeded {
  std::string provider_reference;
};
struct Declined {
  DeclineReason reason = DeclineReason::kRefusedByIssuer;
};
struct Voided {};
// No answer: the attempt stays OPEN and is flagged (A16).
struct Unknown {
  absl::Time retry_at;
};
// The provider is still working on it.
struct Pending {
  absl::Time retry_at;
};
using ChargeOutcome = std::variant<Succeeded, Declined, Voided, Unknown, Pending>;

// The one way an attempt is settled, whoever asked the provider. What is known already changes nothing; a
// success of a closed attempt is M9.
struct SettleCharge {
  ChargeId charge;
  ChargeOutcome outcome;
  RecheckPolicy recheck;  // for an attempt that ends VOIDED

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

// What came of asking about an attempt that had ended. Of a question that was answered already: no event.
struct RecordFinding {
  ChargeId charge;
  uint32_t answers = 0;  // how many the asker saw on the attempt
  Finding finding = Finding::kNoAnswer;
  std::string provider_reference;  // where kMoney
  RecheckPolicy recheck;

  Decision Decide(const Order* order, absl::Time now) const;
};

// An operator ends an OPEN attempt with evidence (A16), as if the provider had said so. `outcome` is one that
// ends an attempt; the outcome that the provider reports later is looked for all the same.
struct ResolveCharge {
  Actor actor;
  ChargeId charge;
  ChargeOutcome outcome;
  Money amount;  // where Succeeded: what was taken
  std::string evidence;
  RecheckPolicy recheck;

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

// Takes a PENDING refund for whoever will ask the provider next. No event: it has ended, nothing to ask.
// Refused with REFUND_IN_PROGRESS while someone else's lease runs.
struct LeaseRefund {
  ChargeId charge;
  uint32_t number = 0;
  absl::Time until;

  Decision Decide(const Order* order, absl::Time now) const;
};

// What was learnt about one refund.
struct Refunded {
  std::string provider_reference;
};
struct NotRefunded {
  std::string reason;
};
using RefundOutcome = std::variant<Refunded, NotRefunded, Unknown, Pending>;

// The one way a refund is settled. What is known already changes nothing.
struct SettleRefund {
  ChargeId charge;
  uint32_t number = 0;
  RefundOutcome outcome;

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

// The relay told OfferService how its order ended.
struct OutcomeRecorded {
  Decision Decide(const Order* order, absl::Time now) const;
};

using OrderCommand =
    std::variant<Tick, PlaceOrder, PlaceGigOrder, DeliverMilestone, PostUpdate, RequestRevision,
                 AcceptMilestone, StartNextMilestone, EndOrder, RetryPayment, LeaseCharge, SettleCharge,
                 OutcomeRecorded, ResolveCharge, RecordFinding, LeaseRefund, SettleRefund>;

}  // namespace milepost::billing
