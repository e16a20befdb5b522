// A payment attempt: what it is, and what happens to it. Events carry results (amounts, postings, instants), never what
// was asked for, so that folding them recomputes the order and its balances (W1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "common/core/audience.h"
#include "common/core/id.h"
#include "common/core/money.h"
#include "common/core/type_list.h"
#include "services/milestone_billing/domain/enums.h"
#include "services/milestone_billing/domain/ledger.h"

namespace milepost::billing {

struct Cause;
struct Order;

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

// What the provider said about an attempt that had ended before it was asked (again).
enum class Finding {
  kNotAsked,  // not yet
  kNoMoney,   // nothing was taken
  kMoney,     // the money was taken
  kNoAnswer,  // it gave none that can be used, or is still working on it
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

inline constexpr int kMaxPaymentAttempts = 20;  // of one milestone

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
  // Whether a success is known of it.
  bool took_money() const { return state == ChargeState::kSucceeded || late_success_at.has_value(); }
  // The attempt ends so.
  void Close(ChargeState as, absl::Time at) {
    state = as;
    unknown = false;
    closed_at = at;
  }
  // … without money: declined, where there is a reason, else voided.
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
  // Set where the order begins to wait for this milestone's payment (A15).
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

// M9: money was taken under an attempt that had been closed; it waits in suspense to be refunded. The order never had it:
// the buyer's business alone.
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

// A16: an operator ended an OPEN attempt. What follows from it stands in the events after this one.
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

// The provider will be asked (again) about an attempt that ended, or no more.
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

using ChargeEvents = TypeList<MilestonePaymentStarted, MilestoneFunded, MilestonePaymentFailed, ChargeLeased,
                              ChargeUndecided, ChargeSucceededLate, ChargeResolved, ChargeRecheckSet>;

}  // namespace milepost::billing
