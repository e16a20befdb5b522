// W3, over the wire: what AcceptOffer with validate_only shows is what the real acceptance then does, at the same etag and
// time. The clocks stand still.
#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

#include "tests/e2e/platform.h"
#include "tests/e2e/stories/order_steps.h"
#include "tests/support/matchers.h"

namespace milepost::e2e {
namespace {

using billing::v1::Ledger;
using billing::v1::MilestoneBilling;
using offers::v1::AcceptOfferRequest;
using offers::v1::AcceptOfferResponse;
using offers::v1::OfferService;
using type::v1::MoneyPreview;

constexpr char kOperator[] = "operators/preview";

// Move, account, debit and credit in cents.
using Line = std::tuple<std::string, std::string, int64_t, int64_t>;

class PreviewTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    platform_ = new Platform({.test_clock = "frozen"});
    ASSERT_THAT(platform_->Start(), testing::IsOk());
  }
  static void TearDownTestSuite() {
    delete platform_;
    platform_ = nullptr;
  }
  void SetUp() override {
    story_.emplace(platform_->client(), "a preview", NewRequestId().substr(24));
    sam_ = story_->NewPerson("sam");
    bea_ = story_->NewPerson("bea");
    gig_ = PublishGig(*story_, sam_, "A film", 50000);
  }

  static AcceptOfferRequest Acceptance(const offers::v1::Offer& offer) {
    AcceptOfferRequest request;
    request.set_name(offer.name());
    request.set_terms_hash(offer.terms_hash());
    request.set_payment_method("pm_ok");
    request.set_etag(offer.etag());
    request.set_request_id(NewRequestId());
    return request;
  }
  AcceptOfferResponse Do(const AcceptOfferRequest& request) {
    return story_->Do(bea_, platform_->client().offers(), &OfferService::Stub::AcceptOffer, request);
  }
  AcceptOfferResponse Preview(const offers::v1::Offer& offer) {
    AcceptOfferRequest request = Acceptance(offer);
    request.set_validate_only(true);
    return Do(request);
  }
  offers::v1::Offer SentOneTimeOffer(int64_t cents) {
    offers::v1::CreateOfferRequest create;
    create.set_request_id(NewRequestId());
    create.mutable_offer()->set_buyer(bea_.actor);
    create.mutable_offer()->set_gig(gig_);
    offers::v1::OneTimeTerms& terms = *create.mutable_offer()->mutable_one_time();
    *terms.mutable_price() = Usd(cents);
    terms.set_days(3);
    terms.set_description("A logo");
    OfferService::Stub& stub = platform_->client().offers();
    offers::v1::SendOfferRequest send;
    send.set_name(story_->Do(sam_, stub, &OfferService::Stub::CreateOffer, create).offer().name());
    send.set_request_id(NewRequestId());
    return story_->Do(sam_, stub, &OfferService::Stub::SendOffer, send).offer();
  }

  std::vector<Line> Posted(const std::string& order) {
    billing::v1::ListEntriesRequest request;
    request.set_order(order);
    const auto entries = platform_->client().Call(kOperator, platform_->client().ledger(),
                                                  &Ledger::Stub::ListEntries, request);
    EXPECT_TRUE(entries.ok()) << entries.reason;
    std::vector<Line> lines;
    for (const billing::v1::Entry& entry : entries->entries())
      lines.emplace_back(entry.move(), entry.account(), Cents(entry.debit()), Cents(entry.credit()));
    return lines;
  }
  static std::vector<Line> LinesOf(const MoneyPreview& preview) {
    std::vector<Line> lines;
    for (const type::v1::MoneyMove& move : preview.moves())
      for (const type::v1::Posting& posting : move.postings())
        lines.emplace_back(move.rule(), posting.account(), Cents(posting.debit()), Cents(posting.credit()));
    return lines;
  }
  // What the provider took, payment by payment.
  std::vector<int64_t> Captured(const std::string& order) {
    testing::v1::ListChargesRequest request;
    request.set_key_prefix(order);
    const auto charges = platform_->client().Call(kOperator, platform_->client().simulator(),
                                                  &testing::v1::PaymentSimulator::Stub::ListCharges, request);
    EXPECT_TRUE(charges.ok()) << charges.reason;
    std::vector<int64_t> captured;
    for (const testing::v1::SimulatedCharge& charge : charges->charges())
      if (charge.captures() == 1) captured.push_back(Cents(charge.charge().amount()));
    return captured;
  }
  billing::v1::Order OrderOf(const offers::v1::Offer& offer) { return story_->GetOrder(offer.order(), bea_); }

