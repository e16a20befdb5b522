#include "common/rpc/client.h"

#include <algorithm>
#include <initializer_list>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/core/clock.h"
#include "common/core/refusal.h"
#include "common/obs/log.h"
#include "common/rpc/compression.h"
#include "common/rpc/status_map.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/support/channel_arguments.h"

namespace milepost::rpc {
namespace {

// Sets what gRPC derives from GRPC_ARG_HTTP_PROXY. That argument itself would let no_proxy in the environment overrule it.
void GoThrough(const PeerOptions& options, grpc::ChannelArguments& arguments) {
  arguments.SetString("grpc.http_connect_server", options.address);
  arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, options.address);
}

}  // namespace

bool IsTarget(absl::string_view address) {
  if (absl::StrContains(address, ":///")) return true;
  return absl::c_any_of(std::initializer_list<absl::string_view>{"unix:", "ipv4:", "ipv6:"},
                        [&](absl::string_view scheme) { return absl::StartsWith(address, scheme); });
}

// Retries UNAVAILABLE and CANCELLED. No method of ours answers CANCELLED: it means that a server which stopped dropped the
// call. (gRPC does not repeat a call that we cancel ourselves.) Any other code is the peer's decision. A replica whose health
// is NOT_SERVING gets no calls.
std::string ServiceConfigOf(const PeerOptions& options) {
  return absl::StrFormat(
      R"({"loadBalancingConfig":[{"round_robin":{}}],"healthCheckConfig":{"serviceName":""},)"
      R"("methodConfig":[{"name":[{}],"retryPolicy":{)"
      R"("maxAttempts":%d,"initialBackoff":"%.3fs","maxBackoff":"%.3fs","backoffMultiplier":2,)"
      R"("retryableStatusCodes":["UNAVAILABLE","CANCELLED"]}}]})",
      options.max_attempts, absl::ToDoubleSeconds(std::max(kLeastBackoff, options.first_backoff)),
      absl::ToDoubleSeconds(std::max(kLeastBackoff, options.greatest_backoff)));
}

std::shared_ptr<grpc::Channel> MakePeerChannel(const PeerOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(ServiceConfigOf(options));
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 1);
  // A lost replica is looked for again soon, and found soon after its return: before the retries of a call that found no
  // other are over. (The middle one is the least time that an attempt to connect has.)
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 3000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 500);
  // Replicas that are replaced come back under other addresses: gRPC would ask the DNS every 30 s at most.
  arguments.SetInt(GRPC_ARG_DNS_MIN_TIME_BETWEEN_RESOLUTIONS_MS, 1000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetUserAgentPrefix(options.self);
  if (!options.proxy.empty()) GoThrough(options, arguments);
  const std::string& next = options.proxy.empty() ? options.address : options.proxy;
  const std::string target = IsTarget(next) ? next : absl::StrCat("dns:///", next);
  RefuseCompression(arguments);
  return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
}

void PeerBase::Cancel() {
  const std::lock_guard lock(mutex_);
  cancelled_ = true;
  for (grpc::ClientContext* context : running_) context->TryCancel();
}

// A call that begins after Cancel() is cancelled before it begins: gRPC ends it without sending anything.
PeerBase::Running::Running(PeerBase& peer, grpc::ClientContext& context) : peer_(peer), context_(context) {
  const std::lock_guard lock(peer_.mutex_);
  peer_.running_.insert(&context_);
  if (peer_.cancelled_) context_.TryCancel();
}

PeerBase::Running::~Running() {
  const std::lock_guard lock(peer_.mutex_);
  peer_.running_.erase(&context_);
}

absl::Status PeerBase::Prepare(const PeerCall& call, grpc::ClientContext& context) const {
  const absl::Time now = WallNow();
  // A tenth of the time left, within bounds: what follows the peer's silence may be a turn of a lane.
  const absl::Duration margin =
      std::clamp((call.deadline - now) / 10, options_.deadline_margin, 10 * options_.deadline_margin);
  const absl::Time deadline = std::min(call.deadline - margin, now + options_.call_time_max);
  if (deadline <= now) return Refuse(Reason::kDeadlineExceeded);
  context.set_deadline(absl::ToChronoTime(deadline));
  context.AddMetadata(kActorMetadata, call.actor.empty() ? options_.self : call.actor);
  if (!call.log_id.empty()) context.AddMetadata(kLogIdMetadata, call.log_id);
  return absl::OkStatus();
}

absl::Status PeerBase::Failure(const grpc::Status& status) const {
  absl::Status failure = FromGrpc(status);
  if (RefusalOf(failure)) return failure;
  // What the transport says names addresses: it is for our log, never for the caller.
  obs::Log(obs::Level::kWarn, "a peer did not answer")
      .With("peer", options_.name)
      .With("code", absl::StatusCodeToString(failure.code()))
      .With("cause", failure.message());
  return Refuse(Reason::kPeerUnavailable, {{"service", options_.name}});
}

}  // namespace milepost::rpc
