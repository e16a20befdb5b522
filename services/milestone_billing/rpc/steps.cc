#include "services/milestone_billing/rpc/steps.h"

#include <algorithm>
#include <optional>
#include <variant>

#include "common/core/failpoint.h"

namespace milepost::billing {
namespace {

OrderSubmission SubmissionOf(const rpc::Call& call, const OrderId& order, OrderCommand command,
                             const Uuid& scope) {
  OrderSubmission submission = OrderAccess::For(call, order, std::move(command), scope);
  // A quote's order that is there already is answered (W7). Were that not remembered, the same request, sent again after the
  // attempt failed, would start the next one.
  submission.remembers_unchanged = std::holds_alternative<PlaceGigOrder>(submission.command);
  return submission;
}

bool Places(const OrderCommand& command) {
  return std::holds_alternative<PlaceOrder>(command) || std::holds_alternative<PlaceGigOrder>(command);
}

// The answer to a placement that found its attempt, or its order, there already: a replay by business key (W7). What fired
// due deadlines wrote is no attempt.
bool StartsNothing(const OrderAnswer& answer) {
  return std::none_of(answer.events.begin(), answer.events.end(), [](const auto& event) {
    return std::holds_alternative<OrderPlacementStarted>(event.event);
  });
}

// The attempt that this very command opened: it is leased to us, and to nobody else.
std::optional<ChargeId> OpenedAttempt(const OrderAnswer& answer) {
  for (const auto& event : answer.events) {
    if (const auto* started = std::get_if<MilestonePaymentStarted>(&event.event)) return started->charge;
  }
  return std::nullopt;
}

}  // namespace

rpc::Awaitable<Stepped> Steps::Take(rpc::Call call, OrderId order, OrderCommand command, Uuid scope) {
  const Stopwatch since;
  const bool places = Places(command);
  OrderSubmission submission = SubmissionOf(call, order, std::move(command), scope);
  auto deciding =
      call.validate_only ? orders_.Preview(std::move(submission)) : orders_.Submit(std::move(submission));
  MILEPOST_CO_ASSIGN(OrderAnswer answer, co_await std::move(deciding));
  if (places && StartsNothing(answer)) answer.replayed = true;
  if (call.validate_only) co_return Stepped{std::move(answer.state), answer.replayed, answer.now};
  Failpoint("steps.committed");
  if (const std::optional<ChargeId> attempt = OpenedAttempt(answer)) {
    auto settling = charging_.Settle(std::move(answer.state), *attempt, LaneTime(answer.now, since),
                                     Charging::Approach::kSubmit, rpc::PeerCall::Within(call));
    answer.state = co_await std::move(settling);
  }
  co_return Stepped{std::move(answer.state), answer.replayed, answer.now};
}

}  // namespace milepost::billing
