// Reading orders, charges, deadlines and the ledger: who sees what, and lists in pages.
#include <set>

#include "tests/component/milestone_billing/fixture.h"

namespace milepost::billing {
namespace {

using Stub = v1::MilestoneBilling::Stub;

class ReadingTest : public BillingTest {
 protected:
  absl::StatusOr<v1::ListOrdersResponse> List(const std::string& actor, v1::OrderRole role, int page_size = 0,
                                              const std::string& token = "",
                                              v1::OrderState state = v1::ORDER_STATE_UNSPECIFIED) {
    v1::ListOrdersRequest request;
    request.set_role(role);
    request.set_page_size(page_size);
    request.set_page_token(token);
    request.set_state(state);
    return client_->Billing(actor, &Stub::ListOrders, request);
  }
  absl::StatusOr<v1::GetChargeResponse> GetCharge(const std::string& name, const std::string& actor) {
    v1::GetChargeRequest request;
    request.set_name(name);
    return client_->Billing(actor, &Stub::GetCharge, request);
  }
  absl::StatusOr<v1::GetBalanceResponse> Balance(const std::string& account, const std::string& actor,
                                                 const std::string& currency = "") {
    v1::GetBalanceRequest request;
    request.set_account(account);
    request.set_currency_code(currency);
    return client_->Call(actor, client_->ledger(), &v1::Ledger::Stub::GetBalance, request);
  }
  absl::StatusOr<v1::ListEntriesResponse> Entries(v1::ListEntriesRequest request, const std::string& actor) {
    return client_->Call(actor, client_->ledger(), &v1::Ledger::Stub::ListEntries, request);
  }
};

TEST_F(ReadingTest, PartiesOperatorsAndPeersSeeAnOrderAndItsCharges) {
  const v1::Order order = PlaceOrder({5000, 5000});
  const std::string charge = order.milestones(0).charge();
  for (const char* actor : {kBuyer, kSeller, kOperator, kOfferServiceActor}) {
    EXPECT_EQ(Must(client_->Get(order.name(), actor)).name(), order.name());
    EXPECT_EQ(Must(GetCharge(charge, actor)).charge().order(), order.name());
  }
  EXPECT_THAT(client_->Get(order.name(), kStranger), RefusedWith(Reason::kOrderNotFound));
  EXPECT_THAT(GetCharge(charge, kStranger), RefusedWith(Reason::kChargeNotFound));
  EXPECT_THAT(GetCharge("charges/" + NewRequestId(), kBuyer), RefusedWith(Reason::kChargeNotFound));
}

TEST_F(ReadingTest, ThePaymentMethodIsNotForTheSeller) {
  const v1::Order order = PlaceOrder({5000, 5000});
  const std::string charge = order.milestones(0).charge();
  EXPECT_EQ(Must(GetCharge(charge, kBuyer)).charge().payment_method(), "pm_ok");
  EXPECT_EQ(Must(GetCharge(charge, kSeller)).charge().payment_method(), "");
}

TEST_F(ReadingTest, WhyAPaymentWasDeclinedIsNotForTheSeller) {
  const v1::Order order = PlaceOrder({5000, 5000}, "pm_insufficient_funds");
  EXPECT_EQ(order.last_payment().reason(), "INSUFFICIENT_FUNDS");
  for (const char* actor : {kBuyer, kOperator, kOfferServiceActor}) {
    EXPECT_EQ(Must(client_->Get(order.name(), actor)).last_payment().reason(), "INSUFFICIENT_FUNDS");
    EXPECT_EQ(client_->Charges(order.name(), actor)[0].decline_reason(), "INSUFFICIENT_FUNDS");
  }
  const type::v1::PaymentOutcome payment = Must(client_->Get(order.name(), kSeller)).last_payment();
  EXPECT_EQ(payment.state(), type::v1::PAYMENT_STATE_DECLINED);
  EXPECT_EQ(payment.reason(), "");
  const v1::Charge charge = client_->Charges(order.name(), kSeller)[0];
  EXPECT_EQ(charge.state(), v1::CHARGE_STATE_DECLINED);
  EXPECT_EQ(charge.decline_reason(), "");
  EXPECT_EQ(Must(GetCharge(charge.name(), kSeller)).charge().decline_reason(), "");
  EXPECT_EQ(Must(List(kSeller, v1::ORDER_ROLE_SELLER)).orders(0).last_payment().reason(), "");
}

TEST_F(ReadingTest, APageOfLongOrdersEndsBeforeItIsTooLongForAMessage) {
  std::vector<std::string> placed;
  for (int i = 0; i < 5; ++i) {
    const std::string name = NewGig({5000, 5000});
    catalog::v1::PreviewWorkflowResponse gig = GigOf(name, {5000, 5000});
    gig.mutable_steps(0)->set_description(std::string(900'000, 'x'));
    peers_.catalog().Set(gig);
    const std::string quote = Must(client_->Quote(name, v1::ORDER_TYPE_MILESTONES)).quote();
    placed.push_back(Must(client_->Place(quote, "pm_ok")).order().name());
    client_->Advance(absl::Seconds(1));
  }
  std::vector<std::string> listed;
  std::string token;
  do {
    const v1::ListOrdersResponse page = Must(List(kBuyer, v1::ORDER_ROLE_BUYER, 1000, token));
    ASSERT_GT(page.orders_size(), 0);
    EXPECT_LE(page.ByteSizeLong(), (2u << 20) + 1000);
    for (const v1::Order& order : page.orders()) listed.push_back(order.name());
    token = page.next_page_token();
  } while (!token.empty());
  EXPECT_THAT(listed, ::testing::ElementsAreArray(placed.rbegin(), placed.rend()));
}

TEST_F(ReadingTest, AUsersOrdersInPagesNewestFirst) {
  std::vector<std::string> placed;
  for (int i = 0; i < 5; ++i) {
    placed.push_back(PlaceOrder({5000, 5000}).name());
    client_->Advance(absl::Seconds(1));
  }
  std::vector<std::string> listed;
  std::string token;
  do {
    const v1::ListOrdersResponse page = Must(List(kBuyer, v1::ORDER_ROLE_BUYER, 2, token));
    EXPECT_LE(page.orders_size(), 2);
    for (const v1::Order& order : page.orders()) listed.push_back(order.name());
    token = page.next_page_token();
  } while (!token.empty());
  EXPECT_THAT(listed, ::testing::ElementsAreArray(placed.rbegin(), placed.rend()));
  EXPECT_THAT(Must(List(kSeller, v1::ORDER_ROLE_SELLER)).orders(), SizeIs(5));
  EXPECT_THAT(Must(List(kSeller, v1::ORDER_ROLE_BUYER)).orders(), IsEmpty());
  EXPECT_THAT(Must(List(kStranger, v1::ORDER_ROLE_BUYER)).orders(), IsEmpty());
  EXPECT_THAT(Must(List(kBuyer, v1::ORDER_ROLE_BUYER, 0, "", v1::ORDER_STATE_ACTIVE)).orders(), SizeIs(5));
  EXPECT_THAT(Must(List(kBuyer, v1::ORDER_ROLE_BUYER, 0, "", v1::ORDER_STATE_COMPLETED)).orders(), IsEmpty());
}

TEST_F(ReadingTest, APageTokenIsForItsOwnListOnly) {
  PlaceOrder({5000, 5000});
  PlaceOrder({5000, 5000});
  const std::string token = Must(List(kBuyer, v1::ORDER_ROLE_BUYER, 1)).next_page_token();
  ASSERT_FALSE(token.empty());
  EXPECT_THAT(List(kSeller, v1::ORDER_ROLE_SELLER, 1, token), RefusedWith(Reason::kInvalidPageToken));
  EXPECT_THAT(List(kBuyer, v1::ORDER_ROLE_BUYER, 1, token, v1::ORDER_STATE_ACTIVE),
              RefusedWith(Reason::kInvalidPageToken));
  EXPECT_THAT(List(kBuyer, v1::ORDER_ROLE_BUYER, 1, "garbage"), RefusedWith(Reason::kInvalidPageToken));
}

TEST_F(ReadingTest, ChargesInPagesOldestFirst) {
  const v1::Order order = PlaceOrder({5000, 5000});
  Must(client_->Deliver(order.name(), 1, false));
  Must(client_->Accept(order.name(), 1, v1::NEXT_STEP_DECIDE_LATER));
  Must(client_->StartNext(order.name(), "pm_declined"));
  Must(client_->Retry(order.name(), "pm_ok"));
  v1::ListChargesRequest request;
  request.set_order(order.name());
  request.set_page_size(2);
  const v1::ListChargesResponse first = Must(client_->Billing(kBuyer, &Stub::ListCharges, request));
  ASSERT_THAT(first.charges(), SizeIs(2));
  EXPECT_EQ(first.charges(0).milestone_number(), 1u);
  EXPECT_EQ(first.charges(1).state(), v1::CHARGE_STATE_DECLINED);
  request.set_page_token(first.next_page_token());
  const v1::ListChargesResponse second = Must(client_->Billing(kBuyer, &Stub::ListCharges, request));
  ASSERT_THAT(second.charges(), SizeIs(1));
  EXPECT_EQ(second.charges(0).slot(), 2u);
  EXPECT_FALSE(second.charges(0).provider_reference().empty());
  EXPECT_THAT(second.next_page_token(), IsEmpty());
}

TEST_F(ReadingTest, EntriesInPagesForWhomTheyConcern) {
  const v1::Order order = PlaceOrder({5000, 5000});
  Must(client_->Deliver(order.name(), 1, false));
  Must(client_->Accept(order.name(), 1, v1::NEXT_STEP_END_ORDER));
  v1::ListEntriesRequest request;
  request.set_order(order.name());
  request.set_page_size(4);
  const v1::ListEntriesResponse first = Must(Entries(request, kBuyer));
  ASSERT_THAT(first.entries(), SizeIs(4));
  request.set_page_token(first.next_page_token());
  const v1::ListEntriesResponse rest = Must(Entries(request, kBuyer));
  ASSERT_THAT(rest.entries(), SizeIs(2));
  EXPECT_THAT(rest.next_page_token(), IsEmpty());
  request.clear_page_token();
  EXPECT_THAT(Entries(request, kStranger), RefusedWith(Reason::kOrderNotFound));

  v1::ListEntriesRequest own;
  own.set_account("seller:sam:clearing");
  const v1::ListEntriesResponse earned = Must(Entries(own, kSeller));
  ASSERT_THAT(earned.entries(), SizeIs(1));
  EXPECT_EQ(Cents(earned.entries(0).credit()), 4000);
  EXPECT_EQ(earned.entries(0).move(), "M2");
  EXPECT_THAT(Entries(own, kBuyer), RefusedWith(Reason::kNotTheAccountOwner));
  own.set_account("revenue:commission");
  EXPECT_THAT(Entries(own, kSeller), RefusedWith(Reason::kNotTheAccountOwner));
}

TEST_F(ReadingTest, BalancesForWhomTheyConcern) {
  const v1::Order order = PlaceOrder({5000, 5000});
  Must(client_->Deliver(order.name(), 1, false));
  Must(client_->Accept(order.name(), 1, v1::NEXT_STEP_END_ORDER));
  EXPECT_EQ(Cents(Must(Balance("seller:sam:clearing", kSeller)).balance()), 4000);
  EXPECT_EQ(Cents(Must(Balance("seller:bea:clearing", kBuyer)).balance()), 0);
  EXPECT_EQ(Must(Balance("seller:sam:clearing", kSeller, "EUR")).balance().currency_code(), "EUR");
  EXPECT_EQ(Cents(Must(Balance("provider:clearing", kOperator)).balance()), 5575);
  EXPECT_THAT(Balance("seller:sam:clearing", kBuyer), RefusedWith(Reason::kNotTheAccountOwner));
  EXPECT_THAT(Balance("seller:samuel:clearing", kSeller), RefusedWith(Reason::kNotTheAccountOwner));
  EXPECT_THAT(Balance("provider:clearing", kSeller), RefusedWith(Reason::kNotTheAccountOwner));
  EXPECT_THAT(Balance("seller:sam:clearing", kSeller, "usd"), RefusedWith(Reason::kInvalidFields));
}

TEST_F(ReadingTest, AnAccountThatNoAccountCanBeNamedLikeIsAnInvalidField) {
  for (const char* account :
       {"seller:sam:\u00fcber", "seller:sam:cl\u0435aring", "seller:sam: ", "seller:sam:\n"}) {
    v1::ListEntriesRequest entries;
    entries.set_account(account);
    for (const char* actor : {kSeller, kOperator}) {
      EXPECT_THAT(Balance(account, actor), RefusedWith(Reason::kInvalidFields)) << account;
      EXPECT_THAT(Entries(entries, actor), RefusedWith(Reason::kInvalidFields)) << account;
    }
  }
  EXPECT_THAT(Balance("", kOperator), RefusedWith(Reason::kInvalidFields));
}

TEST_F(ReadingTest, TheTrialBalanceIsForOperatorsAndPeersAndAlwaysZero) {
  PlaceOrder({5000, 5000});
  const v1::GetTrialBalanceRequest request;
  const auto ask = [&](const std::string& actor) {
    return client_->Call(actor, client_->ledger(), &v1::Ledger::Stub::GetTrialBalance, request);
  };
  const v1::GetTrialBalanceResponse balance = Must(ask(kOperator));
  EXPECT_TRUE(balance.balanced());
  int64_t debits = 0, credits = 0;
  std::set<std::string> kinds;
  for (const v1::TrialBalanceLine& line : balance.lines()) {
    debits += Cents(line.debits());
    credits += Cents(line.credits());
    kinds.insert(line.kind());
  }
  EXPECT_EQ(debits, 5575);
  EXPECT_EQ(debits, credits);
  EXPECT_EQ(kinds, (std::set<std::string>{"provider:clearing", "escrow", "revenue:buyer_fee"}));
  EXPECT_THAT(ask(kOfferServiceActor), IsOk());
  EXPECT_THAT(ask(kBuyer), RefusedWith(Reason::kNotAnOperator));
}

TEST_F(ReadingTest, AnOrderSaysWhatMayComeNextAndTheServerRefusesExactlyTheRest) {
  const v1::Order order = PlaceOrder({5000, 5000});
  std::set<std::string> allowed;
  for (const v1::NextAction& action : order.next_actions()) {
    if (action.allowed()) allowed.insert(action.method());
    EXPECT_EQ(action.allowed(), action.blocking_reason().empty()) << action.method();
  }
  EXPECT_EQ(allowed, (std::set<std::string>{"DeliverMilestone"}));
  const v1::Order delivered = Must(client_->Deliver(order.name(), 1, false));
  for (const v1::NextAction& action : delivered.next_actions()) {
    if (action.method() != "AcceptMilestone") continue;
    EXPECT_TRUE(action.allowed());
    EXPECT_EQ(action.deadline_time().seconds(), delivered.milestones(0).review_end_time().seconds());
    EXPECT_FALSE(action.at_deadline().empty());
  }
}

TEST_F(ReadingTest, TheWorkflowIsServedAsTheTableThatRuns) {
  const auto workflow =
      Must(client_->Billing("", &Stub::GetWorkflowDefinition, v1::GetWorkflowDefinitionRequest()));
  bool accepts = false, refuses_early = false, operators = false;
  for (const v1::WorkflowRule& rule : workflow.rules()) {
    EXPECT_FALSE(rule.trigger().empty());
    EXPECT_NE(rule.actor(), v1::PARTY_UNSPECIFIED) << rule.trigger();
    EXPECT_EQ(rule.allowed(), rule.refusal_reason().empty());
    EXPECT_EQ(rule.allowed(), rule.next_states_size() == 1);
    operators |= rule.allowed() && rule.actor() == v1::PARTY_OPERATOR && rule.trigger() == "ResolveCharge";
    if (rule.trigger() != "AcceptMilestone" || rule.state() != v1::ORDER_STATE_ACTIVE) continue;
    accepts |= rule.allowed() && rule.milestone_state() == v1::MILESTONE_STATE_DELIVERED;
    refuses_early |= rule.refusal_reason() == "MILESTONE_NOT_DELIVERED";
  }
  EXPECT_TRUE(accepts);
  EXPECT_TRUE(refuses_early);
  EXPECT_TRUE(operators);
}

}  // namespace
}  // namespace milepost::billing
