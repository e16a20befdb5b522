// HTTP/2 by hand, either side of it: for what no gRPC library sends, or lets its user see. Headers go out as literals;
// what comes in may be indexed but not Huffman-coded, as gRPC sends it.
//
//   Http2 client(Http2::Role::kClient, ConnectTo(port));
//   const uint32_t call = client.Call("/grpc.health.v1.Health/Check", {{"grpc-timeout", "99999999H"}});
//   client.SendData(call, GrpcMessage("", false), true);
//   EXPECT_EQ(client.Answer(call).grpc_status, 0);
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace milepost::testing {

// A socket to a port of 127.0.0.1. Dies where nobody is there.
int ConnectTo(int port);
// Whether this machine has the address ::1.
bool HasIpv6();
// A socket to a port of ::1. Dies where nobody is there.
int ConnectOverIpv6To(int port);

// A message as gRPC frames it.
std::string GrpcMessage(absl::string_view bytes, bool is_compressed);

// gzip of so many zero bytes: a thousandth of them.
std::string GzippedZeros(size_t size);

// One connection, one thread.
class Http2 {
 public:
  enum class Role { kClient, kServer };
  using Headers = std::vector<std::pair<std::string, std::string>>;

  // What came on one stream.
  struct Stream {
    std::map<std::string, std::string> headers;  // leading and trailing ones
    std::string data;
    bool is_ended = false;          // by the other side, in whatever way
    std::optional<uint32_t> reset;  // the code of its RST_STREAM
    std::optional<int> grpc_status() const;
  };
  struct Goaway {
    uint32_t code = 0;
    std::string debug;
  };

  // Takes the socket, and says hello.
  Http2(Role role, int socket);
  ~Http2();
  Http2(const Http2&) = delete;
  Http2& operator=(const Http2&) = delete;

  // A gRPC call with these headers besides the usual ones; its stream.
  uint32_t Call(absl::string_view path, const Headers& more = {});
  void SendHeaders(uint32_t stream, const Headers& headers, bool end);
  // Waits for room (flow control) and sends until all is sent, or the other side has ended the stream.
  void SendData(uint32_t stream, absl::string_view bytes, bool end);
  // Sends these bytes as they are: frames that no client would send.
  void SendBytes(absl::string_view bytes);
  // Sends a PING; whether it was answered.
  bool Ping();

  // The stream once it is ended, or its connection.
  const Stream& Answer(uint32_t stream);
  // The stream as soon as it has a whole gRPC message, or is ended.
  const Stream& FirstMessage(uint32_t stream);
  // As a server: the next stream that is opened; nothing when the connection is over.
  std::optional<uint32_t> Accept();

  bool is_over() const { return over_; }
  const std::optional<Goaway>& goaway() const { return goaway_; }

 private:
  struct Frame {
    uint8_t type = 0, flags = 0;
    uint32_t stream = 0;
    std::string payload;
  };

  void Send(uint8_t type, uint8_t flags, uint32_t stream, absl::string_view payload);
  // Reads one frame and does what it says. False when the connection is over, or nothing came for long.
  bool Next();
  bool Read(size_t size, std::string& bytes);
  void OnSettings(const Frame& frame);
  void OnHeaders(const Frame& frame);
  void OnData(const Frame& frame);
  void OnWindowUpdate(const Frame& frame);
  void Decode(absl::string_view block, std::map<std::string, std::string>& headers);

  const Role role_;
  const int socket_;
  bool over_ = false;
  uint32_t next_stream_ = 1;
  uint64_t pings_ = 0, pongs_ = 0;
  int64_t window_ = 65535;          // of the connection, for what we send
  int64_t initial_window_ = 65535;  // of each stream
  std::map<uint32_t, int64_t> windows_;
  std::map<uint32_t, Stream> streams_;
  std::deque<uint32_t> opened_;
  std::string block_;                                      // a header block that is not complete yet
  std::deque<std::pair<std::string, std::string>> table_;  // HPACK's dynamic one
  std::optional<Goaway> goaway_;
};

}  // namespace milepost::testing
