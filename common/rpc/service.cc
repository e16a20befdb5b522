#include "common/rpc/service.h"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>

#include "absl/strings/str_cat.h"
#include "asio/bind_executor.hpp"
#include "asio/co_spawn.hpp"
#include "asio/detached.hpp"
#include "common/core/stopwatch.h"
#include "common/rpc/admission.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "grpcpp/impl/codegen/rpc_service_method.h"
#include "grpcpp/impl/codegen/server_callback_handlers.h"

namespace milepost::rpc {
namespace {

using google::protobuf::Message;

// The executor of a completion that does nothing: without it each end of a coroutine would wake a thread of the pool.
struct RunHere {
  static constexpr asio::execution::blocking_t query(asio::execution::blocking_t) noexcept {
    return asio::execution::blocking.never;
  }
  RunHere require(asio::execution::blocking_t::never_t) const noexcept { return *this; }
  template <class Work>
  void execute(Work work) const {
    work();
  }
  friend bool operator==(const RunHere&, const RunHere&) noexcept = default;
};

[[noreturn]] void Bug(absl::string_view what) {
  std::fprintf(stderr, "milepost: bug: %s\n", std::string(what).c_str());
  std::abort();
}

const google::protobuf::ServiceDescriptor& Contract(absl::string_view service) {
  const auto* found =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(std::string(service));
  if (!found) Bug(absl::StrCat("no service ", service, " is linked in"));
  return *found;
}

const Message* PrototypeOf(const google::protobuf::Descriptor& type) {
  return google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type);
}

// Where a call's messages lie. gRPC's thread parses the request into the block at hand; whichever thread writes the answer
// takes a block of its own.
class CallArena {
 public:
  google::protobuf::Arena* get() { return &arena_; }

 private:
  static constexpr size_t kRequestBytes = 1536, kAnswerBytes = 8192;

  static google::protobuf::ArenaOptions Options(char* block) {
    google::protobuf::ArenaOptions options;
    options.initial_block = block;
    options.initial_block_size = kRequestBytes;
    options.start_block_size = options.max_block_size = kAnswerBytes;
    return options;
  }

  alignas(std::max_align_t) char first_block_[kRequestBytes];
  google::protobuf::Arena arena_{Options(first_block_)};
};

}  // namespace

// One call of a unary method. Deletes itself when gRPC is done with it.
class Service::RunningCall final : public grpc::ServerUnaryReactor {
 public:
  RunningCall(grpc::CallbackServerContext& context, const grpc::ByteBuffer& request,
              grpc::ByteBuffer& response, const Unary& unary, HandlerPool& pool)
      : context_(context),
        request_bytes_(request),
        response_bytes_(response),
        unary_(unary),
        pool_(pool),
        request_(*unary.request->New(arena_.get())) {
    unary.method->stats.Begin();
  }

  void Start(absl::Duration call_time_max) {
    absl::Status admitted =
        AdmitCall(context_, *unary_.method, request_bytes_, request_, call_time_max, call_);
    if (!admitted.ok()) return End(admitted);
    const HandlerPool::StartHere start_here(pool_);
    asio::co_spawn(pool_.executor(), Run(), asio::bind_executor(RunHere(), asio::detached));
  }

  void OnDone() final { delete this; }

 private:
  asio::awaitable<void> Run() {
    absl::Status status;
    try {
      InPlace running = unary_.handler(call_, request_, NewResponse());
      status = co_await std::move(running);
      if (status.ok()) status = Serialize();
    } catch (const std::exception& error) {
      status = Thrown(error.what());
    } catch (...) {
      status = Thrown("not a std::exception");
    }
    End(status);
  }

  Message& NewResponse() {
    if (unary_.answers == Answers::kOnArena) return *(response_ = unary_.response->New(arena_.get()));
    response_on_heap_.reset(unary_.response->New());
    return *(response_ = response_on_heap_.get());
  }

  absl::Status Serialize() {
    bool own_buffer = false;
    const grpc::Status written =
        grpc::SerializationTraits<Message>::Serialize(*response_, &response_bytes_, &own_buffer);
    return written.ok() ? absl::OkStatus() : absl::InternalError(written.error_message());
  }

  // Nothing of this object may be touched afterwards.
  void End(const absl::Status& status) {
    Finish(CloseCall(*unary_.method, request_, call_, status, running_.elapsed()));
  }

