// Payment attempts (charges), with their commands and events. Events carry results (amounts, postings, instants),
// never requests, so that folding them recomputes the order and its balances (W1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

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

enum class ChargeState { kOpen, kSucceeded, kDeclined, kVoided };

// Why the provider declined, as milepost.payments.v1.DeclineReason names it.
enum class DeclineReason {
  kRefusedByIssuer,
  kInsufficientFunds,
  kCardExpired,
  kUnknownPaymentMethod,
  kAuthenticationRequired,
  kSuspectedFraud,
};

// The provider's answer about an attempt that had already ended.
enum class Finding {
  kNotAsked,  // not yet
  kNoMoney,   // nothing was taken
  kMoney,     // the money was taken
  kNoAnswer,  // it gave no usable answer, or is still working on it
};

constexpr EnumEntry EntryOf(ChargeState state) {
  switch (state) {
    case ChargeState::kOpen:
      return {"OPEN", 1};
    case ChargeState::kSucceeded:
      return {"SUCCEEDED", 2};
    case ChargeState::kDeclined:
      return {"DECLINED", 3};
    case ChargeState::kVoided:
      return {"VOIDED", 4};
  }
  return {};
}
constexpr EnumEntry EntryOf(DeclineReason reason) {
  switch (reason) {
    case DeclineReason::kRefusedByIssuer:
      return {"REFUSED_BY_ISSUER", 1};
    case DeclineReason::kInsufficientFunds:
      return {"INSUFFICIENT_FUNDS", 2};
    case DeclineReason::kCardExpired:
      return {"CARD_EXPIRED", 3};
    case DeclineReason::kUnknownPaymentMethod:
      return {"UNKNOWN_PAYMENT_METHOD", 4};
    case DeclineReason::kAuthenticationRequired:
      return {"AUTHENTICATION_REQUIRED", 5};
    case DeclineReason::kSuspectedFraud:
      return {"SUSPECTED_FRAUD", 6};
  }
  return {};
}
constexpr EnumEntry EntryOf(Finding finding) {
  switch (finding) {
    case Finding::kNotAsked:
      return {"NOT_ASKED", 1};
    case Finding::kNoMoney:
      return {"NO_MONEY", 2};
    case Finding::kMoney:
      return {"MONEY", 3};
    case Finding::kNoAnswer:
      return {"NO_ANSWER", 4};
  }
  return {};
}

inline constexpr int kMaxPaymentAttempts = 20;  // for one milestone

// An operator's decision that ended an attempt, with the evidence from outside this system (A16).
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
  absl::Time lease_until;   // while OPEN: until then only the lease's holder asks the provider
  absl::Time submit_until;  // from then on it is not submitted (again), only queried and voided
  std::optional<absl::Time> closed_at;
  std::optional<DeclineReason> decline_reason;  // exactly where DECLINED
  std::string provider_reference;               // of the capture; where SUCCEEDED, or late
  std::optional<absl::Time> late_success_at;    // M9: it succeeded after it had been closed
  std::optional<Resolution> resolution;         // where an operator closed it
  // For an attempt that was closed without the provider's final answer (VOIDED, or by an operator): when the provider
  // is asked about it again (unset: never again), and the number of answers so far.
  std::optional<absl::Time> ask_at;
  uint32_t answers = 0;

  // Whether it may still be submitted (again): from submit_until on it is only queried and voided.
  bool MaySubmit(absl::Time now) const { return now < submit_until; }
  // Whether the attempt is known to have taken money.
  bool took_money() const { return state == ChargeState::kSucceeded || late_success_at.has_value(); }
  // Ends the attempt in this state.
  void Close(ChargeState as, absl::Time at) {
    state = as;
    unknown = false;
    closed_at = at;
  }
  // Ends the attempt without money: declined if there is a reason, else voided.
  void CloseUnpaid(std::optional<DeclineReason> reason, absl::Time at) {
    Close(reason ? ChargeState::kDeclined : ChargeState::kVoided, at);
    decline_reason = reason;
  }
  // What the buyer pays: A + f.
  Money total() const { return Money{amount.minor + buyer_fee_minor, amount.currency}; }
  friend bool operator==(const Charge&, const Charge&) = default;
};

