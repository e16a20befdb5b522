// Reading orders, charges, deadlines and the ledger: who sees what, and lists in pages.
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/rpc/reason_wire.h"
#include "tests/component/milestone_billing/ways_out.h"

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
  EXPECT_EQ(order.last_payment().decline_reason(), type::v1::DECLINE_REASON_INSUFFICIENT_FUNDS);
  for (const char* actor : {kBuyer, kOperator, kOfferServiceActor}) {
    EXPECT_EQ(Must(client_->Get(order.name(), actor)).last_payment().decline_reason(),
              type::v1::DECLINE_REASON_INSUFFICIENT_FUNDS);
    EXPECT_EQ(client_->Charges(order.name(), actor)[0].decline_reason(),
              type::v1::DECLINE_REASON_INSUFFICIENT_FUNDS);
  }
  const type::v1::PaymentOutcome payment = Must(client_->Get(order.name(), kSeller)).last_payment();
  EXPECT_EQ(payment.state(), type::v1::PAYMENT_STATE_DECLINED);
  EXPECT_EQ(payment.why_case(), type::v1::PaymentOutcome::WHY_NOT_SET);
  const v1::Charge charge = client_->Charges(order.name(), kSeller)[0];
  EXPECT_EQ(charge.state(), v1::CHARGE_STATE_DECLINED);
  EXPECT_EQ(charge.decline_reason(), type::v1::DECLINE_REASON_UNSPECIFIED);
  EXPECT_EQ(Must(GetCharge(charge.name(), kSeller)).charge().decline_reason(),
            type::v1::DECLINE_REASON_UNSPECIFIED);
  EXPECT_EQ(Must(List(kSeller, v1::ORDER_ROLE_SELLER)).orders(0).last_payment().why_case(),
            type::v1::PaymentOutcome::WHY_NOT_SET);
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

// 11, W2: a client that knows nothing but next_actions: of every action it previews each option, the listed ones succeed and
// the others don't; of a blocked one the reason is the one that is told.
class NextActionsTest : public ReadingTest {
 protected:
  template <class Request, class Response>
  std::string Preview(const std::string& actor,
                      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                      const std::string& name, Request request) {
    request.set_name(name);
    request.set_request_id(NewRequestId());
    request.set_validate_only(true);
    return ReasonOf(client_->Billing(actor, method, request).status());
  }
  static std::string ReasonOf(const absl::Status& status) {
    const std::optional<Refusal> refusal = RefusalOf(status);
    return status.ok() ? "" : refusal ? std::string(RowOf(refusal->reason).name) : status.ToString();
  }

