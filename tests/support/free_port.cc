#include "tests/support/free_port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <random>
#include <set>

namespace milepost::testing {
namespace {

bool IsFree(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound = ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  ::close(socket);
  return bound;
}

}  // namespace

int PickPort() {
  static std::set<int> taken;
  static std::minstd_rand random(static_cast<unsigned>(::getpid()));
  for (;;) {
    const int port = 20000 + static_cast<int>(random() % 12000);
    if (IsFree(port) && taken.insert(port).second) return port;
  }
}

}  // namespace milepost::testing
