// W7, over the wire: a caller who repeats a step, with the same request id or a fresh one, alone or all at once, is
// charged for it once.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/e2e/platform.h"
#include "tests/e2e/stories/order_steps.h"
#include "tests/support/matchers.h"

namespace milepost::e2e {
namespace {

using billing::v1::MilestoneBilling;
using offers::v1::OfferService;

constexpr int kCallers = 20;

class ChargedOnce : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    platform_ = new Platform();
    ASSERT_THAT(platform_->Start(), testing::IsOk());
  }
  static void TearDownTestSuite() {
    delete platform_;
    platform_ = nullptr;
  }
  void SetUp() override {
    story_.emplace(platform_->client(), "charged once", NewRequestId().substr(24));
    sam_ = story_->NewPerson("sam");
    bea_ = story_->NewPerson("bea");
  }

  offers::v1::Offer SentOffer() {
    const std::string gig = PublishGig(*story_, sam_, "A film", 50000);
    return SendMilestoneOffer(*story_, sam_, bea_, gig, {{"Cut", 12000, 5}, {"Sound", 8000, 5}});
  }
  std::string DeliveredOrder() {
    const std::string order = AcceptOffer(*story_, bea_, SentOffer(), "pm_ok").order();
    Deliver(*story_, sam_, order, 1, false);
    return order;
  }
  static billing::v1::AcceptMilestoneRequest AcceptAndStart(const std::string& order) {
    billing::v1::AcceptMilestoneRequest request;
    request.set_name(MilestoneName(order, 1));
    request.set_next(billing::v1::NEXT_STEP_START_NEXT);
    request.set_request_id(NewRequestId());
    return request;
  }
  Reply<billing::v1::AcceptMilestoneResponse> Send(const billing::v1::AcceptMilestoneRequest& request) {
    return platform_->client().Call(bea_.actor, platform_->client().billing(),
                                    &MilestoneBilling::Stub::AcceptMilestone, request);
  }

  static Platform* platform_;
  std::optional<Story> story_;
  Person sam_, bea_;
};
Platform* ChargedOnce::platform_ = nullptr;

TEST_F(ChargedOnce, TheSameRequestIdTwiceIsAReplay) {
  const std::string order = DeliveredOrder();
  const auto request = AcceptAndStart(order);
  const auto first = Send(request), second = Send(request);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_FALSE(first->replayed());
  EXPECT_TRUE(second->replayed());
  EXPECT_EQ(second->order().name(), order);
  EXPECT_EQ(Captures(*story_, order), 2);
}

TEST_F(ChargedOnce, AFreshRequestIdOnTheSameStepIsRefused) {
  const std::string order = DeliveredOrder();
  ASSERT_TRUE(Send(AcceptAndStart(order)).ok());
  const auto again = Send(AcceptAndStart(order));
  EXPECT_EQ(again.status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(again.reason, "MILESTONE_ALREADY_ACCEPTED");
  EXPECT_EQ(Captures(*story_, order), 2);
}

TEST_F(ChargedOnce, TwentyCallersWithFreshRequestIds_OneWins) {
  const std::string order = DeliveredOrder();
  std::atomic<int> accepted = 0, refused = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&] {
      const auto reply = Send(AcceptAndStart(order));
      ++(reply.ok() ? accepted : refused);
      EXPECT_EQ(reply.reason, reply.ok() ? "" : "MILESTONE_ALREADY_ACCEPTED");
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(accepted, 1);
  EXPECT_EQ(refused, kCallers - 1);
  EXPECT_EQ(Captures(*story_, order), 2);
}

TEST_F(ChargedOnce, TwentyCallersWithOneRequestId_AllGetTheWinnersAnswer) {
  const std::string order = DeliveredOrder();
  const auto request = AcceptAndStart(order);
  std::atomic<int> first = 0, replayed = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&] {
      const auto reply = Send(request);
      ASSERT_TRUE(reply.ok()) << reply.reason;
      ++(reply->replayed() ? replayed : first);
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(first, 1);
  EXPECT_EQ(replayed, kCallers - 1);
  EXPECT_EQ(Captures(*story_, order), 2);
}

TEST_F(ChargedOnce, TwentyAcceptancesOfOneOffer_OneOrderOneCharge) {
  const offers::v1::Offer offer = SentOffer();
  std::atomic<int> accepted = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&] {
      offers::v1::AcceptOfferRequest request;
      request.set_name(offer.name());
      request.set_terms_hash(offer.terms_hash());
      request.set_payment_method("pm_ok");
      request.set_request_id(NewRequestId());
      const auto reply = platform_->client().Call(bea_.actor, platform_->client().offers(),
                                                  &OfferService::Stub::AcceptOffer, request);
      if (reply.ok())
        ++accepted;
      else
        EXPECT_TRUE(reply.reason == "ACCEPT_IN_PROGRESS" || reply.reason == "OFFER_NOT_SENT") << reply.reason;
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(accepted, 1);
  offers::v1::GetOfferRequest get;
  get.set_name(offer.name());
  const auto now =
      platform_->client().Call(bea_.actor, platform_->client().offers(), &OfferService::Stub::GetOffer, get);
  EXPECT_EQ(Captures(*story_, now->offer().order()), 1);
}

}  // namespace
}  // namespace milepost::e2e
