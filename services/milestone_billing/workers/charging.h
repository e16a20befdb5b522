// Settles payment attempts with the provider, for handlers and for the reconciler.
//
// An attempt is OPEN in the database, leased to the caller, before it comes here (DOMAIN §4, Charge). The provider is
// called outside any transaction; a second transaction commits its answer. Whatever happens in between, even a killed
// process, the lease ends and the reconciler continues with the same key.
#pragma once

#include "absl/time/time.h"
#include "asio/awaitable.hpp"
#include "common/core/clock.h"
#include "common/core/stopwatch.h"
#include "common/rpc/client.h"
#include "services/milestone_billing/clients/payment_provider_client.h"
#include "services/milestone_billing/domain/commands.h"
#include "services/milestone_billing/domain/order.h"
#include "services/milestone_billing/workers/order_access.h"

namespace milepost::billing {

// The most calls to the provider in one turn: query, charge, and void if it refuses to charge.
inline constexpr int kQuestionsMax = 3;

struct ChargingOptions {
  // The lease of an attempt; longer than kQuestionsMax calls to the provider may take.
  absl::Duration lease = absl::Seconds(20);
  absl::Duration resubmit_until = absl::Hours(1);  // from an attempt's creation; after it VoidCharge
  absl::Duration retry_first =
      absl::Seconds(2);  // the wait after an attempt stayed OPEN grows with its age …
  absl::Duration retry_greatest = absl::Minutes(1);  // … from the one to the other
  RecheckPolicy recheck;  // of an attempt that ended without the provider's final answer
};

// Logs for the operators that a closed attempt took money after all (M9), if the step's events show it.
void ReportLateSuccess(const OrderAnswer& settled);

// The lane's time, which runs on during calls to the provider. Never runs slow, so limits are never overshot. A
// value.
class LaneTime {
 public:
  // `read` is what the lane read, no earlier than `since` was started.
  LaneTime(absl::Time read, Stopwatch since) : read_(read), since_(since) {}

  absl::Time read() const { return read_; }
  absl::Time now() const { return read_ + since_.elapsed(); }
  // The lane's `instant` on the wall clock, for deadlines of calls.
  absl::Time OnTheWall(absl::Time instant) const { return WallNow() + (instant - now()); }

 private:
  absl::Time read_;
  Stopwatch since_;
};

// Thread-safe.
class Charging {
 public:
  enum class Approach {
    kSubmit,  // the provider was not called yet: submit the charge
    kAsk,     // it may have been submitted: query first
  };

  // Both outlive this object and every call to it.
  Charging(PaymentProviderClient& provider, OrderAccess& orders, ChargingOptions options)
      : provider_(provider), orders_(orders), options_(options) {}

  // The policy for commands that open an attempt.
  AttemptPolicy policy() const { return {options_.lease, options_.resubmit_until}; }
  const RecheckPolicy& recheck() const { return options_.recheck; }
  const ChargingOptions& options() const { return options_; }

  // Settles the OPEN attempt `charge` of `order` as far as the provider allows and returns the resulting order.
  // `time` is the lane's when the caller took the lease. `call` and the lease bound the calls to the provider;
  // nothing is submitted after the attempt's submit_until, however long the earlier calls took. Never fails: if the
  // provider gives no answer, or the answer can't be saved, the attempt stays OPEN for the reconciler, and the order
  // is returned as it was (A29).
  asio::awaitable<Order> Settle(Order order, ChargeId charge, LaneTime time, Approach approach,
                                rpc::PeerCall call);

 private:
  rpc::Awaitable<ProviderCharge> AskProvider(const OrderId& order, const Charge& charge, LaneTime time,
                                             Approach approach, const rpc::PeerCall& call);
  rpc::Awaitable<ProviderCharge> Submit(std::string key, const Charge& charge, LaneTime time,
                                        const rpc::PeerCall& call);
  ChargeOutcome OutcomeOf(const Charge& charge, const absl::StatusOr<ProviderCharge>& answer,
                          absl::Time now) const;

  PaymentProviderClient& provider_;
  OrderAccess& orders_;
  const ChargingOptions options_;
};

}  // namespace milepost::billing
