#include "common/rpc/server.h"

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "common/core/clock.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "common/obs/log.h"
#include "common/rpc/allocator.h"
#include "common/rpc/compression.h"
#include "common/rpc/exposure.h"
#include "common/rpc/signals.h"
#include "grpcpp/ext/channelz_service_plugin.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/server_builder.h"

namespace milepost::rpc {
namespace {

// Until the service is ready for the first time it is asked more often, so that a start does not wait for an
// interval.
constexpr absl::Duration kFirstReadinessInterval = absl::Milliseconds(10);

// How long gRPC gets to hand the calls that have passed the entrance to their handlers, before Shutdown(). Shorter than the
// first wait of clients that try again: when they do, the GOAWAY has been sent.
constexpr absl::Duration kHandOnTime = absl::Milliseconds(50);

int Milliseconds(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

// Written beside and renamed, so that a reader never sees half a number.
bool WritePortFile(const std::string& path, int port) {
  const std::string beside = path + ".new";
  {
    std::ofstream file(beside, std::ios::trunc);
    file << port << "\n";
    if (!file.flush()) return false;
  }
  return std::rename(beside.c_str(), path.c_str()) == 0;
}

void SetChannelOptions(const ServerOptions& options, grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(options.max_message_bytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, options.max_concurrent_streams);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, Milliseconds(options.max_connection_age));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                             Milliseconds(options.max_connection_age_grace));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(options.keepalive_time));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(options.keepalive_timeout));
  // Pings are answered, never counted (decision 0038).
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
  // Without it gRPC sends no ping to a client without calls.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  // Else gRPC reads up to 4 MiB at once: an endless header took 196 MiB of memory, with this 19 (tests/attacks).
  builder.AddChannelArgument(GRPC_ARG_TCP_MAX_READ_CHUNK_SIZE, 64 << 10);
  // Two servers on one port would share the calls silently.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  RefuseCompression(builder);
}

absl::Duration AnswerTime(const ServerOptions& options) {
  return options.answer_time.value_or(std::min(options.drain_time / 8, absl::Milliseconds(500)));
}

