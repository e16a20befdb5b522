// The double-entry moves of DOMAIN §3, as data. Each kind of move is made in one place, which aborts the process if
// the move does not sum to zero, and leaves out lines of zero.
//
// Values only; every function here is pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/core/id.h"
#include "common/core/money.h"
#include "services/milestone_billing/domain/terms.h"

namespace milepost::billing {

// Whether this many minor units can be an amount of an order.
constexpr bool IsAmount(int64_t minor) {
  return minor >= 0 && minor <= kMaxMinor;
}

// Account names, as stored and shown. `seller` is a full actor name ("users/sam" gives
// "seller:sam:clearing").
inline constexpr absl::string_view kProviderClearing = "provider:clearing";
inline constexpr absl::string_view kBuyerFeeRevenue = "revenue:buyer_fee";
inline constexpr absl::string_view kCommissionRevenue = "revenue:commission";
inline constexpr absl::string_view kSuspense = "suspense";
inline constexpr absl::string_view kEscrowPrefix = "escrow:";
inline constexpr absl::string_view kRefundTransit = "refund:transit";
std::string EscrowAccount(const ChargeId& charge);
std::string SellerClearingAccount(absl::string_view seller);

// An account without its owner, as trial balances name it: "escrow", "seller:clearing", "revenue:commission".
std::string AccountKindOf(absl::string_view account);

// One line of a move: debits are positive, credits negative, in minor units of the move's currency. Never
// zero.
struct Posting {
  std::string account;
  int64_t amount_minor = 0;
  friend bool operator==(const Posting&, const Posting&) = default;
};

struct Move {
  std::string rule;  // "M1", as DOMAIN §3 numbers it
  Currency currency;
  std::vector<Posting> postings;
  friend bool operator==(const Move&, const Move&) = default;
};

// Dr provider:clearing A+f; Cr escrow A, Cr revenue:buyer_fee f. amount > 0, buyer_fee ≥ 0.
Move M1Charge(const ChargeId& charge, Money amount, int64_t buyer_fee_minor);

// Dr escrow A; Cr seller:clearing A−c, Cr revenue:commission c. 0 ≤ c ≤ A.
Move M2Release(const ChargeId& charge, absl::string_view seller, Money amount, int64_t commission_minor);

// The refund of a held charge starts: Dr escrow A, Dr revenue:buyer_fee f; Cr refund:transit A+f. amount > 0, buyer_fee ≥ 0.
Move M5RefundStarted(const ChargeId& charge, Money amount, int64_t buyer_fee_minor);

// The parts of a held charge that is split. All in its currency.
struct SplitParts {
  int64_t seller_minor = 0;      // s: 0 ≤ s ≤ A
  int64_t commission_minor = 0;  // c(s): 0 ≤ c(s) ≤ s
  int64_t fee_minor = 0;         // g = floor(f × (A − s) / A): what goes back of the buyer's fee
};
// g, of a fee f on an amount A > 0 of which the seller gets s.
int64_t FeeShareBack(int64_t amount_minor, int64_t buyer_fee_minor, int64_t seller_minor);
// Dr escrow A, Dr revenue:buyer_fee g; Cr seller:clearing s−c(s), Cr revenue:commission c(s), Cr refund:transit A−s+g.
Move M6Split(const ChargeId& charge, absl::string_view seller, Money amount, const SplitParts& parts);

// Dr provider:clearing A+f; Cr suspense.
Move M9LateSuccess(Money amount, int64_t buyer_fee_minor);

// A refund from suspense starts, of a late success or after a failed refund: Dr suspense; Cr refund:transit. refund > 0.
Move M9RefundStarted(Money refund);

// M5's last lines, for any refund: the buyer has the money back. Dr refund:transit; Cr provider:clearing.
Move M5RefundSettled(Money refund);
// The refund failed: Dr refund:transit; Cr suspense.
Move M5RefundFailed(Money refund);

}  // namespace milepost::billing
