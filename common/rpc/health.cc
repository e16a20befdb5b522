#include "common/rpc/health.h"

#include <vector>

namespace milepost::rpc {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// One Watch stream: keeps the status it should show and writes it whenever the last write is done.
class Health::Watcher final : public grpc::ServerWriteReactor<HealthCheckResponse>,
                              public std::enable_shared_from_this<Watcher> {
 public:
  Watcher(Health& health, std::string service) : health_(health), service_(std::move(service)) {}

  const std::string& service() const { return service_; }

  // The statuses between two writes are left out: a watcher wants the present one.
  void Show(Status status) {
    const std::lock_guard lock(mutex_);
    wanted_ = status;
    Proceed();
  }
  // Ends the stream once what is wanted has been written.
  void End() {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    Proceed();
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (!ok) ending_ = true, wanted_ = shown_;
    Proceed();
  }
  void OnCancel() override {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    wanted_ = shown_;
    Proceed();
  }
  void OnDone() override {
    const std::shared_ptr<Watcher> alive =
        std::move(self_);  // the last reference, once the health service lets go
    const std::lock_guard lock(health_.mutex_);
    health_.watchers_.erase(alive);
  }
  // gRPC holds a plain pointer: this keeps the object alive until OnDone.
  void KeepAlive() { self_ = shared_from_this(); }

 private:
  void Proceed() {
    if (writing_ || finished_) return;
    if (wanted_ != shown_) {
      response_.set_status(wanted_);
      shown_ = wanted_;
      writing_ = true;
      StartWrite(&response_);
    } else if (ending_) {
      finished_ = true;
      Finish(grpc::Status(grpc::StatusCode::UNAVAILABLE, "the watch has ended"));
    }
  }

  Health& health_;
  const std::string service_;
  std::shared_ptr<Watcher> self_;
  std::mutex mutex_;  // taken after the health service's
  HealthCheckResponse response_;
  Status shown_ = HealthCheckResponse::UNKNOWN;  // nothing written yet
  Status wanted_ = HealthCheckResponse::UNKNOWN;
  bool writing_ = false;
  bool ending_ = false;
  bool finished_ = false;
};

Health::Health() : services_{""} {}
Health::~Health() = default;

void Health::Add(absl::string_view service) {
  const std::lock_guard lock(mutex_);
  services_.insert(std::string(service));
}

void Health::SetReady(bool ready) {
  const std::lock_guard lock(mutex_);
  if (retired_) return;
  ShowLocked(ready);
}

void Health::Retire() {
  const std::lock_guard lock(mutex_);
  retired_ = true;
  ShowLocked(false);
}

void Health::ShowLocked(bool ready) {
  if (ready == ready_) return;
  ready_ = ready;
  for (const auto& watcher : watchers_) watcher->Show(StatusLocked(watcher->service()));
}

bool Health::ready() const {
  const std::lock_guard lock(mutex_);
  return ready_;
}

void Health::Shutdown() {
  Retire();
  const std::lock_guard lock(mutex_);
  shut_down_ = true;
  for (const auto& watcher : watchers_) watcher->End();
}

Health::Status Health::StatusLocked(const std::string& service) const {
  if (service == kLiveness) return HealthCheckResponse::SERVING;
  if (services_.find(service) == services_.end()) return HealthCheckResponse::SERVICE_UNKNOWN;
  return ready_ ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

grpc::ServerUnaryReactor* Health::Check(grpc::CallbackServerContext* context,
                                        const HealthCheckRequest* request, HealthCheckResponse* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  Status status;
  {
    const std::lock_guard lock(mutex_);
    status = StatusLocked(request->service());
  }
  if (status == HealthCheckResponse::SERVICE_UNKNOWN) {
    reactor->Finish(grpc::Status(grpc::StatusCode::NOT_FOUND, "no such service"));
    return reactor;
  }
  response->set_status(status);
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerWriteReactor<HealthCheckResponse>* Health::Watch(grpc::CallbackServerContext*,
                                                             const HealthCheckRequest* request) {
  auto watcher = std::make_shared<Watcher>(*this, request->service());
  watcher->KeepAlive();
  const std::lock_guard lock(mutex_);
  watchers_.insert(watcher);
  watcher->Show(StatusLocked(watcher->service()));
  if (shut_down_) watcher->End();
  return watcher.get();
}

}  // namespace milepost::rpc
