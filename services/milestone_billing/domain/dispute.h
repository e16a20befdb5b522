// Disputes about the current milestone, with their commands and events. A dispute stops the milestone's deadlines until it is
// withdrawn or resolved.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/core/actor.h"
#include "common/core/audience.h"
#include "common/core/money.h"
#include "common/core/type_list.h"
#include "services/milestone_billing/domain/deadline.h"
#include "services/milestone_billing/domain/enums.h"
#include "services/milestone_billing/domain/party.h"

namespace milepost::billing {

struct Cause;
struct Decision;
struct Order;
struct Rule;

// How a dispute ended.
enum class DisputeOutcome {
  kWithdrawn,  // by who opened it: the work or the review goes on
  kReleased,   // the milestone is accepted: by the buyer or an operator (M2)
  kRefunded,   // all of it goes back to the buyer (M5)
  kSplit,      // M6
};

constexpr EnumEntry EntryOf(DisputeOutcome outcome) {
  switch (outcome) {
    case DisputeOutcome::kWithdrawn:
      return {"WITHDRAWN", 1};
    case DisputeOutcome::kReleased:
      return {"RELEASED", 2};
    case DisputeOutcome::kRefunded:
      return {"REFUNDED", 3};
    case DisputeOutcome::kSplit:
      return {"SPLIT", 4};
  }
  return {};
}

// Why an order waits for an operator.
enum class OperatorTask {
  kOverdueRevision,    // A27: nothing was delivered for 30 days after a revision was due
  kUnresolvedDispute,  // a dispute has been open for 14 days
};

constexpr EnumEntry EntryOf(OperatorTask task) {
  switch (task) {
    case OperatorTask::kOverdueRevision:
      return {"OVERDUE_REVISION", 1};
    case OperatorTask::kUnresolvedDispute:
      return {"UNRESOLVED_DISPUTE", 2};
  }
  return {};
}

// The latest dispute about a milestone.
struct Dispute {
  uint32_t number = 0;  // 1, 2, 3 … of the milestone
  Party opened_by = Party::kBuyer;
  absl::Time opened_at;
  std::string message;
  // How it ended; unset while it is open.
  std::optional<DisputeOutcome> outcome;
  std::optional<Party> closed_by;
  std::optional<absl::Time> closed_at;
  std::string
      resolution;  // the message of who resolved it: an operator, or the seller who gave the money back
  friend bool operator==(const Dispute&, const Dispute&) = default;
};

// The most disputes that each party may open about one milestone: each stops the deadlines, so there must be an end. The other party's
// do not count, so that nobody uses up what the other may need.
inline constexpr uint32_t kMaxDisputes = 3;

struct OpenDispute {
  static constexpr TriggerInfo kInfo = {"OpenDispute", {Party::kBuyer, Party::kSeller}};
  Actor actor;
  uint32_t milestone = 0;
  std::string message;

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

struct WithdrawDispute {
  static constexpr TriggerInfo kInfo = {"WithdrawDispute", {Party::kBuyer, Party::kSeller}};
  Actor actor;
  uint32_t milestone = 0;

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

// An operator ends the dispute.
struct ResolveDispute {
  static constexpr TriggerInfo kInfo = {"ResolveDispute", {Party::kOperator}};
  Actor actor;
  uint32_t milestone = 0;
  DisputeOutcome outcome = DisputeOutcome::kReleased;  // never kWithdrawn
  Money seller_amount;                                 // s; where kSplit
  std::string message;

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

struct DisputeOpened {
  static constexpr EventInfo kInfo = {"dispute.opened", Audience::kParties};
  uint32_t milestone = 0;
  uint32_t number = 0;
  Party by = Party::kBuyer;
  std::string message;
  absl::Time alarm_at;  // if it is still open then, an operator is called

  static DisputeOpened Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const DisputeOpened&, const DisputeOpened&) = default;
};

struct DisputeWithdrawn {
  static constexpr EventInfo kInfo = {"dispute.withdrawn", Audience::kParties};
  uint32_t milestone = 0;
  Party by = Party::kBuyer;
  std::vector<Deadline> resumed;  // those that were frozen, as they run on

  static DisputeWithdrawn Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const DisputeWithdrawn&, const DisputeWithdrawn&) = default;
};

// The events after this one show the consequences.
struct DisputeResolved {
  static constexpr EventInfo kInfo = {"dispute.resolved", Audience::kParties};
  uint32_t milestone = 0;
  DisputeOutcome outcome = DisputeOutcome::kReleased;
  Party by = Party::kOperator;
  std::string message;

  // None where there is no dispute.
  static std::vector<DisputeResolved> Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const DisputeResolved&, const DisputeResolved&) = default;
};

// The order waits for an operator, and no deadline ends that.
struct OperatorNeeded {
  static constexpr EventInfo kInfo = {"order.operator_needed"};
  uint32_t milestone = 0;
  OperatorTask task = OperatorTask::kUnresolvedDispute;

  static OperatorNeeded Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const OperatorNeeded&, const OperatorNeeded&) = default;
};

using DisputeCommands = TypeList<OpenDispute, WithdrawDispute, ResolveDispute>;
using DisputeEventTypes = TypeList<DisputeOpened, DisputeWithdrawn, DisputeResolved, OperatorNeeded>;

}  // namespace milepost::billing
