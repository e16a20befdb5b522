// Calls a peer service: one channel for each peer, round robin over its ready replicas, retries of UNAVAILABLE and
// CANCELLED only. Our deadline is passed on, and the peer's refusals are preserved.
//
//   Peer<GigCatalog> catalog({.name = "services/gig-catalog", .address = "dns:///gig-catalog:7000",
//                             .self = "services/offer-service"});
//   MILEPOST_CO_ASSIGN(GetGigResponse gig, co_await
//   catalog.Call(&GigCatalog::StubInterface::async_interface::GetGig,
//                                                                std::move(request),
//                                                                PeerCall::Within(call)));
//
// Retries are safe because every mutation carries a request id; the same id is sent in each try. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "asio/awaitable.hpp"
#include "common/rpc/await.h"
#include "common/rpc/awaitable.h"
#include "common/rpc/call.h"
#include "google/protobuf/message.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"

namespace milepost::rpc {

class Carrier;

struct PeerOptions {
  std::string name;     // "services/gig-catalog": the {service} of PEER_UNAVAILABLE
  std::string address;  // host:port, or a gRPC target like dns:///gig-catalog:7000
  std::string self;     // who we are to the peer: the actor of every call
  // host:port of an HTTP proxy that the connections are made through (CONNECT); `address` is host:port then. Empty: none.
  // http_proxy and its like in the environment are not read: they are meant for other programs.
  std::string proxy = "";
  // Together more than a second: longer than a replica takes to come back, or clients to turn to another.
  int max_attempts = 5;
  // A shorter one counts as kLeastBackoff.
  absl::Duration first_backoff = absl::Milliseconds(100);
  absl::Duration greatest_backoff = absl::Seconds(1);
  // The least part of our own deadline that is reserved for our answer. Reserved is a tenth of the time left, from this to ten
  // times this.
  absl::Duration deadline_margin = absl::Milliseconds(50);
  // The most that one call to this peer may take.
  absl::Duration call_time_max = absl::Seconds(10);
  Carrier* carrier = nullptr;  // carries the calls in place of gRPC; outlives the peer
};

// The actor and the deadline of a call to a peer.
struct PeerCall {
  absl::Time deadline = absl::InfiniteFuture();
  std::string log_id;  // passed on, so that both services' log lines are found together
  std::string actor;   // empty = PeerOptions::self

  static PeerCall Within(const Call& call) { return {call.deadline, call.log_id, ""}; }
};

// Carries calls in place of gRPC: for a simulation of several services in one process, which loses, repeats and delays their
// messages. A server has none.
class Carrier {
 public:
  virtual ~Carrier() = default;
  // Sends the request, whose type identifies the method. `done` is called at most once, with the peer's answer in `response`;
  // request and response live until then. Dropping `done` uncalled ends the calling coroutine, as the end of its process would.
  virtual void Carry(const PeerOptions& peer, const PeerCall& call, const google::protobuf::Message& request,
                     google::protobuf::Message& response, absl::AnyInvocable<void(grpc::Status)> done) = 0;
};

// gRPC 1.83 loses a call whose retry is due in less than a millisecond: it neither retries nor ends it. The wait is 80 to 120 %
// of the backoff.
constexpr absl::Duration kLeastBackoff = absl::Milliseconds(2);

// Whether the address says how it is resolved: dns:///…, unix:…, ipv4:10.0.0.1:7000,10.0.0.2:7000; else it is host:port.
bool IsTarget(absl::string_view address);

// gRPC's service config for such a channel, as JSON. docs/client_service_config.json is the one of the default options, for
// clients that are not ours.
std::string ServiceConfigOf(const PeerOptions& options);

// A channel to one address or DNS name, as described above; connects when it is first used and reconnects by
// itself.
std::shared_ptr<grpc::Channel> MakePeerChannel(const PeerOptions& options);

// The part of Peer that does not depend on the service's type.
class PeerBase {
 public:
  const PeerOptions& options() const { return options_; }

  // For shutdown: cancels running calls and refuses further ones, with PEER_UNAVAILABLE. The outcome of cancelled
  // calls is unknown, as after a timeout. Thread-safe.
  void Cancel();

 protected:
  // A running call, for Cancel(). Ends before its context.
  class Running {
   public:
    Running(PeerBase& peer, grpc::ClientContext& context);
    ~Running();
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

   private:
    PeerBase& peer_;
    grpc::ClientContext& context_;
  };

  explicit PeerBase(PeerOptions options)
      : options_(std::move(options)), channel_(MakePeerChannel(options_)) {}

  // Sets deadline and metadata. DEADLINE_EXCEEDED if no time is left for the call.
  absl::Status Prepare(const PeerCall& call, grpc::ClientContext& context) const;
  // The peer's refusal, or PEER_UNAVAILABLE for any other error (lost connection, timeout, an error without a
  // reason). OutcomeUnknown() in status_map.h tells whether the call may have taken effect.
  absl::Status Failure(const grpc::Status& status) const;

  const PeerOptions options_;
  const std::shared_ptr<grpc::Channel> channel_;

 private:
  std::mutex mutex_;
  bool cancelled_ = false;                             // guarded by mutex_
  absl::flat_hash_set<grpc::ClientContext*> running_;  // likewise
};

template <class Service>
class Peer : public PeerBase {
 public:
  using Async = typename Service::StubInterface::async_interface;

  explicit Peer(PeerOptions options) : PeerBase(std::move(options)), stub_(Service::NewStub(channel_)) {}

  // One unary call. Peers may be destroyed only after their calls have ended.
  template <class Request, class Response>
  Awaitable<Response> Call(void (Async::*method)(grpc::ClientContext*, const Request*, Response*,
                                                 std::function<void(grpc::Status)>),
                           Request request, PeerCall call) {
    grpc::ClientContext context;
    absl::Status prepared = Prepare(call, context);
    if (!prepared.ok()) co_return prepared;
    const Running running(*this, context);
    Response response;
    asio::awaitable<grpc::Status> answer = Await<grpc::Status>([&](auto done) {
      if (options_.carrier != nullptr)
        return options_.carrier->Carry(options_, call, request, response, std::move(done));
      // gRPC wants a callback that can be copied.
      auto shared = std::make_shared<decltype(done)>(std::move(done));
      (stub_->async()->*method)(&context, &request, &response,
                                [shared](grpc::Status status) { (*shared)(std::move(status)); });
    });
    const grpc::Status status = co_await std::move(answer);
    if (!status.ok()) co_return Failure(status);
    co_return response;
  }

 private:
  const std::unique_ptr<typename Service::Stub> stub_;
};

}  // namespace milepost::rpc
