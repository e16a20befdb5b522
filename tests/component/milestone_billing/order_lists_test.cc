// ListOrders over the orders of all users, for those who run the platform; and who may not.
#include <string>
#include <vector>

#include "common/core/refusal.h"
#include "common/rpc/wire.h"
#include "tests/component/milestone_billing/fixture.h"

namespace milepost::billing {
namespace {

using Names = std::vector<std::string>;

constexpr char kOtherBuyer[] = "users/ben";
constexpr absl::Duration kMicrosecond = absl::Microseconds(1);

class OrderListsTest : public BillingTest {
 protected:
  // Three orders of kSeller, a second apart: of kBuyer, of kOtherBuyer, and of kBuyer. The second is delivered first, then
  // the first.
  OrderListsTest() {
    first_ = Placed(kBuyer);
    second_ = Placed(kOtherBuyer);
    third_ = Placed(kBuyer);
    Deliver(second_);
    Deliver(first_);
  }
  std::string Placed(const std::string& buyer) {
    const std::string quote =
        Must(client_->Quote(NewGig({5000, 5000}), v1::ORDER_TYPE_MILESTONES, buyer)).quote();
    const std::string order = Must(client_->Place(quote, "pm_ok", "", buyer)).order().name();
    client_->Advance(absl::Seconds(1));
    return order;
  }
  void Deliver(const std::string& order) {
    Must(client_->Deliver(order, 1, false));
    client_->Advance(absl::Seconds(1));
  }
  // When the order's only deadline is due.
  absl::Time DueOf(const std::string& order) {
    v1::ListDeadlinesRequest request;
    request.set_order(order);
    const auto response =
        Must(client_->Billing(kOperator, &v1::MilestoneBilling::Stub::ListDeadlines, request));
    EXPECT_EQ(response.deadlines_size(), 1);
    return rpc::TimeOf(response.deadlines(0).due_time());
  }

  absl::StatusOr<v1::ListOrdersResponse> TryList(const v1::ListOrdersRequest& request,
                                                 const std::string& actor) {
    return client_->Billing(actor, &v1::MilestoneBilling::Stub::ListOrders, request);
  }
  Names List(const v1::ListOrdersRequest& request, const std::string& actor = kOperator) {
    Names names;
    const v1::ListOrdersResponse page = Must(TryList(request, actor));
    for (const v1::Order& order : page.orders()) names.push_back(order.name());
    return names;
  }
  // The fields that the request is refused for.
  Names WrongFields(const v1::ListOrdersRequest& request, const std::string& actor) {
    const absl::StatusOr<v1::ListOrdersResponse> listed = TryList(request, actor);
    EXPECT_THAT(listed, RefusedWith(Reason::kInvalidFields));
    Names names;
    const std::optional<Refusal> refusal = RefusalOf(listed.status());
    if (refusal)
      for (const FieldViolation& violation : refusal->fields) names.push_back(violation.field);
    return names;
  }

  static v1::ListOrdersRequest By(const std::string& buyer, const std::string& seller = "",
                                  v1::OrderState state = v1::ORDER_STATE_UNSPECIFIED) {
    v1::ListOrdersRequest request;
    request.set_buyer(buyer);
    request.set_seller(seller);
    request.set_state(state);
    return request;
  }
  static v1::ListOrdersRequest DueBefore(absl::Time due, v1::ListOrdersRequest request = {}) {
    *request.mutable_due_before() = rpc::ToWire(due);
    return request;
  }
  static v1::ListOrdersRequest As(v1::OrderRole role, v1::ListOrdersRequest request = {}) {
    request.set_role(role);
    return request;
  }