  // With the quote that the test has kept, and a card that was not tried yet.
  std::string PreviewPlaceGigOrder() {
    v1::PlaceGigOrderRequest request;
    request.set_quote(quote_);
    request.set_payment_method("pm_another");
    request.set_request_id(NewRequestId());
    request.set_validate_only(true);
    return ReasonOf(client_->Billing(kBuyer, &Stub::PlaceGigOrder, request).status());
  }
  std::string PreviewResolveCharge(const v1::Order& order) {
    const std::string charge = client_->Charges(order.name(), kOperator).back().name();
    return Preview(kOperator, &Stub::ResolveCharge, charge, ResolutionOf(charge));
  }
  // Of a method that has no options.
  std::string PreviewStep(const v1::Order& order, const v1::NextAction& action) {
    const std::string& method = action.method();
    if (method == "PlaceGigOrder") return PreviewPlaceGigOrder();
    if (method == "ResolveCharge") return PreviewResolveCharge(order);
    if (method == "StartNextMilestone")
      return Preview(kBuyer, &Stub::StartNextMilestone, order.name(), v1::StartNextMilestoneRequest());
    if (method == "EndOrder") return Preview(kBuyer, &Stub::EndOrder, order.name(), v1::EndOrderRequest());
    if (method == "PostUpdate") {
      v1::PostUpdateRequest request;
      request.set_message("half done");
      return Preview(kSeller, &Stub::PostUpdate, MilestoneName(order.name(), action.milestone_number()),
                     request);
    }
    if (method == "RequestRevision") {
      v1::RequestRevisionRequest request;
      request.set_message("rounder");
      return Preview(kBuyer, &Stub::RequestRevision, MilestoneName(order.name(), action.milestone_number()),
                     request);
    }
    if (method == "RetryPayment") {
      v1::RetryPaymentRequest request;
      request.set_payment_method("pm_ok");
      return Preview(kBuyer, &Stub::RetryPayment, order.name(), request);
    }
    return PreviewWayOut(order, action);
  }
  std::string PreviewWayOut(const v1::Order& order, const v1::NextAction& action) {
    const std::string& method = action.method();
    const int milestone = static_cast<int>(action.milestone_number());
    const std::string name = MilestoneName(order.name(), milestone);
    const char* actor = action.actor() == v1::PARTY_BUYER    ? kBuyer
                        : action.actor() == v1::PARTY_SELLER ? kSeller
                                                             : kOperator;
    if (method == "CancelLateMilestone")
      return Preview(actor, &Stub::CancelLateMilestone, name, v1::CancelLateMilestoneRequest());
    if (method == "RequestCancellation") {
      CheckSellerAmount(order, action, actor);
      return Preview(actor, &Stub::RequestCancellation, order.name(), CancellationOf(order.name()));
    }
    if (method == "AnswerCancellation")
      return Preview(actor, &Stub::AnswerCancellation, order.name(), AnswerTo(order.name(), kAgree));
    if (method == "OpenDispute")
      return Preview(actor, &Stub::OpenDispute, name, DisputeOf(order.name(), milestone));
    if (method == "WithdrawDispute")
      return Preview(actor, &Stub::WithdrawDispute, name, v1::WithdrawDisputeRequest());
    if (method == "ResolveDispute")
      return Preview(actor, &Stub::ResolveDispute, name, ReleaseOf(order.name(), milestone));
    ADD_FAILURE() << "nobody tries " << method;
    return "";
  }
  // The most that the seller may be given is given, a cent more is not.
  void CheckSellerAmount(const v1::Order& order, const v1::NextAction& action, const std::string& actor) {
    EXPECT_EQ(action.has_seller_amount_max(), action.allowed());
    if (!action.allowed()) return;
    const int64_t most = Cents(action.seller_amount_max());
    const auto preview = [&](int64_t cents) {
      return Preview(actor, &Stub::RequestCancellation, order.name(), CancellationOf(order.name(), cents));
    };
    EXPECT_EQ(preview(most), "");
    EXPECT_NE(preview(most + 1), "");
  }

