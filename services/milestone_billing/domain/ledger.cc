#include "services/milestone_billing/domain/ledger.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace milepost::billing {
namespace {

// The one place that makes moves: drops lines of zero, and aborts on a sum that is not.
Move MakeMove(absl::string_view rule, Currency currency, std::vector<Posting> postings) {
  Move move{std::string(rule), currency, {}};
  __int128 sum = 0;
  for (Posting& posting : postings) {
    sum += posting.amount_minor;
    if (posting.amount_minor != 0) move.postings.push_back(std::move(posting));
  }
  if (sum != 0) {
    std::fprintf(stderr, "milepost: bug: move %s does not sum to zero\n", move.rule.c_str());
    std::abort();
  }
  return move;
}

Move Transfer(absl::string_view rule, absl::string_view debit, absl::string_view credit, Money amount) {
  return MakeMove(rule, amount.currency,
                  {{std::string(debit), amount.minor}, {std::string(credit), -amount.minor}});
}

}  // namespace

std::string EscrowAccount(const ChargeId& charge) {
  return absl::StrCat(kEscrowPrefix, charge.ToString());
}

std::string AccountKindOf(absl::string_view account) {
  if (absl::StartsWith(account, kEscrowPrefix)) return "escrow";
  if (absl::StartsWith(account, "seller:"))
    return absl::StrCat("seller", account.substr(std::max(account.rfind(':'), size_t{6})));
  return std::string(account);
}

std::string SellerClearingAccount(absl::string_view seller) {
  return absl::StrCat("seller:", absl::StripPrefix(seller, "users/"), ":clearing");
}

Move M1Charge(const ChargeId& charge, Money amount, int64_t buyer_fee_minor) {
  return MakeMove("M1", amount.currency,
                  {{std::string(kProviderClearing), amount.minor + buyer_fee_minor},
                   {EscrowAccount(charge), -amount.minor},
                   {std::string(kBuyerFeeRevenue), -buyer_fee_minor}});
}

Move M2Release(const ChargeId& charge, absl::string_view seller, Money amount, int64_t commission_minor) {
  return MakeMove("M2", amount.currency,
                  {{EscrowAccount(charge), amount.minor},
                   {SellerClearingAccount(seller), -(amount.minor - commission_minor)},
                   {std::string(kCommissionRevenue), -commission_minor}});
}

Move M5RefundStarted(const ChargeId& charge, Money amount, int64_t buyer_fee_minor) {
  return MakeMove("M5", amount.currency,
                  {{EscrowAccount(charge), amount.minor},
                   {std::string(kBuyerFeeRevenue), buyer_fee_minor},
                   {std::string(kRefundTransit), -(amount.minor + buyer_fee_minor)}});
}

int64_t FeeShareBack(int64_t amount_minor, int64_t buyer_fee_minor, int64_t seller_minor) {
  const __int128 product = static_cast<__int128>(buyer_fee_minor) * (amount_minor - seller_minor);
  return static_cast<int64_t>(product / amount_minor);
}

// The two lines of refund:transit that DOMAIN names are one here: they belong to one refund.
Move M6Split(const ChargeId& charge, absl::string_view seller, Money amount, const SplitParts& parts) {
  const int64_t back = amount.minor - parts.seller_minor + parts.fee_minor;
  return MakeMove("M6", amount.currency,
                  {{EscrowAccount(charge), amount.minor},
                   {std::string(kBuyerFeeRevenue), parts.fee_minor},
                   {SellerClearingAccount(seller), -(parts.seller_minor - parts.commission_minor)},
                   {std::string(kCommissionRevenue), -parts.commission_minor},
                   {std::string(kRefundTransit), -back}});
}

Move M9LateSuccess(Money amount, int64_t buyer_fee_minor) {
  const int64_t taken = amount.minor + buyer_fee_minor;
  return MakeMove("M9", amount.currency,
                  {{std::string(kProviderClearing), taken}, {std::string(kSuspense), -taken}});
}

Move M9RefundStarted(Money refund) {
  return Transfer("M9", kSuspense, kRefundTransit, refund);
}

Move M5RefundSettled(Money refund) {
  return Transfer("M5", kRefundTransit, kProviderClearing, refund);
}

Move M5RefundFailed(Money refund) {
  return Transfer("M5", kRefundTransit, kSuspense, refund);
}

}  // namespace milepost::billing
