#include "tests/support/commit_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/die.h"
#include "tests/support/scratch_folder.h"

namespace milepost::testing {
namespace {

constexpr size_t kHeader = 4;  // three bytes of length, one of sequence
constexpr char kQueryCommand = 0x03;

sockaddr_un UnixAddress(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) DieOfErrno("socket path too long");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

int ConnectTo(const db::ConnectOptions& server) {
  if (!server.socket.empty()) {
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    const sockaddr_un address = UnixAddress(server.socket);
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) DieOfErrno("connect");
    return fd;
  }
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server.port);
  inet_pton(AF_INET, server.host.c_str(), &address.sin_addr);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) DieOfErrno("connect");
  return fd;
}

bool SendAll(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(sent);
  }
  return true;
}

// Takes the first whole packet off the front of `buffer`; empty when there is none yet.
std::string TakePacket(std::string& buffer) {
  if (buffer.size() < kHeader) return "";
  const auto byte = [&](size_t i) { return static_cast<size_t>(static_cast<unsigned char>(buffer[i])); };
  const size_t size = kHeader + (byte(0) | byte(1) << 8 | byte(2) << 16);
  if (buffer.size() < size) return "";
  std::string packet = buffer.substr(0, size);
  buffer.erase(0, size);
  return packet;
}

bool IsCommit(const std::string& packet) {
  return packet.size() > kHeader && packet[kHeader] == kQueryCommand &&
         absl::EqualsIgnoreCase(packet.substr(kHeader + 1), "commit");
}

// Copies what the server says to the client until either is gone; swallows it while muted.
void CopyAnswers(int server, int client, const std::atomic<bool>& mute) {
  char bytes[16384];
  for (;;) {
    const ssize_t got = recv(server, bytes, sizeof bytes, 0);
    if (got <= 0) break;
    if (mute) break;
    if (!SendAll(client, absl::string_view(bytes, got))) break;
  }
  shutdown(client, SHUT_RDWR);
  shutdown(server, SHUT_RDWR);
}

}  // namespace

CommitProxy::CommitProxy(const db::ConnectOptions& server) : server_(server), options_(server) {
  static std::atomic<int> count{0};
  if (count == 0) RemoveLeftBehind("/tmp", "mpproxy");
  if (!server.tls_ca_file.empty()) {
    options_.tls_ca_file.clear();
    options_.user = "root";
    options_.password.clear();
  }
  options_.socket = absl::StrCat("/tmp/mpproxy.", getpid(), ".", ++count);
  unlink(options_.socket.c_str());
  listener_ = socket(AF_UNIX, SOCK_STREAM, 0);
  const sockaddr_un address = UnixAddress(options_.socket);
  if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) DieOfErrno("bind");
  if (listen(listener_, 64) != 0) DieOfErrno("listen");
  acceptor_ = std::thread([this] { Accept(); });
}

CommitProxy::~CommitProxy() {
  Release();
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    std::lock_guard lock(mutex_);
    for (const int fd : open_) shutdown(fd, SHUT_RDWR);
  }
  for (std::thread& thread : threads_) thread.join();
  for (const int fd : open_) close(fd);
  close(listener_);
  unlink(options_.socket.c_str());
}

void CommitProxy::Accept() {
  for (;;) {
    const int client = accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    std::lock_guard lock(mutex_);
    threads_.emplace_back([this, client] { Serve(client); });
  }
}

void CommitProxy::Serve(int client) {
  const int server = ConnectTo(server_);
  {
    std::lock_guard lock(mutex_);
    open_.insert(open_.end(), {client, server});
  }
  std::atomic<bool> mute{false};
  std::thread answers([&] { CopyAnswers(server, client, mute); });
  std::string buffer;
  char bytes[16384];
  for (bool open = true; open;) {
    const ssize_t got = recv(client, bytes, sizeof bytes, 0);
    if (got <= 0) break;
    buffer.append(bytes, got);
    for (std::string packet = TakePacket(buffer); open && !packet.empty(); packet = TakePacket(buffer))
      open = ForwardPacket(packet, server, mute);
  }
  // What is muted still waits for the server's answer: only then has its COMMIT happened.
  if (mute) answers.join();
  shutdown(client, SHUT_RDWR);
  shutdown(server, SHUT_RDWR);
  if (answers.joinable()) answers.join();
}

bool CommitProxy::ForwardPacket(const std::string& packet, int server, std::atomic<bool>& mute) {
  if (!IsCommit(packet)) return SendAll(server, packet);
  switch (next_.exchange(Next::kPass)) {
    case Next::kPass:
      return SendAll(server, packet);
    case Next::kCutBefore:
      return false;
    case Next::kCutAfter:
      mute = true;
      SendAll(server, packet);
      return false;
    case Next::kStall:
      stall_.Pass();
      mute = true;
      SendAll(server, packet);
      return false;
  }
  return false;
}

}  // namespace milepost::testing
