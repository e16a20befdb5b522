// The rechecker: asks the provider again about payment attempts that were closed without its final answer: voided, or
// ended by an operator (DOMAIN §4, Charge). A success found now is M9.
#pragma once

#include <atomic>
#include <cstddef>

#include "absl/status/statusor.h"
#include "asio/any_io_executor.hpp"
#include "services/milestone_billing/clients/payment_provider_client.h"
#include "services/milestone_billing/store/order_queries.h"
#include "services/milestone_billing/workers/charging.h"
#include "services/milestone_billing/workers/due_page.h"
#include "services/milestone_billing/workers/order_access.h"

namespace milepost::billing {

class Rechecker {
 public:
  // All outlive this object. Its coroutines run on `executor`.
  Rechecker(asio::any_io_executor executor, OrderAccess& orders, Queries& queries,
            PaymentProviderClient& provider, RecheckPolicy policy)
      : executor_(std::move(executor)),
        orders_(orders),
        queries_(queries),
        provider_(provider),
        policy_(policy) {}

  // Asks the provider about each charge whose recheck is due, at most a page of them; returns how many findings it
  // recorded. Two concurrent rechecks do no harm: the second finding changes nothing. Blocks until all have been
  // answered. DATABASE_UNAVAILABLE if the due rechecks can't be read.
  absl::StatusOr<size_t> Tick();

  // Asks about one charge; returns whether it recorded a finding.
  asio::awaitable<bool> Ask(DueQuestion question, absl::Time now);

  // From now on a Tick begins no further recheck. Any thread.
  void Stop() { stopping_ = true; }

 private:
  rpc::Awaitable<ProviderCharge> AskProvider(const OrderId& order, const Charge& charge);

  asio::any_io_executor executor_;
  OrderAccess& orders_;
  Queries& queries_;
  PaymentProviderClient& provider_;
  const RecheckPolicy policy_;
  DuePage page_;
  std::atomic<bool> stopping_{false};
};

}  // namespace milepost::billing
