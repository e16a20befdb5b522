// The settings of MilestoneBilling. Plain values; billing_flags.h and provider_flags.h read them from the command line.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "common/service/options.h"
#include "services/milestone_billing/rpc/terms_of.h"
#include "services/milestone_billing/workers/charging.h"
#include "services/milestone_billing/workers/refunder.h"
#include "services/milestone_billing/workers/relay.h"

namespace milepost::billing {

// The least that a flag of an interval or a timeout takes.
inline constexpr absl::Duration kShortestInterval = absl::Milliseconds(1);

struct BillingOptions : service::Options {
  // Peers: host:port, or gRPC targets.
  std::string catalog;
  std::string offers;
  std::string provider;
  std::string provider_proxy;  // host:port of the HTTP proxy to the provider; empty: none
  absl::Duration provider_timeout = absl::Seconds(5);  // of each question to the provider

  ChargingOptions charging;  // its lease is longer than kQuestionsMax times provider_timeout
  RefundOptions refunds;     // its lease likewise
  BillingPolicy policy;
  absl::Duration reconcile_interval = absl::Seconds(1);
  absl::Duration relay_interval = absl::Seconds(1);
  RelayOptions relay;
  int invariant_page = 1000;  // orders a round (store/invariants.h)
};

}  // namespace milepost::billing
