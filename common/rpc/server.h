// One gRPC server process: its services, with health, reflection and channelz beside them, from start to
// drained exit.
//
//   rpc::BlockTerminationSignals();           // before any other thread is there: ServiceFlags::ParseOrExit does it
//   rpc::Server server(options);
//   server.Add(catalog);
//   server.SetReadiness([&] { return store.CheckReady(); });
//   server.OnDrained([&] { lanes.Drain(); });
//   return server.Run();
//
// The signals that ask to stop (signals.h) are for Run() alone, which waits for the first of them. A thread that does not
// block them would be killed by the second, and the process with it, in the middle of its drain.
//
// Drain, on SIGTERM and its like: health says NOT_SERVING → for lame_duck_time everything is served as before, while
// clients and load balancers turn away → the OnStop functions (streams end, workers take up nothing more; none of
// them waits) → no new calls (one that comes all the same is refused with UNAVAILABLE: entrance.h); running ones
// finish → the OnDrained functions (workers end, lanes drain) → exit code 0. Where that is not done answer_time
// before the end of drain_time, which begins with the signal, the OnCutOff functions run, on a thread of their own:
// pending calls to peers are cancelled, in time for the handlers to answer. At the end of drain_time the remaining
// calls are cancelled.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/obs/metrics_page.h"
#include "common/rpc/entrance.h"
#include "common/rpc/first_request.h"
#include "common/rpc/health.h"
#include "common/rpc/reflection.h"
#include "common/rpc/service.h"
#include "grpcpp/server.h"

namespace milepost::rpc {

struct ServerOptions {
  std::string listen = "0.0.0.0:0";       // address:port; port 0 = a free one
  bool accept_known_grpc_faults = false;  // exposure.h
  std::string port_file;                  // if set: the bound port is written there, once it takes calls
  std::string metrics_listen;             // address:port of `metrics`; empty = not shown
  obs::MetricsPage* metrics = nullptr;    // outlives the server
  int max_message_bytes = 4 << 20;
  int max_concurrent_streams = 1024;                     // a connection; decision 0038
  absl::Duration max_connection_age = absl::Minutes(5);  // so that new replicas get work
  absl::Duration max_connection_age_grace = absl::Minutes(1);
  // The time in which a connection must finish its first request; then it is closed.
  absl::Duration first_request_time_max = absl::Seconds(30);
  absl::Duration keepalive_time = absl::Seconds(60);
  absl::Duration keepalive_timeout = absl::Seconds(20);
  absl::Duration drain_time = absl::Seconds(8);
  // The rest of drain_time after the OnCutOff functions, in which handlers run a statement and answer. Unset: an
  // eighth of drain_time, at most 0.5 s.
  std::optional<absl::Duration> answer_time = std::nullopt;
  absl::Duration lame_duck_time;  // of drain_time; zero: none
  absl::Duration readiness_interval = absl::Milliseconds(500);
};

class Server {
 public:
  // Blocks them too: for a program that has no thread yet.
  explicit Server(ServerOptions options);
  ~Server();  // Drain(), if it was started and not drained
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Before Start(). `service` must outlive this object; its full name is also its name in the health service. Aborts where a
  // method of the service has no handler.
  void Add(Service& service);
  // Polled on a thread of its own, every readiness_interval; while it is not OK, every service is NOT_SERVING
  // and the reason is logged once. Without it: always ready. May block; should return within a second.
  void SetReadiness(std::function<absl::Status()> ready) { ready_ = std::move(ready); }
  // Run in the order in which they were added.
  void OnStop(std::function<void()> stop) { on_stop_.push_back(std::move(stop)); }
  void OnCutOff(std::function<void()> cut_off) { on_cut_off_.push_back(std::move(cut_off)); }
  void OnDrained(std::function<void()> drained) { on_drained_.push_back(std::move(drained)); }

  // Starts to take calls and returns the bound port. UNAVAILABLE if the address can't be bound, FAILED_PRECONDITION if this
  // gRPC must not be shown to other machines (exposure.h).
  absl::StatusOr<int> Start();
  // Stops as described above; returns when done. Idempotent.
  void Drain();
  // Starts, waits for a signal that asks to stop (SIGTERM, …) and drains. Returns the process's exit code: 0, or 1 if
  // it could not start.
  int Run();

  int port() const { return port_; }
  Health& health() { return health_; }
  // For calls to itself without a socket (tests).
  std::shared_ptr<grpc::Channel> InProcessChannel();

 private:
  absl::Status ShowMetrics();
  void Monitor();

  const ServerOptions options_;
  Health health_;
  Reflection reflection_;
  std::vector<Service*> services_;
  std::function<absl::Status()> ready_;
  std::vector<std::function<void()>> on_stop_;
  std::vector<std::function<void()>> on_cut_off_;
  std::vector<std::function<void()>> on_drained_;
  std::shared_ptr<Entrance> entrance_;  // made by Start(): it starts threads of gRPC
  const std::shared_ptr<FirstRequestWatch> first_requests_;
  std::unique_ptr<grpc::Server> server_;
  std::thread monitor_;
  struct Stopping;
  std::unique_ptr<Stopping> stopping_;
  int port_ = 0;
};

}  // namespace milepost::rpc
