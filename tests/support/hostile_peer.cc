#include "tests/support/hostile_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/support/http2.h"

namespace milepost::testing {

HostilePeer::HostilePeer(std::string gzipped) : message_(GrpcMessage(gzipped, true)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  constexpr int kBacklog = 16;
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, kBacklog) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    std::abort();
  port_ = ntohs(address.sin_port);
  listening_ = std::thread([this] { Listen(); });
}

HostilePeer::~HostilePeer() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
    for (int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
  }
  ::shutdown(listener_, SHUT_RDWR);
  listening_.join();
  for (std::thread& serving : servings_) serving.join();
  for (int socket : sockets_) ::close(socket);
  ::close(listener_);
}

std::string HostilePeer::address() const {
  return absl::StrCat("127.0.0.1:", port_);
}

void HostilePeer::Listen() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const std::lock_guard lock(mutex_);
    if (over_) {
      ::close(socket);
      return;
    }
    sockets_.push_back(::dup(socket));  // which stays valid until the end
    servings_.emplace_back([this, socket] { Serve(socket); });
  }
}

void HostilePeer::Serve(int socket) {
  Http2 connection(Http2::Role::kServer, socket);
  while (const std::optional<uint32_t> call = connection.Accept()) {
    ++answers_;
    connection.SendHeaders(
        *call, {{":status", "200"}, {"content-type", "application/grpc"}, {"grpc-encoding", "gzip"}}, false);
    connection.SendData(*call, message_, false);
    connection.SendHeaders(*call, {{"grpc-status", "0"}}, true);
  }
}

}  // namespace milepost::testing