  // Accepts for real, and compares everything that the preview said.
  void ExpectComesTrue(const offers::v1::Offer& offer, const AcceptOfferResponse& previewed) {
    const MoneyPreview& preview = previewed.preview();
    const AcceptOfferResponse accepted = Do(Acceptance(offer));
    EXPECT_EQ(accepted.offer().SerializeAsString(), previewed.offer().SerializeAsString());
    EXPECT_FALSE(accepted.has_preview());
    const billing::v1::Order order = OrderOf(accepted.offer());
    EXPECT_EQ(order.state(), billing::v1::ORDER_STATE_ACTIVE);
    EXPECT_EQ(static_cast<int>(preview.order_state()), static_cast<int>(order.state()));
    ASSERT_EQ(preview.milestones_size(), order.milestones_size());
    for (int i = 0; i < order.milestones_size(); ++i) {
      EXPECT_EQ(preview.milestones(i).milestone_number(), order.milestones(i).number());
      EXPECT_EQ(static_cast<int>(preview.milestones(i).state()),
                static_cast<int>(order.milestones(i).state()));
    }
    EXPECT_EQ(Cents(order.totals().funded()), Cents(preview.charged_now().amount()));
    EXPECT_EQ(Cents(order.totals().buyer_fees()), Cents(preview.charged_now().buyer_fee()));
    EXPECT_EQ(Captured(order.name()), std::vector<int64_t>{Cents(preview.charged_now().total())});
    EXPECT_EQ(Posted(order.name()), LinesOf(preview));
    ASSERT_EQ(preview.deadlines_size(), 1);
    EXPECT_EQ(preview.deadlines(0).kind(), type::v1::PREVIEWED_DEADLINE_KIND_DELIVERY);
    EXPECT_EQ(preview.deadlines(0).milestone_number(), 1u);
    EXPECT_EQ(preview.deadlines(0).due_time().SerializeAsString(),
              order.milestones(0).due_time().SerializeAsString());
    ASSERT_EQ(preview.later_payments_size(), order.milestones_size() - 1);
    for (int i = 1; i < order.milestones_size(); ++i) {
      const type::v1::PreviewedPayment& later = preview.later_payments(i - 1);
      EXPECT_EQ(later.milestone_number(), order.milestones(i).number());
      EXPECT_EQ(later.due(), type::v1::PAYMENT_DUE_WHEN_MILESTONE_STARTS);
      EXPECT_EQ(Cents(later.amount()), Cents(order.milestones(i).amount()));
      EXPECT_EQ(Cents(later.buyer_fee()), Cents(order.milestones(i).buyer_fee()));
    }
  }

  static Platform* platform_;
  std::optional<Story> story_;
  Person sam_, bea_;
  std::string gig_;
};
Platform* PreviewTest::platform_ = nullptr;

// 120.00 and 80.00: 5.5 % of each, and 3.00 more below 100.00 (A23), by hand.
TEST_F(PreviewTest, W3_AMilestoneOffer) {
  const offers::v1::Offer offer =
      SendMilestoneOffer(*story_, sam_, bea_, gig_, {{"Cut", 12000, 5}, {"Sound", 8000, 4}});
  const AcceptOfferResponse previewed = Preview(offer);
  EXPECT_EQ(previewed.offer().state(), offers::v1::OFFER_STATE_ACCEPTED);
  EXPECT_EQ(Cents(previewed.preview().charged_now().amount()), 12000);
  EXPECT_EQ(Cents(previewed.preview().charged_now().buyer_fee()), 660);
  EXPECT_EQ(Cents(previewed.preview().charged_now().total()), 12660);
  EXPECT_EQ(previewed.preview().charged_now().due(), type::v1::PAYMENT_DUE_NOW);
  ASSERT_EQ(previewed.preview().later_payments_size(), 1);
  EXPECT_EQ(Cents(previewed.preview().later_payments(0).total()), 8000 + 440 + 300);
  ASSERT_EQ(previewed.preview().moves_size(), 1);
  EXPECT_EQ(previewed.preview().moves(0).postings_size(), 3);
  EXPECT_EQ(previewed.preview().order_state(), type::v1::PREVIEWED_ORDER_STATE_ACTIVE);
  ASSERT_EQ(previewed.preview().milestones_size(), 2);
  EXPECT_EQ(previewed.preview().milestones(0).state(), type::v1::PREVIEWED_MILESTONE_STATE_ACTIVE);
  EXPECT_EQ(previewed.preview().milestones(1).state(), type::v1::PREVIEWED_MILESTONE_STATE_PENDING);
  ExpectComesTrue(offer, previewed);
}

