#include "common/db/read_pool.h"

#include "common/core/refusal.h"

namespace milepost::db {

ReadPool::ReadPool(ConnectOptions connect, ReadPoolOptions options)
    : connect_(std::move(connect)), options_(options) {
  for (size_t i = 0; i < options_.connections; ++i) threads_.emplace_back([this] { Work(); });
}

ReadPool::~ReadPool() {
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ReadPool::Enqueue(Task task) {
  absl::Status refusal;
  {
    std::lock_guard lock(mutex_);
    if (!closed_ && queue_.size() < options_.queue_limit) {
      queue_.push_back(std::move(task));
      metrics_.queued.fetch_add(1, std::memory_order_relaxed);
      wake_.notify_one();
      return;
    }
    refusal = Refuse(closed_ ? Reason::kShuttingDown : Reason::kOverloaded);
  }
  metrics_.overloaded.fetch_add(IsRefusal(refusal, Reason::kOverloaded), std::memory_order_relaxed);
  task(nullptr, refusal);
}

void ReadPool::Work() {
  Session session(connect_);
  for (;;) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return closed_ || !queue_.empty(); });
    if (queue_.empty()) return;
    Task task = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    metrics_.queued.fetch_sub(1, std::memory_order_relaxed);
    metrics_.run.fetch_add(1, std::memory_order_relaxed);
    metrics_.running.fetch_add(1, std::memory_order_relaxed);
    task(&session, absl::OkStatus());
    metrics_.running.fetch_sub(1, std::memory_order_relaxed);
  }
}

}  // namespace milepost::db
