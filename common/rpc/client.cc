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
#include "common/rpc/status_map.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/support/channel_arguments.h"

namespace milepost::rpc {
namespace {

// gRPC's service config. Retries of UNAVAILABLE only: any other code is the peer's decision.
std::string ServiceConfig(const PeerOptions& options) {
  return absl::StrFormat(
      R"({"loadBalancingConfig":[{"round_robin":{}}],"methodConfig":[{"name":[{}],"retryPolicy":{)"
      R"("maxAttempts":%d,"initialBackoff":"%.3fs","maxBackoff":"%.3fs","backoffMultiplier":2,)"
      R"("retryableStatusCodes":["UNAVAILABLE"]}}]})",
      options.max_attempts, absl::ToDoubleSeconds(options.first_backoff),
      absl::ToDoubleSeconds(options.greatest_backoff));
}

// Whether the address names how it is resolved: dns:///…, unix:…, ipv4:10.0.0.1:7000,10.0.0.2:7000.
bool IsTarget(absl::string_view address) {
  if (absl::StrContains(address, ":///")) return true;
  return absl::c_any_of(std::initializer_list<absl::string_view>{"unix:", "ipv4:", "ipv6:"},
                        [&](absl::string_view scheme) { return absl::StartsWith(address, scheme); });
}

}  // namespace

std::shared_ptr<grpc::Channel> MakePeerChannel(const PeerOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(ServiceConfig(options));
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  arguments.SetUserAgentPrefix(options.self);
  const std::string target =
      IsTarget(options.address) ? options.address : absl::StrCat("dns:///", options.address);
  return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
}

absl::Status PeerBase::Prepare(const PeerCall& call, grpc::ClientContext& context) const {
  const absl::Time now = WallNow();
  const absl::Time deadline =
      std::min(call.deadline - options_.deadline_margin, now + options_.call_time_max);
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
