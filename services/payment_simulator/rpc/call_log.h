// The log of all calls to the provider, for tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/reason.h"
#include "services/payment_simulator/domain/charge.h"
#include "services/payment_simulator/domain/decide.h"
#include "services/payment_simulator/rpc/gate.h"

namespace milepost::payment_simulator {

enum class CallState { kRunning, kHeld, kAnswered, kDropped, kAnswerLost };

// Its one list: names and numbers are those of milepost.testing.v1.
constexpr EnumEntry EntryOf(CallState value) {
  switch (value) {
    case CallState::kRunning:
      return {"RUNNING", 1};
    case CallState::kHeld:
      return {"HELD", 2};
    case CallState::kAnswered:
      return {"ANSWERED", 3};
    case CallState::kDropped:
      return {"DROPPED", 4};
    case CallState::kAnswerLost:
      return {"ANSWER_LOST", 5};
  }
  return {};
}

struct LoggedCall {
  int64_t number = 0;  // 1, 2, 3 … in order of arrival
  Ask ask;
  CallState state = CallState::kRunning;
  std::optional<ChargeState> charge_state;  // of the charge that it found or made …
  std::optional<RefundState> refund_state;  // … or of the refund
  std::optional<Reason> reason;             // it was refused with
  absl::Time received_at;
};

ProviderMethod MethodOf(const Ask& ask);

// Thread-safe. Keeps the newest `kept` calls; updates of an older one are dropped.
class CallLog {
 public:
  explicit CallLog(size_t kept) : kept_(kept) {}

  // The call's number.
  int64_t Arrive(const Ask& ask, absl::Time now);
  void SetState(int64_t number, CallState state);
  void SetOutcome(int64_t number, CallState state, const Verdict& verdict);
  void SetRefused(int64_t number, const absl::Status& refusal);

  struct Filter {
    std::string key_prefix;
    ProviderMethod method = ProviderMethod::kAny;
    std::string payment_method;  // empty: all calls; else Charge calls of this one
  };
  // Those numbered above `after`, in order of number, at most `limit`.
  std::vector<LoggedCall> List(const Filter& filter, int64_t after, size_t limit) const;

 private:
  LoggedCall* FindLocked(int64_t number);

  const size_t kept_;
  mutable std::mutex mutex_;
  std::deque<LoggedCall> calls_;  // numbers without gaps; guarded by mutex_
  int64_t last_number_ = 0;       // guarded by mutex_
};

}  // namespace milepost::payment_simulator
