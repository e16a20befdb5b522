// Turns a function with a callback into an awaitable.
//
//   using Result = absl::StatusOr<Answer<Orders>>;
//   Result answer = co_await Await<Result>([&](auto done) { lanes.Submit(std::move(submission),
//   std::move(done)); });
//
// `start` is called at once, on the coroutine's thread, with a move-only `done` that takes one Result. `done` must be
// called exactly once, on any thread, also from inside `start`; dropping it uncalled ends the coroutine without a
// result, and the call it serves never answers. The coroutine resumes on its own executor; where the thread that
// called `done` is at leisure (common/core/leisure.h), on that thread, within `done`. What follows an awaited lane
// must therefore not block, nor wait for a lane. `start` must hand `done` on as its last action: the coroutine, and
// with it the captures of `start`, may be destroyed before `start` returns.
#pragma once

#include <utility>

#include "asio/associated_executor.hpp"
#include "asio/async_result.hpp"
#include "asio/awaitable.hpp"
#include "asio/post.hpp"
#include "asio/use_awaitable.hpp"
#include "common/core/leisure.h"

namespace milepost::rpc {

template <class Result, class Start>
asio::awaitable<Result> Await(Start start) {
  return asio::async_initiate<const asio::use_awaitable_t<>, void(Result)>(
      [start = std::move(start)](auto resume) mutable {
        // An answer from inside `start` must not resume the coroutine here: it is not suspended yet.
        const AtLeisure busy(nullptr);
        start([resume = std::move(resume)](Result result) mutable {
          if (AtLeisure::Now()) return std::move(resume)(std::move(result));
          const auto executor = asio::get_associated_executor(resume);
          asio::post(executor, [resume = std::move(resume), result = std::move(result)]() mutable {
            std::move(resume)(std::move(result));
          });
        });
      },
      asio::use_awaitable);
}

}  // namespace milepost::rpc
