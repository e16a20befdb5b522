// The service grpc.health.v1.Health, implemented over the generated class so that reflection describes it.
// Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace milepost::rpc {

class Health final : public grpc::health::v1::Health::CallbackService {
 public:
  using Status = grpc::health::v1::HealthCheckResponse::ServingStatus;

  // The name for a liveness probe: always SERVING while the process answers. Every other name follows readiness.
  static constexpr char kLiveness[] = "liveness";

  Health();
  ~Health() override;

  // Makes a service known, NOT_SERVING until SetReady(true). "" (the server as a whole) is known from the
  // start.
  void Add(absl::string_view service);
  // Sets the status of every service but liveness, and tells the watchers.
  void SetReady(bool ready);
  bool ready() const;
  // Sets NOT_SERVING for good and tells the watchers; their streams stay.
  void Retire();
  // Retire(), and the watchers' streams end with UNAVAILABLE; later Watch calls get the status and end at once.
  void Shutdown();

  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context,
                                  const grpc::health::v1::HealthCheckRequest* request,
                                  grpc::health::v1::HealthCheckResponse* response) override;
  grpc::ServerWriteReactor<grpc::health::v1::HealthCheckResponse>* Watch(
      grpc::CallbackServerContext* context, const grpc::health::v1::HealthCheckRequest* request) override;

 private:
  class Watcher;
  void ShowLocked(bool ready);
  Status StatusLocked(const std::string& service) const;

  mutable std::mutex mutex_;
  std::set<std::string, std::less<>> services_;
  std::set<std::shared_ptr<Watcher>> watchers_;
  bool ready_ = false;
  bool retired_ = false;
  bool shut_down_ = false;
};

}  // namespace milepost::rpc
