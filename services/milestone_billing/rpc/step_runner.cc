#include "services/milestone_billing/rpc/step_runner.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "common/core/failpoint.h"
#include "common/core/status_macros.h"
#include "common/rpc/request_scope.h"
#include "common/rpc/wire.h"
#include "services/milestone_billing/rpc/order_wire.h"

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

// The attempt that these events opened: its lease is ours.
std::optional<ChargeId> OpenedAttempt(absl::Span<const StampedEvent<OrderDomain>> events) {
  for (const StampedEvent<OrderDomain>& event : events)
    if (const auto* started = std::get_if<MilestonePaymentStarted>(&event.event)) return started->charge;
  return std::nullopt;
}

// The order that the request's `name` begins with; AddSteps has looked that it has one.
absl::StatusOr<Uuid> OrderIn(const google::protobuf::Message& request) {
  const google::protobuf::FieldDescriptor* name = request.GetDescriptor()->FindFieldByName("name");
  std::string scratch;
  return rpc::IdIn(request.GetReflection()->GetStringReference(request, name, &scratch), "orders");
}

// Fills the fields `order` and `replayed` of a response; AddSteps has looked that it has them.
void WriteAnswer(const Stepped& stepped, const Actor& viewer, google::protobuf::Message& response) {
  const google::protobuf::Descriptor& type = *response.GetDescriptor();
  const google::protobuf::FieldDescriptor* order = type.FindFieldByName("order");
  const google::protobuf::FieldDescriptor* replayed = type.FindFieldByName("replayed");
  const google::protobuf::Reflection& fields = *response.GetReflection();
  Write(stepped.order, stepped.now, viewer,
        static_cast<v1::Order&>(*fields.MutableMessage(&response, order)));
  fields.SetBool(&response, replayed, stepped.replayed);
}

}  // namespace

absl::StatusOr<std::optional<MoneyPreview>> MoneyPreviewOf(const Stepped& stepped) {
  const std::optional<ChargeId> attempt = OpenedAttempt(stepped.previewed);
  if (!attempt) return std::optional<MoneyPreview>();
  return PreviewOf(stepped.order, stepped.previewed, *attempt, stepped.now);
}

rpc::InPlace StepRunner::Answer(const StepMethod& method, rpc::Call call,
                                const google::protobuf::Message& request,
                                google::protobuf::Message& response) {
  MILEPOST_CO_ASSIGN(const Uuid order, OrderIn(request));
  const Actor viewer = call.actor;
  MILEPOST_CO_ASSIGN(OrderCommand command, method.command(request, {viewer, attempts()}));
  auto step = Run(std::move(call), OrderId(order), std::move(command), order);
  MILEPOST_CO_ASSIGN(const Stepped stepped, co_await std::move(step));
  WriteAnswer(stepped, viewer, response);
  co_return absl::OkStatus();
}

rpc::Awaitable<Stepped> StepRunner::Run(rpc::Call call, OrderId order, OrderCommand command, Uuid scope) {
  const Stopwatch since;
  const bool places = Places(command);
  OrderSubmission submission = SubmissionOf(call, order, std::move(command), scope);
  auto deciding =
      call.validate_only ? orders_.Preview(std::move(submission)) : orders_.Submit(std::move(submission));
  MILEPOST_CO_ASSIGN(OrderAnswer answer, co_await std::move(deciding));
  if (places && StartsNothing(answer)) answer.replayed = true;
  if (call.validate_only)
    co_return Stepped{std::move(answer.state), answer.replayed, answer.now, std::move(answer.events)};
  Failpoint("steps.committed");
  if (const std::optional<ChargeId> attempt = OpenedAttempt(answer.events)) {
    auto settling = charging_.Settle(std::move(answer.state), *attempt, LaneTime(answer.now, since),
                                     Charging::Approach::kSubmit, rpc::PeerCall::Within(call));
    answer.state = co_await std::move(settling);
  }
  co_return Stepped{std::move(answer.state), answer.replayed, answer.now, {}};
}

}  // namespace milepost::billing