TEST_F(PreviewTest, W3_AOneTimeOffer) {
  const offers::v1::Offer offer = SentOneTimeOffer(9999);
  const AcceptOfferResponse previewed = Preview(offer);
  EXPECT_EQ(Cents(previewed.preview().charged_now().total()), 9999 + 550 + 300);
  EXPECT_EQ(previewed.preview().later_payments_size(), 0);
  ExpectComesTrue(offer, previewed);
}

TEST_F(PreviewTest, W3_LaterPaymentsAreChargedAsPreviewedWhenTheirMilestonesStart) {
  const offers::v1::Offer offer = SendMilestoneOffer(
      *story_, sam_, bea_, gig_, {{"Script", 5000, 2}, {"Cut", 10000, 5}, {"Sound", 9999, 4}});
  const AcceptOfferResponse previewed = Preview(offer);
  const std::string order = Do(Acceptance(offer)).offer().order();
  std::vector<int64_t> expected = {Cents(previewed.preview().charged_now().total())};
  for (int milestone = 1; milestone <= 2; ++milestone) {
    EXPECT_EQ(Captured(order), expected) << "nothing more is charged before milestone " << milestone + 1;
    Deliver(*story_, sam_, order, milestone, false);
    Accept(*story_, bea_, order, milestone, billing::v1::NEXT_STEP_START_NEXT);
    expected.push_back(Cents(previewed.preview().later_payments(milestone - 1).total()));
  }
  EXPECT_EQ(Captured(order), expected);
}

TEST_F(PreviewTest, NothingIsWrittenOrChargedHoweverOftenItIsAsked) {
  const offers::v1::Offer offer =
      SendMilestoneOffer(*story_, sam_, bea_, gig_, {{"Cut", 12000, 5}, {"Sound", 8000, 4}});
  const AcceptOfferResponse first = Preview(offer), second = Preview(offer);
  EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
  EXPECT_EQ(Captures(*story_, first.offer().order()), 0);
  billing::v1::GetOrderRequest get;
  get.set_name(first.offer().order());
  const auto order = platform_->client().Call(bea_.actor, platform_->client().billing(),
                                              &MilestoneBilling::Stub::GetOrder, get);
  EXPECT_EQ(order.reason, "ORDER_NOT_FOUND");
  ExpectComesTrue(offer, first);
}

// After a decline the next attempt is previewed: another charge, and so another escrow account.
TEST_F(PreviewTest, W3_AfterADeclinedAttempt) {
  const offers::v1::Offer offer =
      SendMilestoneOffer(*story_, sam_, bea_, gig_, {{"Cut", 12000, 5}, {"Sound", 8000, 4}});
  AcceptOfferRequest declined = Acceptance(offer);
  declined.set_payment_method("pm_declined");
  const offers::v1::Offer open = Do(declined).offer();
  ASSERT_EQ(open.state(), offers::v1::OFFER_STATE_SENT);
  ExpectComesTrue(open, Preview(open));
}

// The preview of an etag that is not the offer's is refused, as the acceptance would be.
TEST_F(PreviewTest, AnotherEtagIsRefused) {
  AcceptOfferRequest request = Acceptance(SentOneTimeOffer(20000));
  request.set_etag("7");
  request.set_validate_only(true);
  story_->Refused(bea_, "ETAG_MISMATCH", platform_->client().offers(), &OfferService::Stub::AcceptOffer,
                  request);
}

}  // namespace
}  // namespace milepost::e2e
