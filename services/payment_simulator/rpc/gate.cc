#include "services/payment_simulator/rpc/gate.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "common/core/clock.h"

namespace milepost::payment_simulator {

Gate::Gate() : thread_([this] { Loop(); }) {}

Gate::~Gate() {
  Open();
  thread_.join();
}

bool Gate::HoldsLocked(const Passage& passage) const {
  if (open_) return false;
  return std::any_of(pauses_.begin(), pauses_.end(), [&](const Pause& pause) {
    return pause.point == passage.point && absl::StartsWith(passage.key, pause.key_prefix) &&
           (pause.method == ProviderMethod::kAny || pause.method == passage.method);
  });
}

bool Gate::Holds(const Passage& passage) const {
  const std::lock_guard lock(mutex_);
  return HoldsLocked(passage);
}

void Gate::Pass(Passage passage, Go go) {
  {
    const std::lock_guard lock(mutex_);
    if (HoldsLocked(passage)) {
      held_.push_back({std::move(passage), std::move(go)});
      return;
    }
  }
  go();
}

void Gate::Delay(absl::Duration delay, Go go) {
  {
    const std::lock_guard lock(mutex_);
    if (!open_ && delay > absl::ZeroDuration()) {
      delayed_.emplace(WallNow() + delay, std::move(go));
      changed_.notify_one();
      return;
    }
  }
  go();
}

void Gate::SetPause(Pause pause) {
  const std::lock_guard lock(mutex_);
  if (std::find(pauses_.begin(), pauses_.end(), pause) == pauses_.end()) pauses_.push_back(std::move(pause));
}

size_t Gate::Resume(absl::string_view key_prefix) {
  std::vector<Held> released;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(pauses_,
                  [&](const Pause& pause) { return key_prefix.empty() || pause.key_prefix == key_prefix; });
    std::vector<Held> still_held;
    for (Held& held : held_) (HoldsLocked(held.passage) ? still_held : released).push_back(std::move(held));
    held_ = std::move(still_held);
  }
  for (Held& held : released) held.go();
  return released.size();
}

void Gate::Open() {
  {
    const std::lock_guard lock(mutex_);
    open_ = true;
  }
  changed_.notify_one();
  Resume("");
}

void Gate::Loop() {
  std::unique_lock lock(mutex_);
  while (!open_ || !delayed_.empty()) {
    if (delayed_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const absl::Time next = delayed_.begin()->first;
    if (!open_ && WallNow() < next) {
      changed_.wait_until(lock, absl::ToChronoTime(next));
      continue;
    }
    Go go = std::move(delayed_.begin()->second);
    delayed_.erase(delayed_.begin());
    lock.unlock();
    go();
    lock.lock();
  }
}

}  // namespace milepost::payment_simulator
