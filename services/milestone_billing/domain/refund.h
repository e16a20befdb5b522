// Refunds of charges to the buyer, with their commands and events.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "common/core/audience.h"
#include "common/core/id.h"
#include "common/core/money.h"
#include "common/core/type_list.h"
#include "services/milestone_billing/domain/charge.h"
#include "services/milestone_billing/domain/enums.h"
#include "services/milestone_billing/domain/ledger.h"
#include "services/milestone_billing/domain/party.h"

namespace milepost::billing {

enum class RefundState { kPending, kSucceeded, kFailed };

constexpr EnumEntry EntryOf(RefundState state) {
  switch (state) {
    case RefundState::kPending:
      return {"PENDING", 1};
    case RefundState::kSucceeded:
      return {"SUCCEEDED", 2};
    case RefundState::kFailed:
      return {"FAILED", 3};
  }
  return {};
}

// Its business key is (charge, number).
struct Refund {
  ChargeId charge;
  uint32_t number = 0;  // 1, 2, 3 … of the charge
  Money amount;
  RefundState state = RefundState::kPending;
  bool unknown = false;  // while PENDING: the provider was asked and gave no answer
  absl::Time created_at;
  absl::Time lease_until;  // while PENDING: until then only the lease's holder asks the provider
  std::optional<absl::Time> closed_at;
  std::string provider_reference;  // where SUCCEEDED
  std::string failure;             // where FAILED: the provider's reason
  friend bool operator==(const Refund&, const Refund&) = default;
};

// The most refunds that are tried for one charge, each after the previous one failed; then the money stays in suspense.
inline constexpr uint32_t kRefundTriesMax = 5;
// How long the refund of this number waits before the provider is asked: nothing, then 1 h, 6 h, 1 d, 3 d.
absl::Duration RefundWait(uint32_t number);
// The provider's key: its charge's and "/refunds/{number}".
std::string ProviderKeyOf(const OrderId& order, const Charge& charge, const Refund& refund);

// Leases a PENDING refund to the caller, who then asks the provider. No event: the refund has ended. Refused with
// REFUND_IN_PROGRESS while another lease runs.
struct LeaseRefund {
  ChargeId charge;
  uint32_t number = 0;
  absl::Time until;

  Decision Decide(const Order* order, absl::Time now) const;
};

// The possible outcomes of one refund.
struct Refunded {
  std::string provider_reference;
};
struct NotRefunded {
  std::string reason;
};
using RefundOutcome = std::variant<Refunded, NotRefunded, Unknown, Pending>;

// Settles a refund. A known outcome changes nothing.
struct SettleRefund {
  ChargeId charge;
  uint32_t number = 0;
  RefundOutcome outcome;

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

// The triggers by which refunds end.
namespace trigger {
struct RefundSucceeded {
  static constexpr TriggerInfo kInfo = {"REFUND_SUCCEEDED", {Party::kSystem}};
};
struct RefundFailed {
  static constexpr TriggerInfo kInfo = {"REFUND_FAILED", {Party::kSystem}};
};
}  // namespace trigger

// A refund to the buyer started; the provider is asked after this is committed. Its money is in refund:transit: the move of
// milestone.cancelled brought it there, or its own.
struct RefundStarted {
  static constexpr EventInfo kInfo = {"refund.started", Audience::kBuyer};
  ChargeId charge;
  uint32_t number = 0;
  Money amount;
  absl::Time lease_until;
  Move move;  // M9; without postings where the money comes from escrow

  // None where nothing goes back.
  static std::vector<RefundStarted> Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const RefundStarted&, const RefundStarted&) = default;
};

// M9: the buyer has the money of a late success back.
struct ChargeLateRefunded {
  static constexpr EventInfo kInfo = {"charge.late_refunded", Audience::kBuyer};
  ChargeId charge;
  uint32_t number = 0;
  std::string provider_reference;
  Move move;  // M5, its settling

  static ChargeLateRefunded Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const ChargeLateRefunded&, const ChargeLateRefunded&) = default;
};

// M5: the buyer has the money of a cancelled milestone back.
struct RefundSucceeded {
  static constexpr EventInfo kInfo = {"refund.succeeded", Audience::kBuyer};
  ChargeId charge;
  uint32_t number = 0;
  std::string provider_reference;
  Move move;  // M5, its settling

  static RefundSucceeded Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const RefundSucceeded&, const RefundSucceeded&) = default;
};

// The provider can't refund the money. It stays in suspense until another refund starts (refund.started follows) or,
// after the last try, until an operator acts.
struct RefundFailed {
  static constexpr EventInfo kInfo = {"refund.failed"};
  ChargeId charge;
  uint32_t number = 0;
  std::string reason;
  Move move;  // M5, its failing

  static RefundFailed Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const RefundFailed&, const RefundFailed&) = default;
};

// A worker leased a PENDING refund.
struct RefundLeased {
  static constexpr EventInfo kInfo = {"refund.leased"};
  ChargeId charge;
  uint32_t number = 0;
  absl::Time until;

  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const RefundLeased&, const RefundLeased&) = default;
};

// The provider was asked and the refund is still PENDING.
struct RefundUndecided {
  static constexpr EventInfo kInfo = {"refund.undecided"};
  ChargeId charge;
  uint32_t number = 0;
  bool unknown = false;  // no answer came; else the provider says that it is still working on it
  absl::Time retry_at;

  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const RefundUndecided&, const RefundUndecided&) = default;
};

using RefundCommands = TypeList<LeaseRefund, SettleRefund>;
using RefundTriggers = TypeList<trigger::RefundSucceeded, trigger::RefundFailed>;
using RefundEventTypes =
    TypeList<RefundStarted, ChargeLateRefunded, RefundSucceeded, RefundFailed, RefundLeased, RefundUndecided>;

}  // namespace milepost::billing
