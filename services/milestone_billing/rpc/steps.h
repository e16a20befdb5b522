// One step of an order for one call: decided and committed, or only previewed, and then its payment settled.
#pragma once

#include <string>
#include <utility>

#include "common/core/status_macros.h"
#include "common/rpc/awaitable.h"
#include "common/rpc/call.h"
#include "common/rpc/wire.h"
#include "services/milestone_billing/domain/commands.h"
#include "services/milestone_billing/domain/order.h"
#include "services/milestone_billing/rpc/order_wire.h"
#include "services/milestone_billing/workers/charging.h"
#include "services/milestone_billing/workers/orders.h"

namespace milepost::billing {

// The order after the step.
struct Stepped {
  Order order;
  bool replayed = false;  // the request was executed before, or the order placed before by another one
  absl::Time now;         // when the step was decided
};

// Thread-safe.
class Steps {
 public:
  // Both outlive this object and every call to it.
  Steps(Orders& orders, Charging& charging) : orders_(orders), charging_(charging) {}

  // Runs the command under the call's request id, etag and deadline; `scope` is where users' request ids count (rpc::RequestScope). With
  // validate_only nothing is written and nobody is charged. An attempt that the command opened is settled before this
  // answers; how that goes is in the order, never an error (A29).
  rpc::Awaitable<Stepped> Take(rpc::Call call, OrderId order, OrderCommand command, Uuid scope);

  // For commands that may open a payment attempt.
  AttemptPolicy attempts() const { return charging_.policy(); }
  // For commands that may end one.
  const RecheckPolicy& recheck() const { return charging_.recheck(); }

 private:
  Orders& orders_;
  Charging& charging_;
};

// A step on an existing order, named in the request, answered by the order: what most methods are.
template <class Response>
rpc::InPlace AnswerStep(Steps& steps, rpc::Call call, std::string name, OrderCommand command,
                        Response& response) {
  MILEPOST_CO_ASSIGN(const Uuid order, rpc::IdIn(name, "orders"));
  const Actor viewer = call.actor;
  auto step = steps.Take(std::move(call), OrderId(order), std::move(command), order);
  MILEPOST_CO_ASSIGN(const Stepped stepped, co_await std::move(step));
  Write(stepped.order, stepped.now, viewer, *response.mutable_order());
  response.set_replayed(stepped.replayed);
  co_return absl::OkStatus();
}

}  // namespace milepost::billing
