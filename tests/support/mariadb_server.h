// A MariaDB of a program's own: started, killed at any moment as kill -9 would, started again on the same data.
//
// It listens on a unix socket only. Its data folder is a copy of one that was initialised once and is kept under the
// temporary folder (TMPDIR). Works as root and as any other user. Dies (with a message) where no server can be run: who
// needs a database has nothing to say without one.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "common/db/connection.h"

namespace milepost::testing {

// One thread at a time. The server dies with this object, and with the program, crashes included.
class MariaDbServer {
 public:
  // Keeps its data in <folder>/data, copied there now unless there is one, its log in <folder>/log, and its socket in
  // `socket_folder` (both folders exist; the path of a socket has 107 bytes at most). `flags` are added to its own.
  MariaDbServer(std::filesystem::path folder, const std::filesystem::path& socket_folder,
                const std::vector<std::string>& flags);
  ~MariaDbServer();  // Kill()
  MariaDbServer(const MariaDbServer&) = delete;
  MariaDbServer& operator=(const MariaDbServer&) = delete;

  // Until it answers. Not while it runs.
  void Start();
  // SIGKILL, and waits until it is gone: every connection breaks, and what was committed is there at the next Start().
  void Kill();
  bool running() const { return server_ > 0; }

  // How to connect (user root, no password), without a schema.
  const db::ConnectOptions& access() const { return access_; }

 private:
  void AwaitAnswer();

  const std::filesystem::path folder_;
  std::vector<std::string> command_;
  db::ConnectOptions access_;
  // The kernel's death signal follows the thread that started a process: this one, which lives as long as the server.
  std::thread keeper_;
  std::atomic<pid_t> server_{0};  // 0: not running
};

}  // namespace milepost::testing
