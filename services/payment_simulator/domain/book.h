// The provider's whole memory: every key, and the scripts in force. Not thread-safe: one thread owns it
// (store/register).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/payment_simulator/domain/behavior.h"
#include "services/payment_simulator/domain/charge.h"
#include "services/payment_simulator/domain/decide.h"

namespace milepost::payment_simulator {

// Totals over recorded keys.
struct Summary {
  int64_t pending = 0;
  int64_t succeeded = 0;
  int64_t declined = 0;
  int64_t voided = 0;
  int64_t captures = 0;
  std::map<Currency, int64_t> captured;  // minor units, `captures` times each charge's amount
};

class Book {
 public:
  Book(MethodSettings settings, ChancePlan plan) : settings_(settings), plan_(plan) {}

  // Counts the call, decides it and applies what the verdict records. Whoever calls this must make
  // `verdict.recorded` durable before the verdict leaves the process.
  absl::StatusOr<Verdict> Answer(const Ask& ask, absl::Time now);

  // Replays one record of the journal; records of a key in the order in which they were made, and those of a
  // charge before its refunds'.
  void Restore(Charge recorded);
  void Restore(Refund recorded);

  // Replaces the script with the same key_prefix and payment_method, and becomes the newest.
  void SetScript(Script script);
  // Returns how many were removed. Both empty: all.
  size_t ClearScripts(absl::string_view key_prefix, absl::string_view payment_method);

  // Lists at most `limit` recorded keys that begin with key_prefix and come after `after`, in order of key.
  std::vector<KeyRecord> List(absl::string_view key_prefix, absl::string_view after, size_t limit) const;
  // Likewise the recorded refunds.
  std::vector<RefundRecord> ListRefunds(absl::string_view key_prefix, absl::string_view after,
                                        size_t limit) const;
  // Sums over recorded keys that begin with key_prefix; of one payment method unless it is empty.
  Summary Summarize(absl::string_view key_prefix, absl::string_view payment_method) const;

 private:
  absl::StatusOr<Verdict> AnswerAboutRefund(const Ask& ask, absl::Time now);
  Behavior BehaviorFor(const KeyRecord& known, const Ask& ask) const;
  Behavior BehaviorFor(absl::string_view charge_key, absl::string_view payment_method) const;

  const MethodSettings settings_;
  const ChancePlan plan_;
  std::vector<Script> scripts_;  // newest last
  absl::btree_map<std::string, KeyRecord> keys_;
  absl::btree_map<std::string, RefundRecord> refunds_;
};

}  // namespace milepost::payment_simulator
