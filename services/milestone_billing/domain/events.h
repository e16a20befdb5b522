// The events of an order: the events of all its parts in one variant. Each declares its name and audience (kInfo),
// how it is made (Made), whether it can be applied to an order (CanApply) and how it changes one (Apply);
// domain/steps/ defines these.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/core/event_infos.h"
#include "common/core/id.h"
#include "common/core/type_list.h"
#include "services/milestone_billing/domain/cancellation.h"
#include "services/milestone_billing/domain/charge.h"
#include "services/milestone_billing/domain/deadline.h"
#include "services/milestone_billing/domain/dispute.h"
#include "services/milestone_billing/domain/ledger.h"
#include "services/milestone_billing/domain/lifecycle.h"
#include "services/milestone_billing/domain/milestone.h"
#include "services/milestone_billing/domain/refund.h"

namespace milepost::billing {

using OrderEvent = VariantOf<LifecycleEventTypes, MilestoneEventTypes, CancellationEventTypes,
                             DisputeEventTypes, ChargeEventTypes, RefundEventTypes, DeadlineEventTypes>;

// The decision on a command: its events, or a refusal. No events: nothing changes.
struct Decision : absl::StatusOr<std::vector<OrderEvent>> {
  using Base = absl::StatusOr<std::vector<OrderEvent>>;
  using Base::Base;
};

// A kind of event: the place of its type among OrderEvent's alternatives.
enum class EventKind : uint8_t {};

template <class Event>
inline constexpr EventKind kKindOf = static_cast<EventKind>(kIndexIn<Event, OrderEvent>);

inline EventKind KindOf(const OrderEvent& event) {
  return static_cast<EventKind>(event.index());
}

// "milestone.accepted", as stored and published.
constexpr absl::string_view NameOf(EventKind kind) {
  return kEventInfosOf<OrderEvent>[static_cast<size_t>(kind)].name;
}
// Of the kind with that name; nobody reads what is of no kind.
inline Audience AudienceOf(absl::string_view name) {
  return AudienceIn<OrderEvent>(name);
}

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

// Whether an event can be applied to an order: the order has the event's milestone, charge and refund, amounts are
// within bounds, and the move sums to zero. Apply relies on the rules' checks; code that folds events that may have
// been tampered with (the audit) calls this first. `order` has sequence 0 before its first event.
bool CanApply(const Order& order, const OrderEvent& event);

}  // namespace milepost::billing
