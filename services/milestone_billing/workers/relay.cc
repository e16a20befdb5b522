#include "services/milestone_billing/workers/relay.h"

#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "asio/co_spawn.hpp"
#include "asio/use_future.hpp"
#include "common/core/failpoint.h"
#include "common/core/status_macros.h"
#include "common/obs/log.h"
#include "services/milestone_billing/store/order_queries.h"

namespace milepost::billing {
namespace {

constexpr int kPage = 64;  // outcomes reported at a time

// OfferService understood and will never take it. A caller it does not accept is a matter of configuration, and ends.
bool RefusedForGood(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsInvalidArgument(status) || absl::IsFailedPrecondition(status);
}

}  // namespace

absl::StatusOr<size_t> Relay::Tick() {
  auto finding = queries_.Run<std::vector<OrderId>>(
      [](db::Connection& connection) { return ListOwedOutcomes(connection, kPage); });
  MILEPOST_ASSIGN_OR_RETURN(const std::vector<OrderId> owed,
                            asio::co_spawn(executor_, std::move(finding), asio::use_future).get());
  std::vector<std::future<bool>> reporting;
  reporting.reserve(owed.size());
  for (const OrderId& order : owed)
    reporting.push_back(asio::co_spawn(executor_, Report(order), asio::use_future));
  size_t recorded = 0;
  for (std::future<bool>& one : reporting) recorded += one.get();
  return recorded;
}

asio::awaitable<bool> Relay::Report(OrderId id) {
  auto reading = orders_.Get(id);
  const absl::StatusOr<std::optional<OrderSnapshot>> found = co_await std::move(reading);
  if (!found.ok() || !*found) co_return false;
  const Order& order = (*found)->state;
  if (!order.outcome_due || !order.offer || !order.completion_reason) co_return false;
  auto telling =
      offers_.RecordCompletion(*order.offer, id, std::string(NameOf(*order.completion_reason)), {});
  const absl::Status told = co_await std::move(telling);
  if (!told.ok() && !RefusedForGood(told)) co_return false;
  if (!told.ok()) {
    obs::Log(obs::Level::kError, "OfferService refuses an order's outcome for good")
        .With("order", id.ToString())
        .With("offer", order.offer->ToString())
        .With("cause", told.message());
  }
  Failpoint("relay.before_recording");
  OrderSubmission submission;
  submission.aggregate = id;
  submission.command = OutcomeRecorded{};
  submission.actor = Actor::System();
  submission.kind = "OutcomeRecorded";
  auto submitting = orders_.Submit(std::move(submission));
  const absl::StatusOr<OrderAnswer> recorded = co_await std::move(submitting);
  co_return recorded.ok();
}

}  // namespace milepost::billing
