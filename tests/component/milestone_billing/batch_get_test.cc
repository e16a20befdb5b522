// BatchGetOrders: up to 100 orders in one call, each as GetOrder answers it, the others by name.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"
#include "tests/component/milestone_billing/ways_out.h"
#include "tests/support/database.h"

namespace milepost::billing {
namespace {

class BatchGetTest : public WaysOutTest {
 protected:
  absl::StatusOr<v1::BatchGetOrdersResponse> Get(const Lines& names, const std::string& actor = kBuyer) {
    v1::BatchGetOrdersRequest request;
    for (const std::string& name : names) request.add_names(name);
    return client_->Billing(actor, &v1::MilestoneBilling::Stub::BatchGetOrders, request);
  }
  static Lines NamesIn(const v1::BatchGetOrdersResponse& response) {
    Lines names;
    for (const v1::Order& order : response.orders()) names.push_back(order.name());
    return names;
  }
  static Lines MissingIn(const v1::BatchGetOrdersResponse& response) {
    return {response.missing().begin(), response.missing().end()};
  }
  // Refused for these fields.
  Lines BadFields(const Lines& names) {
    const absl::Status refused = Get(names).status();
    EXPECT_THAT(refused, RefusedWith(Reason::kInvalidFields));
    Lines fields;
    if (const std::optional<Refusal> refusal = RefusalOf(refused))
      for (const FieldViolation& violation : refusal->fields) fields.push_back(violation.field);
    return fields;
  }
};

TEST_F(BatchGetTest, EachAsGetOrderAnswersItInTheOrderOfTheRequest) {
  const Lines placed = {Disputed().name(), Active().name(), AwaitingNext().name(),
                        Do(kOperator, CancellationOf(Active().name())).name()};
  const Lines asked = {placed[2], placed[0], placed[3], placed[1]};
  for (const char* reader : {kBuyer, kSeller, kOperator, kOfferServiceActor}) {
    const v1::BatchGetOrdersResponse got = Must(Get(asked, reader));
    EXPECT_EQ(NamesIn(got), asked) << reader;
    EXPECT_THAT(got.missing(), IsEmpty());
    for (const v1::Order& order : got.orders())
      EXPECT_EQ(order.DebugString(), Must(client_->Get(order.name(), reader)).DebugString()) << reader;
  }
}

TEST_F(BatchGetTest, WhatIsNotThereOrSomebodyElsesIsNamed) {
  const std::string mine = Active().name(), nowhere = "orders/" + NewRequestId(),
                    first = "orders/00000000-0000-7000-8000-000000000000";
  const std::string quote =
      Must(client_->Quote(NewGig({5000}), v1::ORDER_TYPE_MILESTONES, kStranger)).quote();
  const std::string theirs = Must(client_->Place(quote, "pm_ok", "", kStranger)).order().name();
  const Lines asked = {first, theirs, mine, nowhere};
  const v1::BatchGetOrdersResponse buyers = Must(Get(asked));
  EXPECT_THAT(NamesIn(buyers), ElementsAre(mine));
  EXPECT_THAT(MissingIn(buyers), ElementsAre(first, theirs, nowhere));
  const v1::BatchGetOrdersResponse strangers = Must(Get(asked, kStranger));
  EXPECT_THAT(NamesIn(strangers), ElementsAre(theirs));
  EXPECT_THAT(MissingIn(strangers), ElementsAre(first, mine, nowhere));
  const v1::BatchGetOrdersResponse all = Must(Get(asked, kOperator));
  EXPECT_THAT(NamesIn(all), ElementsAre(theirs, mine));
  EXPECT_THAT(MissingIn(all), ElementsAre(first, nowhere));
  EXPECT_THAT(MissingIn(Must(Get({nowhere}))), ElementsAre(nowhere)) << "no error";
}

TEST_F(BatchGetTest, A14_DueDeadlinesHaveFired) {
  const std::string name = Active().name();
  const std::vector<int64_t> before = Footprint();
  AdvanceClockOnly(100 * kDay);
  const v1::BatchGetOrdersResponse got = Must(Get({name}));
  ASSERT_THAT(got.orders(), SizeIs(1));
  EXPECT_EQ(got.orders(0).cancellation_reason(), type::v1::CANCELLATION_REASON_NON_DELIVERY);
  EXPECT_EQ(Footprint(), before) << "reading writes nothing";
}

// As a page of ListOrders: what does not fit into a message is asked for again.
TEST_F(BatchGetTest, LongOrdersThatDoNotFitRemain) {
  Lines placed;
  for (int i = 0; i < 4; ++i) {
    const std::string name = NewGig({5000, 5000});
    catalog::v1::PreviewWorkflowResponse gig = GigOf(name, {5000, 5000});
    gig.mutable_steps(0)->set_description(std::string(900'000, 'x'));
    peers_.catalog().Set(gig);
    placed.push_back(
        Must(client_->Place(Must(client_->Quote(name, v1::ORDER_TYPE_MILESTONES)).quote(), "pm_ok"))
            .order()
            .name());
  }
  const std::string nowhere = "orders/" + NewRequestId();
  const Lines asked = {placed[3], nowhere, placed[0], placed[2], placed[1]};
  const v1::BatchGetOrdersResponse got = Must(Get(asked));
  EXPECT_LE(got.ByteSizeLong(), (2u << 20) + 1000);
  EXPECT_THAT(NamesIn(got), ElementsAre(placed[3], placed[0]));
  EXPECT_THAT(MissingIn(got), ElementsAre(nowhere));
  const Lines remaining(got.remaining().begin(), got.remaining().end());
  EXPECT_THAT(remaining, ElementsAre(placed[2], placed[1]));
  const v1::BatchGetOrdersResponse rest = Must(Get(remaining));
  EXPECT_EQ(NamesIn(rest), remaining);
  EXPECT_THAT(rest.remaining(), IsEmpty());
}

TEST_F(BatchGetTest, OneTo100NamesEachOnce) {
  const std::string name = Active().name();
  EXPECT_THAT(BadFields({}), ElementsAre("names"));
  Lines names;
  for (int i = 0; i < 100; ++i) names.push_back("orders/" + NewRequestId());
  names[57] = name;
  const v1::BatchGetOrdersResponse hundred = Must(Get(names));
  EXPECT_THAT(NamesIn(hundred), ElementsAre(name));
  EXPECT_EQ(hundred.missing_size(), 99);
  names.push_back("orders/" + NewRequestId());
  EXPECT_THAT(BadFields(names), ElementsAre("names"));
  EXPECT_THAT(BadFields({name, name}), ElementsAre("names[1]"));
  EXPECT_THAT(BadFields({"orders/1", name, "gigs/" + NewRequestId(), ""}),
              ElementsAre("names[0]", "names[2]", "names[3]"));
  EXPECT_THAT(Get({name}, ""), RefusedWith(Reason::kActorMissing));
}

}  // namespace
}  // namespace milepost::billing
