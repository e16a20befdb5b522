#include "services/milestone_billing/workers/orders.h"

#include <utility>

#include "common/rpc/await.h"

namespace milepost::billing {

using rpc::Await;

// The lambdas live until Await has started them, which it does before it first waits; what they move from is in the
// coroutine's own frame.
asio::awaitable<absl::StatusOr<OrderAnswer>> Orders::Submit(OrderSubmission submission) {
  auto answer = Await<absl::StatusOr<OrderAnswer>>(
      [&](auto done) { lanes_.Submit(std::move(submission), std::move(done)); });
  co_return co_await std::move(answer);
}

asio::awaitable<absl::StatusOr<OrderAnswer>> Orders::Preview(OrderSubmission submission) {
  auto answer = Await<absl::StatusOr<OrderAnswer>>(
      [&](auto done) { reader_.Preview(std::move(submission), std::move(done)); });
  co_return co_await std::move(answer);
}

asio::awaitable<absl::StatusOr<std::optional<OrderSnapshot>>> Orders::Get(OrderId order) {
  auto snapshot = Await<absl::StatusOr<std::optional<OrderSnapshot>>>(
      [&](auto done) { reader_.Get(order, std::move(done)); });
  co_return co_await std::move(snapshot);
}

asio::awaitable<absl::StatusOr<std::vector<OrderSnapshot>>> Orders::GetMany(std::vector<OrderId> orders) {
  auto snapshots = Await<absl::StatusOr<std::vector<OrderSnapshot>>>(
      [&](auto done) { reader_.GetMany(std::move(orders), std::move(done)); });
  co_return co_await std::move(snapshots);
}

}  // namespace milepost::billing
