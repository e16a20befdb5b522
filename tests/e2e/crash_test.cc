// A process is killed in the middle of each step that crosses services, as kill -9 would; it is started again, and the
// step must finish by itself: nothing lost, nothing charged twice, nothing paid twice (W7, A16, A29).
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>

#include "tests/e2e/platform.h"
#include "tests/e2e/stories/order_steps.h"
#include "tests/support/matchers.h"

namespace milepost::e2e {
namespace {

using billing::v1::MilestoneBilling;
using offers::v1::OfferService;
using Server = Platform::Server;

constexpr int64_t kFirst = 12000, kSecond = 8000;

class Crash : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(platform_.Start(), testing::IsOk());
    story_.emplace(platform_.client(), "a crash", NewRequestId().substr(24));
    sam_ = story_->NewPerson("sam");
    bea_ = story_->NewPerson("bea");
  }

  offers::v1::Offer SentOffer() {
    const std::string gig = PublishGig(*story_, sam_, "A film", 50000);
    return SendMilestoneOffer(*story_, sam_, bea_, gig, {{"Cut", kFirst, 5}, {"Sound", kSecond, 5}});
  }
  // An order whose first milestone is delivered.
  std::string DeliveredOrder() {
    const std::string order = AcceptOffer(*story_, bea_, SentOffer(), "pm_ok").order();
    Deliver(*story_, sam_, order, 1, false);
    return order;
  }

  offers::v1::AcceptOfferRequest AcceptRequest(const offers::v1::Offer& offer) {
    offers::v1::AcceptOfferRequest request;
    request.set_name(offer.name());
    request.set_terms_hash(offer.terms_hash());
    request.set_payment_method("pm_ok");
    request.set_request_id(NewRequestId());
    return request;
  }
  Reply<offers::v1::AcceptOfferResponse> Send(const offers::v1::AcceptOfferRequest& request) {
    return platform_.client().Call(bea_.actor, platform_.client().offers(), &OfferService::Stub::AcceptOffer,
                                   request);
  }
  Reply<billing::v1::AcceptMilestoneResponse> Send(const billing::v1::AcceptMilestoneRequest& request) {
    return platform_.client().Call(bea_.actor, platform_.client().billing(),
                                   &MilestoneBilling::Stub::AcceptMilestone, request);
  }
  billing::v1::AcceptMilestoneRequest AcceptAndStart(const std::string& order) {
    billing::v1::AcceptMilestoneRequest request;
    request.set_name(MilestoneName(order, 1));
    request.set_next(billing::v1::NEXT_STEP_START_NEXT);
    request.set_request_id(NewRequestId());
    return request;
  }

  offers::v1::Offer OfferNow(const std::string& name) {
    offers::v1::GetOfferRequest request;
    request.set_name(name);
    return platform_.client()
        .Call(bea_.actor, platform_.client().offers(), &OfferService::Stub::GetOffer, request)
        .response.offer();
  }
  billing::v1::Order OrderNow(const std::string& name) {
    billing::v1::GetOrderRequest request;
    request.set_name(name);
    return platform_.client()
        .Call(bea_.actor, platform_.client().billing(), &MilestoneBilling::Stub::GetOrder, request)
        .response.order();
  }

  // Whether the simulator holds a call about this order back.
  bool IsHeld(const std::string& order) {
    testing::v1::ListCallsRequest request;
    request.set_key_prefix(order);
    const auto calls = platform_.client().Call("operators/test", platform_.client().simulator(),
                                               &testing::v1::PaymentSimulator::Stub::ListCalls, request);
    return std::any_of(calls->calls().begin(), calls->calls().end(),
                       [](const auto& call) { return call.state() == testing::v1::CALL_STATE_HELD; });
  }

  void ExpectAcceptedOnce(const std::string& offer) {
    EXPECT_TRUE(Eventually([&] { return OfferNow(offer).state() == offers::v1::OFFER_STATE_ACCEPTED; }))
        << OfferNow(offer).ShortDebugString();
    const std::string order = OfferNow(offer).order();
    EXPECT_EQ(OrderNow(order).state(), billing::v1::ORDER_STATE_ACTIVE);
    EXPECT_EQ(Captures(*story_, order), 1);
    ExpectBalanced();
  }
  void ExpectSecondMilestoneFundedOnce(const std::string& order) {
    EXPECT_TRUE(Eventually([&] { return OrderNow(order).state() == billing::v1::ORDER_STATE_ACTIVE; }))
        << OrderNow(order).ShortDebugString();
    const billing::v1::Order now = OrderNow(order);
    EXPECT_EQ(now.current_milestone(), 2u);
    EXPECT_TRUE(now.work_authorized());
    EXPECT_EQ(Cents(now.totals().funded()), kFirst + kSecond);
    EXPECT_EQ(Cents(now.totals().released()), kFirst);
    EXPECT_EQ(Captures(*story_, order), 2);
    ExpectBalanced();
  }
  void ExpectBalanced() {
    const auto trial = platform_.client().Call("operators/test", platform_.client().ledger(),
                                               &billing::v1::Ledger::Stub::GetTrialBalance,
                                               billing::v1::GetTrialBalanceRequest());
    ASSERT_TRUE(trial.ok()) << trial.status.error_message();
    EXPECT_TRUE(trial->balanced());
  }

