#include "common/db/worker.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/core/clock.h"
#include "common/core/status_macros.h"
#include "common/obs/log.h"

namespace milepost::db {

namespace {

// A worker that asks fifty times a second does not bring an absent database back.
constexpr absl::Duration kLongestRest = absl::Seconds(1);

}  // namespace

void LogFailedTurn(absl::string_view worker, const absl::Status& cause, uint64_t times) {
  obs::Log(obs::Level::kWarn, "a worker's turn failed; it tries again")
      .With("worker", worker)
      .With("code", absl::StatusCodeToString(cause.code()))
      .With("cause", cause.message())
      .With("turns", times);
}

Worker::Worker(WorkerOptions options, std::function<absl::StatusOr<size_t>()> tick)
    : options_(std::move(options)), tick_(std::move(tick)), thread_([this] { Work(); }) {}

void Worker::AskToStop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
}

void Worker::Stop() {
  AskToStop();
  std::lock_guard lock(join_mutex_);
  if (thread_.joinable()) thread_.join();
}

void Worker::Work() {
  for (int failures = 0; !stopping();) {
    const absl::StatusOr<size_t> done = TakeTurn();
    failures = done.ok() ? 0 : failures + 1;
    if (!done.ok()) Fail(done.status());
    if (!done.ok() || *done == 0) Rest(failures);
  }
  // Best effort: a lease that is not given back ends by itself.
  if (options_.leases != nullptr) (void)options_.leases->Release(options_.name);
}

absl::StatusOr<size_t> Worker::TakeTurn() {
  MILEPOST_ASSIGN_OR_RETURN(const bool may_work, MayWork());
  if (!may_work) return 0;
  ticks_.fetch_add(1, std::memory_order_relaxed);
  try {
    return tick_();
  } catch (const std::exception& e) {
    return absl::InternalError(absl::StrCat("a tick threw: ", e.what()));
  } catch (...) {
    return absl::InternalError("a tick threw something that is no exception");
  }
}

absl::StatusOr<bool> Worker::MayWork() {
  if (options_.leases == nullptr) return true;
  MILEPOST_ASSIGN_OR_RETURN(const bool ours, HoldsLease());
  if (!ours || options_.rests_for.empty()) return ours;
  // Asked last, right before the tick: nobody waits for a tick that began before its reason to rest.
  MILEPOST_ASSIGN_OR_RETURN(const bool rest, options_.leases->HeldByOther(options_.rests_for));
  return !rest;
}

absl::StatusOr<bool> Worker::HoldsLease() {
  if (asked_ && asked_->elapsed() < options_.lease_ttl / (ours_ ? 3 : 10)) return ours_;
  asked_.reset();
  const Stopwatch asked;
  MILEPOST_ASSIGN_OR_RETURN(ours_, options_.leases->Acquire(options_.name, options_.lease_ttl));
  asked_ = asked;
  return ours_;
}

void Worker::Fail(const absl::Status& cause) {
  errors_.fetch_add(1, std::memory_order_relaxed);
  if (options_.on_error) return options_.on_error(options_.name, cause);
  if (const std::optional<uint64_t> times = logged_.Due(WallNow()))
    LogFailedTurn(options_.name, cause, *times);
}

void Worker::Rest(int failures) {
  absl::Duration rest = options_.period;
  for (int i = 1; i < failures && rest < kLongestRest; ++i) rest = std::min(2 * rest, kLongestRest);
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, absl::ToChronoMicroseconds(rest), [this] { return stopping_; });
}

bool Worker::stopping() {
  std::lock_guard lock(mutex_);
  return stopping_;
}

}  // namespace milepost::db
