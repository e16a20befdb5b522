#include "common/rpc/unary.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "asio/bind_executor.hpp"
#include "asio/co_spawn.hpp"
#include "asio/detached.hpp"
#include "common/rpc/admission.h"

namespace milepost::rpc {
namespace {

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

}  // namespace

absl::Status RunningCall::Admit(const Callers& callers, absl::Duration call_time_max) {
  return AdmitCall(*context_, method_, *request_, callers, call_time_max, call_);
}

void RunningCall::Spawn(asio::awaitable<void> run) {
  const HandlerPool::StartHere start_here(pool_);
  asio::co_spawn(pool_.executor(), std::move(run), asio::bind_executor(RunHere(), asio::detached));
}

absl::Status RunningCall::Thrown(const char* what) {
  return absl::InternalError(absl::StrCat("a handler threw: ", what));
}

void RunningCall::End(const absl::Status& status) {
  const absl::Duration duration = absl::FromChrono(std::chrono::steady_clock::now() - started_);
  Finish(CloseCall(method_, *request_, call_, status, duration));
}

Unary::Unary(absl::string_view service, HandlerPool& pool, const Options& options)
    : pool_(pool), options_(options) {
  const auto* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(std::string(service));
  if (!descriptor) Bug(absl::StrCat("no service ", service, " is linked in"));
  for (int i = 0; i < descriptor->method_count(); ++i) {
    methods_.push_back(std::make_unique<Method>(*descriptor->method(i)));
    if (!by_request_.try_emplace(descriptor->method(i)->input_type(), methods_.back().get()).second)
      Bug(absl::StrCat("two methods of ", service, " share ",
                       descriptor->method(i)->input_type()->full_name()));
  }
  if (options_.calls) options_.calls->Add(&methods_);
}

Unary::~Unary() {
  if (options_.calls) options_.calls->Remove(&methods_);
}

const Method& Unary::MethodOf(const google::protobuf::Descriptor& request) const {
  const auto found = by_request_.find(&request);
  if (found == by_request_.end()) Bug(absl::StrCat(request.full_name(), " is no request of this service"));
  return *found->second;
}

}  // namespace milepost::rpc
