// Runs before and after the handler of every call, unary (service.h) or stream (stream.h). Before: it identifies the
// caller, checks the permission and validates the request. After: it applies the error map, writes the log line and
// counts the call.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/rpc/call.h"
#include "common/rpc/method.h"
#include "google/protobuf/message.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/status.h"

namespace milepost::rpc {

// Parses `bytes` into `request`, which is empty. Then, in this order: deadline and cancellation → caller → is the method for
// this kind of caller → shape of the request, all violations at once. OK, or the refusal that ends the call; `request` and
// `call` are filled as far as they were read, so that the end's log line can say who and what it was. The call's deadline is at
// most `call_time_max` from now.
absl::Status AdmitCall(const grpc::CallbackServerContext& context, const Method& method,
                       const grpc::ByteBuffer& bytes, google::protobuf::Message& request,
                       absl::Duration call_time_max, Call& call);

// Counts and logs the end of a call, and returns the status for its caller.
grpc::Status CloseCall(const Method& method, const google::protobuf::Message& request, const Call& call,
                       const absl::Status& status, absl::Duration duration);

}  // namespace milepost::rpc
