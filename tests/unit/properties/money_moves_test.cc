// Where the money of an order goes (A23, M1, M2): to the cent, whatever the amounts and the fees.
#include <map>
#include <string>

#include "services/milestone_billing/domain/ledger.h"
#include "services/milestone_billing/domain/quote.h"
#include "services/milestone_billing/domain/terms.h"
#include "tests/unit/properties/drawing.h"

namespace milepost::billing {
namespace {

constexpr char kSeller[] = "users/sam";

FeePolicy DrawFees() {
  FeePolicy fees;
  fees.commission_bps = *rc::gen::inRange<int64_t>(0, 10'001);
  fees.buyer_fee_bps = *rc::gen::inRange<int64_t>(0, 10'001);
  fees.small_order_fee_minor = *rc::gen::inRange<int64_t>(0, 1'000);
  fees.small_order_below_minor = *rc::gen::inRange<int64_t>(0, 20'000);
  return fees;
}

// A plan's order: the price, split by shares.
Terms DrawTerms() {
  Terms terms;
  terms.fees = DrawFees();
  for (const int64_t amount : SplitByShares(*properties::Price(), properties::Shares())) {
    MilestoneTerms milestone;
    milestone.days = 1;
    milestone.amount = Money::Usd(amount);
    terms.milestones.push_back(milestone);
  }
  return terms;
}

class Balances {
 public:
  void Post(const Move& move) {
    int64_t sum = 0;
    for (const Posting& posting : move.postings) {
      RC_ASSERT(posting.amount_minor != 0);
      sum += posting.amount_minor;
      balances_[posting.account] += posting.amount_minor;
    }
    RC_ASSERT(sum == 0);
  }
  int64_t Of(const std::string& account) { return balances_[account]; }

 private:
  std::map<std::string, int64_t> balances_;  // debits are positive
};

RC_GTEST_PROP(Commissions, AreNeverMoreThanTheyAreTakenFrom_A23, ()) {
  const FeePolicy fees = DrawFees();
  const auto taken_from = *rc::gen::inRange<int64_t>(0, kMaxMinor + 1);
  const int64_t commission = fees.Commission(taken_from);
  RC_ASSERT(commission >= 0 && commission <= taken_from);
  RC_ASSERT(fees.BuyerFee(taken_from) >= 0);
}

RC_GTEST_PROP(Commissions, AreNeverLessForMore_A23, ()) {
  const FeePolicy fees = DrawFees();
  const auto less = *rc::gen::inRange<int64_t>(0, kMaxPriceMinor);
  const auto more = less + *rc::gen::inRange<int64_t>(0, 100'000);
  RC_ASSERT(fees.Commission(less) <= fees.Commission(more));
}

RC_GTEST_PROP(Orders, LeaveNoCentBehind_M1_M2, ()) {
  const Terms terms = DrawTerms();
  const QuotedOrder quote = QuoteOf(terms, absl::UnixEpoch());
  Balances balances;
  for (const QuotedPayment& payment : quote.payments) {
    const ChargeId charge(HashUuid(std::to_string(payment.milestone)));
    balances.Post(M1Charge(charge, payment.amount, payment.buyer_fee.minor));
    RC_ASSERT(balances.Of(EscrowAccount(charge)) == -payment.amount.minor);
    balances.Post(M2Release(charge, kSeller, payment.amount, terms.fees.Commission(payment.amount.minor)));
    RC_ASSERT(balances.Of(EscrowAccount(charge)) == 0);
  }
  const int64_t seller = -balances.Of(SellerClearingAccount(kSeller));
  const int64_t commission = -balances.Of(std::string(kCommissionRevenue));
  const int64_t buyer_fees = -balances.Of(std::string(kBuyerFeeRevenue));
  RC_ASSERT(seller >= 0);
  RC_ASSERT(seller + commission == quote.price.minor);
  RC_ASSERT(buyer_fees == quote.buyer_fees.minor);
  RC_ASSERT(balances.Of(std::string(kProviderClearing)) == quote.total.minor);
}

RC_GTEST_PROP(LateSuccesses, GoThroughSuspenseToTheRefund_M9, ()) {
  const Money amount = Money::Usd(*properties::Price());
  const int64_t fee = DrawFees().BuyerFee(amount.minor);
  const Money taken = Money::Usd(amount.minor + fee);
  Balances balances;
  balances.Post(M9LateSuccess(amount, fee));
  balances.Post(M9RefundStarted(taken));
  RC_ASSERT(balances.Of(std::string(kSuspense)) == 0);
  RC_ASSERT(-balances.Of(std::string(kRefundTransit)) == taken.minor);
  if (*rc::gen::arbitrary<bool>()) {
    balances.Post(M5RefundSettled(taken));
    RC_ASSERT(balances.Of(std::string(kProviderClearing)) == 0);
  } else {
    balances.Post(M5RefundFailed(taken));
    RC_ASSERT(-balances.Of(std::string(kSuspense)) == taken.minor);
  }
  RC_ASSERT(balances.Of(std::string(kRefundTransit)) == 0);
}

}  // namespace
}  // namespace milepost::billing
