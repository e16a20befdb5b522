// The quote for an order of given terms: its cost and its schedule, the figures of QuoteOrder (S6, A28).
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/core/money.h"
#include "services/milestone_billing/domain/terms.h"

namespace milepost::billing {

// One payment: that of one milestone.
struct QuotedPayment {
  uint32_t milestone = 0;
  Money amount;     // A, into escrow
  Money buyer_fee;  // f (A23)
  Money total;      // A + f, what is charged
  int days = 0;
  absl::Time due_at;  // if every milestone begins when the one before it is due
  friend bool operator==(const QuotedPayment&, const QuotedPayment&) = default;
};

struct QuotedOrder {
  std::vector<QuotedPayment> payments;  // in the order of work; only the first is charged at the start (S27)
  Money price;                          // all amounts
  Money buyer_fees;                     // all fees, if every milestone is started
  Money total;
  std::string terms_hash;
  friend bool operator==(const QuotedOrder&, const QuotedOrder&) = default;
};

// Requires terms that CheckTerms accepts. `start` is when the first milestone would be funded.
QuotedOrder QuoteOf(const Terms& terms, absl::Time start);

}  // namespace milepost::billing