// "2/1": milestone 2, its first attempt. ids and provider keys are functions of it, so an attempt can't
// happen twice.
ChargeId ChargeIdOf(const OrderId& order, uint32_t milestone, uint32_t slot);
// The provider's key: "orders/{order}/milestones/{milestone}/attempts/{slot}".
std::string ProviderKeyOf(const OrderId& order, const Charge& charge);

// The settings for new payment attempts. Not part of an order's terms: they may differ from one command to the next.
struct AttemptPolicy {
  absl::Duration lease = absl::Seconds(30);       // the handler's: its provider timeout and a margin
  absl::Duration submit_window = absl::Hours(1);  // how long an attempt may be submitted (again)
};

// When the provider is asked again about an attempt that was closed without its final answer (DOMAIN §4, Charge).
struct RecheckPolicy {
  // The delays after the closing, in ascending order.
  std::array<absl::Duration, 3> after = {absl::Hours(1), absl::Hours(24), absl::Hours(7 * 24)};
  // An unanswered recheck is repeated after as long as it is overdue, but at least retry_first and at most
  // retry_greatest.
  absl::Duration retry_first = absl::Minutes(1);
  absl::Duration retry_greatest = absl::Hours(24);
};

struct RetryPayment {
  static constexpr TriggerInfo kInfo = {"RetryPayment", {Party::kBuyer}};
  Actor actor;
  std::string payment_method;  // empty: the order's
  AttemptPolicy policy;

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

// Leases an OPEN attempt to the caller, who then asks the provider. No event: the attempt is closed. Refused with
// PAYMENT_IN_PROGRESS while another lease runs.
struct LeaseCharge {
  ChargeId charge;
  absl::Time until;

  Decision Decide(const Order* order, absl::Time now) const;
};

// The possible outcomes of one attempt.
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

// Settles an attempt, whoever asked the provider. A known outcome changes nothing; a success of a closed attempt is
// M9.
struct SettleCharge {
  ChargeId charge;
  ChargeOutcome outcome;
  RecheckPolicy recheck;  // for an attempt that ends VOIDED

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

// Records the provider's answer about an attempt that had ended. No event if this recheck was answered before.
struct RecordFinding {
  ChargeId charge;
  uint32_t answers = 0;  // the number of answers on the attempt when the provider was asked
  Finding finding = Finding::kNoAnswer;
  std::string provider_reference;  // where kMoney
  RecheckPolicy recheck;

  Decision Decide(const Order* order, absl::Time now) const;
};

// An operator ends an OPEN attempt with evidence (A16), as if the provider had said so. `outcome` is one that ends an
// attempt; the provider is still asked for its own outcome later.
struct ResolveCharge {
  static constexpr TriggerInfo kInfo = {"ResolveCharge", {Party::kOperator}};
  Actor actor;
  ChargeId charge;
  ChargeOutcome outcome;
  Money amount;  // where Succeeded: what was taken
  std::string evidence;
  RecheckPolicy recheck;

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

// The triggers by which attempts end.
namespace trigger {
// Of the OPEN attempt:
struct PaymentSucceeded {
  static constexpr TriggerInfo kInfo = {"PAYMENT_SUCCEEDED", {Party::kSystem}};
};
struct PaymentDeclined {
  static constexpr TriggerInfo kInfo = {"PAYMENT_DECLINED", {Party::kSystem}};
};
struct PaymentVoided {
  static constexpr TriggerInfo kInfo = {"PAYMENT_VOIDED", {Party::kSystem}};
};
// Of a closed one (M9):
struct PaymentSucceededLate {
  static constexpr TriggerInfo kInfo = {"PAYMENT_SUCCEEDED_LATE", {Party::kSystem}};
};
}  // namespace trigger

// A payment attempt was opened; the provider is asked after this is committed.
struct MilestonePaymentStarted {
  static constexpr EventInfo kInfo = {"milestone.payment_started", Audience::kParties};
  uint32_t milestone = 0;
  ChargeId charge;
  uint32_t slot = 0;
  Money amount;
  int64_t buyer_fee_minor = 0;
  std::string payment_method;
  absl::Time lease_until;
  absl::Time submit_until;
  // Set if the order begins to wait for this milestone's payment (A15).
  std::optional<absl::Time> grace_due;

