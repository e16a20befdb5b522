// Shows a move of money, in an event's payload or a preview.
#pragma once

#include <algorithm>
#include <cstdlib>

#include "common/rpc/wire.h"
#include "milepost/type/v1/money_move.pb.h"
#include "services/milestone_billing/domain/ledger.h"

namespace milepost::billing {

inline void Write(const Move& move, type::v1::MoneyMove& wire) {
  wire.set_rule(move.rule);
  for (const Posting& posting : move.postings) {
    type::v1::Posting& line = *wire.add_postings();
    line.set_account(posting.account);
    const Money amount{std::abs(posting.amount_minor), move.currency};
    rpc::Write(amount, *(posting.amount_minor > 0 ? line.mutable_debit() : line.mutable_credit()));
  }
}

// The amount of the move: the amount of its largest line.
inline Money AmountOf(const Move& move) {
  Money amount{0, move.currency};
  for (const Posting& posting : move.postings)
    amount.minor = std::max(amount.minor, std::abs(posting.amount_minor));
  return amount;
}

}  // namespace milepost::billing
