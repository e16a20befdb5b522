// A method that is one step of an existing order. The files *_steps.cc list them. A method has one entry there, which says how a request becomes a command:
//
//   Step([](const v1::EndOrderRequest&, const StepCaller& buyer) { return EndOrder{buyer.actor}; })
//
// The request's type identifies the method. Its field `name` names the order, or something of the order. The response has the
// fields `order` and `replayed`. All else is the same for every step (step_runner.h).
#pragma once

#include "absl/status/statusor.h"
#include "common/core/actor.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "services/milestone_billing/domain/commands.h"

namespace milepost::billing {

// The caller of a step, and the settings for a payment that the step may start.
struct StepCaller {
  const Actor& actor;
  AttemptPolicy attempts;
};

// A value.
struct StepMethod {
  const google::protobuf::Descriptor* request;
  // The command that a request of that type asks for, or its refusal.
  absl::StatusOr<OrderCommand> (*command)(const google::protobuf::Message& request, const StepCaller& caller);
};

// `Function` takes (const Request&, const StepCaller&), returns a command or a StatusOr of one, and captures nothing.
template <class Function, class Command, class Request>
StepMethod StepOf(Command (Function::*)(const Request&, const StepCaller&) const) {
  return {
      Request::descriptor(),
      [](const google::protobuf::Message& request, const StepCaller& caller) -> absl::StatusOr<OrderCommand> {
        return Function()(static_cast<const Request&>(request), caller);
      }};
}
template <class Function>
StepMethod Step(Function) {
  return StepOf(&Function::operator());
}

}  // namespace milepost::billing
