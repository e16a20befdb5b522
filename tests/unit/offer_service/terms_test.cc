// S20–S25, A1, A7, A8, A28: what an offer may propose, at the edges of each limit.
#include "services/offer_service/domain/terms.h"

#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "tests/unit/offer_service/offers.h"

namespace milepost::offers {
namespace {

std::string Checked(const Terms& terms, const TermsPolicy& policy = {}) {
  return ReasonOf(CheckTerms(terms, policy));
}

std::vector<std::string> FieldsOf(const Terms& terms) {
  std::vector<std::string> fields;
  if (const auto refusal = RefusalOf(CheckTerms(terms, {})))
    for (const FieldViolation& violation : refusal->fields) fields.push_back(violation.field);
  return fields;
}

TEST(Terms, S23AnOfferHasOneToSixMilestones) {
  EXPECT_EQ(Checked(Milestones(0)), "TOO_FEW_MILESTONES");
  EXPECT_EQ(Checked(Milestones(1)), "OK");
  EXPECT_EQ(Checked(Milestones(6)), "OK");
  EXPECT_EQ(Checked(Milestones(7)), "TOO_MANY_MILESTONES");
}

TEST(Terms, A7ThePlatformMayAskForMoreMilestonesButNeverForNone) {
  EXPECT_EQ(Checked(Milestones(1), {.min_milestones = 2}), "TOO_FEW_MILESTONES");
  EXPECT_EQ(Checked(Milestones(2), {.min_milestones = 2}), "OK");
  EXPECT_EQ(Checked(Milestones(0), {.min_milestones = 0}), "TOO_FEW_MILESTONES");
  EXPECT_EQ(RefusalOf(CheckTerms(Milestones(1), {.min_milestones = 2}))->detail("min"), "2");
}

TEST(Terms, S24AMilestoneTakesOneToThirtyDays) {
  for (const auto& [days, expected] : std::vector<std::pair<int, std::string>>{
           {0, "INVALID_FIELDS"}, {1, "OK"}, {30, "OK"}, {31, "INVALID_FIELDS"}})
    EXPECT_EQ(Checked(MilestoneTerms{{Milestone(days)}}), expected) << days;
}

TEST(Terms, EveryBadNumberIsNamedAtOnceWithItsIndex) {
  const MilestoneTerms terms{{Milestone(), Milestone(31), Milestone(5, 0)}};
  EXPECT_EQ(FieldsOf(terms), (std::vector<std::string>{"offer.milestones.milestones[1].days",
                                                       "offer.milestones.milestones[2].amount"}));
}

TEST(Terms, AnAmountIsAtLeastOneCentAndTheSumStaysInItsBound) {
  EXPECT_EQ(Checked(MilestoneTerms{{Milestone(5, 1)}}), "OK");
  EXPECT_EQ(Checked(MilestoneTerms{{Milestone(5, 0)}}), "INVALID_FIELDS");
  EXPECT_EQ(Checked(OneTimeTerms{.price = Money::Usd(0), .days = 3}), "INVALID_FIELDS");
}

// Sent with more, an offer was VOIDED when the buyer accepted it: the fees come on top.
TEST(Terms, AmountsAndTheirSumLeaveRoomForTheFees) {
  const auto fields = [](const char* field) { return std::vector<std::string>{field}; };
  EXPECT_EQ(Checked(MilestoneTerms{{Milestone(5, kMaxPriceMinor)}}), "OK");
  EXPECT_EQ(Checked(MilestoneTerms{{Milestone(5, kMaxPriceMinor - 1), Milestone(5, 1)}}), "OK");
  EXPECT_EQ(FieldsOf(MilestoneTerms{{Milestone(5, kMaxPriceMinor + 1)}}),
            fields("offer.milestones.milestones[0].amount"));
  EXPECT_EQ(FieldsOf(MilestoneTerms{{Milestone(5, kMaxPriceMinor), Milestone(5, 1)}}),
            fields("offer.milestones"));
  OneTimeTerms one_time{.price = Money::Usd(kMaxPriceMinor), .days = 3};
  EXPECT_EQ(Checked(one_time), "OK");
  one_time.price.minor += 1;
  EXPECT_EQ(FieldsOf(one_time), fields("offer.one_time.price"));
  SubscriptionTerms subscription = Subscription();
  subscription.cycles = 2;
  subscription.discount_percent = 0;
  subscription.price = Money::Usd(kMaxPriceMinor / 2);
  EXPECT_EQ(Checked(subscription), "OK");
  subscription.price.minor += 1;
  EXPECT_EQ(FieldsOf(subscription), fields("offer.subscription"));
}

TEST(Terms, A1OnlyUsDollars) {
  OfferMilestone euros = Milestone();
  euros.amount.currency = *Currency::Parse("EUR");
  EXPECT_EQ(Checked(MilestoneTerms{{Milestone(), euros}}), "CURRENCY_NOT_ELIGIBLE");
  EXPECT_EQ(Checked(OneTimeTerms{.price = euros.amount, .days = 3}), "CURRENCY_NOT_ELIGIBLE");
  SubscriptionTerms subscription = Subscription();
  subscription.price = euros.amount;
  EXPECT_EQ(Checked(subscription), "CURRENCY_NOT_ELIGIBLE");
}

TEST(Terms, A8TheFloorIsOffByDefaultAndCountsTheTotalOfMilestonesOnly) {
  const TermsPolicy floor{.milestone_floor = Money::Usd(10'000)};
  const MilestoneTerms below{{Milestone(5, 5'000), Milestone(5, 4'999)}};
  const MilestoneTerms at{{Milestone(5, 5'000), Milestone(5, 5'000)}};
  EXPECT_EQ(Checked(below), "OK");
  EXPECT_EQ(Checked(below, floor), "OFFER_BELOW_FLOOR");
  EXPECT_EQ(Checked(at, floor), "OK");
  EXPECT_EQ(Checked(OneTimeTerms{.price = Money::Usd(500), .days = 3}, floor), "OK");
}

// The limits of A24, each at both of its edges: what is refused, and under which field.
TEST(Terms, A24ASubscriptionsNumbersAtTheirEdges) {
  const auto fields = [](auto change) {
    SubscriptionTerms terms = Subscription();
    change(terms);
    return FieldsOf(terms);
  };
  const auto expect = [&](int SubscriptionTerms::*number, int least, int most, const std::string& field) {
    const std::vector<std::string> none, refused = {absl::StrCat("offer.subscription.", field)};
    for (const auto& [value, expected] : std::vector<std::pair<int, std::vector<std::string>>>{
             {least - 1, refused}, {least, none}, {most, none}, {most + 1, refused}})
      EXPECT_EQ(fields([&](SubscriptionTerms& terms) { terms.*number = value; }), expected) << field << value;
  };
  expect(&SubscriptionTerms::interval_days, 7, 92, "interval_days");
  expect(&SubscriptionTerms::cycles, 2, 12, "cycles");
  expect(&SubscriptionTerms::discount_percent, 0, 50, "discount_percent");
  expect(&SubscriptionTerms::days, 1, 30, "days");
  EXPECT_EQ(fields([](SubscriptionTerms& terms) { terms.price.minor = 0; }),
            std::vector<std::string>{"offer.subscription.price"});
  EXPECT_EQ(fields([](SubscriptionTerms& terms) { terms.revisions.count = 101; }),
            std::vector<std::string>{"offer.subscription.revisions.count"});
  EXPECT_EQ(fields([](SubscriptionTerms& terms) { terms.revisions.count = 100; }),
            std::vector<std::string>());
}

TEST(Terms, A24ACyclesDaysAreAtMostItsInterval) {
  SubscriptionTerms terms = Subscription();
  terms.interval_days = terms.days = 7;
  EXPECT_EQ(Checked(terms), "OK");
  terms.days = 8;
  EXPECT_EQ(FieldsOf(terms), std::vector<std::string>{"offer.subscription.days"});
}

// Half of a cent is rounded half-even to nothing; half of three cents is two.
TEST(Terms, A24ADiscountLeavesAPrice) {
  SubscriptionTerms terms = Subscription();
  terms.discount_percent = 50;
  terms.price = Money::Usd(1);
  EXPECT_EQ(FieldsOf(terms), std::vector<std::string>{"offer.subscription.discount_percent"});
  terms.price = Money::Usd(3);
  EXPECT_EQ(Checked(terms), "OK");
  EXPECT_EQ(Total(terms), Money::Usd(3 + 11 * 2));
  terms.price = Money::Usd(1);
  terms.discount_percent = 49;
  EXPECT_EQ(Total(terms), Money::Usd(12));
}

TEST(Terms, A24EverythingThatIsWrongWithASubscriptionIsNamedAtOnce) {
  const SubscriptionTerms terms{.interval_days = 6,
                                .cycles = 1,
                                .price = Money::Usd(0),
                                .discount_percent = 51,
                                .days = 31,
                                .revisions = Revisions{101, false}};
  EXPECT_EQ(FieldsOf(terms),
            (std::vector<std::string>{"offer.subscription.interval_days", "offer.subscription.cycles",
                                      "offer.subscription.price", "offer.subscription.discount_percent",
                                      "offer.subscription.days", "offer.subscription.revisions.count"}));
  SubscriptionTerms long_cycle = Subscription();
  long_cycle.cycles = 13;
  long_cycle.interval_days = 7;
  long_cycle.days = 8;
  EXPECT_EQ(FieldsOf(long_cycle),
            (std::vector<std::string>{"offer.subscription.cycles", "offer.subscription.days"}));
}

TEST(Terms, OneTimeAndMilestoneNumbersAtTheirEdges) {
  for (const auto& [days, expected] : std::vector<std::pair<int, std::string>>{
           {0, "INVALID_FIELDS"}, {1, "OK"}, {150, "OK"}, {151, "INVALID_FIELDS"}})
    EXPECT_EQ(Checked(OneTimeTerms{.price = Money::Usd(500), .days = days}), expected) << days;
  OfferMilestone milestone = Milestone();
  milestone.revisions.count = 101;
  EXPECT_EQ(FieldsOf(MilestoneTerms{{Milestone(), milestone}}),
            std::vector<std::string>{"offer.milestones.milestones[1].revisions.count"});
  milestone.revisions.unlimited = true;
  EXPECT_EQ(Checked(MilestoneTerms{{Milestone(), milestone}}), "OK");
}

TEST(Terms, TheTotalIsTheSumOfAllPayments) {
  EXPECT_EQ(Total(Milestones(3)), Money::Usd(30'000));
  EXPECT_EQ(Total(OneTimeTerms{.price = Money::Usd(700)}), Money::Usd(700));
  // 10 % off 1.05 is 0.945, half-even 0.94: 1.05 + 2 × 0.94.
  EXPECT_EQ(Total(SubscriptionTerms{.cycles = 3, .price = Money::Usd(105), .discount_percent = 10}),
            Money::Usd(105 + 2 * 94));
}

// A release that hashed differently would refuse every offer that waits for its buyer.
TEST(TermsHash, StaysTheSameAcrossReleases) {
  EXPECT_EQ(TermsHash(kGigId, MilestoneTerms{{Milestone()}}),
            "d9fb530e082ab44a9f4d65abbebc0c03f34a932c1b6eb2d3edbd7401828b9b2f");
}

TEST(TermsHash, A28EveryTermChangesIt) {
  const auto one = [](auto change) {
    OfferMilestone milestone = Milestone();
    change(milestone);
    return TermsHash(kGigId, MilestoneTerms{{milestone}});
  };
  const std::vector<std::string> hashes = {
      one([](OfferMilestone&) {}),
      one([](OfferMilestone& m) { m.title += "s"; }),
      one([](OfferMilestone& m) { m.description += "s"; }),
      one([](OfferMilestone& m) { std::swap(m.title, m.description); }),
      one([](OfferMilestone& m) { m.days = 6; }),
      one([](OfferMilestone& m) { m.amount.minor += 1; }),
      one([](OfferMilestone& m) { m.amount.currency = *Currency::Parse("EUR"); }),
      one([](OfferMilestone& m) { m.revisions.count = 2; }),
      one([](OfferMilestone& m) {
        m.revisions = {0, true};
      }),
      TermsHash(kGigId, Milestones(2)),
      TermsHash(GigId(kRequest), MilestoneTerms{{Milestone()}}),
      TermsHash(kGigId, OneTimeTerms{.price = Money::Usd(10'000), .days = 5}),
      TermsHash(kGigId, OneTimeTerms{.price = Money::Usd(10'000), .days = 5, .description = "x"}),
      TermsHash(kGigId, SubscriptionTerms{.cycles = 5, .price = Money::Usd(10'000)}),
      TermsHash(kGigId, SubscriptionTerms{.cycles = 5, .price = Money::Usd(10'000), .discount_percent = 1}),
  };
  EXPECT_EQ(std::set<std::string>(hashes.begin(), hashes.end()).size(), hashes.size());
}

}  // namespace
}  // namespace milepost::offers
