#include "services/milestone_billing/workers/relay.h"

#include <future>
#include <string>

#include "asio/co_spawn.hpp"
#include "asio/use_future.hpp"
#include "common/core/clock.h"
#include "common/core/failpoint.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "common/obs/log.h"

namespace milepost::billing {
namespace {

constexpr int kPagesMax = 16;  // passed over in one turn because all of them wait
constexpr size_t kWaitingMax = 10000;

// It has an end on record for this order, another than ours: asking again changes nothing, and nothing is lost by not
// asking.
bool KnowsAnEnd(const absl::Status& status) {
  return IsRefusal(status, Reason::kOrderCompleted) || IsRefusal(status, Reason::kOrderCancelled);
}

// Any other order would have got the same answer.
bool IsNotAboutTheOrder(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) || absl::IsResourceExhausted(status);
}

OrderEnd EndOf(const Order& order) {
  OrderEnd end{
      .cancelled = order.state == OrderState::kCancelled, .completion_reason = "", .cancellation_reason = ""};
  if (order.completion_reason) end.completion_reason = std::string(NameOf(*order.completion_reason));
  if (order.cancellation_reason) end.cancellation_reason = std::string(NameOf(*order.cancellation_reason));
  return end;
}

}  // namespace

Relay::Relay(asio::any_io_executor executor, OrderAccess& orders, Queries& queries, OfferClient& offers,
             const RelayOptions& options)
    : executor_(std::move(executor)),
      orders_(orders),
      queries_(queries),
      offers_(offers),
      options_(options),
      retries_(options.retry_first, options.retry_greatest, kWaitingMax) {}

absl::StatusOr<size_t> Relay::Tick() {
  MILEPOST_ASSIGN_OR_RETURN(const std::vector<OrderId> ready, NextReady());
  std::vector<std::future<Told>> reporting;
  reporting.reserve(ready.size());
  for (const OrderId& order : ready)
    reporting.push_back(asio::co_spawn(executor_, Report(order), asio::use_future));
  size_t recorded = 0;
  for (size_t i = 0; i < ready.size(); ++i) {
    const Told told = reporting[i].get();
    if (told == Told::kRefused) retries_.Failed(ready[i]);
    if (told != Told::kOwedNoLonger) continue;
    retries_.Succeeded(ready[i]);
    ++recorded;
  }
  return recorded;
}

absl::StatusOr<std::vector<OrderId>> Relay::NextReady() {
  std::vector<OrderId> ready;
  for (int pages = 0; pages < kPagesMax && ready.empty(); ++pages) {
    auto finding = queries_.Run<std::vector<OwedOutcome>>(
        [this](db::Connection& connection) { return ListOwedOutcomes(connection, after_, options_.page); });
    MILEPOST_ASSIGN_OR_RETURN(const std::vector<OwedOutcome> owed,
                              asio::co_spawn(executor_, std::move(finding), asio::use_future).get());
    for (const OwedOutcome& outcome : owed)
      if (!retries_.Waits(outcome.order)) ready.push_back(outcome.order);
    after_.reset();
    if (owed.size() < static_cast<size_t>(options_.page)) break;
    after_ = owed.back();
  }
  return ready;
}

asio::awaitable<Relay::Told> Relay::Report(OrderId id) {
  if (stopping_) co_return Told::kNotNow;
  auto reading = orders_.Get(id);
  const absl::StatusOr<std::optional<OrderSnapshot>> found = co_await std::move(reading);
  if (!found.ok() || !*found || stopping_) co_return Told::kNotNow;
  const Order& order = (*found)->state;
  if (!order.outcome_due || !order.offer) co_return Told::kNotNow;
  OrderEnd end = EndOf(order);
  auto telling =
      offers_.RecordOutcome(*order.offer, id, std::move(end), {.deadline = WallNow() + options_.answer_time});
  const absl::Status told = co_await std::move(telling);
  if (IsNotAboutTheOrder(told)) co_return Told::kNotNow;
  if (!told.ok()) {
    obs::Log(obs::Level::kError, "OfferService refuses an order's outcome")
        .With("order", id.ToString())
        .With("offer", order.offer->ToString())
        .With("cause", told.message())
        .With("final", KnowsAnEnd(told));
  }
  if (!told.ok() && !KnowsAnEnd(told)) co_return Told::kRefused;
  Failpoint("relay.before_recording");
  auto recording = Record(id);
  co_return co_await std::move(recording);
}

asio::awaitable<Relay::Told> Relay::Record(OrderId order) {
  auto submitting = orders_.Submit(OrderAccess::BySystem(order, OutcomeRecorded{}, "OutcomeRecorded"));
  const absl::StatusOr<OrderAnswer> recorded = co_await std::move(submitting);
  co_return recorded.ok() ? Told::kOwedNoLonger : Told::kNotNow;
}

}  // namespace milepost::billing
