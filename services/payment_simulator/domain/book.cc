#include "services/payment_simulator/domain/book.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/match.h"

namespace milepost::payment_simulator {
namespace {

void CountCall(KeyRecord& known, const Ask& ask) {
  if (std::holds_alternative<AskCharge>(ask)) ++known.charge_calls;
  if (std::holds_alternative<AskVoid>(ask)) ++known.void_calls;
  if (!std::holds_alternative<AskGet>(ask)) return;
  ++known.get_calls;
  if (known.charge && !known.charge->ended()) ++known.pending_queries;
}

void CheckNotEnded(const KeyRecord& known) {
  if (!known.charge || !known.charge->ended()) return;
  std::fprintf(stderr, "milepost: bug: a record over a charge that has ended\n");
  std::abort();
}

}  // namespace

absl::StatusOr<Verdict> Book::Answer(const Ask& ask, absl::Time now) {
  auto entry = keys_.find(KeyOf(ask));
  if (entry == keys_.end()) {
    // A question about a key that nobody charged or voided leaves no trace.
    if (std::holds_alternative<AskGet>(ask)) {
      KeyRecord nothing;
      CountCall(nothing, ask);
      return Decide(nothing, ask, Behavior{}, plan_, now);
    }
    entry = keys_.try_emplace(KeyOf(ask)).first;
  }
  KeyRecord& known = entry->second;
  CountCall(known, ask);
  absl::StatusOr<Verdict> verdict = Decide(known, ask, BehaviorFor(known, ask), plan_, now);
  if (!verdict.ok() || !verdict->recorded) return verdict;
  CheckNotEnded(known);
  Apply(known, *verdict->recorded);
  return verdict;
}

void Book::Restore(Charge recorded) {
  KeyRecord& known = keys_[recorded.key];
  Apply(known, std::move(recorded));
}

Behavior Book::BehaviorFor(const KeyRecord& known, const Ask& ask) const {
  const AskCharge* charge = std::get_if<AskCharge>(&ask);
  const std::string payment_method = known.charge ? known.charge->payment_method
                                     : charge     ? charge->payment_method
                                                  : std::string();
  if (const Script* script = MatchingScript(scripts_, KeyOf(ask), payment_method)) return script->behavior;
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
  std::vector<KeyRecord> found;
  for (auto entry = keys_.lower_bound(std::string(std::max(key_prefix, after))); entry != keys_.end();
       ++entry) {
    if (found.size() == limit || !absl::StartsWith(entry->first, key_prefix)) break;
    if (entry->second.charge && entry->first != after) found.push_back(entry->second);
  }
  return found;
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
