// The threads that handlers resume on.
//
// A handler starts on the gRPC thread that took the call and runs there up to its first co_await that really
// waits; it resumes on a thread of this pool, so that neither a lane nor gRPC's poller runs a handler's tail.
// Handlers never block, so a few threads serve any number of calls.
#pragma once

#include "asio/any_io_executor.hpp"
#include "asio/thread_pool.hpp"

namespace milepost::rpc {

class HandlerPool {
 public:
  explicit HandlerPool(int threads = 2);
  // Waits for what was posted; no call may be running any more (Server::Drain sees to that).
  ~HandlerPool();

  // Where coroutines resume. Also for a worker's own coroutines.
  asio::any_io_executor executor() { return pool_.get_executor(); }

 private:
  asio::thread_pool pool_;
};

}  // namespace milepost::rpc
