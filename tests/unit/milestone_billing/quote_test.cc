#include "services/milestone_billing/domain/quote.h"

#include "tests/unit/milestone_billing/story.h"

namespace milepost::billing {
namespace {

TEST(Quote, S6_NamesEveryPaymentToTheCent) {
  Terms terms = MilestonesOf(3);  // $150, $200, $250
  terms.milestones[1].amount = Money::Usd(9999);
  terms.milestones[2].days = 30;
  const QuotedOrder quote = QuoteOf(terms, kStart);
  EXPECT_EQ(quote.payments,
            (std::vector<QuotedPayment>{
                {1, Money::Usd(15000), Money::Usd(825), Money::Usd(15825), 4, kStart + 4 * kDay},
                {2, Money::Usd(9999), Money::Usd(850), Money::Usd(10849), 4, kStart + 8 * kDay},
                {3, Money::Usd(25000), Money::Usd(1375), Money::Usd(26375), 30, kStart + 38 * kDay},
            }));
  EXPECT_EQ(quote.price, Money::Usd(49999));
  EXPECT_EQ(quote.buyer_fees, Money::Usd(3050));
  EXPECT_EQ(quote.total, Money::Usd(53049));
  EXPECT_EQ(quote.terms_hash, TermsHash(terms));
}

TEST(Quote, IsWhatTheOrderThenCharges) {
  const Terms terms = MilestonesOf(4);
  const QuotedOrder quote = QuoteOf(terms, kStart);
  Story story;
  ASSERT_DONE(story.Do(PlacingGig(terms)));
  for (size_t i = 0; i < quote.payments.size(); ++i) {
    EXPECT_EQ(story.charge().amount, quote.payments[i].amount);
    EXPECT_EQ(story.charge().total(), quote.payments[i].total);
    ASSERT_DONE(story.Pay());
    ASSERT_DONE(story.Deliver());
    ASSERT_DONE(story.Accept(i + 1 < quote.payments.size() ? NextStep::kStartNext : NextStep::kUnset));
  }
  EXPECT_EQ(story.order().totals.funded_minor, quote.price.minor);
  EXPECT_EQ(story.order().totals.buyer_fees_minor, quote.buyer_fees.minor);
}

}  // namespace
}  // namespace milepost::billing
