// Closes connections that do not finish their first request in time. gRPC waits for a request until the connection reaches
// its greatest age: a peer that sends its header byte by byte holds a connection, and a file, for minutes.
//
//   const auto watch = std::make_shared<FirstRequestWatch>(absl::Seconds(30));
//   watch->AddTo(builder);   // which tells it of each call
//   watch->Start(port);      // once the server listens
//
// gRPC has no setting for it: its handshake timeout ends with the client's SETTINGS, and its idle time does not count
// while a header is half sent. Nor does it give the sockets that it accepts away. So the watch looks through the open files
// of this process for connections of the port. The kernel numbers sockets without ever using a number twice; a
// connection is shut down by that number, through a descriptor that the watch holds itself, and gRPC sees it end.
#pragma once

#include <dirent.h>

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/stopwatch.h"
#include "grpcpp/server_builder.h"

namespace milepost::rpc {

// The other end of a connection as one text: "ipv4:10.0.0.1:5000", "ipv6:[::1]:5000". `peer` is gRPC's, which writes the brackets
// as %5B and %5D, and may add a scope.
std::string PeerKey(absl::string_view peer);

// Thread-safe.
class FirstRequestWatch : public std::enable_shared_from_this<FirstRequestWatch> {
 public:
  // A connection is closed at most a quarter of `time_max` later.
  explicit FirstRequestWatch(absl::Duration time_max) : time_max_(time_max) {}
  ~FirstRequestWatch();  // Stop()
  FirstRequestWatch(const FirstRequestWatch&) = delete;
  FirstRequestWatch& operator=(const FirstRequestWatch&) = delete;

  // Before the server is built.
  void AddTo(grpc::ServerBuilder& builder);
  // Once. Watches the connections of this port.
  void Start(int port);
  void Stop();

  // A whole request has come from this peer (gRPC's text).
  void OnRequest(absl::string_view peer);

 private:
  // An open file of this process that is a connection of the port.
  struct Connection {
    int file;
    uint64_t number;
    std::string peer;
  };

  absl::Duration interval() const { return time_max_ / 16; }
  void Run();
  void Look();
  std::vector<Connection> Connections();
  // Those of them that no whole request has come from. Forgets the callers whose connections have ended.
  std::vector<Connection> WithoutRequest(std::vector<Connection> connections);
  bool IsOverdue(const Connection& connection, absl::Duration age) const;
  // False where the file is another by now.
  bool Shutdown(const Connection& connection);

  const absl::Duration time_max_;
  int port_ = 0;
  DIR* files_ = nullptr;  // /proc/self/fd, open for good: there may be no file left to open it
  int spare_ = -1;        // a descriptor to hold a connection by, for the same reason
  // Since when connections without a request are seen, by their number; the thread's own.
  absl::flat_hash_map<uint64_t, Stopwatch> waiting_;

  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stop_ = false;  // guarded by mutex_
  int64_t look_ = 0;   // likewise; how many looks have begun
  // Peers that a whole request has come from, each with the look before its latest; likewise.
  absl::flat_hash_map<std::string, int64_t> callers_;
  std::thread thread_;
};

}  // namespace milepost::rpc
