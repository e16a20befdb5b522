// A refund as the simulated provider keeps it, and its record under one key. Values; no behaviour here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/enum_list.h"
#include "common/core/money.h"

namespace milepost::payment_simulator {

// kPending may become either of the others; those are final.
enum class RefundState { kPending, kSucceeded, kFailed };

// Its one list; numbers as of ChargeState.
constexpr EnumEntry EntryOf(RefundState value) {
  switch (value) {
    case RefundState::kPending:
      return {"PENDING", 1};
    case RefundState::kSucceeded:
      return {"SUCCEEDED", 2};
    case RefundState::kFailed:
      return {"FAILED", 3};
  }
  return {};
}

struct Refund {
  std::string key;
  std::string charge_key;
  RefundState state = RefundState::kPending;
  Money amount;
  std::string failure_reason;  // not empty exactly when kFailed
  absl::Time created_at;
  absl::Time ended_at = absl::InfiniteFuture();  // infinite exactly when kPending

  bool ended() const { return state != RefundState::kPending; }
  friend bool operator==(const Refund&, const Refund&) = default;
};

// The provider's reference of the one payout that can happen under a key.
std::string RefundReference(absl::string_view key);

// Calls are counted since the process started, including the one being decided.
struct RefundRecord {
  std::optional<Refund> refund;  // nothing recorded yet
  uint32_t payouts = 0;          // records that say SUCCEEDED: more than 1 is a double refund
  uint32_t refund_calls = 0;
  uint32_t get_calls = 0;
  uint32_t pending_queries = 0;  // GetRefund calls that found the refund PENDING

  uint64_t calls() const { return uint64_t{refund_calls} + get_calls; }
};

}  // namespace milepost::payment_simulator
