// A server that answers every call, whatever it asks, with the same compressed bytes. It speaks gRPC as far as that takes.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace milepost::testing {

// Runs from its construction to its end.
class HostilePeer {
 public:
  // What its answers are, gzipped.
  explicit HostilePeer(std::string gzipped);
  ~HostilePeer();
  HostilePeer(const HostilePeer&) = delete;
  HostilePeer& operator=(const HostilePeer&) = delete;

  std::string address() const;  // "127.0.0.1:<port>"
  // How many calls it has begun to answer.
  int answers() const { return answers_; }

 private:
  void Listen();
  void Serve(int socket);

  const std::string message_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> answers_{0};
  std::mutex mutex_;
  std::vector<int> sockets_;           // guarded by mutex_
  std::vector<std::thread> servings_;  // likewise
  bool over_ = false;                  // likewise
  std::thread listening_;
};

}  // namespace milepost::testing