  Platform platform_;
  std::optional<Story> story_;
  Person sam_, bea_;
};

// OfferService dies with the offer ACCEPTING and PlaceOrder not sent: the driver of the next process sends it.
TEST_F(Crash, OfferServiceBeforePlaceOrder) {
  const offers::v1::Offer offer = SentOffer();
  ASSERT_TRUE(platform_.StartArmed(Server::kOffers, "before_place_order").ok());
  EXPECT_FALSE(Send(AcceptRequest(offer)).ok());
  ASSERT_TRUE(platform_.AwaitDeath(Server::kOffers));
  ASSERT_TRUE(platform_.Restart(Server::kOffers).ok());
  ExpectAcceptedOnce(offer.name());
}

// OfferService dies with the order placed and charged, but before it has noted that: it asks again and learns it.
TEST_F(Crash, OfferServiceAfterPlaceOrder) {
  const offers::v1::Offer offer = SentOffer();
  ASSERT_TRUE(platform_.StartArmed(Server::kOffers, "after_place_order").ok());
  const auto request = AcceptRequest(offer);
  EXPECT_FALSE(Send(request).ok());
  ASSERT_TRUE(platform_.AwaitDeath(Server::kOffers));
  ASSERT_TRUE(platform_.Restart(Server::kOffers).ok());
  ExpectAcceptedOnce(offer.name());
  // The caller's own retry, with the same request id, is answered with the outcome.
  const auto retried = Send(request);
  ASSERT_TRUE(retried.ok()) << retried.status.error_message();
  EXPECT_TRUE(retried->replayed());
  EXPECT_EQ(retried->offer().state(), offers::v1::OFFER_STATE_ACCEPTED);
}

// MilestoneBilling dies between the two transactions of a charge, at each of its places.
class CrashOfBilling : public Crash, public ::testing::WithParamInterface<const char*> {};

TEST_P(CrashOfBilling, WhileTheSecondMilestoneIsCharged) {
  const std::string order = DeliveredOrder();
  ASSERT_TRUE(platform_.StartArmed(Server::kBilling, GetParam()).ok());
  const auto request = AcceptAndStart(order);
  EXPECT_FALSE(Send(request).ok());
  ASSERT_TRUE(platform_.AwaitDeath(Server::kBilling));
  ASSERT_TRUE(platform_.Restart(Server::kBilling).ok());
  const auto retried = Send(request);  // the same request id: the first outcome, whatever has happened since
  ASSERT_TRUE(retried.ok()) << retried.reason << retried.status.error_message();
  ExpectSecondMilestoneFundedOnce(order);
}

TEST_P(CrashOfBilling, WhileAnOfferIsPlaced) {
  const offers::v1::Offer offer = SentOffer();
  ASSERT_TRUE(platform_.StartArmed(Server::kBilling, GetParam()).ok());
  const auto accepted =
      Send(AcceptRequest(offer));  // A29: the acceptance is saved, whatever became of billing
  EXPECT_TRUE(accepted.ok()) << accepted.status.error_message();
  ASSERT_TRUE(platform_.AwaitDeath(Server::kBilling));
  ASSERT_TRUE(platform_.Restart(Server::kBilling).ok());
  ExpectAcceptedOnce(offer.name());
}

std::string NameOfPlace(const ::testing::TestParamInfo<const char*>& info) {
  std::string name = info.param;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !std::isalnum(c); }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(EachPlace, CrashOfBilling,
                         ::testing::Values("before_commit", "after_commit_before_answer",
                                           "charging.before_provider", "charging.after_provider"),
                         NameOfPlace);

// MilestoneBilling dies while it gives a cancelled milestone's money back, before or after the provider is asked: the buyer gets it
// once (M6).
class CrashOfRefunder : public Crash, public ::testing::WithParamInterface<const char*> {};

TEST_P(CrashOfRefunder, TheBuyerOfACancelledMilestoneGetsTheMoneyOnce) {
  const offers::v1::Offer offer = SentOffer();
  const std::string order = AcceptOffer(*story_, bea_, offer, "pm_ok").order();
  Deliver(*story_, sam_, order, 1, false);
  ASSERT_TRUE(platform_.StartArmed(Server::kBilling, GetParam()).ok());
  billing::v1::RequestCancellationRequest request;
  request.set_name(order);
  *request.mutable_seller_amount() = Usd(2000);
  request.set_message("Both told us so.");
  request.set_request_id(NewRequestId());
  const auto send = [&] {
    return platform_.client().Call(kOperator.actor, platform_.client().billing(),
                                   &MilestoneBilling::Stub::RequestCancellation, request);
  };
  send();  // answered or not: the refunder may be faster than the answer
  ASSERT_TRUE(platform_.AwaitDeath(Server::kBilling));
  ASSERT_TRUE(platform_.Restart(Server::kBilling).ok());
  const auto retried = send();
  ASSERT_TRUE(retried.ok()) << retried.reason << retried.status.error_message();
  EXPECT_TRUE(retried->replayed());
  EXPECT_EQ(retried->order().state(), billing::v1::ORDER_STATE_CANCELLED);
  AwaitRefund(*story_, bea_, order, 10000 + 550);  // g = floor(660 × 10000 / 12000)
  EXPECT_EQ(AwaitOfferEnd(*story_, sam_, offer.name()).order_state(),
            offers::v1::OFFER_ORDER_STATE_CANCELLED);
  story_->ExpectSettled(
      OrderNow(order), sam_,
      {.seller = 1600, .commission = 400, .buyer_fees = 660, .refunded = 10000, .fees_refunded = 550});
}

