#include "common/rpc/first_request.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/obs/log.h"

namespace milepost::rpc {
namespace {

// Tells the watch of a call whose peer is not known before its first step: that of a service with gRPC's synchronous interface.
class LateTeller final : public grpc::experimental::Interceptor {
 public:
  LateTeller(std::shared_ptr<FirstRequestWatch> watch, grpc::ServerContextBase& call)
      : watch_(std::move(watch)), call_(call) {}
  void Intercept(grpc::experimental::InterceptorBatchMethods* step) override {
    using grpc::experimental::InterceptionHookPoints;
    if (step->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_INITIAL_METADATA))
      watch_->OnRequest(call_.peer());
    step->Proceed();
  }

 private:
  const std::shared_ptr<FirstRequestWatch> watch_;
  grpc::ServerContextBase& call_;
};

// Tells the watch of each call that gRPC hands to a service.
class Teller final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit Teller(std::shared_ptr<FirstRequestWatch> watch) : watch_(std::move(watch)) {}
  grpc::experimental::Interceptor* CreateServerInterceptor(grpc::experimental::ServerRpcInfo* call) override {
    const std::string peer = call->server_context()->peer();
    if (peer.empty()) return new LateTeller(watch_, *call->server_context());
    watch_->OnRequest(peer);
    return nullptr;
  }

 private:
  const std::shared_ptr<FirstRequestWatch> watch_;
};

// The number that the kernel gives this socket alone; nothing for what is no socket.
std::optional<uint64_t> NumberOf(int file) {
  uint64_t number = 0;
  socklen_t size = sizeof number;
  if (::getsockopt(file, SOL_SOCKET, SO_COOKIE, &number, &size) != 0) return std::nullopt;
  return number;
}

using NameFunction = int (*)(int, sockaddr*, socklen_t*);