  // As ErrorInfo names it; "" of an action that is allowed.
  static std::string BlockedBy(const v1::NextAction& action) {
    const std::optional<Reason> reason = rpc::ReasonOf(action.blocking_reason());
    return reason ? std::string(RowOf(*reason).name) : std::string();
  }
  void CheckDelivery(const v1::Order& order, const v1::NextAction& action) {
    const auto fits = [](v1::FieldUse use, bool set) {
      return use == v1::FIELD_USE_OPTIONAL || (use == v1::FIELD_USE_REQUIRED) == set;
    };
    for (const bool final_delivery : {false, true}) {
      for (const std::string url : {"", "https://meet.example/1"}) {
        v1::DeliverMilestoneRequest request;
        request.set_final_delivery(final_delivery);
        request.set_meeting_url(url);
        const std::string name = MilestoneName(order.name(), action.milestone_number());
        const std::string reason = Preview(kSeller, &Stub::DeliverMilestone, name, request);
        if (!action.allowed())
          EXPECT_EQ(reason, BlockedBy(action));
        else
          EXPECT_EQ(reason.empty(), fits(action.final_delivery(), final_delivery) &&
                                        fits(action.meeting_url(), !url.empty()));
      }
    }
  }
  void CheckAcceptance(const v1::Order& order, const v1::NextAction& action) {
    for (int next = v1::NextStep_MIN; next <= v1::NextStep_MAX; ++next) {
      v1::AcceptMilestoneRequest request;
      request.set_next(static_cast<v1::NextStep>(next));
      const std::string name = MilestoneName(order.name(), action.milestone_number());
      const std::string reason = Preview(kBuyer, &Stub::AcceptMilestone, name, request);
      if (!action.allowed())
        EXPECT_EQ(reason, BlockedBy(action));
      else
        EXPECT_EQ(reason.empty(), std::count(action.next().begin(), action.next().end(), next) == 1) << next;
    }
  }
  // Every action of the order as it stands; and every deadline that it has in one of them.
  void Check(const v1::Order& answered) {
    SCOPED_TRACE(v1::OrderState_Name(answered.state()));
    // An operator is shown the parties' actions, and its own: ResolveCharge, RequestCancellation and ResolveDispute.
    const v1::Order order = Must(client_->Get(answered.name(), kOperator));
    EXPECT_EQ(order.next_actions_size(), answered.next_actions_size() + 3);
    std::set<int64_t> shown;
    for (const v1::NextAction& action : order.next_actions()) {
      SCOPED_TRACE(action.method());
      EXPECT_EQ(action.allowed(), action.blocking_reason() == type::v1::REASON_UNSPECIFIED);
      EXPECT_EQ(action.has_deadline_time(), !action.at_deadline().empty());
      if (action.has_deadline_time()) shown.insert(action.deadline_time().seconds());
      if (action.method() == "DeliverMilestone")
        CheckDelivery(order, action);
      else if (action.method() == "AcceptMilestone")
        CheckAcceptance(order, action);
      else
        EXPECT_EQ(PreviewStep(order, action), BlockedBy(action));
      tried_.insert(action.method() + (action.allowed() ? "" : " blocked"));
    }
    for (const v1::Deadline& deadline : client_->Deadlines(order.name())) {
      if (deadline.state() == v1::DEADLINE_STATE_PENDING) {
        EXPECT_TRUE(shown.contains(deadline.due_time().seconds())) << v1::DeadlineKind_Name(deadline.kind());
      }
    }
  }
  // The same of orders on their ways out. No quote is kept of them: PlaceGigOrder is not offered.
  void CheckWaysOut() {
    const std::string name = PlaceOrder({10000, 8000, 6000}).name();
    client_->Advance(5 * kDay);
    Check(Must(client_->Get(name)));  // late
    client_->Advance(kDay);
    Check(Must(client_->Get(name)));  // … and to be cancelled by the buyer
    for (const char* party : {kBuyer, kSeller}) {
      Must(client_->Billing(party, &Stub::RequestCancellation, CancellationOf(name, 2000)));
      Check(Must(client_->Get(name)));
      Check(Must(client_->Billing(party, &Stub::OpenDispute, DisputeOf(name, 1))).order());
      const char* other = party == std::string(kBuyer) ? kSeller : kBuyer;
      Must(client_->Billing(other, &Stub::AnswerCancellation, AnswerTo(name, kReject)));
      Check(Must(client_->Get(name)));
      Check(Must(client_->Billing(party, &Stub::WithdrawDispute, WithdrawalOf(name, 1))).order());
    }
    Check(Must(client_->Deliver(name, 1, false)));
    Check(Must(client_->Billing(kBuyer, &Stub::RequestRevision, RevisionOf(name, 1))).order());
    client_->Advance(3 * kDay);
    Check(Must(client_->Get(name)));  // late
    client_->Advance(30 * kDay);
    Check(Must(client_->Get(name)));  // an operator is called
    Must(client_->Billing(kBuyer, &Stub::OpenDispute, DisputeOf(name, 1)));
    Must(client_->Billing(kOperator, &Stub::ResolveDispute, SplitOf(name, 1, 3333)));
    Check(Must(client_->Get(name)));
  }

  std::string quote_;            // of the order that is checked
  std::set<std::string> tried_;  // "EndOrder", "EndOrder blocked"
};

