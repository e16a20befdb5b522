#include "common/rpc/unary.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "asio/bind_executor.hpp"
#include "asio/co_spawn.hpp"
#include "asio/detached.hpp"
#include "common/core/clock.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "common/obs/log.h"
#include "common/rpc/status_map.h"
#include "common/rpc/update_mask.h"

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

absl::string_view View(grpc::string_ref text) {
  return absl::string_view(text.data(), text.size());
}

[[noreturn]] void Bug(absl::string_view what) {
  std::fprintf(stderr, "milepost: bug: %s\n", std::string(what).c_str());
  std::abort();
}

// Ids of log lines: a random prefix a process and a count.
std::string NewLogId() {
  static const std::string process = NewUuid(WallNow()).ToString().substr(24);
  static std::atomic<uint64_t> calls{0};
  return absl::StrCat(process, "-", calls.fetch_add(1, std::memory_order_relaxed) + 1);
}

bool IsLogId(absl::string_view text) {
  constexpr size_t kMaxLogId = 64;
  return !text.empty() && text.size() <= kMaxLogId &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
         });
}

absl::string_view CodeName(grpc::StatusCode code) {
  static const auto* const names = new std::vector<std::string>([] {
    std::vector<std::string> all;
    for (int i = 0; i < CallStats::kCodes; ++i)
      all.push_back(absl::StatusCodeToString(static_cast<absl::StatusCode>(i)));
    return all;
  }());
  return (*names)[std::clamp(static_cast<int>(code), 0, CallStats::kCodes - 1)];
}

}  // namespace

absl::Status RunningCall::ReadCaller(const Callers& callers) {
  const auto& metadata = context_->client_metadata();
  if (const auto language = metadata.find(kLanguageMetadata); language != metadata.end())
    call_.language = std::string(PreferredLanguage(View(language->second)));
  if (const auto log_id = metadata.find(kLogIdMetadata);
      log_id != metadata.end() && IsLogId(View(log_id->second)))
    call_.log_id = std::string(View(log_id->second));
  const auto [first, last] = metadata.equal_range(kActorMetadata);
  if (first == last) {
    if (callers.needs_actor) return Refuse(Reason::kActorMissing);
    call_.actor = Actor{ActorKind::kUser, ""};
    return absl::OkStatus();
  }
  absl::StatusOr<Actor> actor = Actor::Parse(View(first->second));
  // Two of them: which one did the caller mean, and which one did a proxy check?
  if (!actor.ok() || std::next(first) != last) return Refuse(Reason::kActorMissing);
  call_.actor = *std::move(actor);
  return CheckCaller(callers, call_.actor);
}

absl::Status RunningCall::Admit(const Callers& callers, absl::Duration call_time_max) {
  const absl::Time now = WallNow();
  const absl::Status caller =
      ReadCaller(callers);  // first, because it reads the language that every refusal needs
  if (call_.log_id.empty()) call_.log_id = NewLogId();
  call_.method = method_.name;
  call_.deadline = std::min(absl::FromChrono(context_->deadline()), now + call_time_max);
  if (call_.deadline <= now || context_->IsCancelled()) return Refuse(Reason::kDeadlineExceeded);
  MILEPOST_RETURN_IF_ERROR(caller);
  std::vector<FieldViolation> violations = method_.rules.Violations(*request_);
  DropUnmasked(*request_, violations);
  method_.fields.Read(*request_, call_, violations);
  if (!violations.empty()) return RefuseFields(std::move(violations));
  // With the actor, so that nobody is answered with another's outcome.
  if (call_.request_id)
    call_.request_hash = Sha256(absl::StrCat(call_.actor.name, "\n", method_.fields.Hash(*request_)));
  return absl::OkStatus();
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
  const grpc::Status answer = ToGrpc(status, call_.language, call_.log_id);
  const std::optional<Refusal> refusal = RefusalOf(status);
  method_.stats.Count(answer.error_code(), duration);
  {
    const bool is_bug = answer.error_code() == grpc::StatusCode::INTERNAL;
    obs::Log line(is_bug ? obs::Level::kError : obs::Level::kInfo, "call");
    line.With("service_method", absl::StrCat(method_.service, "/", method_.name));
    line.With("code", CodeName(answer.error_code())).With("log_id", call_.log_id);
    if (!call_.actor.name.empty()) line.With("actor", call_.actor.name);
    if (call_.request_id) line.With("request_id", call_.request_id->ToString());
    const std::string resource = method_.fields.Resource(*request_);
    if (!resource.empty()) line.With("resource", resource);
    if (call_.validate_only) line.With("validate_only", true);
    if (refusal) line.With("reason", RowOf(refusal->reason).name);
    if (!status.ok() && (!refusal || is_bug)) line.With("detail", status.message());
    line.With("duration_us", absl::ToInt64Microseconds(duration));
  }
  Finish(answer);
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
}

const Method& Unary::MethodOf(const google::protobuf::Descriptor& request) const {
  const auto found = by_request_.find(&request);
  if (found == by_request_.end()) Bug(absl::StrCat(request.full_name(), " is no request of this service"));
  return *found->second;
}

}  // namespace milepost::rpc
