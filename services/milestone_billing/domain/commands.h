// The commands and triggers of an order: the commands of all its parts in one variant. Callers' commands carry the
// actor, which the rules check themselves. Each command states its rules (AppendRules, for those that have any) and
// decides (Decide); domain/steps/ defines these, one file a use case.
#pragma once

#include <array>
#include <cstdint>
#include <variant>

#include "absl/strings/string_view.h"
#include "common/core/type_list.h"
#include "services/milestone_billing/domain/cancellation.h"
#include "services/milestone_billing/domain/charge.h"
#include "services/milestone_billing/domain/deadline.h"
#include "services/milestone_billing/domain/dispute.h"
#include "services/milestone_billing/domain/enum_set.h"
#include "services/milestone_billing/domain/events.h"
#include "services/milestone_billing/domain/lifecycle.h"
#include "services/milestone_billing/domain/milestone.h"
#include "services/milestone_billing/domain/order.h"
#include "services/milestone_billing/domain/party.h"
#include "services/milestone_billing/domain/refund.h"

namespace milepost::billing {

// Does nothing itself: the lane fires the due deadlines.
struct Tick {
  Decision Decide(const Order* order, absl::Time now) const;
};

using OrderCommand =
    VariantOf<TypeList<Tick>, PlacingCommands, MilestoneCommands, ContinuingCommands, CancellationCommands,
              DisputeCommands, ChargeCommands, RefundCommands, ReportingCommands>;

// All triggers of an order: the parties' methods, the outcomes of its payment attempts and refunds, and its deadlines.
using Triggers = ListOf<PlacingCommands, MilestoneTriggers, ContinuingCommands, CancellationCommands,
                        DisputeCommands, ChargeTriggers, RefundTriggers, DeadlineTriggers>;

// A trigger: the place of its type in the list.
enum class Trigger : uint8_t {};

template <class Type>
inline constexpr Trigger kTriggerOf = static_cast<Trigger>(kIndexIn<Type, Triggers>);

namespace internal {

template <class... Types>
constexpr auto TriggerInfos(TypeList<Types...>) {
  return std::to_array<TriggerInfo>({Types::kInfo...});
}
template <class... Types>
constexpr auto TriggersIn(TypeList<Types...>) {
  return std::to_array<Trigger>({kTriggerOf<Types>...});
}

}  // namespace internal

inline constexpr auto kTriggerInfos = internal::TriggerInfos(Triggers());
// All of them, in their order.
inline constexpr auto kTriggers = internal::TriggersIn(Triggers());

constexpr absl::string_view NameOf(Trigger trigger) {
  return kTriggerInfos[static_cast<size_t>(trigger)].name;
}
// The parties of a trigger.
constexpr EnumSet<Party> PartiesOf(Trigger trigger) {
  return kTriggerInfos[static_cast<size_t>(trigger)].parties;
}
// The trigger that has the kind's name (deadline.h).
constexpr Trigger TriggerOf(DeadlineKind kind) {
  for (const Trigger trigger : kTriggers)
    if (NameOf(trigger) == NameOf(kind)) return trigger;
  return static_cast<Trigger>(kTriggers.size());
}
static_assert(
    [] {
      for (const DeadlineKind kind : kValuesOf<DeadlineKind>)
        if (static_cast<size_t>(TriggerOf(kind)) == kTriggers.size()) return false;
      return true;
    }(),
    "a kind of deadline has no trigger");

}  // namespace milepost::billing
