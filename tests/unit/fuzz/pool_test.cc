// What the pool learns of answers, and that it does not grow without end.
#include "tests/fuzz/pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "milepost/billing/v1/milestone_billing.pb.h"

namespace milepost::fuzz {
namespace {

std::string OrderName(int number) {
  return absl::StrFormat("orders/01a22c73-04f3-716e-895f-%012d", number);
}

TEST(KindOf, IsThatOfNamesAndOfTheirPatterns) {
  EXPECT_EQ(KindOf("orders/1/milestones/2"), "orders/{}/milestones/{}");
  EXPECT_EQ(KindOf("orders/{order}/milestones/{number}"), "orders/{}/milestones/{}");
  EXPECT_EQ(KindOf("gigs/1/milestonePlan"), "gigs/{}/milestonePlan");
  for (const char* none : {"", "orders", "orders/", "/1", "https://a/b", "a/b/c/d/e", "Two words/3"})
    EXPECT_EQ(KindOf(none), "") << none;
}

TEST(Pool, KnowsAResourcesTextsAndThePartiesOfItsParts) {
  billing::v1::GetOrderResponse response;
  response.mutable_order()->set_name(OrderName(1));
  response.mutable_order()->set_seller("users/sam");
  response.mutable_order()->set_buyer("users/bea");
  response.mutable_order()->set_etag("e1");
  Pool pool;
  pool.Learn(response, "users/bea");
  Random random(1);
  const Resource* order = pool.Pick("orders/{}", random);
  ASSERT_NE(order, nullptr);
  EXPECT_EQ(order->texts.at("etag"), "e1");
  EXPECT_EQ(order->texts.at("buyer"), "users/bea");
  EXPECT_EQ(pool.KindOfType(*billing::v1::Order::descriptor()), "orders/{}");
  response.mutable_order()->set_etag("e2");
  pool.Learn(response, "users/bea");
  EXPECT_EQ(pool.Pick("orders/{}", random)->texts.at("etag"), "e2");
  EXPECT_EQ(pool.All("orders/{}").size(), 1u);

  billing::v1::Charge charge;
  charge.set_name("charges/01a22c73-04f3-716e-895f-d439216a4ac5");
  charge.set_order(OrderName(1));
  pool.Learn(charge, "operators/fuzz");
  EXPECT_EQ(pool.Pick("charges/{}", random)->texts.at("seller"), "users/sam");
}

TEST(Pool, KnowsATextByTheFieldThatItsMessageStandsIn) {
  billing::v1::GetOrderResponse response;
  response.mutable_order()->set_etag("e1");
  Pool pool;
  pool.Learn(response, "users/bea");
  Random random(1);
  ASSERT_NE(pool.PickText("order.etag", random), nullptr);
  EXPECT_EQ(*pool.PickText("order.etag", random), "e1");
  EXPECT_EQ(pool.PickText("charge.etag", random), nullptr);
}

TEST(Pool, KnowsTheLatestRequestsOfPeople) {
  Pool pool;
  Random random(1);
  EXPECT_EQ(pool.PickWork(*billing::v1::GetOrderRequest::descriptor(), random), nullptr);
  billing::v1::GetOrderRequest request;
  for (int i = 0; i < 40; ++i) {
    request.set_name(OrderName(i));
    pool.LearnWork(request, "users/bea");
  }
  for (int i = 0; i < 100; ++i) {
    const Sent* sent = pool.PickWork(*billing::v1::GetOrderRequest::descriptor(), random);
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->actor, "users/bea");
    ASSERT_TRUE(request.ParseFromString(sent->bytes));
    EXPECT_GE(request.name(), OrderName(40 - 16));
  }
}

TEST(Pool, KnowsWhoGotAQuote) {
  billing::v1::QuoteOrderResponse response;
  response.set_quote("a quote");
  Pool pool;
  pool.Learn(response, "users/bea");
  EXPECT_EQ(pool.HolderOf("a quote"), "users/bea");
  EXPECT_EQ(pool.HolderOf("another"), "");
}

TEST(Pool, KeepsTheFirstAndTheLatest) {
  constexpr int kMany = 5000;
  Pool pool;
  for (int i = 0; i < kMany; ++i) {
    billing::v1::Order order;
    order.set_name(OrderName(i));
    order.set_etag(absl::StrCat("etag-", i));
    pool.Learn(order, "users/bea");
  }
  bool first = false, last = false;
  const std::vector<const Resource*> kept = pool.All("orders/{}");
  for (const Resource* order : kept) {
    first |= order->name == OrderName(0);
    last |= order->name == OrderName(kMany - 1);
    EXPECT_EQ(order->texts.at("etag"), absl::StrCat("etag-", std::stoi(order->name.substr(31))));
  }
  EXPECT_TRUE(first);
  EXPECT_TRUE(last);
  EXPECT_LT(kept.size(), 500u);
}

}  // namespace
}  // namespace milepost::fuzz
