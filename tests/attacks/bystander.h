// An ordinary caller of the server that is attacked: it calls a cheap method all the time, on a connection of its own.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "grpcpp/support/status.h"

namespace milepost::attacks {

// A fresh channel's first call: whether a new connection is accepted and served. OK, or why not.
grpc::Status CallOnNewConnection(const std::string& address);

// Runs from its construction to its end.
class Bystander {
 public:
  struct Experience {
    size_t calls = 0;
    absl::Duration p99;
    absl::Duration longest;
    std::vector<std::string> failures;
  };

  explicit Bystander(const std::string& address);
  ~Bystander();
  Bystander(const Bystander&) = delete;
  Bystander& operator=(const Bystander&) = delete;

  // Its calls since the last time, or since its start. Waits until there are at least so many.
  Experience Take(size_t least_calls);

 private:
  void Run();

  const std::shared_ptr<grpc::Channel> channel_;
  std::atomic<bool> over_{false};
  std::mutex mutex_;
  std::vector<absl::Duration> times_;  // guarded by mutex_
  std::vector<std::string> failures_;  // likewise
  std::thread thread_;
};

}  // namespace milepost::attacks
