// The cause of events: the rule that applies, and the command or deadline that triggered it. Events are made from it
// (Made).
#pragma once

#include <type_traits>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "services/milestone_billing/domain/commands.h"
#include "services/milestone_billing/domain/events.h"
#include "services/milestone_billing/domain/order.h"
#include "services/milestone_billing/domain/workflow.h"

namespace milepost::billing {

template <class Variant>
struct PointersTo;
template <class... Types>
struct PointersTo<std::variant<Types...>> {
  using Variant = std::variant<std::monostate, const Types*...>;
};

// Everything is borrowed for the call.
struct Cause {
  const Rule& rule;           // no refusal
  const Order& order;         // before the events; of a placement, as its OrderPlacementStarted makes it
  absl::Time at;              // the instant from which new deadlines count
  Party by = Party::kSystem;  // whose step it is
  PointersTo<OrderCommand>::Variant command;  // the command; nothing if a deadline fell due
  const Deadline* deadline = nullptr;         // that fell due

  // The command, if it is of that type, or null.
  template <class Command>
  const Command* asked() const {
    const auto* pointer = std::get_if<const Command*>(&command);
    return pointer ? *pointer : nullptr;
  }
  // The command, which is of that type: only its triggers' rules have the event.
  template <class Command>
  const Command& Asked() const {
    return *std::get<const Command*>(command);
  }

  // The attempt that the command is about, and how it ended; null and nothing if the command is about none.
  const Charge* charge() const;
  std::optional<ChargeOutcome> outcome() const;
  // The provider's reason, where it declined.
  std::optional<DeclineReason> decline_reason() const;
  // The refund that the command is about, or null.
  const Refund* refund() const;
};

// The events that the cause's rule lists, made from the cause.
std::vector<OrderEvent> EventsOf(const Cause& cause);

}  // namespace milepost::billing