  std::string first_, second_, third_;
};

TEST_F(OrderListsTest, OperatorsAndServicesListTheOrdersOfAllUsers) {
  for (const char* actor : {kOperator, kOfferServiceActor}) {
    EXPECT_THAT(List({}, actor), ElementsAre(third_, second_, first_)) << "the newest first";
    EXPECT_THAT(List(By(kBuyer), actor), ElementsAre(third_, first_));
    EXPECT_THAT(List(By("", kSeller), actor), ElementsAre(third_, second_, first_));
    EXPECT_THAT(List(By(kOtherBuyer, kSeller), actor), ElementsAre(second_));
    EXPECT_THAT(List(By(kSeller), actor), IsEmpty());
    EXPECT_THAT(List(By(kOtherBuyer, kStranger), actor), IsEmpty());
  }
}

TEST_F(OrderListsTest, ByState) {
  Must(client_->Accept(first_, 1, v1::NEXT_STEP_DECIDE_LATER));
  EXPECT_THAT(List(By("", "", v1::ORDER_STATE_ACTIVE)), ElementsAre(third_, second_));
  EXPECT_THAT(List(By("", "", v1::ORDER_STATE_AWAITING_NEXT)), ElementsAre(first_));
  EXPECT_THAT(List(By(kBuyer, "", v1::ORDER_STATE_ACTIVE)), ElementsAre(third_));
  EXPECT_THAT(List(By("", kSeller, v1::ORDER_STATE_AWAITING_NEXT)), ElementsAre(first_));
  EXPECT_THAT(List(By("", "", v1::ORDER_STATE_COMPLETED)), IsEmpty());
}

TEST_F(OrderListsTest, ByTheNextDeadlineTheFirstDueFirst) {
  const absl::Time second = DueOf(second_), first = DueOf(first_);
  ASSERT_LT(second, first);
  EXPECT_THAT(List(DueBefore(second)), IsEmpty()) << "before it, not at it";
  EXPECT_THAT(List(DueBefore(second + kMicrosecond)), ElementsAre(second_));
  EXPECT_THAT(List(DueBefore(first)), ElementsAre(second_));
  EXPECT_THAT(List(DueBefore(first + kMicrosecond)), ElementsAre(second_, first_));
  EXPECT_THAT(List(DueBefore(absl::FromUnixSeconds(4'102'444'800))), ElementsAre(second_, first_))
      << "the third has no deadline";
  const absl::Time both = first + kMicrosecond;
  EXPECT_THAT(List(DueBefore(both, By(kBuyer))), ElementsAre(first_));
  EXPECT_THAT(List(DueBefore(both, By("", kSeller))), ElementsAre(second_, first_));
  EXPECT_THAT(List(DueBefore(both, By(kOtherBuyer, kSeller))), ElementsAre(second_));
  EXPECT_THAT(List(DueBefore(both, By("", "", v1::ORDER_STATE_ACTIVE))), ElementsAre(second_, first_));
  EXPECT_THAT(List(DueBefore(both, By("", "", v1::ORDER_STATE_AWAITING_NEXT))), IsEmpty());
}

TEST_F(OrderListsTest, EveryListGoesOnPageByPage) {
  const absl::Time later = DueOf(first_) + kMicrosecond;
  const std::vector<std::pair<v1::ListOrdersRequest, Names>> lists = {
      {{}, {third_, second_, first_}},
      {By("", "", v1::ORDER_STATE_ACTIVE), {third_, second_, first_}},
      {By("", kSeller), {third_, second_, first_}},
      {By(kBuyer), {third_, first_}},
      {DueBefore(later), {second_, first_}},
      {DueBefore(later, By("", kSeller)), {second_, first_}}};
  for (auto [request, expected] : lists) {
    request.set_page_size(1);
    Names names;
    do {
      const v1::ListOrdersResponse page = Must(TryList(request, kOperator));
      ASSERT_EQ(page.orders_size(), 1) << request.DebugString();
      names.push_back(page.orders(0).name());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    EXPECT_EQ(names, expected) << request.DebugString();
  }
}

TEST_F(OrderListsTest, APageTokenIsBoundToEveryFilter) {
  v1::ListOrdersRequest request = DueBefore(DueOf(first_) + kMicrosecond, By("", kSeller));
  request.set_page_size(1);
  const std::string token = Must(TryList(request, kOperator)).next_page_token();
  ASSERT_NE(token, "");
  request.set_page_token(token);
  EXPECT_THAT(TryList(request, kOfferServiceActor), IsOk()) << "it lists the same";
  std::vector<v1::ListOrdersRequest> others(5, request);
  others[0].set_buyer(kBuyer);
  others[1].set_seller(kStranger);
  others[2].set_state(v1::ORDER_STATE_ACTIVE);
  others[3] = DueBefore(DueOf(first_), request);
  others[4].clear_due_before();
  for (const v1::ListOrdersRequest& other : others)
    EXPECT_THAT(TryList(other, kOperator), RefusedWith(Reason::kInvalidPageToken)) << other.DebugString();
  v1::ListOrdersRequest own = As(v1::ORDER_ROLE_SELLER);
  own.set_page_token(token);
  EXPECT_THAT(TryList(own, kSeller), RefusedWith(Reason::kInvalidPageToken));
}

TEST_F(OrderListsTest, AUserListsItsOwnOrdersOnly) {
  EXPECT_THAT(List(As(v1::ORDER_ROLE_BUYER), kBuyer), ElementsAre(third_, first_));
  EXPECT_THAT(List(As(v1::ORDER_ROLE_BUYER, By(kBuyer)), kBuyer), ElementsAre(third_, first_));
  EXPECT_THAT(List(As(v1::ORDER_ROLE_SELLER, By("", kSeller)), kSeller),
              ElementsAre(third_, second_, first_));
  EXPECT_THAT(List(As(v1::ORDER_ROLE_BUYER), kStranger), IsEmpty());

  EXPECT_THAT(WrongFields(As(v1::ORDER_ROLE_BUYER, By(kOtherBuyer)), kBuyer), ElementsAre("buyer"));
  EXPECT_THAT(WrongFields(As(v1::ORDER_ROLE_BUYER, By("", kSeller)), kBuyer), ElementsAre("seller"));
  EXPECT_THAT(WrongFields(As(v1::ORDER_ROLE_SELLER, By(kBuyer)), kSeller), ElementsAre("buyer"));
  EXPECT_THAT(WrongFields(As(v1::ORDER_ROLE_SELLER, By(kSeller)), kSeller), ElementsAre("buyer"))
      << "on the other side";
  EXPECT_THAT(WrongFields(As(v1::ORDER_ROLE_BUYER, By(kBuyer, kSeller)), kStranger),
              ElementsAre("buyer", "seller"));
  EXPECT_THAT(WrongFields(DueBefore(client_->Now(), By(kBuyer)), kBuyer),
              ElementsAre("role", "buyer", "due_before"));
}

TEST_F(OrderListsTest, OperatorsAndServicesHaveNoSide) {
  for (const char* actor : {kOperator, kOfferServiceActor})
    EXPECT_THAT(WrongFields(As(v1::ORDER_ROLE_BUYER, By(kBuyer)), actor), ElementsAre("role"));
  EXPECT_THAT(WrongFields(By("ben", "operators/ops-1"), kOperator),
              ::testing::UnorderedElementsAre("buyer", "seller"));
  EXPECT_THAT(TryList({}, ""), RefusedWith(Reason::kActorMissing));
}

}  // namespace
}  // namespace milepost::billing