TEST_F(NextActionsTest, WhatIsAllowedSucceedsAndTheRestIsRefusedAsItSays) {
  const std::string gig = NewGig({5000, 5000, 5000});
  catalog::v1::PreviewWorkflowResponse with_meeting = GigOf(gig, {5000, 5000, 5000});
  with_meeting.mutable_steps(2)->set_zoom(true);
  peers_.catalog().Set(with_meeting);
  milepost::testing::v1::Script script;
  script.set_pending_queries(1'000'000);
  const std::string slow = NewPaymentMethod(script);
  quote_ = Must(client_->Quote(gig, v1::ORDER_TYPE_MILESTONES)).quote();
  Check(Must(client_->Place(quote_, slow)).order());
  quote_ = Must(client_->Quote(gig, v1::ORDER_TYPE_MILESTONES)).quote();
  Check(Must(client_->Place(quote_, "pm_card_expired")).order());
  const std::string name = Must(client_->Place(quote_, "pm_ok")).order().name();
  Check(Must(client_->Get(name)));
  Check(Must(client_->Deliver(name, 1, false)));
  Check(Must(client_->Accept(name, 1, v1::NEXT_STEP_UNSPECIFIED)));
  Check(Must(client_->StartNext(name, "pm_declined")));
  // It pays with this method from here on: each payment is open until the reconciler has asked.
  Check(Must(client_->Retry(name, "pm_unknown_then_ok")));
  const auto settle = [&] {
    for (int tick = 0; tick < 5 && Must(client_->Get(name)).state() != v1::ORDER_STATE_ACTIVE; ++tick) {
      client_->Advance(absl::Minutes(2));
      Must(server_->reconciler().Tick());
    }
  };
  settle();
  Check(Must(client_->Get(name)));
  Check(Must(client_->Deliver(name, 2, false)));
  Check(Must(client_->Accept(name, 2, v1::NEXT_STEP_START_NEXT)));
  settle();
  Check(Must(client_->Deliver(name, 3, true)));
  Check(Must(client_->Accept(name, 3, v1::NEXT_STEP_UNSPECIFIED)));
  CheckWaysOut();
  for (const std::string& method : Mutations()) {
    if (method == "PlaceOrder") continue;  // a peer's, which no next action is
    EXPECT_TRUE(tried_.contains(method)) << method;
    EXPECT_TRUE(tried_.contains(absl::StrCat(method, " blocked"))) << method;
  }
}

// A15: the grace time runs while the payment is open, and both parties see it.
TEST_F(NextActionsTest, AnOpenPaymentShowsTheGraceTime) {
  const v1::Order open = StartSecond("pm_pending");
  ASSERT_EQ(open.state(), v1::ORDER_STATE_AWAITING_PAYMENT);
  for (const std::string& party : {std::string(kBuyer), std::string(kSeller)}) {
    const v1::NextAction retry = ActionOf(Must(client_->Get(open.name(), party)), "RetryPayment");
    EXPECT_FALSE(retry.allowed());
    EXPECT_EQ(retry.blocking_reason(), type::v1::REASON_PAYMENT_IN_PROGRESS);
    EXPECT_EQ(retry.deadline_time().seconds(), client_->Deadlines(open.name()).back().due_time().seconds());
    EXPECT_EQ(retry.at_deadline(), "if the open payment fails, order COMPLETED (PAYMENT_GRACE_TIMEOUT)");
  }
}

TEST_F(NextActionsTest, TheLastMilestoneListsWhatMayBeSaidThere) {
  const v1::Order first = PlaceOrder({5000, 5000});
  EXPECT_EQ(ActionOf(first, "DeliverMilestone").final_delivery(), v1::FIELD_USE_FORBIDDEN);
  EXPECT_EQ(ActionOf(first, "DeliverMilestone").meeting_url(), v1::FIELD_USE_FORBIDDEN);
  const v1::Order delivered = Must(client_->Deliver(first.name(), 1, false));
  EXPECT_THAT(ActionOf(delivered, "AcceptMilestone").next(),
              ElementsAre(v1::NEXT_STEP_UNSPECIFIED, v1::NEXT_STEP_START_NEXT, v1::NEXT_STEP_DECIDE_LATER,
                          v1::NEXT_STEP_END_ORDER));
  const v1::Order last = Must(client_->Accept(first.name(), 1, v1::NEXT_STEP_START_NEXT));
  EXPECT_EQ(ActionOf(last, "DeliverMilestone").final_delivery(), v1::FIELD_USE_REQUIRED);
  EXPECT_THAT(ActionOf(last, "AcceptMilestone").next(), IsEmpty()) << "it is not allowed";
  EXPECT_THAT(ActionOf(Must(client_->Deliver(first.name(), 2, true)), "AcceptMilestone").next(),
              ElementsAre(v1::NEXT_STEP_UNSPECIFIED, v1::NEXT_STEP_END_ORDER));
}