  static absl::Status Thrown(absl::string_view what) {
    return absl::InternalError(absl::StrCat("a handler threw: ", what));
  }

  grpc::CallbackServerContext& context_;
  const grpc::ByteBuffer& request_bytes_;
  grpc::ByteBuffer& response_bytes_;
  const Unary& unary_;
  HandlerPool& pool_;
  CallArena arena_;
  Message& request_;
  Message* response_ = nullptr;
  std::unique_ptr<Message> response_on_heap_;
  Call call_;
  const Stopwatch running_;
};

Service::Service(absl::string_view full_name, HandlerPool& pool, const ServiceOptions& options)
    : full_name_(full_name), pool_(pool), options_(options) {
  const google::protobuf::ServiceDescriptor& contract = Contract(full_name);
  for (int i = 0; i < contract.method_count(); ++i) {
    const google::protobuf::MethodDescriptor& method = *contract.method(i);
    methods_.push_back(std::make_unique<Method>(method));
    const auto type = method.server_streaming() ? grpc::internal::RpcMethod::SERVER_STREAMING
                                                : grpc::internal::RpcMethod::NORMAL_RPC;
    AddMethod(new grpc::internal::RpcServiceMethod(methods_.back()->path.c_str(), type, nullptr));
  }
  is_handled_.resize(methods_.size());
  if (options_.calls) options_.calls->Add(&methods_);
}

Service::~Service() {
  if (options_.calls) options_.calls->Remove(&methods_);
}

void Service::CheckComplete() const {
  for (size_t i = 0; i < methods_.size(); ++i)
    if (!is_handled_[i]) Bug(absl::StrCat(methods_[i]->path, " has no handler"));
}

int Service::Claim(const google::protobuf::Descriptor& request) {
  const google::protobuf::ServiceDescriptor& contract = Contract(full_name_);
  std::optional<int> found;
  for (int i = 0; i < contract.method_count(); ++i) {
    if (contract.method(i)->input_type() != &request) continue;
    if (found) Bug(absl::StrCat("two methods of ", full_name_, " take ", request.full_name()));
    found = i;
  }
  if (!found) Bug(absl::StrCat("no method of ", full_name_, " takes ", request.full_name()));
  if (is_handled_[*found]) Bug(absl::StrCat(methods_[*found]->path, " has two handlers"));
  is_handled_[*found] = true;
  return *found;
}

void Service::AddHandler(const google::protobuf::Descriptor& request,
                         const google::protobuf::Descriptor& response, Answers answers, Handler handler) {
  const int number = Claim(request);
  if (Contract(full_name_).method(number)->output_type() != &response)
    Bug(absl::StrCat(methods_[number]->path, " does not answer with ", response.full_name()));
  AddUnary(number, answers, std::move(handler));
}

void Service::AddUntyped(const google::protobuf::Descriptor& request, Handler handler) {
  AddUnary(Claim(request), Answers::kOnArena, std::move(handler));
}

void Service::AddUnary(int number, Answers answers, Handler handler) {
  const google::protobuf::MethodDescriptor& method = *Contract(full_name_).method(number);
  unary_.push_back(
      std::make_unique<Unary>(Unary{methods_[number].get(), std::move(handler), answers,
                                    PrototypeOf(*method.input_type()), PrototypeOf(*method.output_type())}));
  MarkMethodRawCallback(number, new grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
                                    [this, unary = unary_.back().get()](
                                        grpc::CallbackServerContext* context, const grpc::ByteBuffer* asked,
                                        grpc::ByteBuffer* answer) -> grpc::ServerUnaryReactor* {
                                      auto* call = new RunningCall(*context, *asked, *answer, *unary, pool_);
                                      call->Start(options_.call_time_max);
                                      return call;
                                    }));
}

void Service::AddStream(const google::protobuf::Descriptor& request, StreamHandler handler) {
  const int number = Claim(request);
  MarkMethodRawCallback(
      number, new grpc::internal::CallbackServerStreamingHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
                  [handler = std::move(handler), &method = *methods_[number]](
                      grpc::CallbackServerContext* context, const grpc::ByteBuffer* asked) {
                    return handler(context, asked, method);
                  }));
}

}  // namespace milepost::rpc
