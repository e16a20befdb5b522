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

// Dr provider:clearing A+f; Cr suspense.
Move M9LateSuccess(Money amount, int64_t buyer_fee_minor);

// The refund of a late success starts: Dr suspense; Cr refund:transit. refund > 0.
Move M9RefundStarted(Money refund);

// M5's last lines, for any refund: the buyer has the money back. Dr refund:transit; Cr provider:clearing.
Move M5RefundSettled(Money refund);
// The refund failed: Dr refund:transit; Cr suspense.
Move M5RefundFailed(Money refund);

}  // namespace milepost::billing
