// The one way in for unary calls: between gRPC's callback API and a handler written as a coroutine.
//
//   class GigCatalogRpc final : public v1::GigCatalog::CallbackService {
//     grpc::ServerUnaryReactor* PauseGig(grpc::CallbackServerContext* context, const v1::PauseGigRequest*
//     request,
//                                        v1::PauseGigResponse* response) override {
//       return unary_.Serve(context, request, response, Callers::Users(),
//                           [this](Call call, const v1::PauseGigRequest& request) ->
//                           Awaitable<v1::PauseGigResponse> {
//         …
//         co_return response;
//       });
//     }
//     Unary unary_;
//   };
//
// In this order: deadline and cancellation → caller → is the method for this kind of caller → shape of the
// request, all violations at once → the handler → the error map → one log line and the method's counters. The
// first that refuses ends the call; the handler then never runs.
//
// The handler takes the Call by value and the request by reference or by value; the request, the response, and what the
// handler's closure captured, live until its coroutine is done. It starts on gRPC's thread: it must not
// block. What it throws leaves as INTERNAL with a fixed text, with the detail in the log only. A caller's
// cancellation does not stop a handler: what it asked of a lane may be committed; only the answer is dropped.
#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "asio/awaitable.hpp"
#include "common/rpc/await.h"
#include "common/rpc/call.h"
#include "common/rpc/call_metrics.h"
#include "common/rpc/handler_pool.h"
#include "common/rpc/method.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"

namespace milepost::rpc {

// What a handler returns.
template <class Response>
using Awaitable = asio::awaitable<absl::StatusOr<Response>>;

// What a handler returns that takes the response as well, and writes its answer where it is sent from: for answers that are
// large (arena_messages.h). What it has written is dropped where it returns an error.
using InPlace = asio::awaitable<absl::Status>;

// One running call, without its types. Made by Unary::Serve, deletes itself when gRPC is done with it.
class RunningCall : public grpc::ServerUnaryReactor {
 public:
  void OnDone() final { delete this; }

 protected:
  RunningCall(grpc::CallbackServerContext* context, const google::protobuf::Message* request,
              const Method& method, HandlerPool& pool)
      : context_(context), request_(request), method_(method), pool_(pool) {
    method.stats.Begin();
  }

  // Everything before the handler. OK, or the refusal that ends the call.
  absl::Status Admit(const Callers& callers, absl::Duration call_time_max);
  // Runs the coroutine that ends with End().
  void Spawn(asio::awaitable<void> run);
  // Everything after the handler. Nothing of this object may be touched afterwards.
  void End(const absl::Status& status);

  // What a handler threw, as the INTERNAL error that it becomes.
  static absl::Status Thrown(const char* what);

  Call call_;

 private:
  grpc::CallbackServerContext* const context_;
  const google::protobuf::Message* const request_;
  const Method& method_;
  HandlerPool& pool_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

// One a service. Thread-safe; must outlive the gRPC server.
class Unary {
 public:
  struct Options {
    // A call without a deadline, or with a later one, gets this much time.
    absl::Duration call_time_max = absl::Seconds(60);
    CallMetrics* calls = nullptr;  // where the calls are shown; outlives this object; null: nowhere
  };

  // `service` is the full name: v1::GigCatalog::service_full_name(). Compiles the rules of all its requests;
  // a rule that does not fit its field, or two methods with one request type, abort the process.
  Unary(absl::string_view service, HandlerPool& pool, const Options& options);
  Unary(absl::string_view service, HandlerPool& pool) : Unary(service, pool, Options()) {}

  ~Unary();
  Unary(const Unary&) = delete;
  Unary& operator=(const Unary&) = delete;

  template <class Request, class Response, class Handler>
  grpc::ServerUnaryReactor* Serve(grpc::CallbackServerContext* context, const Request* request,
                                  Response* response, const Callers& callers, Handler handler) {
    auto* call = new HandledCall<Request, Response, Handler>(
        context, request, response, MethodOf(*Request::descriptor()), pool_, std::move(handler));
    call->Start(callers, options_.call_time_max);
    return call;
  }

  // All methods of the service, in the order of the .proto.
  const std::vector<std::unique_ptr<Method>>& methods() const { return methods_; }

 private:
  template <class Request, class Response, class Handler>
  class HandledCall final : public RunningCall {
   public:
    HandledCall(grpc::CallbackServerContext* context, const Request* request, Response* response,
                const Method& method, HandlerPool& pool, Handler handler)
        : RunningCall(context, request, method, pool),
          request_(request),
          response_(response),
          handler_(std::move(handler)) {}

    void Start(const Callers& callers, absl::Duration call_time_max) {
      absl::Status admitted = Admit(callers, call_time_max);
      if (!admitted.ok()) return End(admitted);
      Spawn(Run());
    }

   private:
    asio::awaitable<void> Run() {
      absl::Status status;
      try {
        if constexpr (std::is_invocable_v<Handler&, Call, const Request&, Response&>) {
          InPlace running = handler_(call_, *request_, *response_);
          status = co_await std::move(running);
        } else {
          Awaitable<Response> running = handler_(call_, *request_);
          absl::StatusOr<Response> answer = co_await std::move(running);
          if (answer.ok())
            *response_ = *std::move(answer);
          else
            status = std::move(answer).status();
        }
      } catch (const std::exception& error) {
        status = Thrown(error.what());
      } catch (...) {
        status = Thrown("not a std::exception");
      }
      End(status);
    }

    const Request* const request_;
    Response* const response_;
    Handler handler_;
  };

  // Aborts when the request type is not one of this service's.
  const Method& MethodOf(const google::protobuf::Descriptor& request) const;

  HandlerPool& pool_;
  const Options options_;
  std::vector<std::unique_ptr<Method>> methods_;
  absl::flat_hash_map<const google::protobuf::Descriptor*, const Method*> by_request_;
};

}  // namespace milepost::rpc
