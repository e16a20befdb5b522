#include "services/payment_simulator/rpc/call_log.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "common/core/reason.h"
#include "common/core/refusal.h"

namespace milepost::payment_simulator {
namespace {

bool Matches(const CallLog::Filter& filter, const LoggedCall& call) {
  if (!absl::StartsWith(KeyOf(call.ask), filter.key_prefix)) return false;
  if (filter.method != ProviderMethod::kAny && filter.method != MethodOf(call.ask)) return false;
  if (filter.payment_method.empty()) return true;
  const AskCharge* charge = std::get_if<AskCharge>(&call.ask);
  return charge && charge->payment_method == filter.payment_method;
}

}  // namespace

ProviderMethod MethodOf(const Ask& ask) {
  if (std::holds_alternative<AskCharge>(ask)) return ProviderMethod::kCharge;
  if (std::holds_alternative<AskGet>(ask)) return ProviderMethod::kGetCharge;
  if (std::holds_alternative<AskVoid>(ask)) return ProviderMethod::kVoidCharge;
  if (std::holds_alternative<AskRefund>(ask)) return ProviderMethod::kRefund;
  return ProviderMethod::kGetRefund;
}

int64_t CallLog::Arrive(const Ask& ask, absl::Time now) {
  const std::lock_guard lock(mutex_);
  calls_.push_back({.number = ++last_number_, .ask = ask, .received_at = now});
  if (calls_.size() > kept_) calls_.pop_front();
  return last_number_;
}

LoggedCall* CallLog::FindLocked(int64_t number) {
  if (calls_.empty() || number < calls_.front().number) return nullptr;
  return &calls_[static_cast<size_t>(number - calls_.front().number)];
}

void CallLog::SetState(int64_t number, CallState state) {
  const std::lock_guard lock(mutex_);
  if (LoggedCall* call = FindLocked(number)) call->state = state;
}

void CallLog::SetOutcome(int64_t number, CallState state, const Verdict& verdict) {
  const std::lock_guard lock(mutex_);
  LoggedCall* call = FindLocked(number);
  if (!call) return;
  call->state = state;
  if (verdict.refund)
    call->refund_state = verdict.refund->state;
  else
    call->charge_state = verdict.charge.state;
}

void CallLog::SetRefused(int64_t number, const absl::Status& refusal) {
  const std::optional<Refusal> why = RefusalOf(refusal);
  const std::lock_guard lock(mutex_);
  LoggedCall* call = FindLocked(number);
  if (!call) return;
  call->state = CallState::kAnswered;
  call->reason = why ? why->reason : Reason::kInternal;
}

std::vector<LoggedCall> CallLog::List(const Filter& filter, int64_t after, size_t limit) const {
  const std::lock_guard lock(mutex_);
  std::vector<LoggedCall> found;
  if (calls_.empty()) return found;
  const int64_t skipped = std::clamp<int64_t>(after + 1 - calls_.front().number, 0, calls_.size());
  for (auto call = calls_.begin() + skipped; call != calls_.end() && found.size() < limit; ++call)
    if (Matches(filter, *call)) found.push_back(*call);
  return found;
}

}  // namespace milepost::payment_simulator
