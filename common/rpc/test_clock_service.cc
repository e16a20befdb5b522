#include "common/rpc/test_clock_service.h"

#include <algorithm>
#include <utility>

#include "common/core/status_macros.h"
#include "common/rpc/await.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace milepost::rpc {
namespace {

namespace v1 = milepost::testing::v1;

constexpr size_t kFiredShown = 1000;

void SetTime(absl::Time time, google::protobuf::Timestamp* out) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  out->set_seconds(seconds);
  out->set_nanos(static_cast<int32_t>((time - absl::FromUnixSeconds(seconds)) / absl::Nanoseconds(1)));
}

TestClockService::Target TargetOf(const v1::AdvanceClockRequest& request) {
  if (request.has_by())
    return absl::Seconds(request.by().seconds()) + absl::Nanoseconds(request.by().nanos());
  return absl::FromUnixSeconds(request.to().seconds()) + absl::Nanoseconds(request.to().nanos());
}

v1::AdvanceClockResponse ResponseOf(const TestClockService::Advance& advance) {
  v1::AdvanceClockResponse response;
  SetTime(advance.now, response.mutable_now());
  response.set_fired_count(static_cast<int64_t>(advance.fired.size()));
  for (size_t i = 0; i < std::min(kFiredShown, advance.fired.size()); ++i) {
    v1::FiredDeadline* fired = response.add_fired();
    fired->set_name(advance.fired[i].name);
    fired->set_kind(advance.fired[i].kind);
    SetTime(advance.fired[i].due, fired->mutable_due_time());
  }
  return response;
}

}  // namespace

TestClockService::TestClockService(HandlerPool& pool, Clock clock, const ServiceOptions& options)
    : Service("milepost.testing.v1.TestClock", pool, options), clock_(std::move(clock)) {
  Add(&TestClockService::GetClock, *this);
  Add(&TestClockService::AdvanceClock, *this);
}

TestClockService::~TestClockService() {
  thread_.join();
}

template <class Result>
asio::awaitable<Result> TestClockService::OnOwnThread(std::function<Result()> work) {
  return Await<Result>([this, work = std::move(work)](auto done) {
    asio::post(thread_, [work, done = std::move(done)]() mutable { done(work()); });
  });
}

Awaitable<v1::GetClockResponse> TestClockService::GetClock(Call, const v1::GetClockRequest&) {
  MILEPOST_CO_ASSIGN(const Reading reading, co_await OnOwnThread<absl::StatusOr<Reading>>(clock_.read));
  v1::GetClockResponse answer;
  SetTime(reading.now, answer.mutable_now());
  answer.set_mode(reading.mode);
  co_return answer;
}

Awaitable<v1::AdvanceClockResponse> TestClockService::AdvanceClock(Call,
                                                                   const v1::AdvanceClockRequest& request) {
  const std::function<absl::StatusOr<Advance>()> work = [this, target = TargetOf(request)] {
    return clock_.advance(target);
  };
  MILEPOST_CO_ASSIGN(const Advance advance, co_await OnOwnThread<absl::StatusOr<Advance>>(work));
  co_return ResponseOf(advance);
}

}  // namespace milepost::rpc
