// The adapter's record of one method: the shape of its request, its callers and the counters of its calls.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/rpc/call.h"
#include "common/rpc/request_fields.h"
#include "common/rpc/validation.h"
#include "grpcpp/support/status_code_enum.h"

namespace milepost::rpc {

// Counters of one method. Thread-safe, lock-free; read while they are written, so sums may lag the counts by
// a call.
class CallStats {
 public:
  // The upper bounds of the latency classes; a call slower than the last is counted in one more class.
  static constexpr std::array<int64_t, 14> kBoundsUs = {100,     250,       500,       1'000,     2'500,
                                                        5'000,   10'000,    25'000,    50'000,    100'000,
                                                        250'000, 1'000'000, 2'500'000, 10'000'000};
  static constexpr int kCodes = 17;

  struct Snapshot {
    std::array<uint64_t, kCodes> by_code{};                   // by canonical code, 0 = OK
    std::array<uint64_t, kBoundsUs.size() + 1> by_latency{};  // not cumulative
    uint64_t sum_us = 0;
    int64_t in_flight = 0;
  };

  // Counts the arrival of a call; its Count() follows.
  void Begin() { in_flight_.fetch_add(1, std::memory_order_relaxed); }

  void Count(grpc::StatusCode code, absl::Duration duration);
  Snapshot Read() const;

 private:
  std::array<std::atomic<uint64_t>, kCodes> by_code_{};
  std::array<std::atomic<uint64_t>, kBoundsUs.size() + 1> by_latency_{};
  std::atomic<uint64_t> sum_us_{0};
  std::atomic<int64_t> in_flight_{0};
};

struct Method {
  explicit Method(const google::protobuf::MethodDescriptor& descriptor);

  std::string service;  // "milepost.catalog.v1.GigCatalog"
  std::string name;     // "CreateGig"
  std::string path;     // "/milepost.catalog.v1.GigCatalog/CreateGig"
  Callers callers;
  const MessageRules& rules;
  RequestFields fields;
  mutable CallStats stats;
};

}  // namespace milepost::rpc
