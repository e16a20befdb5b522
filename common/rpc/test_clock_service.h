// The RPC service TestClock, over two functions that the clock's owner supplies. Register it only when the server was
// started with --test_clock.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "asio/thread_pool.hpp"
#include "common/rpc/service.h"
#include "milepost/testing/v1/test_clock.pb.h"

namespace milepost::rpc {

class TestClockService final : public Service {
 public:
  using Mode = milepost::testing::v1::ClockMode;

  struct Reading {
    absl::Time now;
    Mode mode = Mode::CLOCK_MODE_FROZEN;
  };
  struct Fired {
    std::string name;  // "orders/0190…"
    std::string kind;
    absl::Time due;
  };
  struct Advance {
    absl::Time now;
    std::vector<Fired> fired;  // in due-time order
  };
  // The target of an advance: by a duration, or to an instant.
  using Target = std::variant<absl::Duration, absl::Time>;

  // Both may block: they run on a thread of this service's own, one call after the other.
  struct Clock {
    std::function<absl::StatusOr<Reading>()> read;
    std::function<absl::StatusOr<Advance>(Target)> advance;
  };

  // `pool` must outlive this service, and this service the gRPC server.
  TestClockService(HandlerPool& pool, Clock clock, const ServiceOptions& options = {});
  ~TestClockService() override;

 private:
  Awaitable<milepost::testing::v1::GetClockResponse> GetClock(
      Call call, const milepost::testing::v1::GetClockRequest& request);
  Awaitable<milepost::testing::v1::AdvanceClockResponse> AdvanceClock(
      Call call, const milepost::testing::v1::AdvanceClockRequest& request);
  // Runs a blocking function on the service's own thread.
  template <class Result>
  asio::awaitable<Result> OnOwnThread(std::function<Result()> work);

  const Clock clock_;
  asio::thread_pool thread_{1};
};

}  // namespace milepost::rpc
