#include "services/milestone_billing/server/provider_flags.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/rpc/client.h"

namespace milepost::billing {
namespace {

constexpr absl::Duration kAskAgainMax = absl::Hours(24 * 365);

// "--a: 3s is not allowed; give …"
std::string NotAllowed(absl::string_view flag, absl::Duration value, absl::string_view instead) {
  return absl::StrCat("--", flag, ": ", absl::FormatDuration(value), " is not allowed; give ", instead);
}

// A pause that grows from --charge_retry_first to that of `flag`.
void AddPauseCheck(rpc::FlagSet& flags, const char* flag, const absl::Duration& greatest,
                   const absl::Duration& first) {
  flags.AddCheck([flag, &greatest, &first](absl::string_view) -> std::string {
    if (greatest >= first) return "";
    return NotAllowed(flag, greatest,
                      absl::StrCat("at least --charge_retry_first, ", absl::FormatDuration(first)));
  });
}

void AddChecks(rpc::FlagSet& flags, const BillingOptions& options) {
  flags.AddCheck([&options](absl::string_view) -> std::string {
    if (options.provider_proxy.empty() || !rpc::IsTarget(options.provider)) return "";
    return absl::StrCat("--provider: \"", options.provider,
                        "\" is not allowed with --provider_proxy; give host:port, which the proxy looks up");
  });
  flags.AddCheck([&options](absl::string_view) -> std::string {
    const absl::Duration questions = kQuestionsMax * options.provider_timeout;
    if (options.charging.lease > questions) return "";
    return NotAllowed("charge_lease", options.charging.lease,
                      absl::StrCat("more than 3 times --provider_timeout, ", absl::FormatDuration(questions),
                                   ": else two would ask about one attempt"));
  });
  AddPauseCheck(flags, "charge_retry_greatest", options.charging.retry_greatest,
                options.charging.retry_first);
  AddPauseCheck(flags, "refund_retry_greatest", options.refunds.retry_greatest, options.charging.retry_first);
  flags.AddCheck([&after = options.charging.recheck.after](absl::string_view) -> std::string {
    if (after[0] <= after[1] && after[1] <= after[2]) return "";
    return NotAllowed("ask_again_last", after[2],
                      "--ask_again_first, --ask_again_second and --ask_again_last in this order");
  });
}

}  // namespace

void AddProviderFlags(rpc::FlagSet& flags, BillingOptions& options) {
  flags.AddText("provider", &options.provider, "The payment provider's host:port.");
  flags.AddAddress("provider_proxy", &options.provider_proxy,
                   "The HTTP proxy to the payment provider; empty = none. The environment's proxy variables "
                   "(http_proxy …) are ignored, for every peer.");
  flags.AddDuration("provider_timeout", &options.provider_timeout, kShortestInterval, absl::Minutes(1),
                    "How long the payment provider may take to answer one call.");
  flags.AddDuration("charge_lease", &options.charging.lease, kShortestInterval, absl::Minutes(10),
                    "The lease of a payment attempt, during which nobody else works on it; must be longer "
                    "than 3 times --provider_timeout.");
  flags.AddDuration(
      "charge_resubmit_until", &options.charging.resubmit_until, kShortestInterval, absl::Hours(24),
      "How long after its creation an attempt may be submitted again; after that it is voided.");
  flags.AddDuration("charge_retry_first", &options.charging.retry_first, kShortestInterval, absl::Hours(1),
                    "The first wait before the provider is asked again about an attempt that stayed open.");
  flags.AddDuration("charge_retry_greatest", &options.charging.retry_greatest, kShortestInterval,
                    absl::Hours(1),
                    "The longest wait before the provider is asked again about an attempt that stayed open.");
  flags.AddDuration(
      "ask_again_first", &options.charging.recheck.after[0], kShortestInterval, kAskAgainMax,
      "How long after its end the provider is asked about a voided or resolved attempt for the first time.");
  flags.AddDuration(
      "ask_again_second", &options.charging.recheck.after[1], kShortestInterval, kAskAgainMax,
      "How long after its end the provider is asked about such an attempt for the second time.");
  flags.AddDuration("ask_again_last", &options.charging.recheck.after[2], kShortestInterval, kAskAgainMax,
                    "How long after its end the provider is asked about such an attempt for the last time.");
  flags.AddDuration("refund_retry_greatest", &options.refunds.retry_greatest, kShortestInterval,
                    absl::Hours(24),
                    "The longest wait before the provider is asked again about a refund that stayed pending; "
                    "the first wait is --charge_retry_first.");
  flags.AddDuration("reconcile_interval", &options.reconcile_interval, kShortestInterval, absl::Hours(1),
                    "How often the workers look for payment attempts and refunds whose lease is over.");
  AddChecks(flags, options);
}

void FollowChargingsPace(BillingOptions& options) {
  options.refunds.lease = options.charging.lease;
  options.refunds.retry_first = options.charging.retry_first;
  options.charging.recheck.retry_first = options.charging.retry_greatest;
}

}  // namespace milepost::billing
