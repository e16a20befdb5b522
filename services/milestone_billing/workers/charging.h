// Payment attempts and the provider: the one function that settles an attempt, whoever calls it.
//
// An attempt is OPEN in the database, leased to the caller, before it comes here (DOMAIN §4, Charge). The provider is asked
// outside any transaction; what it says is committed by a second one. Whatever happens in between, a killed process
// included, the lease ends and the reconciler goes on with the same key.
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

// What one turn asks the provider at most: what it knows, to charge, and to void what it refuses to charge.
inline constexpr int kQuestionsMax = 3;

struct ChargingOptions {
  // Of an attempt; longer than kQuestionsMax questions to the provider may take.
  absl::Duration lease = absl::Seconds(20);
  absl::Duration resubmit_until = absl::Hours(1);  // from an attempt's creation; after it VoidCharge
  absl::Duration retry_first =
      absl::Seconds(2);  // the wait after an attempt stayed OPEN grows with its age …
  absl::Duration retry_greatest = absl::Minutes(1);  // … from the one to the other
  RecheckPolicy recheck;  // of an attempt that ended on less than the provider's own word
};

// Tells the operators of money that a closed attempt took after all (M9), where the step's events say so.
void ReportLateSuccess(const OrderAnswer& settled);

// The lane's time, running on while a provider is asked. An upper bound: what must not happen after an instant is not done
// too late because an answer took long. A value.
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
    kSubmit,  // nobody asked yet: submit the charge
    kAsk,     // it may have been submitted: ask first
  };

  // Both outlive this object and every call to it.
  Charging(PaymentProviderClient& provider, OrderAccess& orders, ChargingOptions options)
      : provider_(provider), orders_(orders), options_(options) {}

  // For commands that open an attempt.
  AttemptPolicy policy() const { return {options_.lease, options_.resubmit_until}; }
  const RecheckPolicy& recheck() const { return options_.recheck; }
  const ChargingOptions& options() const { return options_; }

  // Brings the OPEN attempt `charge` of `order` as far as the provider lets it come and answers the order as it is then.
  // `time` is the lane's when the caller took the lease; `call` and the lease bound the provider's answers, and nothing is
  // submitted past the attempt's submit_until, however long the questions before took. Never fails: without an answer, or
  // when it can't be saved, the attempt stays OPEN for the reconciler, and the order is answered as it was (A29).
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
