#include "tests/support/holding_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/die.h"

namespace milepost::testing {
namespace {

constexpr std::chrono::seconds kPatience(20);  // never reached in a passing test
constexpr size_t kFrameHeader = 9;             // three bytes of length, type, flags, four of stream

sockaddr_in Local(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

bool SendAllTo(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

}  // namespace

class HoldingProxy::Frames {
 public:
  template <class Each>
  void Take(absl::string_view bytes, Each each) {
    while (!bytes.empty()) {
      const size_t skipped = std::min(to_skip_, bytes.size());
      to_skip_ -= skipped;
      bytes.remove_prefix(skipped);
      const size_t taken = std::min(kFrameHeader - header_.size(), bytes.size());
      absl::StrAppend(&header_, bytes.substr(0, taken));
      bytes.remove_prefix(taken);
      if (header_.size() < kFrameHeader) return;
      const auto byte = [&](size_t i) { return static_cast<size_t>(static_cast<uint8_t>(header_[i])); };
      to_skip_ = byte(0) << 16 | byte(1) << 8 | byte(2);
      const size_t stream = (byte(5) & 0x7f) << 24 | byte(6) << 16 | byte(7) << 8 | byte(8);
      each(static_cast<uint8_t>(header_[3]), stream);
      header_.clear();
    }
  }

 private:
  std::string header_;  // of the next frame, as far as it has come
  size_t to_skip_ = 0;  // of the present one
};

HoldingProxy::HoldingProxy(int server_port, Kind kind)
    : server_port_(server_port), kind_(kind), listener_(socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address = Local(0);
  socklen_t size = sizeof address;
  if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) DieOfErrno("bind");
  if (listen(listener_, 16) != 0) DieOfErrno("listen");
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

HoldingProxy::~HoldingProxy() {
  {
    const std::lock_guard lock(mutex_);
    end_ = true;
    for (const int fd : open_) shutdown(fd, SHUT_RDWR);
  }
  changed_.notify_all();
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();  // nobody adds one any more
  for (const int fd : open_) close(fd);
  close(listener_);
}

void HoldingProxy::Accept() {
  for (int client = 0; (client = accept(listener_, nullptr, nullptr)) >= 0;) Connect(client);
}

void HoldingProxy::TakeRequest(int client) {
  std::string request;
  for (char byte = 0; !absl::EndsWith(request, "\r\n\r\n") && recv(client, &byte, 1, 0) == 1;)
    request += byte;
  SendAllTo(client, "HTTP/1.1 200 OK\r\n\r\n");
  const std::lock_guard lock(mutex_);
  asked_.push_back(request.substr(0, request.find('\r')));
}

void HoldingProxy::Connect(int client) {
  if (kind_ == Kind::kHttpProxy) TakeRequest(client);
  const int server = socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = Local(server_port_);
  const bool connected = connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  const std::lock_guard lock(mutex_);
  if (!connected || end_) {  // a server that is gone refuses
    close(client);
    close(server);
    return;
  }
  open_.insert(open_.end(), {client, server});
  threads_.emplace_back([=, this] { CopyQuestions(client, server); });
  threads_.emplace_back([=, this] { CopyAnswers(server, client); });
}

void HoldingProxy::CopyQuestions(int client, int server) {
  char bytes[16384];
  for (ssize_t got = 0; (got = recv(client, bytes, sizeof bytes, 0)) > 0;) {
    if (!SendAllTo(server, absl::string_view(bytes, static_cast<size_t>(got)))) break;
    const std::lock_guard lock(mutex_);
    said_ += static_cast<size_t>(got);
    changed_.notify_all();
  }
  shutdown(client, SHUT_RDWR);
  shutdown(server, SHUT_RDWR);
}

void HoldingProxy::CopyAnswers(int server, int client) {
  Frames frames;
  std::set<size_t> streams;  // that have HEADERS of the server's
  char bytes[16384];
  for (ssize_t got = 0; (got = recv(server, bytes, sizeof bytes, 0)) > 0;) {
    const absl::string_view said(bytes, static_cast<size_t>(got));
    const std::lock_guard lock(mutex_);
    frames.Take(said, [&](uint8_t kind, size_t stream) {
      frames_.insert(kind);
      if (kind == kHeaders && streams.insert(stream).second) ++answered_;
    });
    changed_.notify_all();
    absl::StrAppend(&held_[client], said);
    if (!hold_) Forward(client);
  }
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !hold_ || end_; });
  shutdown(client, SHUT_RDWR);
  shutdown(server, SHUT_RDWR);
}

void HoldingProxy::Forward(int client) {
  SendAllTo(client, std::exchange(held_[client], ""));
}

void HoldingProxy::HoldAnswers() {
  const std::lock_guard lock(mutex_);
  hold_ = true;
}

void HoldingProxy::ReleaseAnswers() {
  const std::lock_guard lock(mutex_);
  hold_ = false;
  for (const auto& [client, bytes] : held_) Forward(client);
  changed_.notify_all();
}

bool HoldingProxy::AwaitSaid(size_t bytes) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return said_ >= bytes; });
}

size_t HoldingProxy::said() {
  const std::lock_guard lock(mutex_);
  return said_;
}

std::vector<std::string> HoldingProxy::asked() {
  const std::lock_guard lock(mutex_);
  return asked_;
}

bool HoldingProxy::AwaitFrame(Frame kind) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return frames_.count(kind) > 0; });
}

int HoldingProxy::answered() {
  const std::lock_guard lock(mutex_);
  return answered_;
}

bool HoldingProxy::AwaitAnswered(int before) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return answered_ > before; });
}

}  // namespace milepost::testing
