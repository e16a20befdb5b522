#include "services/milestone_billing/domain/ledger.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace milepost::billing {
namespace {

const ChargeId kCharge(*Uuid::Parse("01890000-0000-7000-8000-000000000001"));
constexpr char kEscrow[] = "escrow:01890000-0000-7000-8000-000000000001";

int64_t SumOf(const Move& move) {
  int64_t sum = 0;
  for (const Posting& posting : move.postings) sum += posting.amount_minor;
  return sum;
}

TEST(M1, TakesAmountAndFeeIntoEscrowAndRevenue) {
  EXPECT_EQ(M1Charge(kCharge, Money::Usd(15000), 825),
            (Move{"M1",
                  Currency::Usd(),
                  {{"provider:clearing", 15825}, {kEscrow, -15000}, {"revenue:buyer_fee", -825}}}));
}

TEST(M1, OmitsAFeeOfZero) {
  EXPECT_EQ(M1Charge(kCharge, Money::Usd(15000), 0),
            (Move{"M1", Currency::Usd(), {{"provider:clearing", 15000}, {kEscrow, -15000}}}));
}

TEST(M2, ReleasesEscrowToSellerAndCommission) {
  EXPECT_EQ(M2Release(kCharge, "users/sam", Money::Usd(15000), 3000),
            (Move{"M2",
                  Currency::Usd(),
                  {{kEscrow, 15000}, {"seller:sam:clearing", -12000}, {"revenue:commission", -3000}}}));
}

TEST(M2, OmitsACommissionOfZeroOrOfEverything) {
  EXPECT_EQ(M2Release(kCharge, "users/sam", Money::Usd(2), 0).postings,
            (std::vector<Posting>{{kEscrow, 2}, {"seller:sam:clearing", -2}}));
  EXPECT_EQ(M2Release(kCharge, "users/sam", Money::Usd(2), 2).postings,
            (std::vector<Posting>{{kEscrow, 2}, {"revenue:commission", -2}}));
}

TEST(M5, TakesAmountAndFeeBackToTheBuyer) {
  EXPECT_EQ(M5RefundStarted(kCharge, Money::Usd(15000), 825),
            (Move{"M5",
                  Currency::Usd(),
                  {{kEscrow, 15000}, {"revenue:buyer_fee", 825}, {"refund:transit", -15825}}}));
  EXPECT_EQ(M5RefundStarted(kCharge, Money::Usd(15000), 0).postings,
            (std::vector<Posting>{{kEscrow, 15000}, {"refund:transit", -15000}}));
}

// DOMAIN's example: A = 10000, s = 3333, f = 550, c(s) = 667; the buyer gets 6667 + 366, and 184 of the fee are kept.
TEST(M6, SplitsEscrowAndTheFeeBetweenSellerAndBuyer) {
  EXPECT_EQ(FeePolicy().Commission(3333), 667);
  EXPECT_EQ(FeePolicy().BuyerFee(10000), 550);
  EXPECT_EQ(FeeShareBack(10000, 550, 3333), 366);  // 366.685
  EXPECT_EQ(M6Split(kCharge, "users/sam", Money::Usd(10000), {3333, 667, 366}),
            (Move{"M6",
                  Currency::Usd(),
                  {{kEscrow, 10000},
                   {"revenue:buyer_fee", 366},
                   {"seller:sam:clearing", -2666},
                   {"revenue:commission", -667},
                   {"refund:transit", -7033}}}));
}

TEST(M6, AtItsEdges) {
  EXPECT_EQ(FeeShareBack(15000, 825, 0), 825) << "all of it, as M5";
  EXPECT_EQ(FeeShareBack(15000, 825, 1), 824);
  EXPECT_EQ(FeeShareBack(15000, 825, 14999), 0);
  EXPECT_EQ(FeeShareBack(15000, 825, 15000), 0);
  EXPECT_EQ(FeeShareBack(1, kMaxMinor, 0), kMaxMinor);
  EXPECT_EQ(FeeShareBack(kMaxMinor, kMaxMinor, 1), kMaxMinor - 1) << "no overflow";
  EXPECT_EQ(M6Split(kCharge, "users/sam", Money::Usd(15000), {1, 0, 824}).postings,
            (std::vector<Posting>{{kEscrow, 15000},
                                  {"revenue:buyer_fee", 824},
                                  {"seller:sam:clearing", -1},
                                  {"refund:transit", -15823}}))
      << "a commission of less than half a cent is none";
  EXPECT_EQ(M6Split(kCharge, "users/sam", Money::Usd(15000), {15000, 3000, 0}).postings,
            M2Release(kCharge, "users/sam", Money::Usd(15000), 3000).postings)
      << "where the seller gets all, it is a release";
  EXPECT_EQ(
      M6Split(kCharge, "users/sam", Money::Usd(15000), {5000, 5000, 0}).postings,
      (std::vector<Posting>{{kEscrow, 15000}, {"revenue:commission", -5000}, {"refund:transit", -10000}}));
}

TEST(M9, PutsALateSuccessIntoSuspenseAndNeverIntoEscrow) {
  EXPECT_EQ(M9LateSuccess(Money::Usd(15000), 825),
            (Move{"M9", Currency::Usd(), {{"provider:clearing", 15825}, {"suspense", -15825}}}));
  EXPECT_EQ(M9RefundStarted(Money::Usd(15825)),
            (Move{"M9", Currency::Usd(), {{"suspense", 15825}, {"refund:transit", -15825}}}));
  EXPECT_EQ(M5RefundSettled(Money::Usd(15825)),
            (Move{"M5", Currency::Usd(), {{"refund:transit", 15825}, {"provider:clearing", -15825}}}));
  EXPECT_EQ(M5RefundFailed(Money::Usd(15825)),
            (Move{"M5", Currency::Usd(), {{"refund:transit", 15825}, {"suspense", -15825}}}));
}

// A23, to the cent.
TEST(A23, CommissionIsRoundedHalfToEven) {
  const FeePolicy fees;
  EXPECT_EQ(fees.Commission(0), 0);
  EXPECT_EQ(fees.Commission(2), 0);  // 0.4
  EXPECT_EQ(fees.Commission(3), 1);  // 0.6
  EXPECT_EQ(fees.Commission(15000), 3000);
  EXPECT_EQ((FeePolicy{.commission_bps = 2500}).Commission(2), 0);   // 0.5 → 0
  EXPECT_EQ((FeePolicy{.commission_bps = 2500}).Commission(6), 2);   // 1.5 → 2
  EXPECT_EQ((FeePolicy{.commission_bps = 2500}).Commission(10), 2);  // 2.5 → 2
}

TEST(A23, BuyersFeeHasASurchargeUnderOneHundredDollars) {
  const FeePolicy fees;
  EXPECT_EQ(fees.BuyerFee(9999), 550 + 300);  // 549.945 → 550
  EXPECT_EQ(fees.BuyerFee(10000), 550);
  EXPECT_EQ(fees.BuyerFee(100), 6 + 300);   // 5.5 → 6
  EXPECT_EQ(fees.BuyerFee(300), 16 + 300);  // 16.5 → 16
  EXPECT_EQ(fees.BuyerFee(15000), 825);
}

TEST(A23, EveryPartMayBeZero) {
  const FeePolicy none{.commission_bps = 0, .buyer_fee_bps = 0, .small_order_fee_minor = 0};
  EXPECT_EQ(none.Commission(12345), 0);
  EXPECT_EQ(none.BuyerFee(1), 0);
}

// Whatever the amount and the policy: each move sums to zero, and after M1 and M2 the escrow is empty and
// every cent charged is with the seller or in revenue.
TEST(Conservation, HoldsForRandomAmountsAndPolicies) {
  std::mt19937_64 random(20240917);
  for (int round = 0; round < 20000; ++round) {
    const FeePolicy fees{.commission_bps = static_cast<int64_t>(random() % 10001),
                         .buyer_fee_bps = static_cast<int64_t>(random() % 10001),
                         .small_order_fee_minor = static_cast<int64_t>(random() % 1000),
                         .small_order_below_minor = static_cast<int64_t>(random() % 20000)};
    const Money amount = Money::Usd(1 + static_cast<int64_t>(random() % (round % 2 ? 20000 : kMaxMinor)));
    const int64_t fee = fees.BuyerFee(amount.minor), commission = fees.Commission(amount.minor);
    std::map<std::string, int64_t> balances;
    for (const Move& move :
         {M1Charge(kCharge, amount, fee), M2Release(kCharge, "users/sam", amount, commission),
          M9LateSuccess(amount, fee)}) {
      ASSERT_EQ(SumOf(move), 0);
      for (const Posting& posting : move.postings) {
        ASSERT_NE(posting.amount_minor, 0);
        if (move.rule != "M9") balances[posting.account] += posting.amount_minor;
      }
    }
    ASSERT_EQ(balances[kEscrow], 0);
    ASSERT_EQ(-balances["seller:sam:clearing"] - balances["revenue:commission"], amount.minor);
    ASSERT_EQ(balances["provider:clearing"], amount.minor + fee);
    ASSERT_LE(commission, amount.minor);
  }
}

}  // namespace
}  // namespace milepost::billing
