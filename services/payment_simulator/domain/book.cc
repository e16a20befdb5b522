#include "services/payment_simulator/domain/book.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/match.h"
#include "services/payment_simulator/domain/decide_refund.h"

namespace milepost::payment_simulator {
namespace {

void CountCall(KeyRecord& known, const Ask& ask) {
  if (std::holds_alternative<AskCharge>(ask)) ++known.charge_calls;
  if (std::holds_alternative<AskVoid>(ask)) ++known.void_calls;
  if (!std::holds_alternative<AskGet>(ask)) return;
  ++known.get_calls;
  if (known.charge && !known.charge->ended()) ++known.pending_queries;
  if (known.charge && known.charge->state == ChargeState::kVoided) ++known.voided_queries;
}

// A question about a key that nobody used leaves no trace, unless chance dropped it: what is not counted would meet the same
// chance for ever.
bool LeavesATrace(const absl::StatusOr<Verdict>& answer) {
  return answer.ok() && answer->delivery == Delivery::kDropped;
}

[[noreturn]] void AbortOnRecordOverAnEnd() {
  std::fprintf(stderr, "milepost: bug: a record over a charge or refund that has ended\n");
  std::abort();
}

void CheckNotEnded(const KeyRecord& known, const Behavior& behavior) {
  if (!known.charge || !known.charge->ended()) return;
  const bool as_scripted = known.charge->state == ChargeState::kVoided && behavior.captured_after_void > 0;
  if (!as_scripted) AbortOnRecordOverAnEnd();
}

// The entries of `keys` that begin with key_prefix and come after `after`, of which `is_recorded` holds.
template <class Known, class IsRecorded>
std::vector<Known> ListOf(const absl::btree_map<std::string, Known>& keys, absl::string_view key_prefix,
                          absl::string_view after, size_t limit, IsRecorded is_recorded) {
  std::vector<Known> found;
  for (auto entry = keys.lower_bound(std::string(std::max(key_prefix, after))); entry != keys.end();
       ++entry) {
    if (found.size() == limit || !absl::StartsWith(entry->first, key_prefix)) break;
    if (is_recorded(entry->second) && entry->first != after) found.push_back(entry->second);
  }
  return found;
}

}  // namespace

absl::StatusOr<Verdict> Book::Answer(const Ask& ask, absl::Time now) {
  if (IsAboutRefund(ask)) return AnswerAboutRefund(ask, now);
  auto entry = keys_.find(KeyOf(ask));
  if (entry == keys_.end()) {
    if (std::holds_alternative<AskGet>(ask)) {
      KeyRecord nothing;
      CountCall(nothing, ask);
      absl::StatusOr<Verdict> verdict = Decide(nothing, ask, Behavior{}, plan_, now);
      if (LeavesATrace(verdict)) keys_.try_emplace(KeyOf(ask), std::move(nothing));
      return verdict;
    }
    entry = keys_.try_emplace(KeyOf(ask)).first;
  }
  KeyRecord& known = entry->second;
  CountCall(known, ask);
  const Behavior behavior = BehaviorFor(known, ask);
  absl::StatusOr<Verdict> verdict = Decide(known, ask, behavior, plan_, now);
  if (!verdict.ok() || !verdict->recorded) return verdict;
  CheckNotEnded(known, behavior);
  Apply(known, *verdict->recorded);
  return verdict;
}

absl::StatusOr<Verdict> Book::AnswerAboutRefund(const Ask& ask, absl::Time now) {
  const auto* refund = std::get_if<AskRefund>(&ask);
  const auto entry = refunds_.find(KeyOf(ask));
  RefundRecord known = entry == refunds_.end() ? RefundRecord{} : entry->second;
  ++(refund ? known.refund_calls : known.get_calls);
  if (!refund && known.refund && !known.refund->ended()) ++known.pending_queries;
  const std::string charge_key = refund ? refund->charge_key : known.refund ? known.refund->charge_key : "";
  const auto charge = keys_.find(charge_key);
  KeyRecord* const of = charge == keys_.end() ? nullptr : &charge->second;
  const Behavior behavior = BehaviorFor(charge_key, of && of->charge ? of->charge->payment_method : "");
  absl::StatusOr<Verdict> verdict =
      refund ? DecideRefund(known, of, *refund, behavior, plan_, now)
             : DecideRefund(known, std::get<AskGetRefund>(ask), behavior, plan_, now);
  if (verdict.ok() && verdict->recorded_refund) {
    if (known.refund && known.refund->ended()) AbortOnRecordOverAnEnd();
    Apply(known, *of, *verdict->recorded_refund);
  }
  if (refund || entry != refunds_.end() || LeavesATrace(verdict)) refunds_[KeyOf(ask)] = std::move(known);
  return verdict;
}

void Book::Restore(Charge recorded) {
  KeyRecord& known = keys_[recorded.key];
  Apply(known, std::move(recorded));
}

void Book::Restore(Refund recorded) {
  RefundRecord& known = refunds_[recorded.key];
  KeyRecord& charge = keys_[recorded.charge_key];
  Apply(known, charge, std::move(recorded));
}

Behavior Book::BehaviorFor(const KeyRecord& known, const Ask& ask) const {
  const AskCharge* charge = std::get_if<AskCharge>(&ask);
  const std::string payment_method = known.charge ? known.charge->payment_method
                                     : charge     ? charge->payment_method
                                                  : std::string();
  return BehaviorFor(KeyOf(ask), payment_method);
}

Behavior Book::BehaviorFor(absl::string_view charge_key, absl::string_view payment_method) const {
  if (const Script* script = MatchingScript(scripts_, charge_key, payment_method)) return script->behavior;
  return BehaviorOf(payment_method, settings_);
}

void Book::SetScript(Script script) {
  std::erase_if(scripts_, [&](const Script& old) {
    return old.key_prefix == script.key_prefix && old.payment_method == script.payment_method;
  });
  scripts_.push_back(std::move(script));
}

size_t Book::ClearScripts(absl::string_view key_prefix, absl::string_view payment_method) {
  const bool all = key_prefix.empty() && payment_method.empty();
  return std::erase_if(scripts_, [&](const Script& script) {
    return all || (script.key_prefix == key_prefix && script.payment_method == payment_method);
  });
}

std::vector<KeyRecord> Book::List(absl::string_view key_prefix, absl::string_view after, size_t limit) const {
  return ListOf(keys_, key_prefix, after, limit,
                [](const KeyRecord& known) { return known.charge.has_value(); });
}

std::vector<RefundRecord> Book::ListRefunds(absl::string_view key_prefix, absl::string_view after,
                                            size_t limit) const {
  return ListOf(refunds_, key_prefix, after, limit,
                [](const RefundRecord& known) { return known.refund.has_value(); });
}

Summary Book::Summarize(absl::string_view key_prefix, absl::string_view payment_method) const {
  Summary summary;
  for (auto entry = keys_.lower_bound(std::string(key_prefix)); entry != keys_.end(); ++entry) {
    if (!absl::StartsWith(entry->first, key_prefix)) break;
    const KeyRecord& known = entry->second;
    if (!known.charge) continue;
    const Charge& charge = *known.charge;
    if (!payment_method.empty() && charge.payment_method != payment_method) continue;
    summary.pending += charge.state == ChargeState::kPending;
    summary.succeeded += charge.state == ChargeState::kSucceeded;
    summary.declined += charge.state == ChargeState::kDeclined;
    summary.voided += charge.state == ChargeState::kVoided;
    summary.captures += known.captures;
    if (known.captures > 0)
      summary.captured[charge.amount->currency] += known.captures * charge.amount->minor;
  }
  return summary;
}

}  // namespace milepost::payment_simulator
