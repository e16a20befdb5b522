#include "common/rpc/handler_pool.h"

namespace milepost::rpc {

thread_local HandlerPool* HandlerPool::start_here_ = nullptr;

HandlerPool::HandlerPool(int threads) : pool_(threads) {}

HandlerPool::~HandlerPool() {
  pool_.join();
}

asio::any_io_executor HandlerPool::executor() {
  return Executor(*this);
}

}  // namespace milepost::rpc