  static MilestonePaymentStarted Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const MilestonePaymentStarted&, const MilestonePaymentStarted&) = default;
};

struct MilestoneFunded {
  static constexpr EventInfo kInfo = {"milestone.funded", Audience::kParties};
  uint32_t milestone = 0;
  ChargeId charge;
  std::string provider_reference;
  Money amount;
  int64_t buyer_fee_minor = 0;
  Move move;  // M1

  static MilestoneFunded Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const MilestoneFunded&, const MilestoneFunded&) = default;
};

// The payment attempt for a milestone after the first ended without money.
struct MilestonePaymentFailed {
  static constexpr EventInfo kInfo = {"milestone.payment_failed", Audience::kParties};
  uint32_t milestone = 0;
  ChargeId charge;
  std::optional<DeclineReason> decline_reason;  // unset: voided

  static MilestonePaymentFailed Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const MilestonePaymentFailed&, const MilestonePaymentFailed&) = default;
};

// The reconciler took an OPEN attempt.
struct ChargeLeased {
  static constexpr EventInfo kInfo = {"charge.leased"};
  ChargeId charge;
  absl::Time until;

  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const ChargeLeased&, const ChargeLeased&) = default;
};

// The provider was asked and the attempt is still OPEN.
struct ChargeUndecided {
  static constexpr EventInfo kInfo = {"charge.undecided"};
  ChargeId charge;
  bool unknown = false;  // no answer came (A16); else the provider says that it is still working on it
  absl::Time retry_at;

  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const ChargeUndecided&, const ChargeUndecided&) = default;
};

// M9: money was taken under an attempt that had been closed; it waits in suspense to be refunded. The order never had
// it, so only the buyer is told.
struct ChargeSucceededLate {
  static constexpr EventInfo kInfo = {"charge.succeeded_late", Audience::kBuyer};
  ChargeId charge;
  std::string provider_reference;
  Move move;  // M9

  static ChargeSucceededLate Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const ChargeSucceededLate&, const ChargeSucceededLate&) = default;
};

// A16: an operator ended an OPEN attempt. The events after this one show the consequences.
struct ChargeResolved {
  static constexpr EventInfo kInfo = {"charge.resolved"};
  ChargeId charge;
  ChargeState state = ChargeState::kVoided;  // as it ended: never kOpen
  std::string by;                            // "operators/ops-7"
  std::string evidence;

  static ChargeResolved Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const ChargeResolved&, const ChargeResolved&) = default;
};

// The next recheck of an ended attempt was set, or no recheck is left.
struct ChargeRecheckSet {
  static constexpr EventInfo kInfo = {"charge.recheck_set"};
  ChargeId charge;
  std::optional<absl::Time> ask_at;    // unset: no question is left
  uint32_t answers = 0;                // questions answered so far
  Finding found = Finding::kNotAsked;  // by the last one

  static ChargeRecheckSet Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const ChargeRecheckSet&, const ChargeRecheckSet&) = default;
};

using ChargeCommands = TypeList<RetryPayment, LeaseCharge, SettleCharge, RecordFinding, ResolveCharge>;
using ChargeTriggers =
    TypeList<RetryPayment, ResolveCharge, trigger::PaymentSucceeded, trigger::PaymentDeclined,
             trigger::PaymentVoided, trigger::PaymentSucceededLate>;
using ChargeEventTypes =
    TypeList<MilestonePaymentStarted, MilestoneFunded, MilestonePaymentFailed, ChargeLeased, ChargeUndecided,
             ChargeSucceededLate, ChargeResolved, ChargeRecheckSet>;

}  // namespace milepost::billing
