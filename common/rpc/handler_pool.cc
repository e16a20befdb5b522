#include "common/rpc/handler_pool.h"

namespace milepost::rpc {

HandlerPool::HandlerPool(int threads) : pool_(threads) {}

HandlerPool::~HandlerPool() {
  pool_.join();
}

}  // namespace milepost::rpc
