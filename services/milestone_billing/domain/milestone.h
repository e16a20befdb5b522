// The progress of a milestone, with its commands and events. Its agreed terms are in Terms.milestones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/core/actor.h"
#include "common/core/audience.h"
#include "common/core/id.h"
#include "common/core/money.h"
#include "common/core/type_list.h"
#include "services/milestone_billing/domain/cancellation.h"
#include "services/milestone_billing/domain/charge.h"
#include "services/milestone_billing/domain/dispute.h"
#include "services/milestone_billing/domain/enums.h"
#include "services/milestone_billing/domain/ledger.h"
#include "services/milestone_billing/domain/party.h"

namespace milepost::billing {

struct Cause;
struct Decision;
struct Order;
struct Rule;

enum class MilestoneState {
  kPending,
  kAwaitingPayment,
  kActive,
  kDelivered,
  kRevisionRequested,
  kAccepted,
  kSkipped,
  kDisputed,
  kCancelled
};

constexpr EnumEntry EntryOf(MilestoneState state) {
  switch (state) {
    case MilestoneState::kPending:
      return {"PENDING", 1};
    case MilestoneState::kAwaitingPayment:
      return {"AWAITING_PAYMENT", 2};
    case MilestoneState::kActive:
      return {"ACTIVE", 3};
    case MilestoneState::kDelivered:
      return {"DELIVERED", 4};
    case MilestoneState::kRevisionRequested:
      return {"REVISION_REQUESTED", 5};
    case MilestoneState::kAccepted:
      return {"ACCEPTED", 6};
    case MilestoneState::kSkipped:
      return {"SKIPPED", 7};
    case MilestoneState::kDisputed:
      return {"DISPUTED", 8};
    case MilestoneState::kCancelled:
      return {"CANCELLED", 9};
  }
  return {};
}

// A progress update from the seller to the buyer (S18).
struct Update {
  absl::Time at;
  std::string message;
  friend bool operator==(const Update&, const Update&) = default;
};

// How many of its latest updates a milestone keeps; all of them are events. Never changes: orders are folded with it.
inline constexpr size_t kUpdatesKept = 3;

// A delivery that the buyer sent back, with the request for a revision.
struct EarlierDelivery {
  uint32_t number = 0;  // 1, 2, 3 … of the milestone
  absl::Time at;
  bool late = false;
  std::string message;
  std::string meeting_url;
  std::vector<std::string> attachments;
  absl::Time revision_at;
  std::string revision_message;
  friend bool operator==(const EarlierDelivery&, const EarlierDelivery&) = default;
};

// How many earlier deliveries a milestone keeps; all of them are events. Never changes: orders are folded with it.
inline constexpr size_t kEarlierDeliveriesKept = 10;

// The end of a cancelled milestone.
struct Cancelled {
  absl::Time at;
  CancellationReason reason = CancellationReason::kAgreed;
  int64_t seller_minor = 0;      // s: to the seller, commission included
  int64_t commission_minor = 0;  // c(s)
  int64_t fee_minor = 0;         // g: of the buyer's fee, back to the buyer
  friend bool operator==(const Cancelled&, const Cancelled&) = default;
};

struct Milestone {
  uint32_t number = 0;  // from 1
  MilestoneState state = MilestoneState::kPending;
  std::optional<ChargeId> charge;  // the one that funded it
  std::optional<absl::Time> funded_at;
  std::optional<absl::Time> due_at;  // of the work; a revision moves it (A17)
  int revisions_used = 0;
  int deliveries = 0;
  bool late = false;  // A20: due_at had passed before the delivery that it was set for
  // Of the latest delivery:
  std::optional<absl::Time> delivered_at;
  std::string delivery_message;
  std::string meeting_url;               // A21
  std::vector<std::string> attachments;  // links
  std::string
      revision_message;  // of the latest revision request, in orders of edition 0; since then in `earlier`
  std::vector<EarlierDelivery> earlier;  // the latest that were sent back, oldest first
  std::optional<absl::Time> accepted_at;
  bool auto_accepted = false;                // A13: by silence
  std::vector<Update> updates;               // S18: the latest, oldest first
  std::optional<Dispute> dispute;            // the latest
  uint32_t disputes_of_buyer = 0;            // how many the buyer has opened
  uint32_t disputes_of_seller = 0;           // likewise
  std::optional<MilestoneState> undisputed;  // while DISPUTED: the state before
  std::optional<Cancelled> cancelled;        // exactly where CANCELLED

