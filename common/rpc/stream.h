// The base of server streams, as service.h is for unary calls.
//
//   class Watcher final : public rpc::StreamCall { … };
//
//   AddStream(*v1::WatchEventsRequest::descriptor(), [](auto* context, auto* bytes, const Method& method) {
//     auto* watcher = new Watcher(context, method);
//     absl::Status status = watcher->Admit(*bytes, request);   // as in admission.h
//     if (!status.ok()) watcher->End(status);                  // else Write …, Write …, End
//     return watcher;
//   });
//
// Messages are bytes, so that a message to many readers is made once. A stream holds no thread: OnWriteDone asks for
// the next message.
#pragma once

#include "absl/status/status.h"
#include "common/core/stopwatch.h"
#include "common/rpc/call.h"
#include "common/rpc/method.h"
#include "google/protobuf/message.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"

namespace milepost::rpc {

// The reactor of one call. The derived class decides when it is deleted (not before OnDone). Not thread-safe: its
// calls come one after the other.
class StreamCall : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  StreamCall(grpc::CallbackServerContext* context, const Method& method)
      : context_(context), method_(method) {
    method.stats.Begin();
  }

  // Parses `bytes` into `request`, which outlives this object, and does everything before the stream: see AdmitCall. A
  // stream ends with its caller's deadline and has none of its own.
  absl::Status Admit(const grpc::ByteBuffer& bytes, google::protobuf::Message& request);
  // Sends the next message; not before OnWriteDone of the previous one.
  void Write(grpc::ByteBuffer message);
  // Ends the stream: error map, counters, log line. No message may be in flight. The last call: OnDone follows.
  void End(const absl::Status& status);
  // Breaks the stream off: its writes fail, the caller is told nothing more. OnCancel follows; then End.
  void BreakOff() { context_->TryCancel(); }

  // Filled by Admit.
  const Call& call() const { return call_; }

 private:
  grpc::CallbackServerContext* const context_;
  const Method& method_;
  const google::protobuf::Message* request_ = nullptr;
  Call call_;
  grpc::ByteBuffer message_;  // under way
  const Stopwatch running_;
};

}  // namespace milepost::rpc
