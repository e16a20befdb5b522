#include "common/rpc/admission.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/core/clock.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "common/obs/log.h"
#include "common/rpc/request_bytes.h"
#include "common/rpc/status_map.h"
#include "common/rpc/update_mask.h"
#include "grpc/support/time.h"

namespace milepost::rpc {
namespace {

absl::string_view View(grpc::string_ref text) {
  return absl::string_view(text.data(), text.size());
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

absl::Status ReadCaller(const grpc::CallbackServerContext& context, const Callers& callers, Call& call) {
  const auto& metadata = context.client_metadata();
  if (const auto language = metadata.find(kLanguageMetadata); language != metadata.end())
    call.language = std::string(PreferredLanguage(View(language->second)));
  if (const auto log_id = metadata.find(kLogIdMetadata);
      log_id != metadata.end() && IsLogId(View(log_id->second)))
    call.log_id = std::string(View(log_id->second));
  const auto [first, last] = metadata.equal_range(kActorMetadata);
  if (first == last) {
    if (callers.needs_actor) return Refuse(Reason::kActorMissing);
    call.actor = Actor{ActorKind::kUser, ""};
    return absl::OkStatus();
  }
  absl::StatusOr<Actor> actor = Actor::Parse(View(first->second));
  // Two of them: which one did the caller mean, and which one did a proxy check?
  if (!actor.ok() || std::next(first) != last) return Refuse(Reason::kActorMissing);
  call.actor = *std::move(actor);
  return CheckCaller(callers, call.actor);
}

// Not context.deadline(), which counts nanoseconds in 64 bits: a `grpc-timeout` that ends after the year 2262 (Go's longest,
// 2562047H, does) would come out as one that is long past.
absl::Time DeadlineOf(const grpc::CallbackServerContext& context) {
  const gpr_timespec deadline = gpr_convert_clock_type(context.raw_deadline(), GPR_CLOCK_REALTIME);
  return absl::FromUnixSeconds(deadline.tv_sec) + absl::Nanoseconds(deadline.tv_nsec);
}

}  // namespace

absl::Status AdmitCall(const grpc::CallbackServerContext& context, const Method& method,
                       const grpc::ByteBuffer& bytes, google::protobuf::Message& request,
                       absl::Duration call_time_max, Call& call) {
  const absl::Time now = WallNow();
  const bool is_parsed = ParseRequest(bytes, request);
  // First, because it reads the language that every refusal needs.
  const absl::Status caller = ReadCaller(context, method.callers, call);
  if (call.log_id.empty()) call.log_id = NewLogId();
  call.method = method.name;
  call.deadline = std::min(DeadlineOf(context), now + call_time_max);
  if (call.deadline <= now || context.IsCancelled()) return Refuse(Reason::kDeadlineExceeded);
  MILEPOST_RETURN_IF_ERROR(caller);
  if (!is_parsed) return RefuseFields({FirstMalformed(*request.GetDescriptor(), bytes)});
  const bool ours = !method.callers.one_service.empty();
  std::vector<FieldViolation> violations = method.rules.Violations(
      request, ours ? MessageRules::Author::kOurService : MessageRules::Author::kAnyone);
  DropUnmasked(request, violations);
  method.fields.Read(request, call, violations);
  if (!violations.empty()) return RefuseFields(std::move(violations));
  // With the actor, so that nobody is answered with another's outcome.
  if (call.request_id)
    call.request_hash = Sha256(absl::StrCat(call.actor.name, "\n", method.fields.Hash(request)));
  return absl::OkStatus();
}

grpc::Status CloseCall(const Method& method, const google::protobuf::Message& request, const Call& call,
                       const absl::Status& status, absl::Duration duration) {
  grpc::Status answer = ToGrpc(status, call.language, call.log_id);
  const std::optional<Refusal> refusal = RefusalOf(status);
  method.stats.Count(answer.error_code(), duration);
  const bool is_bug = answer.error_code() == grpc::StatusCode::INTERNAL;
  obs::Log line(is_bug ? obs::Level::kError : obs::Level::kInfo, "call");
  line.With("service_method", absl::StrCat(method.service, "/", method.name));
  line.With("code", CodeName(answer.error_code())).With("log_id", call.log_id);
  if (!call.actor.name.empty()) line.With("actor", call.actor.name);
  if (call.request_id) line.With("request_id", call.request_id->ToString());
  const std::string resource = method.fields.Resource(request);
  if (!resource.empty()) line.With("resource", resource);
  if (call.validate_only) line.With("validate_only", true);
  if (refusal) line.With("reason", RowOf(refusal->reason).name);
  // An error that only carries a refusal has a cause of its own.
  const bool has_cause = !refusal || is_bug || status.message() != TextOf(*refusal);
  if (!status.ok() && has_cause) line.With("detail", status.message());
  line.With("duration_us", absl::ToInt64Microseconds(duration));
  return answer;
}

}  // namespace milepost::rpc
