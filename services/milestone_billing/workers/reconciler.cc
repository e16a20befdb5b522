#include "services/milestone_billing/workers/reconciler.h"

#include <utility>

#include "services/milestone_billing/workers/due.h"

namespace milepost::billing {
absl::StatusOr<size_t> Reconciler::Tick() {
  return TakeDue<OpenCharge>(executor_, queries_, ListOpenCharges, page_,
                             [this](OpenCharge open, absl::Time now) { return Take(open, now); });
}

asio::awaitable<bool> Reconciler::Take(OpenCharge open, absl::Time now) {
  if (stopping_) co_return false;
  const Stopwatch since;
  auto leasing = orders_.Submit(OrderAccess::BySystem(
      open.order, LeaseCharge{open.charge, now + charging_.options().lease}, "LeaseCharge"));
  absl::StatusOr<OrderAnswer> leased = co_await std::move(leasing);
  // Closed meanwhile, or taken by somebody else: nothing to do.
  if (!leased.ok() || leased->events.empty()) co_return false;
  auto settling = charging_.Settle(std::move(leased->state), open.charge, {leased->now, since},
                                   Charging::Approach::kAsk, {});
  co_await std::move(settling);
  co_return true;
}

}  // namespace milepost::billing