// Address and port of one end of a connection, IPv4 as IPv6; nothing where it is none.
std::optional<sockaddr_in6> EndOf(int file, NameFunction name) {
  sockaddr_storage storage = {};
  socklen_t size = sizeof storage;
  if (name(file, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return std::nullopt;
  sockaddr_in6 end = {};
  if (storage.ss_family == AF_INET6) {
    std::memcpy(&end, &storage, sizeof end);
    return end;
  }
  if (storage.ss_family != AF_INET) return std::nullopt;
  sockaddr_in v4 = {};
  std::memcpy(&v4, &storage, sizeof v4);
  end.sin6_port = v4.sin_port;
  end.sin6_addr.s6_addr[10] = end.sin6_addr.s6_addr[11] = 0xff;
  std::memcpy(&end.sin6_addr.s6_addr[12], &v4.sin_addr, sizeof v4.sin_addr);
  return end;
}

std::string PeerKey(const sockaddr_in6& peer) {
  char text[INET6_ADDRSTRLEN] = {};
  const int port = ntohs(peer.sin6_port);
  if (IN6_IS_ADDR_V4MAPPED(&peer.sin6_addr)) {
    ::inet_ntop(AF_INET, &peer.sin6_addr.s6_addr[12], text, sizeof text);
    return absl::StrCat("ipv4:", text, ":", port);
  }
  ::inet_ntop(AF_INET6, &peer.sin6_addr, text, sizeof text);
  return absl::StrCat("ipv6:[", text, "]:", port);
}

}  // namespace

std::string PeerKey(absl::string_view peer) {
  if (!absl::StartsWith(peer, "ipv6:")) return std::string(peer);
  std::string key = absl::StrReplaceAll(peer, {{"%5B", "["}, {"%5D", "]"}});
  const size_t scope = key.find('%'), end = key.rfind(']');
  if (scope < end && end != std::string::npos) key.erase(scope, end - scope);
  return key;
}

FirstRequestWatch::~FirstRequestWatch() {
  Stop();
  if (spare_ >= 0) ::close(spare_);
  if (files_ != nullptr) ::closedir(files_);
}

void FirstRequestWatch::AddTo(grpc::ServerBuilder& builder) {
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> factories;
  factories.push_back(std::make_unique<Teller>(shared_from_this()));
  builder.experimental().SetInterceptorCreators(std::move(factories));
}

void FirstRequestWatch::OnRequest(absl::string_view peer) {
  std::string key = PeerKey(peer);
  const std::lock_guard lock(mutex_);
  callers_.insert_or_assign(std::move(key), look_);
}

void FirstRequestWatch::Start(int port) {
  port_ = port;
  files_ = ::opendir("/proc/self/fd");
  if (files_ != nullptr) spare_ = ::fcntl(::dirfd(files_), F_DUPFD_CLOEXEC, 0);
  if (spare_ < 0) {
    obs::Log(obs::Level::kWarn, "/proc/self/fd can't be read: connections without a request stay open");
    return;
  }
  thread_ = std::thread([this] { Run(); });
}

void FirstRequestWatch::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void FirstRequestWatch::Run() {
  std::unique_lock lock(mutex_);
  while (!stopped_.wait_for(lock, absl::ToChronoMilliseconds(interval()), [this] { return stop_; })) {
    lock.unlock();
    Look();
    lock.lock();
  }
}

void FirstRequestWatch::Look() {
  {
    const std::lock_guard lock(mutex_);
    ++look_;
  }
  int closed = 0;
  absl::flat_hash_map<uint64_t, Stopwatch> waiting;
  for (const Connection& connection : WithoutRequest(Connections())) {
    const auto known = waiting_.find(connection.number);
    const Stopwatch seen = known == waiting_.end() ? Stopwatch() : known->second;
    waiting.emplace(connection.number, seen);
    if (IsOverdue(connection, seen.elapsed()) && Shutdown(connection)) ++closed;
  }
  waiting_ = std::move(waiting);
  if (closed > 0)
    obs::Log(obs::Level::kInfo, "closed connections without a whole request").With("connections", closed);
}

std::vector<FirstRequestWatch::Connection> FirstRequestWatch::WithoutRequest(
    std::vector<Connection> connections) {
  absl::flat_hash_set<std::string> peers;
  for (const Connection& connection : connections) peers.insert(connection.peer);
  const std::lock_guard lock(mutex_);
  std::erase_if(connections, [&](const Connection& one) { return callers_.contains(one.peer); });
  // Forgets callers whose connections are gone. A caller newer than this look stays: so may its connection be.
  absl::erase_if(callers_,
                 [&](const auto& caller) { return caller.second < look_ && !peers.contains(caller.first); });
  return connections;
}

std::vector<FirstRequestWatch::Connection> FirstRequestWatch::Connections() {
  std::vector<Connection> connections;
  ::rewinddir(files_);
  while (const dirent* const entry = ::readdir(files_)) {
    const int file = std::atoi(entry->d_name);  // "." and "..": 0, which is no connection
    const std::optional<uint64_t> number = NumberOf(file);
    if (!number) continue;
    const std::optional<sockaddr_in6> own = EndOf(file, ::getsockname), peer = EndOf(file, ::getpeername);
    if (!own || !peer || ntohs(own->sin6_port) != port_) continue;
    if (NumberOf(file) != number) continue;  // closed meanwhile, and its file given to another
    connections.push_back({file, *number, PeerKey(*peer)});
  }
  return connections;
}

// Bytes that have just come may be a request that gRPC has not handed on yet: the connection gets one more look.
bool FirstRequestWatch::IsOverdue(const Connection& connection, absl::Duration age) const {
  if (age < time_max_) return false;
  if (age >= time_max_ + interval()) return true;
  tcp_info info = {};
  socklen_t size = sizeof info;
  if (::getsockopt(connection.file, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return false;
  return absl::Milliseconds(info.tcpi_last_data_recv) >= interval();
}

bool FirstRequestWatch::Shutdown(const Connection& connection) {
  if (::dup3(connection.file, spare_, O_CLOEXEC) < 0) return false;
  const bool is_shut = NumberOf(spare_) == connection.number && ::shutdown(spare_, SHUT_RDWR) == 0;
  ::dup3(::dirfd(files_), spare_, O_CLOEXEC);
  return is_shut;
}

}  // namespace milepost::rpc
