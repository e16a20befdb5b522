// Where the money of an order goes (A23, M1, M2, M5, M6, M9): to the cent, whatever the amounts and the fees.
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

// A charge that is cancelled: its amount, fee, and what the seller gets of it, the edges often.
struct DrawnSplit {
  FeePolicy fees = DrawFees();
  Money amount = Money::Usd(*properties::Price());
  int64_t fee = fees.BuyerFee(amount.minor);
  int64_t seller = *rc::gen::oneOf(rc::gen::inRange<int64_t>(0, amount.minor + 1),
                                   rc::gen::element<int64_t>(0, 1, amount.minor - 1, amount.minor));

  SplitParts PartsFor(int64_t seller_minor) const {
    return {seller_minor, fees.Commission(seller_minor), FeeShareBack(amount.minor, fee, seller_minor)};
  }
};

RC_GTEST_PROP(Splits, LeaveNoCentBehindAndNobodyBelowZero_M6, ()) {
  const DrawnSplit drawn;
  const SplitParts parts = drawn.PartsFor(drawn.seller);
  const ChargeId charge(HashUuid("split"));
  Balances balances;
  balances.Post(M1Charge(charge, drawn.amount, drawn.fee));
  balances.Post(M6Split(charge, kSeller, drawn.amount, parts));
  const int64_t seller = -balances.Of(SellerClearingAccount(kSeller));
  const int64_t commission = -balances.Of(std::string(kCommissionRevenue));
  const int64_t fee_kept = -balances.Of(std::string(kBuyerFeeRevenue));
  const int64_t back = -balances.Of(std::string(kRefundTransit));
  RC_ASSERT(balances.Of(EscrowAccount(charge)) == 0);
  RC_ASSERT(seller >= 0 && commission >= 0 && fee_kept >= 0 && back >= 0);
  RC_ASSERT(commission <= drawn.seller);
  RC_ASSERT(seller + commission == drawn.seller);
  RC_ASSERT(back == drawn.amount.minor - drawn.seller + parts.fee_minor);
  RC_ASSERT(back + seller + commission + fee_kept == drawn.amount.minor + drawn.fee);
}

// g is the buyer's share of the fee, rounded down: less than a cent is lost to the buyer, and none is won.
RC_GTEST_PROP(Splits, GiveTheBuyersShareOfTheFeeBack_M6, ()) {
  const DrawnSplit drawn;
  const auto exact = static_cast<__int128>(drawn.fee) * (drawn.amount.minor - drawn.seller);
  const auto given = static_cast<__int128>(drawn.PartsFor(drawn.seller).fee_minor) * drawn.amount.minor;
  RC_ASSERT(given <= exact && exact - given < drawn.amount.minor);
}

RC_GTEST_PROP(Splits, GiveTheSellerMoreAndTheBuyerLessForMore_M6, ()) {
  const DrawnSplit drawn;
  const auto less = *rc::gen::inRange<int64_t>(0, drawn.seller + 1);
  const SplitParts one = drawn.PartsFor(less), other = drawn.PartsFor(drawn.seller);
  RC_ASSERT(one.seller_minor - one.commission_minor <= other.seller_minor - other.commission_minor);
  RC_ASSERT(one.commission_minor <= other.commission_minor);
  RC_ASSERT(one.fee_minor >= other.fee_minor);
}

RC_GTEST_PROP(Splits, AreAReleaseOrARefundAtTheirEnds_M2_M5, ()) {
  const DrawnSplit drawn;
  const ChargeId charge(HashUuid("split"));
  const Move nothing = M6Split(charge, kSeller, drawn.amount, drawn.PartsFor(0));
  RC_ASSERT(nothing.postings == M5RefundStarted(charge, drawn.amount, drawn.fee).postings);
  const SplitParts all = drawn.PartsFor(drawn.amount.minor);
  RC_ASSERT(M6Split(charge, kSeller, drawn.amount, all).postings ==
            M2Release(charge, kSeller, drawn.amount, all.commission_minor).postings);
}

// However often it fails before, and whether or not it succeeds at last.
RC_GTEST_PROP(Refunds, EndWithTheBuyerOrInSuspense_M5_M6_M9, ()) {
  const DrawnSplit drawn;
  const SplitParts parts = drawn.PartsFor(drawn.seller);
  const ChargeId charge(HashUuid("split"));
  const Money back = Money::Usd(drawn.amount.minor - drawn.seller + parts.fee_minor);
  RC_PRE(back.minor > 0);
  Balances balances;
  balances.Post(M1Charge(charge, drawn.amount, drawn.fee));
  balances.Post(M6Split(charge, kSeller, drawn.amount, parts));
  const auto failures = *rc::gen::inRange(0, 5);
  for (int failure = 0; failure < failures; ++failure) {
    balances.Post(M5RefundFailed(back));
    balances.Post(M9RefundStarted(back));
  }
  const auto succeeds = *rc::gen::arbitrary<bool>();
  balances.Post(succeeds ? M5RefundSettled(back) : M5RefundFailed(back));
  RC_ASSERT(balances.Of(std::string(kRefundTransit)) == 0);
  RC_ASSERT(-balances.Of(std::string(kSuspense)) == (succeeds ? 0 : back.minor));
  RC_ASSERT(balances.Of(std::string(kProviderClearing)) ==
            drawn.amount.minor + drawn.fee - (succeeds ? back.minor : 0));
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