  bool authorizes_work() const {
    return state == MilestoneState::kActive || state == MilestoneState::kRevisionRequested;
  }
  // Whether its money is held.
  bool holds_money() const {
    return authorizes_work() || state == MilestoneState::kDelivered || state == MilestoneState::kDisputed;
  }
  // Whether it is neither paid for nor skipped.
  bool not_started() const {
    return state == MilestoneState::kPending || state == MilestoneState::kAwaitingPayment;
  }
  friend bool operator==(const Milestone&, const Milestone&) = default;
};

struct DeliverMilestone {
  static constexpr TriggerInfo kInfo = {"DeliverMilestone", {Party::kSeller}};
  Actor actor;
  uint32_t milestone = 0;
  bool final_delivery = false;
  std::string message;
  std::string meeting_url;
  std::vector<std::string> attachments;

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

// S18: the seller posts a progress update on the current milestone.
struct PostUpdate {
  static constexpr TriggerInfo kInfo = {"PostUpdate", {Party::kSeller}};
  Actor actor;
  uint32_t milestone = 0;
  std::string message;

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

struct RequestRevision {
  static constexpr TriggerInfo kInfo = {"RequestRevision", {Party::kBuyer}};
  Actor actor;
  uint32_t milestone = 0;
  std::string message;

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

// The buyer's choice on acceptance (A11). kUnset on the last milestone: there is nothing to choose; on an earlier one
// it means kDecideLater.
enum class NextStep { kUnset, kDecideLater, kStartNext, kEndOrder };

constexpr EnumEntry EntryOf(NextStep next) {
  switch (next) {
    case NextStep::kUnset:
      return {"UNSPECIFIED", 0};
    case NextStep::kDecideLater:
      return {"DECIDE_LATER", 2};
    case NextStep::kStartNext:
      return {"START_NEXT", 1};
    case NextStep::kEndOrder:
      return {"END_ORDER", 3};
  }
  return {};
}

struct AcceptMilestone {
  static constexpr TriggerInfo kInfo = {"AcceptMilestone", {Party::kBuyer}};
  Actor actor;
  uint32_t milestone = 0;
  NextStep next = NextStep::kUnset;
  AttemptPolicy policy;  // for kStartNext

  static void AppendRules(std::vector<Rule>& rules);
  Decision Decide(const Order* order, absl::Time now) const;
};

struct MilestoneWorkAuthorized {
  static constexpr EventInfo kInfo = {"milestone.work_authorized", Audience::kParties};
  uint32_t milestone = 0;
  absl::Time due_at;

  static MilestoneWorkAuthorized Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const MilestoneWorkAuthorized&, const MilestoneWorkAuthorized&) = default;
};

struct MilestoneDelivered {
  static constexpr EventInfo kInfo = {"milestone.delivered", Audience::kParties};
  uint32_t milestone = 0;
  bool final_delivery = false;  // S32, A10
  bool late = false;            // A20
  std::string message;
  std::string meeting_url;
  std::vector<std::string> attachments;
  absl::Time review_due;  // S33

  static MilestoneDelivered Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const MilestoneDelivered&, const MilestoneDelivered&) = default;
};

struct MilestoneRevisionRequested {
  static constexpr EventInfo kInfo = {"milestone.revision_requested", Audience::kParties};
  uint32_t milestone = 0;
  int revisions_used = 0;  // this one included
  std::string message;
  absl::Time due_at;  // A17

  static MilestoneRevisionRequested Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const MilestoneRevisionRequested&, const MilestoneRevisionRequested&) = default;
};

// S18: the seller posted a progress update.
struct MilestoneUpdated {
  static constexpr EventInfo kInfo = {"milestone.updated", Audience::kParties};
  uint32_t milestone = 0;
  std::string message;

  static MilestoneUpdated Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const MilestoneUpdated&, const MilestoneUpdated&) = default;
};

// The release of a milestone's money from escrow to its seller.
struct Release {
  uint32_t milestone = 0;
  ChargeId charge;
  Money amount;                  // A
  int64_t commission_minor = 0;  // c; the seller gets A − c
  Move move;                     // M2
  friend bool operator==(const Release&, const Release&) = default;
};

struct MilestoneAccepted {
  static constexpr EventInfo kInfo = {"milestone.accepted", Audience::kParties};
  Release release;
  std::optional<absl::Time> next_due;  // A12: set where the buyer decides later about the next milestone

  static MilestoneAccepted Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const MilestoneAccepted&, const MilestoneAccepted&) = default;
};

struct MilestoneAutoAccepted {
  static constexpr EventInfo kInfo = {"milestone.auto_accepted", Audience::kParties};
  Release release;

  static MilestoneAutoAccepted Made(const Cause& cause);
  bool CanApply(const Order& order) const;
  void Apply(Order& order, absl::Time at) const;
  friend bool operator==(const MilestoneAutoAccepted&, const MilestoneAutoAccepted&) = default;
};

using MilestoneCommands = TypeList<DeliverMilestone, PostUpdate, RequestRevision, AcceptMilestone>;
using MilestoneTriggers = MilestoneCommands;
using MilestoneEventTypes = TypeList<MilestoneWorkAuthorized, MilestoneDelivered, MilestoneRevisionRequested,
                                     MilestoneUpdated, MilestoneAccepted, MilestoneAutoAccepted>;

}  // namespace milepost::billing
