// The pool of threads on which handlers resume.
//
// A handler starts on the gRPC thread that took the call and runs there up to its first co_await that really
// waits; it resumes on a thread of this pool, so that neither a lane at work nor gRPC's poller runs a handler's tail. (A lane
// with nothing else to do runs its one caller's: await.h.) Handlers never block, so a few threads serve any number of calls.
#pragma once

#include <utility>

#include "asio/any_io_executor.hpp"
#include "asio/execution.hpp"
#include "asio/post.hpp"
#include "asio/thread_pool.hpp"

namespace milepost::rpc {

class HandlerPool {
 public:
  class Executor;

  explicit HandlerPool(int threads = 2);
  // Waits for all posted work; no call may be running any more (Server::Drain ensures that).
  ~HandlerPool();

  // The executor on which coroutines resume. Workers use it for their own coroutines too.
  asio::any_io_executor executor();

  // While this object lives, work that is dispatched (not posted) to the pool runs at once on this thread: so a
  // coroutine that is spawned meanwhile starts here.
  class StartHere {
   public:
    explicit StartHere(HandlerPool& pool) : outer_(std::exchange(start_here_, &pool)) {}
    ~StartHere() { start_here_ = outer_; }
    StartHere(const StartHere&) = delete;
    StartHere& operator=(const StartHere&) = delete;

   private:
    HandlerPool* const outer_;
  };

 private:
  static thread_local HandlerPool* start_here_;
  asio::thread_pool pool_;
};

// The pool as an Asio executor.
class HandlerPool::Executor {
 public:
  explicit Executor(HandlerPool& pool) : pool_(&pool) {}

  asio::execution_context& query(asio::execution::context_t) const noexcept { return pool_->pool_; }
  asio::execution::blocking_t query(asio::execution::blocking_t) const noexcept {
    return may_run_here_ ? asio::execution::blocking_t(asio::execution::blocking.possibly)
                         : asio::execution::blocking_t(asio::execution::blocking.never);
  }
  Executor require(asio::execution::blocking_t::possibly_t) const noexcept { return Executor(*pool_, true); }
  Executor require(asio::execution::blocking_t::never_t) const noexcept { return Executor(*pool_, false); }

  template <class Work>
  void execute(Work&& work) const {
    if (may_run_here_ && start_here_ == pool_) {
      std::decay_t<Work> here(std::forward<Work>(work));
      here();
    } else {
      asio::post(pool_->pool_.get_executor(), std::forward<Work>(work));
    }
  }

  friend bool operator==(const Executor& a, const Executor& b) noexcept = default;

 private:
  Executor(HandlerPool& pool, bool may_run_here) : pool_(&pool), may_run_here_(may_run_here) {}

  HandlerPool* pool_;
  bool may_run_here_ = true;
};

}  // namespace milepost::rpc