// "BUYER" of "PARTY_BUYER", "ACTIVE" of "ORDER_STATE_ACTIVE".
std::string Short(absl::string_view name) {
  for (const absl::string_view prefix : {"PARTY_", "ORDER_STATE_"}) absl::ConsumePrefix(&name, prefix);
  return std::string(name);
}

TEST_F(ReadingTest, TheWorkflowIsServedAsTheTableThatRuns) {
  const auto workflow =
      Must(client_->Billing("", &Stub::GetWorkflowDefinition, v1::GetWorkflowDefinitionRequest()));
  bool accepts = false, refuses_early = false, operators = false;
  std::set<std::string> ways_out;  // "RequestCancellation OPERATOR DISPUTED CANCELLED"
  for (const v1::WorkflowRule& rule : workflow.rules()) {
    EXPECT_FALSE(rule.trigger().empty());
    EXPECT_NE(rule.actor(), v1::PARTY_UNSPECIFIED) << rule.trigger();
    EXPECT_EQ(rule.allowed(), rule.refusal_reason() == type::v1::REASON_UNSPECIFIED);
    EXPECT_EQ(rule.allowed(), rule.next_states_size() == 1);
    operators |= rule.allowed() && rule.actor() == v1::PARTY_OPERATOR && rule.trigger() == "ResolveCharge";
    if (rule.allowed() && rule.state() == v1::ORDER_STATE_DISPUTED)
      ways_out.insert(absl::StrCat(rule.trigger(), " by ", Short(v1::Party_Name(rule.actor())), ": ",
                                   Short(v1::OrderState_Name(rule.next_states(0)))));
    if (rule.trigger() != "AcceptMilestone" || rule.state() != v1::ORDER_STATE_ACTIVE) continue;
    accepts |= rule.allowed() && rule.milestone_state() == v1::MILESTONE_STATE_DELIVERED;
    refuses_early |= rule.refusal_reason() == type::v1::REASON_MILESTONE_NOT_DELIVERED;
  }
  EXPECT_TRUE(accepts);
  EXPECT_TRUE(refuses_early);
  EXPECT_TRUE(operators);
  // By party: who leads an order out of a dispute, and where to.
  EXPECT_THAT(
      ways_out,
      ElementsAre("AcceptMilestone by BUYER: AWAITING_NEXT", "AcceptMilestone by BUYER: COMPLETED",
                  "AnswerCancellation by BUYER: CANCELLED", "AnswerCancellation by BUYER: COMPLETED",
                  "AnswerCancellation by BUYER: DISPUTED", "AnswerCancellation by SELLER: CANCELLED",
                  "AnswerCancellation by SELLER: COMPLETED", "AnswerCancellation by SELLER: DISPUTED",
                  "CANCELLATION_ANSWER by SYSTEM: DISPUTED", "DISPUTE by SYSTEM: DISPUTED",
                  "PAYMENT_SUCCEEDED_LATE by SYSTEM: DISPUTED", "PlaceGigOrder by BUYER: DISPUTED",
                  "PlaceOrder by OFFER_SERVICE: DISPUTED", "PostUpdate by SELLER: DISPUTED",
                  "REFUND_FAILED by SYSTEM: DISPUTED", "REFUND_SUCCEEDED by SYSTEM: DISPUTED",
                  "RequestCancellation by BUYER: DISPUTED", "RequestCancellation by OPERATOR: CANCELLED",
                  "RequestCancellation by OPERATOR: COMPLETED", "RequestCancellation by SELLER: CANCELLED",
                  "RequestCancellation by SELLER: COMPLETED", "RequestCancellation by SELLER: DISPUTED",
                  "ResolveDispute by OPERATOR: AWAITING_NEXT", "ResolveDispute by OPERATOR: CANCELLED",
                  "ResolveDispute by OPERATOR: COMPLETED", "WithdrawDispute by BUYER: ACTIVE",
                  "WithdrawDispute by SELLER: ACTIVE"));
}

}  // namespace
}  // namespace milepost::billing
