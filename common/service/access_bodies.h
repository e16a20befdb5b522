// The function bodies of Access. Only the file of a service with `template class service::Access<D>;` includes this.
#pragma once

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "asio/steady_timer.hpp"
#include "asio/this_coro.hpp"
#include "asio/use_awaitable.hpp"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "common/db/lane.h"
#include "common/db/reader.h"
#include "common/rpc/await.h"
#include "common/rpc/request_scope.h"
#include "common/service/access.h"

namespace milepost::service {

inline constexpr int kRecordTriesMax = 6;
inline constexpr absl::Duration kFirstRecordPause = absl::Milliseconds(20);
inline constexpr size_t kReadAtOnce = 64;  // bounds the aggregates that a list reads in vain if it ends early

template <class D>
Access<D>::Access(db::Lanes<D>& lanes, db::Reader<D>& reader, OnCommitted on_committed)
    : lanes_(lanes), reader_(reader), on_committed_(std::move(on_committed)) {}

template <class D>
db::Submission<D> Access<D>::For(const rpc::Call& call, const Id& aggregate, Command command,
                                 const Uuid& subject) {
  return {
      .aggregate = aggregate,
      .command = std::move(command),
      .actor = call.actor,
      .kind = call.method,
      .request = db::RequestKey{rpc::RequestScope(call.actor, subject), *call.request_id, call.request_hash},
      .expected_sequence = call.expected_sequence,
      .expires = call.deadline};
}

template <class D>
db::Submission<D> Access<D>::BySystem(const Id& aggregate, Command command, std::string kind) {
  return {.aggregate = aggregate,
          .command = std::move(command),
          .actor = Actor::System(),
          .kind = std::move(kind)};
}

template <class D>
rpc::Awaitable<db::Answer<D>> Access<D>::Take(const rpc::Call& call, const Id& aggregate, Command command,
                                              const Uuid& subject) {
  Submission submission = For(call, aggregate, std::move(command), subject);
  return call.validate_only ? Preview(std::move(submission)) : Submit(std::move(submission));
}

// The lambdas live until Await has started them, which it does before it first waits; what they move from is in the
// coroutine's own frame.
template <class D>
rpc::Awaitable<db::Answer<D>> Access<D>::Submit(Submission submission) {
  auto submitting = rpc::Await<absl::StatusOr<Answer>>(
      [&](auto done) { lanes_.Submit(std::move(submission), std::move(done)); });
  absl::StatusOr<Answer> answer = co_await std::move(submitting);
  if (answer.ok() && on_committed_) on_committed_(*answer);
  co_return answer;
}

template <class D>
rpc::Awaitable<db::Answer<D>> Access<D>::Preview(Submission submission) {
  auto previewing = rpc::Await<absl::StatusOr<Answer>>(
      [&](auto done) { reader_.Preview(std::move(submission), std::move(done)); });
  co_return co_await std::move(previewing);
}

template <class D>
rpc::Awaitable<db::Answer<D>> Access<D>::Record(Id aggregate, Command command, std::string kind) {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  for (int tried = 1;; ++tried) {
    auto submitting = Submit(BySystem(aggregate, command, kind));
    absl::StatusOr<Answer> answer = co_await std::move(submitting);
    if (tried == kRecordTriesMax || !IsRefusal(answer.status(), Reason::kOverloaded)) co_return answer;
    pause.expires_after(absl::ToChronoMicroseconds(kFirstRecordPause * (1 << tried)));
    co_await pause.async_wait(asio::use_awaitable);
  }
}

template <class D>
rpc::Awaitable<std::optional<db::Snapshot<D>>> Access<D>::Get(Id aggregate) {
  auto reading = rpc::Await<absl::StatusOr<std::optional<Snapshot>>>(
      [&](auto done) { reader_.Get(aggregate, std::move(done)); });
  co_return co_await std::move(reading);
}

template <class D>
rpc::Awaitable<std::vector<db::Snapshot<D>>> Access<D>::GetMany(std::vector<Id> aggregates) {
  absl::flat_hash_map<Id, size_t> places;
  for (size_t i = 0; i < aggregates.size(); ++i) places.emplace(aggregates[i], i);
  auto reading = rpc::Await<absl::StatusOr<std::vector<Snapshot>>>(
      [&](auto done) { reader_.GetMany(std::move(aggregates), std::move(done)); });
  MILEPOST_CO_ASSIGN(std::vector<Snapshot> found, co_await std::move(reading));
  std::sort(found.begin(), found.end(), [&](const Snapshot& a, const Snapshot& b) {
    return places.at(a.state.id) < places.at(b.state.id);
  });
  co_return found;
}

template <class D>
rpc::Awaitable<size_t> Access<D>::Each(std::vector<Id> aggregates,
                                       std::function<bool(const Snapshot&)> take) {
  size_t taken = 0;
  for (size_t first = 0; first < aggregates.size(); first += kReadAtOnce) {
    const auto begin = aggregates.begin() + first;
    const auto end = begin + std::min(kReadAtOnce, aggregates.size() - first);
    auto reading = GetMany(std::vector<Id>(begin, end));
    MILEPOST_CO_ASSIGN(const std::vector<Snapshot> found, co_await std::move(reading));
    for (const Snapshot& snapshot : found) {
      if (!take(snapshot)) co_return taken;
      ++taken;
    }
  }
  co_return taken;
}

}  // namespace milepost::service
