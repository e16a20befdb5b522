// The load of a round: virtual clients that act until they are stopped.
#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "tests/torture/client.h"
#include "tests/torture/fleet.h"

namespace milepost::torture {

// Acts from its construction until Stop(). Starts no processes.
class Load {
 public:
  Load(const Fleet& fleet, Record& record, Market& market, int clients, uint64_t seed);
  ~Load() { Stop(); }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // Each client finishes the command that it is at, retries included.
  void Stop();

 private:
  std::atomic<bool> stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace milepost::torture