// Does something when a time is over, on a thread of its own; nothing where it is destroyed before.
class WhenOver {
 public:
  WhenOver(absl::Duration time, std::function<void()> then)
      : thread_([this, time, then = std::move(then)] {
          std::unique_lock lock(mutex_);
          if (!ended_.wait_for(lock, absl::ToChronoMilliseconds(time), [this] { return end_; })) then();
        }) {}
  ~WhenOver() {
    {
      const std::lock_guard lock(mutex_);
      end_ = true;
    }
    ended_.notify_one();
    thread_.join();
  }

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool end_ = false;    // guarded by mutex_
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace

struct Server::Stopping {
  std::mutex mutex;
  std::condition_variable changed;
  bool stop = false;
  bool drained = false;
};

Server::Server(ServerOptions options)
    : options_(std::move(options)),
      first_requests_(std::make_shared<FirstRequestWatch>(options_.first_request_time_max)),
      stopping_(std::make_unique<Stopping>()) {
  BlockTerminationSignals();
  IgnoreStraySignals();
  SetUpAllocator();
  // Debian builds Abseil with its deadlock detector on: every lock inside gRPC goes through one global graph, a tenth
  // of the cost of a call.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
}

Server::~Server() {
  Drain();
}

void Server::Add(Service& service) {
  service.CheckComplete();
  services_.push_back(&service);
  health_.Add(service.full_name());
}

absl::StatusOr<int> Server::Start() {
  MILEPOST_RETURN_IF_ERROR(
      CheckExposure(options_.listen, grpc::Version(), options_.accept_known_grpc_faults));
  static const bool channelz = [] {
    grpc::channelz::experimental::InitChannelzService();
    return true;
  }();
  static_cast<void>(channelz);
  entrance_ = std::make_shared<Entrance>();
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(options_.listen, entrance_, &port);
  SetChannelOptions(options_, builder);
  first_requests_->AddTo(builder);
  std::vector<std::string> names = {grpc::health::v1::Health::service_full_name(),
                                    "grpc.channelz.v1.Channelz"};
  for (Service* const service : services_) {
    builder.RegisterService(service);
    names.push_back(service->full_name());
  }
  builder.RegisterService(&health_);
  reflection_.AddTo(builder, std::move(names));
  // First: what can't show its metrics takes no call.
  MILEPOST_RETURN_IF_ERROR(ShowMetrics());
  server_ = builder.BuildAndStart();
  if (!server_ || port == 0) {
    server_.reset();
    if (options_.metrics) options_.metrics->Close();
    return absl::UnavailableError(absl::StrCat("can't listen on ", options_.listen));
  }
  port_ = port;
  first_requests_->Start(port);
  if (!options_.port_file.empty() && !WritePortFile(options_.port_file, port_))
    obs::Log(obs::Level::kWarn, "the port file can't be written").With("port_file", options_.port_file);
  obs::Log(obs::Level::kInfo, "listening").With("listen", options_.listen).With("port", port_);
  obs::FlushLog();
  if (ready_)
    monitor_ = std::thread([this] { Monitor(); });
  else
    health_.SetReady(true);
  return port_;
}

absl::Status Server::ShowMetrics() {
  if (!options_.metrics || options_.metrics_listen.empty()) return absl::OkStatus();
  MILEPOST_ASSIGN_OR_RETURN(const int port, options_.metrics->Listen(options_.metrics_listen));
  obs::Log(obs::Level::kInfo, "showing metrics")
      .With("listen", options_.metrics_listen)
      .With("metrics_port", port);
  return absl::OkStatus();
}

void Server::Monitor() {
  std::string shown = "not asked yet";  // the last reason that was logged
  bool was_ready = false;
  std::unique_lock lock(stopping_->mutex);
  while (!stopping_->stop) {
    lock.unlock();
    const absl::Status status = ready_();
    lock.lock();
    if (stopping_->stop) return;
    health_.SetReady(status.ok());
    const std::string reason =
        status.ok() ? "" : absl::StrCat(absl::StatusCodeToString(status.code()), ": ", status.message());
    if (reason != shown) {
      if (status.ok())
        obs::Log(obs::Level::kInfo, "ready");
      else
        obs::Log(obs::Level::kWarn, "not ready").With("cause", reason);
      shown = reason;
      obs::FlushLog();
    }
    was_ready |= status.ok();
    const absl::Duration pause = was_ready ? options_.readiness_interval
                                           : std::min(options_.readiness_interval, kFirstReadinessInterval);
    stopping_->changed.wait_for(lock, absl::ToChronoMilliseconds(pause), [this] { return stopping_->stop; });
  }
}

void Server::Drain() {
  {
    const std::lock_guard lock(stopping_->mutex);
    stopping_->stop = true;
    stopping_->changed.notify_all();
    if (!server_ || std::exchange(stopping_->drained, true)) return;
  }
  const absl::Time asked = WallNow();
  obs::Log(obs::Level::kInfo, "draining");
  obs::FlushLog();
  health_.Retire();
  if (monitor_.joinable()) monitor_.join();
  std::this_thread::sleep_for(
      absl::ToChronoMilliseconds(std::min(options_.lame_duck_time, options_.drain_time)));
  for (const auto& stop : on_stop_) stop();
  health_.Shutdown();
  reflection_.Shutdown();
  const absl::Time end = asked + options_.drain_time;
  // Not after Shutdown(): it waits for the calls that it cancels, and they for whom they have asked.
  const WhenOver cut_off(end - AnswerTime(options_) - WallNow(), [this] {
    for (const auto& give_up : on_cut_off_) give_up();
  });
  entrance_->Close();
  std::this_thread::sleep_for(absl::ToChronoMilliseconds(std::min(kHandOnTime, end - WallNow())));
  server_->Shutdown(absl::ToChronoTime(end));
  server_->Wait();
  first_requests_->Stop();
  for (const auto& drained : on_drained_) drained();
  if (options_.metrics) options_.metrics->Close();
  obs::Log(obs::Level::kInfo, "drained");
  obs::FlushLog();
}

int Server::Run() {
  if (const absl::StatusOr<int> started = Start(); !started.ok()) {
    obs::Log(obs::Level::kError, "can't start").With("cause", started.status().message());
    return 1;
  }
  const int signal = AwaitTermination();
  obs::Log(obs::Level::kInfo, "asked to stop").With("signal", signal);
  Drain();
  return 0;
}

std::shared_ptr<grpc::Channel> Server::InProcessChannel() {
  return server_->InProcessChannel({});
}

}  // namespace milepost::rpc
