// What stands before and after the handler of every call, unary (unary.h) or stream (stream.h): who calls, may they, is
// the request well-formed; and in the end the error map, the log line and the method's counters.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/rpc/call.h"
#include "common/rpc/method.h"
#include "google/protobuf/message.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/status.h"

namespace milepost::rpc {

// In this order: deadline and cancellation → caller → is the method for this kind of caller → shape of the request, all
// violations at once. OK, or the refusal that ends the call; `call` is filled as far as it was read, so that the end's
// log line can say who it was. The call's deadline is at most `call_time_max` from now.
absl::Status AdmitCall(const grpc::CallbackServerContext& context, const Method& method,
                       const google::protobuf::Message& request, const Callers& callers,
                       absl::Duration call_time_max, Call& call);

// Counts and logs the end of a call; what its caller is told.
grpc::Status CloseCall(const Method& method, const google::protobuf::Message& request, const Call& call,
                       const absl::Status& status, absl::Duration duration);

}  // namespace milepost::rpc
