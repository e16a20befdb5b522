#include "services/milestone_billing/workers/reconciler.h"

#include <future>
#include <utility>
#include <vector>

#include "asio/co_spawn.hpp"
#include "asio/use_future.hpp"
#include "common/core/status_macros.h"

namespace milepost::billing {
namespace {

constexpr int kPage = 64;  // attempts taken at a time; bounds what the provider is asked at once

struct Due {
  std::vector<OpenCharge> charges;
  absl::Time now;
};

absl::StatusOr<Due> FindDue(db::Connection& connection, absl::Time now) {
  MILEPOST_ASSIGN_OR_RETURN(std::vector<OpenCharge> charges, ListOpenCharges(connection, now, kPage));
  return Due{std::move(charges), now};
}

}  // namespace

absl::StatusOr<size_t> Reconciler::Tick() {
  MILEPOST_ASSIGN_OR_RETURN(const Due due,
                            asio::co_spawn(executor_, queries_.RunAt<Due>(FindDue), asio::use_future).get());
  std::vector<std::future<bool>> taking;
  taking.reserve(due.charges.size());
  for (const OpenCharge& open : due.charges)
    taking.push_back(asio::co_spawn(executor_, Take(open, due.now), asio::use_future));
  size_t taken = 0;
  for (std::future<bool>& one : taking) taken += one.get();
  return taken;
}

asio::awaitable<bool> Reconciler::Take(OpenCharge open, absl::Time now) {
  if (stopping_) co_return false;
  const Stopwatch since;
  OrderSubmission submission;
  submission.aggregate = open.order;
  submission.command = LeaseCharge{open.charge, now + charging_.options().lease};
  submission.actor = Actor::System();
  submission.kind = "LeaseCharge";
  auto leasing = orders_.Submit(std::move(submission));
  absl::StatusOr<OrderAnswer> leased = co_await std::move(leasing);
  // Closed meanwhile, or taken by somebody else: nothing to do.
  if (!leased.ok() || leased->events.empty()) co_return false;
  auto settling = charging_.Settle(std::move(leased->state), open.charge, {leased->now, since},
                                   Charging::Approach::kAsk, {});
  co_await std::move(settling);
  co_return true;
}

}  // namespace milepost::billing
