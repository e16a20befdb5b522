#include "services/milestone_billing/workers/orders.h"

#include <utility>

#include "absl/time/time.h"
#include "asio/steady_timer.hpp"
#include "asio/this_coro.hpp"
#include "asio/use_awaitable.hpp"
#include "common/core/refusal.h"
#include "common/rpc/await.h"
#include "services/milestone_billing/workers/charge_outcomes.h"

namespace milepost::billing {
namespace {

constexpr int kRecordTriesMax = 6;
constexpr absl::Duration kFirstRecordPause = absl::Milliseconds(20);

}  // namespace

using rpc::Await;

// The lambdas live until Await has started them, which it does before it first waits; what they move from is in the
// coroutine's own frame.
asio::awaitable<absl::StatusOr<OrderAnswer>> Orders::Submit(OrderSubmission submission) {
  auto answer = Await<absl::StatusOr<OrderAnswer>>(
      [&](auto done) { lanes_.Submit(std::move(submission), std::move(done)); });
  absl::StatusOr<OrderAnswer> committed = co_await std::move(answer);
  if (committed.ok()) CountChargeOutcomes(committed->events);
  co_return committed;
}

asio::awaitable<absl::StatusOr<OrderAnswer>> Orders::Record(OrderId order, OrderCommand command,
                                                            std::string kind) {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  for (int tried = 1;; ++tried) {
    OrderSubmission submission;
    submission.aggregate = order;
    submission.command = command;
    submission.actor = Actor::System();
    submission.kind = kind;
    auto submitted = Submit(std::move(submission));
    absl::StatusOr<OrderAnswer> answer = co_await std::move(submitted);
    if (tried == kRecordTriesMax || !IsRefusal(answer.status(), Reason::kOverloaded)) co_return answer;
    pause.expires_after(absl::ToChronoMicroseconds(kFirstRecordPause * (1 << tried)));
    co_await pause.async_wait(asio::use_awaitable);
  }
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
