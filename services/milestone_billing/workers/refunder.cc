#include "services/milestone_billing/workers/refunder.h"

#include <algorithm>
#include <string>
#include <utility>

#include "common/core/failpoint.h"
#include "common/core/refusal.h"
#include "common/obs/log.h"
#include "services/milestone_billing/workers/due.h"

namespace milepost::billing {
namespace {

// The provider understood the request, recorded nothing and never will. Not where it does not know the charge: it told of it
// when the money was found, so whoever answers now is behind.
bool RefundRefusedForGood(const absl::Status& status) {
  return RefusalOf(status) && (absl::IsInvalidArgument(status) || absl::IsFailedPrecondition(status));
}

// After the last try the money is in suspense and nothing moves it any more: somebody has to.
NotRefunded Failed(const Order& order, const Refund& refund, std::string reason) {
  const bool last = refund.number >= kRefundTriesMax;
  obs::Log(last ? obs::Level::kError : obs::Level::kWarn,
           last ? "a refund failed for good; its money is in suspense" : "a refund failed; another follows")
      .With("order", order.id.ToString())
      .With("charge", refund.charge.ToString())
      .With("refund", refund.number)
      .With("amount", refund.amount.ToString())
      .With("reason", reason);
  return {std::move(reason)};
}

}  // namespace

absl::StatusOr<size_t> Refunder::Tick() {
  return TakeDue<PendingRefund>(executor_, queries_, ListPendingRefunds, page_,
                                [this](PendingRefund pending, absl::Time now) { return Take(pending, now); });
}

asio::awaitable<bool> Refunder::Take(PendingRefund pending, absl::Time now) {
  if (stopping_) co_return false;
  auto leasing = orders_.Record(
      pending.order, LeaseRefund{pending.charge, pending.number, now + options_.lease}, "LeaseRefund");
  const absl::StatusOr<OrderAnswer> leased = co_await std::move(leasing);
  // Ended meanwhile, or taken by somebody else: nothing to do.
  if (!leased.ok() || leased->events.empty()) co_return false;
  const Order& order = leased->state;
  const Refund& refund = *order.FindRefund(pending.charge, pending.number);
  Failpoint("refunding.before_provider");
  auto asking = AskProvider(order, refund);
  const absl::StatusOr<ProviderRefund> answer = co_await std::move(asking);
  Failpoint("refunding.after_provider");
  auto recording = orders_.Record(
      pending.order,
      SettleRefund{pending.charge, pending.number, OutcomeOf(order, refund, answer, leased->now)},
      "SettleRefund");
  const absl::StatusOr<OrderAnswer> recorded = co_await std::move(recording);
  if (!recorded.ok()) {
    obs::Log(obs::Level::kWarn, "the outcome of a refund was not saved; it will be asked for again")
        .With("order", pending.order.ToString())
        .With("charge", pending.charge.ToString())
        .With("cause", recorded.status().message());
  }
  co_return true;
}

// It may have been submitted before: asked first, and submitted (again) only where the provider knows nothing.
rpc::Awaitable<ProviderRefund> Refunder::AskProvider(const Order& order, const Refund& refund) {
  const Charge& charge = *order.FindCharge(refund.charge);
  const std::string key = ProviderKeyOf(order.id, charge, refund);
  auto asking = provider_.GetRefund(key, {});
  absl::StatusOr<ProviderRefund> known = co_await std::move(asking);
  if (!IsRefusal(known.status(), Reason::kProviderRefundNotFound)) co_return known;
  auto submitting = provider_.Refund(key, ProviderKeyOf(order.id, charge), refund.amount, {});
  co_return co_await std::move(submitting);
}

RefundOutcome Refunder::OutcomeOf(const Order& order, const Refund& refund,
                                  const absl::StatusOr<ProviderRefund>& answer, absl::Time now) const {
  const absl::Time retry_at =
      now + std::clamp(now - refund.created_at, options_.retry_first, options_.retry_greatest);
  if (RefundRefusedForGood(answer.status()))
    return Failed(order, refund, std::string(RowOf(RefusalOf(answer.status())->reason).name));
  if (!answer.ok()) return Unknown{retry_at};
  switch (answer->state) {
    case ProviderRefund::State::kPending:
      return Pending{retry_at};
    case ProviderRefund::State::kFailed:
      return Failed(order, refund, answer->failure_reason);
    case ProviderRefund::State::kSucceeded:
      break;
  }
  if (answer->amount == refund.amount) return Refunded{answer->refund_reference};
  // Never book what was not asked for: it stays PENDING until someone has looked.
  obs::Log(obs::Level::kError, "the provider gave back another amount than was asked for")
      .With("charge", refund.charge.ToString())
      .With("asked", refund.amount.ToString())
      .With("given_back", answer->amount.ToString());
  return Unknown{retry_at};
}

}  // namespace milepost::billing
