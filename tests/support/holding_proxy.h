// A wire between a gRPC client and a server that holds back what the server says, for as long as a test wants: a client that
// has not read its GOAWAY yet, without a sleep.
//
//   HoldingProxy wire(server.port());
//   wire.HoldAnswers();
//   …server drains…
//   wire.AwaitFrame(HoldingProxy::kGoAway);   // it has said so; the client does not know
//   …the client calls…
//   wire.ReleaseAnswers();
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/string_view.h"

namespace milepost::testing {

// Thread-safe. What the client says always goes through.
class HoldingProxy {
 public:
  // Of HTTP/2 (RFC 9113, section 6).
  enum Frame : uint8_t { kData = 0, kHeaders = 1, kReset = 3, kPing = 6, kGoAway = 7 };

  enum class Kind {
    kWire,       // nobody sees it
    kHttpProxy,  // a client asks it first: CONNECT
  };

  // Listens on 127.0.0.1 and forwards to `server_port` of it, whomever a client of kHttpProxy asks for.
  explicit HoldingProxy(int server_port, Kind kind = Kind::kWire);
  ~HoldingProxy();  // cuts what is connected
  HoldingProxy(const HoldingProxy&) = delete;
  HoldingProxy& operator=(const HoldingProxy&) = delete;

  int port() const { return port_; }

  // From here on what the server says stays here.
  void HoldAnswers();
  void ReleaseAnswers();
  // Waits until the server has sent a frame of the kind, held or not, on any connection; false after 20 s.
  bool AwaitFrame(Frame kind);
  // How many calls the server has begun to answer so far, held or not, on all connections. The end of an answer is none.
  int answered();
  // Waits until that is more than `before`; false after 20 s.
  bool AwaitAnswered(int before);
  // Waits until clients have said so many bytes, all together; false after 20 s.
  bool AwaitSaid(size_t bytes);
  size_t said();
  // The first line that each client of kHttpProxy said.
  std::vector<std::string> asked();

 private:
  // Finds the frames in a connection's bytes, as they come.
  class Frames;

  void Accept();
  void Connect(int client);
  // Takes an HTTP proxy's request, and grants it.
  void TakeRequest(int client);
  void CopyQuestions(int client, int server);
  void CopyAnswers(int server, int client);
  void Forward(int client);  // what is held for it; under the mutex

  const int server_port_;
  const Kind kind_;
  int listener_ = -1;
  int port_ = 0;
  std::mutex mutex_;  // of all below but the acceptor
  std::condition_variable changed_;
  bool hold_ = false;
  bool end_ = false;
  std::set<uint8_t> frames_;  // that the server has sent
  int answered_ = 0;
  size_t said_ = 0;
  std::vector<std::string> asked_;
  std::map<int, std::string> held_;  // by the client's descriptor
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace milepost::testing
