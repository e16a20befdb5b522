// A gRPC service: each class of handlers registers its methods with it, one line a method, and all calls pass through it.
//
//   class GigCatalogRpc final : public rpc::Service {
//    public:
//     GigCatalogRpc(rpc::HandlerPool& pool, const rpc::ServiceOptions& options, GigAccess& gigs)
//         : Service("milepost.catalog.v1.GigCatalog", pool, options), gigs_(gigs) {
//       gigs_.AddTo(*this);
//     }
//     GigHandlers gigs_;
//   };
//
//   void GigHandlers::AddTo(rpc::Service& service) {
//     service.Add(&GigHandlers::CreateGig, *this);
//     …
//   }
//
// A handler is a coroutine: Awaitable<v1::PauseGigResponse> PauseGig(Call call, const v1::PauseGigRequest& request). Its
// request names its method. A method's calls are checked in this order: deadline and cancellation → caller → is the method
// for this kind of caller (the option `callers` of the contract) → shape of the request, all violations at once. Then the
// handler runs; then come the error map, one log line and the method's counters. The first check that refuses ends the call.
//
// Requests and responses travel between gRPC and this class as bytes: one type of call serves every method, a request is
// parsed on the arena of its call, and bytes that are no request are refused by us, with the field where it is known.
//
// A handler takes the Call by value and the request by reference or by value; the request, the response and the
// handler live until its coroutine is done. It starts on gRPC's thread, so it must not block. An exception leaves as
// INTERNAL with a fixed text; the detail goes to the log only. A caller's cancellation does not stop a handler: its
// command may be committed, and only the answer is dropped.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/rpc/awaitable.h"
#include "common/rpc/call.h"
#include "common/rpc/call_metrics.h"
#include "common/rpc/handler_pool.h"
#include "common/rpc/method.h"
#include "google/protobuf/message.h"
#include "grpcpp/impl/service_type.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"

namespace milepost::rpc {

struct ServiceOptions {
  // A call without a deadline, or with a later one, gets this much time.
  absl::Duration call_time_max = absl::Seconds(60);
  CallMetrics* calls = nullptr;  // where the calls are shown; outlives the service; null: nowhere
};

// Thread-safe once its methods are added: all of them before the gRPC server starts. Outlives that server.
class Service : public grpc::Service {
 public:
  // A handler without its types; the response is of the method's type, and empty.
  using Handler = absl::AnyInvocable<InPlace(Call, const google::protobuf::Message& request,
                                             google::protobuf::Message& response) const>;
  // Makes the reactor of one call of a server stream: stream.h.
  using StreamHandler = std::function<grpc::ServerWriteReactor<grpc::ByteBuffer>*(
      grpc::CallbackServerContext*, const grpc::ByteBuffer* request, const Method&)>;

  // `full_name`: "milepost.catalog.v1.GigCatalog". Compiles the rules of all its requests. A fault in the contract
  // aborts the process: a rule that does not fit its field, two methods with one request type, a method without
  // `callers`.
  Service(absl::string_view full_name, HandlerPool& pool, const ServiceOptions& options = {});
  ~Service() override;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  const std::string& full_name() const { return full_name_; }
  // In the order of the contract.
  const std::vector<std::unique_ptr<Method>>& methods() const { return methods_; }
  // Aborts where a method of the contract has no handler. rpc::Server asks before it starts.
  void CheckComplete() const;

  // Gives the method whose request is `Request` its handler, a member function of `handlers`, which outlives the service's
  // calls. Aborts where the contract has no such method, or where it has its handler.
  template <class Handlers, class Request, class Response>
  void Add(Awaitable<Response> (Handlers::*handler)(Call, const Request&), Handlers& handlers) {
    AddFunction<Request, Response>([&handlers, handler](Call call, const Request& request) {
      return (handlers.*handler)(std::move(call), request);
    });
  }
  template <class Handlers, class Request, class Response>
  void Add(InPlace (Handlers::*handler)(Call, const Request&, Response&), Handlers& handlers) {
    AddHandler(*Request::descriptor(), *Response::descriptor(), Answers::kOnArena,
               [&handlers, handler](Call call, const google::protobuf::Message& request,
                                    google::protobuf::Message& response) {
                 return (handlers.*handler)(std::move(call), static_cast<const Request&>(request),
                                            static_cast<Response&>(response));
               });
  }

 protected:
  // As Add, for anything that can be called as an Awaitable handler is.
  template <class Request, class Response, class Function>
  void AddFunction(Function function) {
    AddHandler(*Request::descriptor(), *Response::descriptor(), Answers::kOnHeap,
               [function = std::move(function)](Call call, const google::protobuf::Message& request,
                                                google::protobuf::Message& response) -> InPlace {
                 Awaitable<Response> running =
                     function(std::move(call), static_cast<const Request&>(request));
                 absl::StatusOr<Response> answer = co_await std::move(running);
                 if (answer.ok()) static_cast<Response&>(response) = *std::move(answer);
                 co_return std::move(answer).status();
               });
  }
  // As Add, for an InPlace handler that needs no types: one function serves all methods of one shape.
  void AddUntyped(const google::protobuf::Descriptor& request, Handler handler);
  // Gives the server stream whose request is `request` its reactors.
  void AddStream(const google::protobuf::Descriptor& request, StreamHandler handler);

 private:
  class RunningCall;
  enum class Answers { kOnArena, kOnHeap };
  struct Unary {
    const Method* method;
    Handler handler;
    Answers answers;
    const google::protobuf::Message* request;  // prototypes
    const google::protobuf::Message* response;
  };

  void AddHandler(const google::protobuf::Descriptor& request, const google::protobuf::Descriptor& response,
                  Answers answers, Handler handler);
  void AddUnary(int number, Answers answers, Handler handler);
  // The method's number in the contract. Aborts where no method, or one that has its handler, takes such requests.
  int Claim(const google::protobuf::Descriptor& request);

  const std::string full_name_;
  HandlerPool& pool_;
  const ServiceOptions options_;
  std::vector<std::unique_ptr<Method>> methods_;
  std::vector<bool> is_handled_;               // by a method's number
  std::vector<std::unique_ptr<Unary>> unary_;  // stays where it is: calls point to it
};

}  // namespace milepost::rpc
