// Takes a step of an order for a call: decides and commits it, or only previews it, and then settles the payment it started.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/core/decider.h"
#include "common/core/id.h"
#include "common/rpc/awaitable.h"
#include "common/rpc/call.h"
#include "google/protobuf/message.h"
#include "services/milestone_billing/domain/commands.h"
#include "services/milestone_billing/domain/events.h"
#include "services/milestone_billing/domain/order.h"
#include "services/milestone_billing/domain/order_domain.h"
#include "services/milestone_billing/domain/preview.h"
#include "services/milestone_billing/rpc/step_method.h"
#include "services/milestone_billing/workers/charging.h"
#include "services/milestone_billing/workers/order_access.h"

namespace milepost::billing {

// The order after the step.
struct Stepped {
  Order order;
  bool replayed = false;  // the request was executed before, or the order placed before by another one
  absl::Time now;         // when the step was decided
  std::vector<StampedEvent<OrderDomain>> previewed;  // with validate_only: what the step would write
};

// The effect of a step that was taken with validate_only on money and time (W3). Nothing where no payment would be started.
absl::StatusOr<std::optional<MoneyPreview>> MoneyPreviewOf(const Stepped& stepped);

// Thread-safe.
class StepRunner {
 public:
  // Both outlive this object and every call to it.
  StepRunner(OrderAccess& orders, Charging& charging) : orders_(orders), charging_(charging) {}

  // Runs the command under the call's request id, etag and deadline; `scope` is where users' request ids count
  // (rpc::RequestScope). With validate_only nothing is written and nobody is charged. An attempt that the command
  // opened is settled before this returns; its outcome is in the order, never an error (A29).
  rpc::Awaitable<Stepped> Run(rpc::Call call, OrderId order, OrderCommand command, Uuid scope);

  // Serves a call of the method: writes the order as the step leaves it into `response`.
  rpc::InPlace Answer(const StepMethod& method, rpc::Call call, const google::protobuf::Message& request,
                      google::protobuf::Message& response);

  // The policy for commands that may open a payment attempt.
  AttemptPolicy attempts() const { return charging_.policy(); }
  // The policy for commands that may end a payment attempt.
  const RecheckPolicy& recheck() const { return charging_.recheck(); }

 private:
  OrderAccess& orders_;
  Charging& charging_;
};

}  // namespace milepost::billing
