// ListOrders over the orders of all users, for those who run the platform; and who may not.
#include <string>
#include <vector>

#include "common/core/refusal.h"
#include "common/rpc/wire.h"
#include "tests/component/milestone_billing/ways_out.h"

namespace milepost::billing {
namespace {

using Names = std::vector<std::string>;
using Stub = v1::MilestoneBilling::Stub;

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
  // The third is to be delivered before the reviews of the others end.
  const absl::Time third = DueOf(third_), second = DueOf(second_), first = DueOf(first_);
  ASSERT_LT(third, second);
  ASSERT_LT(second, first);
  EXPECT_THAT(List(DueBefore(third)), IsEmpty()) << "before it, not at it";
  EXPECT_THAT(List(DueBefore(third + kMicrosecond)), ElementsAre(third_));
  EXPECT_THAT(List(DueBefore(second)), ElementsAre(third_));
  EXPECT_THAT(List(DueBefore(second + kMicrosecond)), ElementsAre(third_, second_));
  EXPECT_THAT(List(DueBefore(first)), ElementsAre(third_, second_));
  EXPECT_THAT(List(DueBefore(first + kMicrosecond)), ElementsAre(third_, second_, first_));
  EXPECT_THAT(List(DueBefore(absl::FromUnixSeconds(4'102'444'800))), ElementsAre(third_, second_, first_));
  const absl::Time all = first + kMicrosecond;
  EXPECT_THAT(List(DueBefore(all, By(kBuyer))), ElementsAre(third_, first_));
  EXPECT_THAT(List(DueBefore(all, By("", kSeller))), ElementsAre(third_, second_, first_));
  EXPECT_THAT(List(DueBefore(all, By(kOtherBuyer, kSeller))), ElementsAre(second_));
  EXPECT_THAT(List(DueBefore(all, By("", "", v1::ORDER_STATE_ACTIVE))), ElementsAre(third_, second_, first_));
  EXPECT_THAT(List(DueBefore(all, By("", "", v1::ORDER_STATE_AWAITING_NEXT))), IsEmpty());
}

TEST_F(OrderListsTest, AnOrderIsListedByItsEarliestRunningDeadline) {
  const absl::Time later = DueOf(first_) + absl::Hours(14 * 24);
  Must(client_->Billing(kBuyer, &Stub::RequestCancellation, CancellationOf(first_)));
  EXPECT_THAT(List(DueBefore(later)), ElementsAre(first_, third_, second_))
      << "its answer is due in 48 hours";
  Must(client_->Billing(kOtherBuyer, &Stub::OpenDispute, DisputeOf(second_, 1)));
  EXPECT_THAT(List(DueBefore(later)), ElementsAre(first_, third_, second_)) << "the dispute's alarm";
  EXPECT_THAT(List(DueBefore(DueOf(third_) + absl::Hours(8 * 24))), ElementsAre(first_, third_))
      << "what stands still is due at no time";
}

TEST_F(OrderListsTest, DisputedAndCancelledOnes) {
  Must(client_->Billing(kSeller, &Stub::OpenDispute, DisputeOf(first_, 1)));
  Must(client_->Billing(kOperator, &Stub::RequestCancellation, CancellationOf(third_)));
  EXPECT_THAT(List(By("", "", v1::ORDER_STATE_DISPUTED)), ElementsAre(first_));
  EXPECT_THAT(List(By("", "", v1::ORDER_STATE_CANCELLED)), ElementsAre(third_));
  EXPECT_THAT(List(By("", "", v1::ORDER_STATE_ACTIVE)), ElementsAre(second_));
  EXPECT_THAT(List(As(v1::ORDER_ROLE_BUYER, By("", "", v1::ORDER_STATE_DISPUTED)), kBuyer),
              ElementsAre(first_));
  EXPECT_THAT(List(As(v1::ORDER_ROLE_SELLER, By("", "", v1::ORDER_STATE_CANCELLED)), kSeller),
              ElementsAre(third_));
  EXPECT_THAT(List(By(kOtherBuyer, "", v1::ORDER_STATE_CANCELLED)), IsEmpty());
  v1::ListOrdersRequest unknown;
  unknown.set_state(static_cast<v1::OrderState>(9));
  EXPECT_THAT(WrongFields(unknown, kOperator), ElementsAre("state"));
}

// Those that wait for an operator, the longest waiting first; A27 and disputes.
class OperatorListsTest : public OrderListsTest {
 protected:
  // The third waits longest: its dispute was opened a day before the first's. The revision of the second is overdue last.
  OperatorListsTest() {
    Must(client_->Billing(kBuyer, &Stub::OpenDispute, DisputeOf(third_, 1)));
    client_->Advance(absl::Hours(24));
    Must(client_->Billing(kSeller, &Stub::OpenDispute, DisputeOf(first_, 1)));
    Must(client_->Billing(kOtherBuyer, &Stub::RequestRevision, RevisionOf(second_, 1)));
    EXPECT_THAT(List(Waiting()), IsEmpty());
    client_->Advance(absl::Hours(33 * 24));
  }
  static v1::ListOrdersRequest Waiting(v1::ListOrdersRequest request = {}) {
    request.set_operator_needed(true);
    return request;
  }
};

TEST_F(OperatorListsTest, TheLongestWaitingFirst) {
  for (const char* actor : {kOperator, kOfferServiceActor})
    EXPECT_THAT(List(Waiting(), actor), ElementsAre(third_, first_, second_)) << actor;
  EXPECT_THAT(List(Waiting(By("", "", v1::ORDER_STATE_DISPUTED))), ElementsAre(third_, first_));
  EXPECT_THAT(List(Waiting(By("", "", v1::ORDER_STATE_ACTIVE))), ElementsAre(second_));
  EXPECT_THAT(List(Waiting(By(kBuyer))), ElementsAre(third_, first_));
  EXPECT_THAT(List(Waiting(By(kOtherBuyer, kSeller))), ElementsAre(second_));
  EXPECT_THAT(List(Waiting(By("", kStranger))), IsEmpty());
  const v1::ListOrdersResponse page = Must(TryList(Waiting(), kOperator));
  EXPECT_EQ(page.orders(0).operator_task(), v1::OPERATOR_TASK_UNRESOLVED_DISPUTE);
  EXPECT_EQ(page.orders(2).operator_task(), v1::OPERATOR_TASK_OVERDUE_REVISION);
  Must(client_->Billing(kOperator, &Stub::ResolveDispute, ReleaseOf(third_, 1)));
  Must(client_->Deliver(second_, 1, false));
  EXPECT_THAT(List(Waiting()), ElementsAre(first_)) << "the others wait no longer";
}

TEST_F(OperatorListsTest, PageByPageWithTokensOfThisListOnly) {
  v1::ListOrdersRequest request = Waiting();
  request.set_page_size(1);
  Names names;
  do {
    const v1::ListOrdersResponse page = Must(TryList(request, kOperator));
    ASSERT_EQ(page.orders_size(), 1);
    names.push_back(page.orders(0).name());
    request.set_page_token(page.next_page_token());
    v1::ListOrdersRequest other = request;
    other.set_operator_needed(false);
    if (!request.page_token().empty()) {
      EXPECT_THAT(TryList(other, kOperator), RefusedWith(Reason::kInvalidPageToken));
    }
  } while (!request.page_token().empty());
  EXPECT_THAT(names, ElementsAre(third_, first_, second_));
}

TEST_F(OperatorListsTest, IsForOperatorsAndServicesAndNotByDeadline) {
  EXPECT_THAT(WrongFields(Waiting(As(v1::ORDER_ROLE_BUYER)), kBuyer), ElementsAre("operator_needed"));
  EXPECT_THAT(WrongFields(Waiting(As(v1::ORDER_ROLE_SELLER)), kSeller), ElementsAre("operator_needed"));
  EXPECT_THAT(WrongFields(Waiting(DueBefore(client_->Now())), kOperator), ElementsAre("operator_needed"));
}

TEST_F(OrderListsTest, EveryListGoesOnPageByPage) {
  const absl::Time later = DueOf(first_) + kMicrosecond;
  const std::vector<std::pair<v1::ListOrdersRequest, Names>> lists = {
      {{}, {third_, second_, first_}},
      {By("", "", v1::ORDER_STATE_ACTIVE), {third_, second_, first_}},
      {By("", kSeller), {third_, second_, first_}},
      {By(kBuyer), {third_, first_}},
      {DueBefore(later), {third_, second_, first_}},
      {DueBefore(later, By("", kSeller)), {third_, second_, first_}}};
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
