// Calls in flight: a few threads, each with a completion queue, keep many calls running over a few channels.
//
// Closed loop: each caller starts its next call when its last one has ended. Open loop: calls have intended starts, evenly
// spaced at a rate, whatever the server does; a latency counts from there, so that a server that stalls shows in every
// call that it delayed (no coordinated omission).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "grpcpp/grpcpp.h"
#include "tests/load/histogram.h"

namespace milepost::load {

// One place in flight, as its caller sees it: makes one call at a time. Used by one thread only.
class Line {
 public:
  Line(grpc::CompletionQueue* queue, void* tag) : queue_(*queue), tag_(tag) {}

  // Starts the call. `request` need only live until this returns, `response` until the call has ended.
  template <class Stub, class Request, class Response>
  void Call(Stub& stub,
            std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> (Stub::*prepare)(
                grpc::ClientContext*, const Request&, grpc::CompletionQueue*),
            const std::string& actor, const Request& request, Response* response) {
    auto call = std::make_unique<Pending<Response>>();
    SetUp(call->context, actor);
    call->reader = (stub.*prepare)(&call->context, request, &queue_);
    call->reader->StartCall();
    call->reader->Finish(response, &status_, tag_);
    pending_ = std::move(call);
  }

  // How the last call ended.
  const grpc::Status& status() const { return status_; }
  void Release() { pending_.reset(); }

 private:
  struct PendingBase {
    virtual ~PendingBase() = default;
    grpc::ClientContext context;
  };
  template <class Response>
  struct Pending : PendingBase {
    std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> reader;
  };
  static void SetUp(grpc::ClientContext& context, const std::string& actor);

  grpc::CompletionQueue& queue_;
  void* const tag_;
  std::unique_ptr<PendingBase> pending_;
  grpc::Status status_;
};

// Who makes the calls of one place in flight. Used by one thread at a time.
class Caller {
 public:
  enum class Progress {
    kGoesOn,  // what is counted takes further calls
    kDone,    // one more of what is counted
    kFailed,
  };

  virtual ~Caller() = default;
  // Starts the next call on the line; false: there is nothing left to call.
  virtual bool Start(Line& line) = 0;
  // The call has ended.
  virtual Progress End(const grpc::Status& status) = 0;
};

struct Outcome {
  uint64_t done = 0;    // what callers finished within the time that counts
  uint64_t ended = 0;   // what callers finished in all the time
  uint64_t failed = 0;  // calls, in all the time
  double seconds = 0;   // the time that counts
  Histogram latency;    // of what is done, from its (intended) start
  std::string first_failure;

  double rate() const { return seconds > 0 ? static_cast<double>(done) / seconds : 0; }
};

struct TrafficOptions {
  int threads = 2;
  absl::Duration warm_up;                // before the time that counts
  absl::Duration time = absl::Hours(1);  // that counts; ends early when a caller finds nothing left
};

// Both return when the last call has ended.
Outcome RunClosed(absl::Span<const std::unique_ptr<Caller>> callers, const TrafficOptions& options);
// `rate` a second in all. What is due while every caller is busy starts late, and its latency says so.
Outcome RunOpen(absl::Span<const std::unique_ptr<Caller>> callers, double rate,
                const TrafficOptions& options);

// Channels to one address that share no connection.
std::vector<std::shared_ptr<grpc::Channel>> Connect(const std::string& address, int channels);

}  // namespace milepost::load
