// Acceptances (A28, A29): what the buyer sees, whatever becomes of the payment, and what happens when nobody answers.
#include <gmock/gmock.h>

#include <atomic>
#include <set>
#include <thread>

#include "common/rpc/status_map.h"
#include "common/rpc/wire.h"
#include "tests/component/offer_service/world.h"
#include "tests/support/matchers.h"

namespace milepost::offers {
namespace {

using ::testing::AnyOf;
using testing::IsOk;
using ::testing::Ne;
using testing::RefusedWith;
using ::testing::SizeIs;

constexpr int kRacers = 20;

class AcceptTest : public OfferTest {
 protected:
  // Runs `act(i)` on so many threads at once.
  static void Race(int racers, const std::function<void(int)>& act) {
    std::atomic<int> waiting = racers;
    std::vector<std::thread> threads;
    for (int i = 0; i < racers; ++i)
      threads.emplace_back([&, i] {
        --waiting;
        while (waiting > 0) std::this_thread::yield();
        act(i);
      });
    for (std::thread& thread : threads) thread.join();
  }

  // Lets enough time pass for the AcceptDriver to take over from the calls that were answered (--accept_patience).
  void LetTheDriverTakeOver() { client().Advance(absl::Minutes(2)); }

  // An offer whose payment is left open.
  v1::Offer Accepting() {
    peers().billing.Answer(LeavesOpen());
    const v1::Offer offer = Sent();
    const auto accepted = client().Accept(offer);
    EXPECT_THAT(accepted, IsOk());
    EXPECT_EQ(accepted->offer().state(), v1::OFFER_STATE_ACCEPTING);
    return accepted.value_or(v1::AcceptOfferResponse()).offer();
  }
};

// The platform has raised its least number of milestones since the offer of three was sent.
TEST_F(AcceptTest, TheTermsAreJudgedByTheSettingsOfToday) {
  const v1::Offer offer = Sent();
  testing::ServerProcess stricter(
      "offer_service", FlagsFor(schema(), peers(), {"--test_clock=offset", "--offer_min_milestones=4"}));
  ASSERT_THAT(stricter.Start(), IsOk());
  OfferClient client_of_stricter(stricter.channel());
  const std::string before = Written();
  EXPECT_THAT(client_of_stricter.Accept(offer), RefusedWith(Reason::kTooFewMilestones));
  EXPECT_THAT(client_of_stricter.PreviewAccept(offer), RefusedWith(Reason::kTooFewMilestones));
  EXPECT_EQ(Written(), before);
  EXPECT_THAT(client().Accept(offer), IsOk());
}

TEST_F(AcceptTest, PlacedMeansAcceptedWithTheOrder) {
  const v1::Offer offer = Sent();
  const auto accepted = client().Accept(offer);
  ASSERT_THAT(accepted, IsOk());
  EXPECT_EQ(accepted->offer().state(), v1::OFFER_STATE_ACCEPTED);
  EXPECT_EQ(accepted->offer().order_state(), v1::OFFER_ORDER_STATE_RUNNING);
  EXPECT_EQ(accepted->offer().last_payment().state(), type::v1::PAYMENT_STATE_SUCCEEDED);
  const Uuid id = *rpc::IdIn(offer.name(), "offers");
  EXPECT_EQ(accepted->offer().order(), rpc::NameOf("orders", DeriveUuid(id, "order")));
  EXPECT_EQ(client().Get(offer.name(), seller_)->SerializeAsString(), accepted->offer().SerializeAsString());
}

TEST_F(AcceptTest, BillingIsAskedWithTheWholeTermsAndTheConsentsLimits) {
  const v1::Offer offer = Sent();
  ASSERT_THAT(client().Accept(offer), IsOk());
  const auto calls = peers().billing.calls();
  ASSERT_THAT(calls, SizeIs(1));
  EXPECT_EQ(calls[0].offer(), offer.name());
  EXPECT_EQ(calls[0].attempt(), 1u);
  EXPECT_EQ(calls[0].seller(), seller_);
  EXPECT_EQ(calls[0].buyer(), buyer_);
  EXPECT_EQ(calls[0].gig(), gig_);
  EXPECT_EQ(calls[0].title(), "3D animation");
  EXPECT_EQ(calls[0].payment_method(), "card-1");
  EXPECT_EQ(calls[0].terms_hash(), offer.terms_hash());
  EXPECT_EQ(calls[0].milestones().SerializeAsString(), offer.milestones().SerializeAsString());
  const absl::Duration window = rpc::TimeOf(calls[0].accept_until()) - rpc::TimeOf(offer.update_time());
  EXPECT_GE(window, absl::Minutes(15));
  EXPECT_LT(window, absl::Minutes(16));
}

TEST_F(AcceptTest, A29DeclinedIsNoErrorTheOfferIsOpenAgainAndAnotherCardMayPay) {
  peers().billing.Answer(Declines("INSUFFICIENT_FUNDS"));
  const v1::Offer offer = Sent();
  const auto declined = client().Accept(offer);
  ASSERT_THAT(declined, IsOk());
  EXPECT_EQ(declined->offer().state(), v1::OFFER_STATE_SENT);
  EXPECT_EQ(declined->offer().last_payment().state(), type::v1::PAYMENT_STATE_DECLINED);
  EXPECT_EQ(declined->offer().last_payment().decline_reason(), type::v1::DECLINE_REASON_INSUFFICIENT_FUNDS);
  EXPECT_THAT(declined->offer().last_payment().charge(), Ne(""));
  const auto as_the_seller = client().Get(offer.name(), seller_);
  ASSERT_THAT(as_the_seller, IsOk());
  EXPECT_EQ(as_the_seller->last_payment().state(), type::v1::PAYMENT_STATE_DECLINED);
  EXPECT_EQ(as_the_seller->last_payment().why_case(), type::v1::PaymentOutcome::WHY_NOT_SET)
      << "the buyer's means are not the seller's business";

  peers().billing.Answer(Places());
  const auto accepted = client().Accept(offer);
  ASSERT_THAT(accepted, IsOk());
  EXPECT_EQ(accepted->offer().state(), v1::OFFER_STATE_ACCEPTED);
  const auto calls = peers().billing.calls();
  ASSERT_THAT(calls, SizeIs(2));
  EXPECT_EQ(calls[1].attempt(), 2u);
  EXPECT_NE(calls[1].request_id(), calls[0].request_id());
}

TEST_F(AcceptTest, ARefusalForGoodOpensTheOfferAgainWithItsReason) {
  peers().billing.Answer(Refuses(Refuse(Reason::kCurrencyNotEligible)));
  const auto refused = client().Accept(Sent());
  ASSERT_THAT(refused, IsOk());
  EXPECT_EQ(refused->offer().state(), v1::OFFER_STATE_SENT);
  EXPECT_EQ(refused->offer().last_payment().state(), type::v1::PAYMENT_STATE_VOIDED);
  EXPECT_EQ(refused->offer().last_payment().refusal_reason(), type::v1::REASON_CURRENCY_NOT_ELIGIBLE);
}

TEST_F(AcceptTest, WhileThePaymentIsOpenNothingElseHappensToTheOffer) {
  const v1::Offer offer = Accepting();
  EXPECT_EQ(offer.last_payment().state(), type::v1::PAYMENT_STATE_OPEN);
  EXPECT_THAT(client().Withdraw(offer.name(), seller_), RefusedWith(Reason::kAcceptInProgress));
  EXPECT_THAT(client().Decline(offer.name(), buyer_), RefusedWith(Reason::kAcceptInProgress));
  EXPECT_THAT(client().Accept(offer), RefusedWith(Reason::kAcceptInProgress));
  peers().billing.Answer(Places());
  LetTheDriverTakeOver();
  client().Await(offer, v1::OFFER_STATE_ACCEPTED);
}

TEST_F(AcceptTest, WithoutAnAnswerItStaysAcceptingUntilTheDriverLearnsTheOutcome) {
  peers().billing.Answer(Vanishes());
  const v1::Offer offer = Sent();
  const auto unknown = client().Accept(offer);
  ASSERT_THAT(unknown, IsOk()) << "the acceptance is saved";
  EXPECT_EQ(unknown->offer().state(), v1::OFFER_STATE_ACCEPTING);
  peers().billing.Answer(Places());
  LetTheDriverTakeOver();
  client().Await(offer, v1::OFFER_STATE_ACCEPTED);
  std::set<std::string> request_ids;
  for (const auto& call : peers().billing.calls()) request_ids.insert(call.request_id());
  EXPECT_THAT(request_ids, SizeIs(1)) << "each asks for the same attempt";
}

TEST_F(AcceptTest, TransientRefusalsAreAskedAgain) {
  for (const absl::Status& passing : {Refuse(Reason::kOverloaded), Refuse(Reason::kShuttingDown),
                                      Refuse(Reason::kPaymentInProgress), Refuse(Reason::kNotAPeerService)}) {
    peers().billing.Answer(Refuses(passing));
    const auto accepted = client().Accept(Sent());
    ASSERT_THAT(accepted, IsOk());
    EXPECT_EQ(accepted->offer().state(), v1::OFFER_STATE_ACCEPTING) << passing;
    peers().billing.Answer(Places());
    LetTheDriverTakeOver();
    client().Await(accepted->offer(), v1::OFFER_STATE_ACCEPTED);
  }
}

TEST_F(AcceptTest, AnAttemptThatAnEarlierReleaseAskedForInOtherWordsIsAskedForUnderAnotherId) {
  const auto first_id = std::make_shared<std::string>();
  const auto reused_or = [first_id](FakeBilling::Script otherwise) {
    return [=](const billing::v1::PlaceOrderRequest& request, billing::v1::PlaceOrderResponse& response) {
      if (first_id->empty()) *first_id = request.request_id();
      if (request.request_id() == *first_id) return rpc::ToGrpc(Refuse(Reason::kRequestIdReused));
      return otherwise(request, response);
    };
  };
  peers().billing.Answer(reused_or(Refuses(Refuse(Reason::kBuyerIsSeller))));
  const v1::Offer offer = Sent();
  const auto accepted = client().Accept(offer);
  ASSERT_THAT(accepted, IsOk());
  EXPECT_EQ(accepted->offer().state(), v1::OFFER_STATE_ACCEPTING) << "the earlier question may be granted";
  peers().billing.Answer(reused_or(Places()));
  LetTheDriverTakeOver();
  client().Await(offer, v1::OFFER_STATE_ACCEPTED);
  std::set<std::string> request_ids;
  for (const auto& call : peers().billing.calls()) request_ids.insert(call.request_id());
  EXPECT_THAT(request_ids, SizeIs(2)) << "the second id is the same each time, too";
}

TEST_F(AcceptTest, TheDriverOpensTheOfferAgainWhenBillingGivesTheAttemptUp) {
  const v1::Offer offer = Accepting();
  client().Advance(absl::Minutes(16));
  peers().billing.Answer(Declines("ACCEPT_WINDOW_PASSED"));
  client().Await(offer, v1::OFFER_STATE_SENT);
  const auto open = client().Get(offer.name(), buyer_);
  ASSERT_THAT(open, IsOk());
  EXPECT_EQ(open->last_payment().placement_failure(), type::v1::PLACEMENT_FAILURE_ACCEPT_WINDOW_PASSED);
}

TEST_F(AcceptTest, AnExpiryThatPassesMeanwhileIsAppliedWhenAcceptingEnds) {
  const v1::Offer offer = Accepting();
  client().Advance(absl::Hours(15 * 24));
  EXPECT_EQ(client().Get(offer.name(), buyer_)->state(), v1::OFFER_STATE_ACCEPTING);
  peers().billing.Answer(Declines("INSUFFICIENT_FUNDS"));
  client().Await(offer, v1::OFFER_STATE_EXPIRED);
}

// A9: a remembered flag would let an offer through for as long as it is remembered.
TEST_F(AcceptTest, S21TheSubcategorysFlagCountsAsItIsWhenTheOfferIsSentAndAccepted) {
  const v1::Offer draft = Draft();
  peers().catalog.SetMilestoneOffers(gig_, false);
  EXPECT_THAT(client().Send(draft.name(), seller_), RefusedWith(Reason::kSubcategoryNotEligible));
  peers().catalog.SetMilestoneOffers(gig_, true);
  const auto sent = client().Send(draft.name(), seller_);
  ASSERT_THAT(sent, IsOk());
  peers().catalog.SetMilestoneOffers(gig_, false);
  const std::string before = Written();
  EXPECT_THAT(client().Accept(*sent), RefusedWith(Reason::kSubcategoryNotEligible));
  EXPECT_THAT(client().PreviewAccept(*sent), RefusedWith(Reason::kSubcategoryNotEligible));
  EXPECT_EQ(Written(), before);
  peers().catalog.SetMilestoneOffers(gig_, true);
  EXPECT_THAT(client().Accept(*sent), IsOk());
}

TEST_F(AcceptTest, TheCatalogIsAskedOnceForEachCommandThatNeedsTheGig) {
  const int before = peers().catalog.asked();
  const v1::Offer offer = Sent();  // created and sent
  EXPECT_EQ(peers().catalog.asked(), before + 2);
  ASSERT_THAT(client().Accept(offer), IsOk());
  EXPECT_EQ(peers().catalog.asked(), before + 3);
}

TEST_F(AcceptTest, OfTwentyRacingAcceptancesOneWins) {
  const v1::Offer offer = Sent();
  std::atomic<int> won = 0;
  std::vector<std::string> lost(kRacers);
  Race(kRacers, [&](int i) {
    const auto accepted = client().Accept(offer);
    if (accepted.ok())
      ++won;
    else
      lost[i] = std::string(RowOf(RefusalOf(accepted.status())->reason).name);
  });
  EXPECT_EQ(won, 1);
  for (const std::string& reason : lost)
    EXPECT_THAT(reason, AnyOf("", "ACCEPT_IN_PROGRESS", "OFFER_NOT_SENT"));
  EXPECT_THAT(peers().billing.calls(), SizeIs(1));
}

TEST_F(AcceptTest, TwentyRetriesOfOneAcceptanceAllGetItsAnswer) {
  const v1::Offer offer = Sent();
  const std::string request_id = NewRequestId();
  std::atomic<int> first = 0;
  Race(kRacers, [&](int) {
    const auto accepted = client().Accept(offer, request_id);
    ASSERT_THAT(accepted, IsOk());
    first += !accepted->replayed();
  });
  EXPECT_EQ(first, 1);
  EXPECT_THAT(peers().billing.calls(), SizeIs(1));
  EXPECT_EQ(client().Get(offer.name(), buyer_)->state(), v1::OFFER_STATE_ACCEPTED);
}

TEST_F(AcceptTest, WithdrawingAgainstAcceptingHasOneWinner) {
  for (int round = 0; round < kRacers; ++round) {
    const v1::Offer offer = Sent();
    bool accepted = false, withdrawn = false;
    Race(2, [&](int i) {
      if (i == 0)
        accepted = client().Accept(offer).ok();
      else
        withdrawn = client().Withdraw(offer.name(), seller_).ok();
    });
    EXPECT_NE(accepted, withdrawn);
    EXPECT_EQ(client().Get(offer.name(), buyer_)->state(),
              accepted ? v1::OFFER_STATE_ACCEPTED : v1::OFFER_STATE_WITHDRAWN);
  }
}

TEST_F(AcceptTest, AnOrdersEndIsRecordedOnce) {
  const v1::Offer offer = Sent();
  ASSERT_THAT(client().Accept(offer), IsOk());
  const auto ended = client().RecordOutcome(offer, v1::ORDER_OUTCOME_COMPLETED);
  ASSERT_THAT(ended, IsOk());
  EXPECT_EQ(ended->order_state(), v1::OFFER_ORDER_STATE_COMPLETED);
  EXPECT_EQ(ended->order_reason(), type::v1::COMPLETION_REASON_ALL_ACCEPTED);
  const std::string before = Written();
  EXPECT_THAT(client().RecordOutcome(offer, v1::ORDER_OUTCOME_COMPLETED), IsOk());
  EXPECT_THAT(client().RecordOutcome(offer, v1::ORDER_OUTCOME_CANCELLED),
              RefusedWith(Reason::kOrderCompleted));
  EXPECT_EQ(Written(), before);
}

TEST_F(AcceptTest, A19_BothPartiesReadWhyTheOrderWasCancelled) {
  const v1::Offer cancelled = Sent(), completed = Sent();
  ASSERT_THAT(client().Accept(cancelled), IsOk());
  ASSERT_THAT(client().Accept(completed), IsOk());
  ASSERT_THAT(client().RecordOutcome(cancelled, v1::ORDER_OUTCOME_CANCELLED), IsOk());
  auto outcome = OfferClient::OutcomeOf(completed, v1::ORDER_OUTCOME_COMPLETED);
  outcome.set_reason(type::v1::COMPLETION_REASON_CANCELLED_AFTER_ACCEPTANCE);
  outcome.set_cancellation_reason(type::v1::CANCELLATION_REASON_NON_DELIVERY);
  ASSERT_THAT(client().Call(&OfferClient::Stub::RecordOrderOutcome, outcome, kBillingService), IsOk());
  for (const std::string& party : {seller_, buyer_}) {
    const auto before = client().Get(cancelled.name(), party), after = client().Get(completed.name(), party);
    EXPECT_EQ(before->order_state(), v1::OFFER_ORDER_STATE_CANCELLED);
    EXPECT_EQ(before->order_reason(), type::v1::COMPLETION_REASON_UNSPECIFIED);
    EXPECT_EQ(before->order_cancellation_reason(), type::v1::CANCELLATION_REASON_AGREED);
    EXPECT_EQ(after->order_state(), v1::OFFER_ORDER_STATE_COMPLETED);
    EXPECT_EQ(after->order_reason(), type::v1::COMPLETION_REASON_CANCELLED_AFTER_ACCEPTANCE);
    EXPECT_EQ(after->order_cancellation_reason(), type::v1::CANCELLATION_REASON_NON_DELIVERY);
  }
}

TEST_F(AcceptTest, A19_TheOtherOutcomeIsRefusedWithTheReasonThatIsRecorded) {
  const v1::Offer offer = Sent();
  ASSERT_THAT(client().Accept(offer), IsOk());
  ASSERT_THAT(client().RecordOutcome(offer, v1::ORDER_OUTCOME_CANCELLED), IsOk());
  const std::string before = Written();
  auto again = OfferClient::OutcomeOf(offer, v1::ORDER_OUTCOME_CANCELLED);
  again.set_cancellation_reason(type::v1::CANCELLATION_REASON_BY_OPERATOR);
  const auto recorded = client().Call(&OfferClient::Stub::RecordOrderOutcome, again, kBillingService);
  ASSERT_THAT(recorded, IsOk());
  EXPECT_EQ(recorded->offer().order_cancellation_reason(), type::v1::CANCELLATION_REASON_AGREED);
  const auto refused = client().RecordOutcome(offer, v1::ORDER_OUTCOME_COMPLETED);
  ASSERT_THAT(refused, RefusedWith(Reason::kOrderCancelled));
  EXPECT_EQ(RefusalOf(refused.status())->detail("cancellation_reason"), "AGREED");
  EXPECT_EQ(Written(), before);
}

TEST_F(AcceptTest, AnOrdersEndMayOvertakeItsPlacing) {
  peers().billing.Hold();
  const v1::Offer offer = Sent();
  std::thread accepting([&] {
    const auto accepted = client().Accept(offer);
    ASSERT_THAT(accepted, IsOk());
    EXPECT_EQ(accepted->offer().order_state(), v1::OFFER_ORDER_STATE_CANCELLED)
        << "the late answer changed nothing";
  });
  peers().billing.AwaitCalls(1);
  const auto ended = client().RecordOutcome(offer, v1::ORDER_OUTCOME_CANCELLED);
  ASSERT_THAT(ended, IsOk());
  EXPECT_EQ(ended->state(), v1::OFFER_STATE_ACCEPTED);
  peers().billing.Release();
  accepting.join();
  EXPECT_EQ(client().Get(offer.name(), buyer_)->etag(), ended->etag());
}

}  // namespace
}  // namespace milepost::offers
