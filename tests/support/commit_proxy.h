// A proxy between the connector and the database that knows one thing: when a COMMIT goes through. Tests cut the wire
// around it.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/db/connection.h"
#include "tests/support/faulty_store.h"

namespace milepost::testing {

class CommitProxy {
 public:
  enum class Next {
    kPass,       // every COMMIT goes through
    kCutBefore,  // the next COMMIT never reaches the server; both ends are closed
    kCutAfter,   // the server answers the next COMMIT, but the client only sees the connection close
    kStall,      // the next COMMIT is held until Release(); the client's timeout runs meanwhile
  };

  // Listens on a unix socket of its own and forwards to `server` (a unix socket or host and port).
  explicit CommitProxy(const db::ConnectOptions& server);
  ~CommitProxy();

  // `server`, but by way of this proxy: as root without a password where `server` wants TLS, which lets nobody read along.
  const db::ConnectOptions& options() const { return options_; }
  // What happens to the next COMMIT; the ones after it pass.
  void OnNextCommit(Next next) { next_ = next; }
  // Lets a stalled COMMIT go on to the server.
  void Release() { stall_.Open(); }
  // Waits until a COMMIT stands stalled.
  void AwaitStall() { stall_.AwaitArrival(); }

 private:
  void Accept();
  void Serve(int client);
  // One whole packet of the client's; false: cut the wire.
  bool ForwardPacket(const std::string& packet, int server, std::atomic<bool>& mute);

  const db::ConnectOptions server_;
  db::ConnectOptions options_;
  std::atomic<Next> next_{Next::kPass};
  Gate stall_;
  int listener_ = -1;
  std::mutex mutex_;
  std::vector<int> open_;  // guarded by mutex_, as are the threads
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace milepost::testing