INSTANTIATE_TEST_SUITE_P(EachPlace, CrashOfRefunder,
                         ::testing::Values("refunding.before_provider", "refunding.after_provider"),
                         NameOfPlace);

// MilestoneBilling dies with the order ended and OfferService not told.
TEST_F(Crash, BillingBeforeItTellsTheOutcome) {
  const offers::v1::Offer offer = SentOffer();
  const std::string order = AcceptOffer(*story_, bea_, offer, "pm_ok").order();
  Deliver(*story_, sam_, order, 1, false);
  ASSERT_TRUE(platform_.StartArmed(Server::kBilling, "relay.before_recording").ok());
  billing::v1::AcceptMilestoneRequest request = AcceptAndStart(order);
  request.set_next(billing::v1::NEXT_STEP_END_ORDER);
  Send(request);
  ASSERT_TRUE(platform_.AwaitDeath(Server::kBilling));
  ASSERT_TRUE(platform_.Restart(Server::kBilling).ok());
  EXPECT_TRUE(Eventually(
      [&] { return OfferNow(offer.name()).order_state() == offers::v1::OFFER_ORDER_STATE_COMPLETED; }));
  EXPECT_EQ(OrderNow(order).completion_reason(), type::v1::COMPLETION_REASON_ENDED_BY_BUYER);
}

// The provider dies with our question in its hands, before it has taken note of it; billing keeps the attempt open and
// settles it when the provider is back.
TEST_F(Crash, ProviderWhileItIsAsked) {
  const std::string order = DeliveredOrder();
  testing::v1::PauseAnswersRequest pause;
  pause.set_key_prefix(order);
  pause.set_point(testing::v1::PAUSE_POINT_BEFORE_RECORDING);
  ASSERT_TRUE(platform_.client()
                  .Call("operators/test", platform_.client().simulator(),
                        &testing::v1::PaymentSimulator::Stub::PauseAnswers, pause)
                  .ok());
  Reply<billing::v1::AcceptMilestoneResponse> accepted;
  std::thread caller([&] { accepted = Send(AcceptAndStart(order)); });
  EXPECT_TRUE(Eventually([&] { return IsHeld(order); }));
  platform_.process(Server::kSimulator).Kill();
  caller.join();
  ASSERT_TRUE(accepted.ok()) << accepted.status.error_message();  // A29
  EXPECT_EQ(accepted->order().state(), billing::v1::ORDER_STATE_AWAITING_PAYMENT);
  EXPECT_EQ(accepted->order().last_payment().state(), type::v1::PAYMENT_STATE_OPEN);
  EXPECT_FALSE(accepted->order().work_authorized());
  ASSERT_THAT(platform_.Restart(Server::kSimulator), testing::IsOk());
  ExpectSecondMilestoneFundedOnce(order);
}

// The catalogue dies with billing's question in its hands: the quote says so, clearly, and works again later.
TEST_F(Crash, CatalogWhileAQuoteIsAsked) {
  const std::string gig = PublishGig(*story_, sam_, "A film", 50000);
  billing::v1::QuoteOrderRequest request;
  request.mutable_gig_selection()->set_gig(gig);
  request.mutable_gig_selection()->set_package(type::v1::PACKAGE_BASIC);
  request.mutable_gig_selection()->set_workflow(billing::v1::ORDER_TYPE_ONE_TIME);
  const auto ask = [&] {
    return platform_.client().Call(bea_.actor, platform_.client().billing(),
                                   &MilestoneBilling::Stub::QuoteOrder, request);
  };
  ASSERT_TRUE(ask().ok());
  platform_.process(Server::kCatalog).Freeze();  // takes the question, and never answers it
  Reply<billing::v1::QuoteOrderResponse> away;
  std::atomic<bool> answered = false;
  std::thread caller([&] {
    away = ask();
    answered = true;
  });
  EXPECT_FALSE(answered);
  platform_.process(Server::kCatalog).Kill();
  caller.join();
  EXPECT_EQ(away.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(away.reason, "PEER_UNAVAILABLE");
  EXPECT_EQ(away.status.error_message().find("127.0.0.1"), std::string::npos);  // nobody's address leaks
  ASSERT_THAT(platform_.Restart(Server::kCatalog), testing::IsOk());
  EXPECT_TRUE(Eventually([&] { return ask().ok(); }));
}

}  // namespace
}  // namespace milepost::e2e
