#include "services/milestone_billing/domain/cause.h"

#include <array>
#include <utility>

namespace milepost::billing {
namespace {

using Append = void (*)(const Cause&, std::vector<OrderEvent>&);

void Add(std::vector<OrderEvent>& events, OrderEvent event) {
  events.push_back(std::move(event));
}

template <class Event>
void Add(std::vector<OrderEvent>& events, std::vector<Event> made) {
  for (Event& event : made) events.push_back(std::move(event));
}

// Null for bookkeeping, which no rule lists.
template <class Event>
constexpr Append AppendOf() {
  if constexpr (requires(const Cause& cause) { Event::Made(cause); }) {
    return [](const Cause& cause, std::vector<OrderEvent>& events) { Add(events, Event::Made(cause)); };
  } else {
    return nullptr;
  }
}

template <size_t... I>
constexpr auto Appends(std::index_sequence<I...>) {
  return std::array<Append, sizeof...(I)>{AppendOf<std::variant_alternative_t<I, OrderEvent>>()...};
}

constexpr auto kAppends = Appends(std::make_index_sequence<std::variant_size_v<OrderEvent>>());

}  // namespace

const Charge* Cause::charge() const {
  if (const auto* settle = asked<SettleCharge>()) return order.FindCharge(settle->charge);
  if (const auto* resolve = asked<ResolveCharge>()) return order.FindCharge(resolve->charge);
  if (const auto* record = asked<RecordFinding>()) return order.FindCharge(record->charge);
  return nullptr;
}

std::optional<ChargeOutcome> Cause::outcome() const {
  if (const auto* settle = asked<SettleCharge>()) return settle->outcome;
  if (const auto* resolve = asked<ResolveCharge>()) return resolve->outcome;
  // It is asked only about attempts that had ended, and only money that was found leads to a rule.
  if (const auto* record = asked<RecordFinding>()) return Succeeded{record->provider_reference};
  return std::nullopt;
}

std::optional<DeclineReason> Cause::decline_reason() const {
  const std::optional<ChargeOutcome> ended = outcome();
  const auto* declined = ended ? std::get_if<Declined>(&*ended) : nullptr;
  return declined ? std::optional(declined->reason) : std::nullopt;
}

const Refund* Cause::refund() const {
  const auto* settle = asked<SettleRefund>();
  return settle ? order.FindRefund(settle->charge, settle->number) : nullptr;
}

std::vector<OrderEvent> EventsOf(const Cause& cause) {
  std::vector<OrderEvent> events;
  events.reserve(cause.rule.events.size());
  for (const EventKind kind : cause.rule.events) kAppends[static_cast<size_t>(kind)](cause, events);
  return events;
}

}  // namespace milepost::billing
