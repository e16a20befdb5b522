#include "common/service/workers.h"

namespace milepost::service {

void Workers::Start() {
  for (const Work& work : work_) {
    db::WorkerOptions options{.name = work.name,
                              .period = work.period,
                              .lease_ttl = options_.lease,
                              .leases = &options_.leases,
                              .rests_for = options_.rests_for};
    running_.push_back(std::make_unique<db::Worker>(std::move(options), work.tick));
  }
}

void Workers::AskToStop() {
  for (const Work& work : work_) work.stop();
  for (const auto& worker : running_) worker->AskToStop();
}

void Workers::Stop() {
  AskToStop();
  for (const auto& worker : running_) worker->Stop();
}

}  // namespace milepost::service
