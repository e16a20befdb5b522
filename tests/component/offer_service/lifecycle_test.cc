// An offer from draft to each of its ends, over the wire.
#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "common/core/id.h"
#include "common/rpc/page.h"
#include "common/rpc/wire.h"
#include "tests/component/offer_service/world.h"
#include "tests/support/database.h"
#include "tests/support/matchers.h"

namespace milepost::offers {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::RefusedWith;

class LifecycleTest : public OfferTest {
 protected:
  std::vector<std::string> EventsOf(const v1::Offer& offer) {
    std::vector<std::string> types;
    auto connection = db::Connection::Open(schema());
    EXPECT_THAT(connection, IsOk());
    const db::Row id = {*rpc::IdIn(offer.name(), "offers")};
    EXPECT_THAT((*connection)
                    ->Query("SELECT type FROM events WHERE aggregate_id = ? ORDER BY sequence", id,
                            [&](const db::ResultRow& row) {
                              types.push_back(row.Bytes(0));
                              return absl::OkStatus();
                            }),
                IsOk());
    return types;
  }
};

TEST_F(LifecycleTest, S19AnOfferIsCreatedAsTheSellersDraft) {
  const absl::StatusOr<v1::Offer> offer = client().Create(GoodOffer(), seller_);
  ASSERT_THAT(offer, IsOk());
  EXPECT_EQ(offer->state(), v1::OFFER_STATE_DRAFT);
  EXPECT_EQ(offer->seller(), seller_);
  EXPECT_EQ(offer->etag(), "1");
  EXPECT_EQ(rpc::MoneyOf(offer->total()).value(), Money::Usd(30'000));
  EXPECT_EQ(offer->milestones().milestones_size(), 3);
  EXPECT_EQ(offer->milestones().milestones(1).title(), "Step 2");
  EXPECT_EQ(offer->milestones().milestones(1).revisions().count(), 2u);
  EXPECT_EQ(offer->terms_hash().size(), 64u);
  EXPECT_THAT(offer->order(), IsEmpty());
  EXPECT_THAT(EventsOf(*offer), ElementsAre("offer.created"));
}

TEST_F(LifecycleTest, S20EachOrderTypeComesBackAsItWasSent) {
  v1::Offer one_time = GoodOffer();
  *one_time.mutable_one_time()->mutable_price() = rpc::ToWire(Money::Usd(700));
  one_time.mutable_one_time()->set_days(150);
  one_time.mutable_one_time()->set_description("A logo");
  one_time.mutable_one_time()->mutable_revisions()->set_unlimited(true);
  const auto created = client().Create(one_time, seller_);
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->one_time().SerializeAsString(), one_time.one_time().SerializeAsString());

  v1::Offer subscription = GoodOffer();
  v1::SubscriptionTerms& terms = *subscription.mutable_subscription();
  *terms.mutable_price() = rpc::ToWire(Money::Usd(1'000));
  terms.set_interval_days(30);
  terms.set_cycles(12);
  terms.set_discount_percent(10);
  terms.set_days(5);
  terms.set_description("A post a week");
  const auto subscribed = client().Create(subscription, seller_);
  ASSERT_THAT(subscribed, IsOk());
  EXPECT_EQ(subscribed->subscription().cycles(), 12u);
  EXPECT_EQ(rpc::MoneyOf(subscribed->total()).value(), Money::Usd(1'000 + 11 * 900));
}

TEST_F(LifecycleTest, ADraftIsNotItsBuyersAndAStrangerNeverSeesAnything) {
  const v1::Offer draft = Draft();
  for (const std::string& runs_the_platform : {std::string("operators/ops"), std::string(kBillingService)})
    EXPECT_THAT(client().Get(draft.name(), runs_the_platform), IsOk());
  EXPECT_THAT(client().Get(draft.name(), seller_), IsOk());
  EXPECT_THAT(client().Get(draft.name(), buyer_), RefusedWith(Reason::kOfferNotFound));
  EXPECT_THAT(client().Get(draft.name(), "users/eve"), RefusedWith(Reason::kOfferNotFound));
  ASSERT_THAT(client().Send(draft.name(), seller_), IsOk());
  EXPECT_THAT(client().Get(draft.name(), buyer_), IsOk());
  EXPECT_THAT(client().Get(draft.name(), kBillingService), IsOk());
  EXPECT_THAT(client().Get(draft.name(), "users/eve"), RefusedWith(Reason::kOfferNotFound));
  EXPECT_THAT(client().Get(draft.name(), "operators/ops"), IsOk());
}

TEST_F(LifecycleTest, AnUpdateTakesWhatItsMaskNames) {
  const v1::Offer draft = Draft();
  v1::UpdateOfferRequest request;
  request.mutable_offer()->set_name(draft.name());
  request.mutable_offer()->set_message("Cheaper");
  request.mutable_offer()->set_conversation("another");
  request.mutable_update_mask()->add_paths("message");
  request.set_etag(draft.etag());
  request.set_request_id(NewRequestId());
  const auto updated = client().Call(&v1::OfferService::Stub::UpdateOffer, request, seller_);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->offer().message(), "Cheaper");
  EXPECT_EQ(updated->offer().conversation(), draft.conversation());
  EXPECT_EQ(updated->offer().terms_hash(), draft.terms_hash());
  EXPECT_EQ(updated->offer().etag(), "2");

  request.set_request_id(NewRequestId());
  request.mutable_offer()->set_message("Cheaper still");
  const std::string before = Written();
  EXPECT_THAT(client().Call(&v1::OfferService::Stub::UpdateOffer, request, seller_),
              RefusedWith(Reason::kEtagMismatch));
  EXPECT_EQ(Written(), before);
}

// MilestoneBilling's request id is a function of the order, and the order's id one of the offer: a party can foresee it.
TEST_F(LifecycleTest, ARequestIdThatAPartyForesawDoesNotKeepTheOutcomeOut) {
  const v1::Offer draft = Draft();
  const Uuid order = DeriveUuid(*rpc::IdIn(draft.name(), "offers"), "order");
  const std::string foreseen = DeriveUuid(order, "outcome").ToString();
  v1::SendOfferRequest taking;
  taking.set_name(draft.name());
  taking.set_request_id(foreseen);
  const auto sent = client().Call(&v1::OfferService::Stub::SendOffer, taking, seller_);
  ASSERT_THAT(sent, IsOk());
  ASSERT_THAT(client().Accept(sent->offer()), IsOk());
  v1::RecordOrderOutcomeRequest outcome;
  outcome.set_name(draft.name());
  outcome.set_order(rpc::NameOf("orders", order));
  outcome.set_outcome(v1::ORDER_OUTCOME_COMPLETED);
  outcome.set_reason(type::v1::COMPLETION_REASON_ALL_ACCEPTED);
  outcome.set_request_id(foreseen);
  EXPECT_THAT(client().Call(&v1::OfferService::Stub::RecordOrderOutcome, outcome, kBillingService), IsOk());
}

TEST_F(LifecycleTest, AnUpdateOfTheTermsChangesWhatTheBuyerWouldAgreeTo) {
  const v1::Offer draft = Draft();
  v1::UpdateOfferRequest request;
  *request.mutable_offer() = GoodOffer(2);
  request.mutable_offer()->set_name(draft.name());
  request.set_request_id(NewRequestId());
  const auto updated = client().Call(&v1::OfferService::Stub::UpdateOffer, request, seller_);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->offer().milestones().milestones_size(), 2);
  EXPECT_NE(updated->offer().terms_hash(), draft.terms_hash());
}

TEST_F(LifecycleTest, WithdrawnAndDeclinedOffersAreOver) {
  const v1::Offer withdrawn = Sent();
  EXPECT_EQ(client().Withdraw(withdrawn.name(), seller_)->state(), v1::OFFER_STATE_WITHDRAWN);
  EXPECT_THAT(client().Accept(withdrawn), RefusedWith(Reason::kOfferNotSent));
  EXPECT_THAT(EventsOf(withdrawn), ElementsAre("offer.created", "offer.sent", "offer.withdrawn"));

  const v1::Offer declined = Sent();
  EXPECT_EQ(client().Decline(declined.name(), buyer_)->state(), v1::OFFER_STATE_DECLINED);
  EXPECT_THAT(client().Withdraw(declined.name(), seller_), RefusedWith(Reason::kOfferNotSent));
}

TEST_F(LifecycleTest, OnlyTheRightPartyMay) {
  const v1::Offer offer = Sent();
  const std::string before = Written();
  EXPECT_THAT(client().Withdraw(offer.name(), buyer_), RefusedWith(Reason::kNotTheSeller));
  EXPECT_THAT(client().Decline(offer.name(), seller_), RefusedWith(Reason::kNotTheBuyer));
  EXPECT_THAT(client().Withdraw(offer.name(), "users/eve"), RefusedWith(Reason::kOfferNotFound));
  EXPECT_THAT(client().Withdraw(offer.name(), "operators/ops"), RefusedWith(Reason::kNotAUser));
  EXPECT_THAT(client().RecordOutcome(offer, v1::ORDER_OUTCOME_COMPLETED, seller_),
              RefusedWith(Reason::kNotAPeerService));
  EXPECT_THAT(client().RecordOutcome(offer, v1::ORDER_OUTCOME_COMPLETED),
              RefusedWith(Reason::kOfferNotAccepted));
  EXPECT_EQ(Written(), before);
}

TEST_F(LifecycleTest, AnOfferExpiresOnTimeAndTheSweeperWritesIt) {
  v1::Offer wish = GoodOffer();
  const v1::Offer now = Sent();  // its update_time is the service's present
  *wish.mutable_expire_time() = now.update_time();
  wish.mutable_expire_time()->set_seconds(now.update_time().seconds() + 3600);
  const auto draft = client().Create(wish, seller_);
  ASSERT_THAT(draft, IsOk());
  ASSERT_THAT(client().Send(draft->name(), seller_), IsOk());
  const testing::v1::AdvanceClockResponse advanced = client().Advance(absl::Hours(2));
  ASSERT_EQ(advanced.fired_size(), 1);
  EXPECT_EQ(advanced.fired(0).name(), draft->name());
  EXPECT_EQ(advanced.fired(0).kind(), "EXPIRY");
  EXPECT_EQ(client().Get(draft->name(), buyer_)->state(), v1::OFFER_STATE_EXPIRED);
  EXPECT_THAT(client().Accept(*draft), RefusedWith(Reason::kOfferExpired));
  EXPECT_THAT(EventsOf(*draft), ElementsAre("offer.created", "offer.sent", "offer.expired"));
}

// The service's own workers look every few milliseconds, and leave what is due on the way to whoever advances the clock.
TEST_F(LifecycleTest, AdvancingTheClockTellsOfEveryExpiryOnTheWay) {
  constexpr int kOffers = 12;
  const v1::Offer now = Sent();
  std::vector<std::string> names, fired;
  for (int hour = 1; hour <= kOffers; ++hour) {
    v1::Offer wish = GoodOffer();
    *wish.mutable_expire_time() = now.update_time();
    wish.mutable_expire_time()->set_seconds(now.update_time().seconds() + hour * 3600);
    const auto draft = client().Create(wish, seller_);
    ASSERT_THAT(draft, IsOk());
    ASSERT_THAT(client().Send(draft->name(), seller_), IsOk());
    names.push_back(draft->name());
  }
  const testing::v1::AdvanceClockResponse advanced = client().Advance(absl::Hours(kOffers + 1));
  for (const testing::v1::FiredDeadline& one : advanced.fired()) fired.push_back(one.name());
  EXPECT_THAT(fired, ElementsAreArray(names));
}

TEST_F(LifecycleTest, AnExpiryInThePastIsRefusedWhenSending) {
  v1::Offer wish = GoodOffer();
  wish.mutable_expire_time()->set_seconds(1'000'000);
  const auto draft = client().Create(wish, seller_);
  ASSERT_THAT(draft, IsOk());
  EXPECT_THAT(client().Send(draft->name(), seller_), RefusedWith(Reason::kExpiryInThePast));
}

TEST_F(LifecycleTest, OnlyForAPublishedGig) {
  const v1::Offer draft = Draft();
  peers().catalog.SetState(gig_, catalog::v1::GIG_STATE_PAUSED);
  EXPECT_THAT(client().Send(draft.name(), seller_), RefusedWith(Reason::kGigNotPublished));
  peers().catalog.SetState(gig_, catalog::v1::GIG_STATE_PUBLISHED);
  const auto sent = client().Send(draft.name(), seller_);
  ASSERT_THAT(sent, IsOk());
  peers().catalog.SetState(gig_, catalog::v1::GIG_STATE_DELETED);
  const std::string before = Written();
  EXPECT_THAT(client().Accept(*sent), RefusedWith(Reason::kGigNotPublished));
  EXPECT_EQ(Written(), before);
  EXPECT_THAT(peers().billing.calls(), IsEmpty());
}

TEST_F(LifecycleTest, ListsAreNewestFirstPagedAndEachSidesOwn) {
  const v1::Offer first = Sent(), second = Draft(), third = Sent();
  v1::ListOffersRequest request;
  request.set_role(v1::OFFER_ROLE_SELLER);
  request.set_page_size(2);
  auto page = client().Call(&v1::OfferService::Stub::ListOffers, request, seller_);
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->offers_size(), 2);
  EXPECT_EQ(page->offers(0).name(), third.name());
  EXPECT_EQ(page->offers(1).name(), second.name());
  request.set_page_token(page->next_page_token());
  auto rest = client().Call(&v1::OfferService::Stub::ListOffers, request, seller_);
  ASSERT_THAT(rest, IsOk());
  ASSERT_EQ(rest->offers_size(), 1);
  EXPECT_EQ(rest->offers(0).name(), first.name());
  EXPECT_THAT(rest->next_page_token(), IsEmpty());

  EXPECT_THAT(client().Call(&v1::OfferService::Stub::ListOffers, request, buyer_),
              RefusedWith(Reason::kInvalidPageToken));
  request.clear_page_token();
  request.set_role(v1::OFFER_ROLE_BUYER);
  auto got = client().Call(&v1::OfferService::Stub::ListOffers, request, buyer_);
  ASSERT_THAT(got, IsOk());
  ASSERT_EQ(got->offers_size(), 2) << "the draft is the seller's alone";
  EXPECT_EQ(got->offers(1).name(), first.name());
}

v1::ListOffersRequest OffersBetween(const std::string& seller, const std::string& buyer,
                                    v1::OfferState state = v1::OFFER_STATE_UNSPECIFIED) {
  v1::ListOffersRequest request;
  request.set_seller(seller);
  request.set_buyer(buyer);
  request.set_state(state);
  return request;
}

TEST_F(LifecycleTest, OperatorsAndServicesListOffersBySellerBuyerAndState) {
  const std::string first = Sent().name(), draft = Draft().name(), third = Sent().name();
  const std::string withdrawn = Sent().name();
  ASSERT_THAT(client().Withdraw(withdrawn, seller_), IsOk());
  for (const std::string& actor : {std::string("operators/ops"), std::string(kBillingService)}) {
    const auto all = [&](const v1::ListOffersRequest& request) { return client().List(request, actor); };
    EXPECT_THAT(all(OffersBetween(seller_, "")), ElementsAre(withdrawn, third, draft, first));
    EXPECT_THAT(all(OffersBetween("", buyer_)), ElementsAre(withdrawn, third, draft, first)) << "with drafts";
    EXPECT_THAT(all(OffersBetween(seller_, buyer_)), ElementsAre(withdrawn, third, draft, first));
    EXPECT_THAT(all(OffersBetween(seller_, buyer_, v1::OFFER_STATE_SENT)), ElementsAre(third, first));
    EXPECT_THAT(all(OffersBetween(seller_, "users/eve")), IsEmpty());
    EXPECT_THAT(all(OffersBetween(buyer_, "")), IsEmpty()) << "who buys sells nothing";
  }
}

TEST_F(LifecycleTest, OperatorsAndServicesListEverybodysOffers) {
  const std::string sent = Sent().name(), draft = Draft().name(), expired = Sent().name();
  ASSERT_THAT(client().Withdraw(sent, seller_), IsOk());
  const auto newest = [&](v1::OfferState state) {
    v1::ListOffersRequest request;
    request.set_state(state);
    request.set_page_size(3);
    const auto page = client().Call(&v1::OfferService::Stub::ListOffers, request, "operators/ops");
    EXPECT_THAT(page, IsOk());
    std::vector<std::string> names;
    for (const v1::Offer& offer : page->offers()) names.push_back(offer.name());
    return names;
  };
  EXPECT_THAT(newest(v1::OFFER_STATE_UNSPECIFIED), ElementsAre(expired, draft, sent));
  EXPECT_EQ(newest(v1::OFFER_STATE_DRAFT).at(0), draft);
  EXPECT_EQ(newest(v1::OFFER_STATE_WITHDRAWN).at(0), sent);
  EXPECT_EQ(newest(v1::OFFER_STATE_SENT).at(0), expired);
  client().Advance(absl::Hours(15 * 24));
  EXPECT_EQ(newest(v1::OFFER_STATE_EXPIRED).at(0), expired) << "whether or not the sweeper was there";
}

TEST_F(LifecycleTest, AUserListsItsOwnOffersOnly) {
  const std::string sent = Sent().name();
  Draft();
  v1::ListOffersRequest request = OffersBetween("", buyer_);
  request.set_role(v1::OFFER_ROLE_BUYER);
  EXPECT_THAT(client().List(request, buyer_), ElementsAre(sent)) << "without the draft";
  const auto refused_field = [&](const std::string& seller, const std::string& buyer) {
    v1::ListOffersRequest wrong = OffersBetween(seller, buyer);
    wrong.set_role(v1::OFFER_ROLE_BUYER);
    const auto listed = client().Call(&v1::OfferService::Stub::ListOffers, wrong, buyer_);
    EXPECT_THAT(listed, RefusedWith(Reason::kInvalidFields));
    return RefusalOf(listed.status()).value_or(Refusal{.fields = {{"none", ""}}}).fields.at(0).field;
  };
  EXPECT_EQ(refused_field("", "users/eve"), "buyer");
  EXPECT_EQ(refused_field("users/eve", ""), "seller");
  EXPECT_EQ(refused_field(buyer_, ""), "seller") << "not its side";
}

TEST_F(LifecycleTest, UsersHaveASideAndOthersHaveNone) {
  v1::ListOffersRequest request;
  EXPECT_THAT(client().Call(&v1::OfferService::Stub::ListOffers, request, seller_),
              RefusedWith(Reason::kInvalidFields));
  request.set_role(v1::OFFER_ROLE_SELLER);
  for (const std::string& actor : {std::string("operators/ops"), std::string(kBillingService)}) {
    const auto listed = client().Call(&v1::OfferService::Stub::ListOffers, request, actor);
    ASSERT_THAT(listed, RefusedWith(Reason::kInvalidFields));
    EXPECT_EQ(RefusalOf(listed.status())->fields.at(0).field, "role");
  }
}

TEST_F(LifecycleTest, WhatABuyerSaysWhenDecliningReachesTheSeller) {
  v1::DeclineOfferRequest decline;
  decline.set_name(Sent().name());
  decline.set_message("Too slow");
  decline.set_request_id(NewRequestId());
  ASSERT_THAT(client().Call(&v1::OfferService::Stub::DeclineOffer, decline, buyer_), IsOk());
  EXPECT_EQ(client().Get(decline.name(), seller_)->decline_message(), "Too slow");
  EXPECT_EQ(client().Get(decline.name(), buyer_)->decline_message(), "Too slow");
}

TEST_F(LifecycleTest, APageOfTheLargestOffersFitsIntoAMessage) {
  constexpr int kOffers = 160;
  std::string largest;
  for (int i = 0; i < 1'000; ++i) largest += "\xF0\x9F\x98\x80";
  v1::Offer offer = GoodOffer(6);
  offer.set_message(largest);
  for (v1::OfferMilestone& step : *offer.mutable_milestones()->mutable_milestones())
    step.set_description(largest);
  for (int i = 0; i < kOffers; ++i) ASSERT_THAT(client().Create(offer, seller_), IsOk());
  v1::ListOffersRequest request;
  request.set_role(v1::OFFER_ROLE_SELLER);
  request.set_page_size(1'000);
  int listed = 0, pages = 0;
  do {
    const auto page = client().Call(&v1::OfferService::Stub::ListOffers, request, seller_);
    ASSERT_THAT(page, IsOk());
    EXPECT_LE(page->ByteSizeLong(), rpc::kPageBytesMax + 1'000);
    listed += page->offers_size();
    ++pages;
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(listed, kOffers);
  EXPECT_EQ(pages, 3);  // 4.3 MiB in pages of 2 MiB
}

TEST_F(LifecycleTest, AListsStateIsTheOneThatReadsShow) {
  const v1::Offer sent = Sent(), draft = Draft();
  ASSERT_THAT(client().Withdraw(Sent().name(), seller_), IsOk());
  const auto names_in = [&](v1::OfferState state, v1::OfferRole role, const std::string& user) {
    v1::ListOffersRequest request;
    request.set_role(role);
    request.set_state(state);
    std::vector<std::string> names;
    const auto page = client().Call(&v1::OfferService::Stub::ListOffers, request, user);
    EXPECT_THAT(page, IsOk());
    for (const v1::Offer& offer : page->offers()) {
      EXPECT_EQ(offer.state(), state);
      names.push_back(offer.name());
    }
    return names;
  };
  EXPECT_THAT(names_in(v1::OFFER_STATE_SENT, v1::OFFER_ROLE_SELLER, seller_), ElementsAre(sent.name()));
  EXPECT_THAT(names_in(v1::OFFER_STATE_DRAFT, v1::OFFER_ROLE_SELLER, seller_), ElementsAre(draft.name()));
  EXPECT_THAT(names_in(v1::OFFER_STATE_DRAFT, v1::OFFER_ROLE_BUYER, buyer_), IsEmpty());
  EXPECT_EQ(names_in(v1::OFFER_STATE_WITHDRAWN, v1::OFFER_ROLE_BUYER, buyer_).size(), 1u);
  client().Advance(absl::Hours(15 * 24));
  EXPECT_THAT(names_in(v1::OFFER_STATE_SENT, v1::OFFER_ROLE_SELLER, seller_), IsEmpty());
  EXPECT_THAT(names_in(v1::OFFER_STATE_EXPIRED, v1::OFFER_ROLE_BUYER, buyer_), ElementsAre(sent.name()));
}

TEST_F(LifecycleTest, ValidateOnlyAnswersWhatWouldComeOutAndWritesNothing) {
  const v1::Offer draft = Draft(), sent = Sent();
  const std::string before = Written();
  v1::CreateOfferRequest create;
  *create.mutable_offer() = GoodOffer();
  create.set_request_id(NewRequestId());
  create.set_validate_only(true);
  const auto created = client().Call(&v1::OfferService::Stub::CreateOffer, create, seller_);
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->offer().state(), v1::OFFER_STATE_DRAFT);

  v1::SendOfferRequest send;
  send.set_name(draft.name());
  send.set_request_id(NewRequestId());
  send.set_validate_only(true);
  const auto would_send = client().Call(&v1::OfferService::Stub::SendOffer, send, seller_);
  ASSERT_THAT(would_send, IsOk());
  EXPECT_EQ(would_send->offer().state(), v1::OFFER_STATE_SENT);

  v1::AcceptOfferRequest accept;
  accept.set_name(sent.name());
  accept.set_terms_hash(sent.terms_hash());
  accept.set_payment_method("card-1");
  accept.set_request_id(NewRequestId());
  accept.set_validate_only(true);
  const auto would_accept = client().Call(&v1::OfferService::Stub::AcceptOffer, accept, buyer_);
  ASSERT_THAT(would_accept, IsOk());
  EXPECT_EQ(would_accept->offer().state(), v1::OFFER_STATE_ACCEPTED);
  EXPECT_THAT(peers().billing.calls(), IsEmpty()) << "nobody was asked to charge";

  accept.set_terms_hash("another");
  EXPECT_THAT(client().Call(&v1::OfferService::Stub::AcceptOffer, accept, buyer_),
              RefusedWith(Reason::kTermsChanged));
  EXPECT_EQ(Written(), before);
}

// The mutations that the test above leaves out, on offers that stay as they were.
TEST_F(LifecycleTest, ValidateOnlyWritesNothing_EveryOtherMutation) {
  const v1::Offer draft = Draft(), sent = Sent(), open = Sent();
  const auto accepted = client().Accept(open);
  ASSERT_THAT(accepted, IsOk());
  const std::string before = Written();
  const auto preview = [&](auto method, auto request, const std::string& actor, v1::OfferState state) {
    SCOPED_TRACE(request.GetDescriptor()->name());
    request.set_request_id(NewRequestId());
    request.set_validate_only(true);
    const auto previewed = client().Call(method, request, actor);
    ASSERT_THAT(previewed, IsOk());
    EXPECT_EQ(previewed->offer().state(), state);
    EXPECT_EQ(Written(), before);
  };
  using Stub = v1::OfferService::Stub;
  v1::UpdateOfferRequest update;
  *update.mutable_offer() = GoodOffer(4);
  update.mutable_offer()->set_name(draft.name());
  preview(&Stub::UpdateOffer, update, seller_, v1::OFFER_STATE_DRAFT);
  v1::DeleteOfferRequest deletion;
  deletion.set_name(draft.name());
  preview(&Stub::DeleteOffer, deletion, seller_, v1::OFFER_STATE_DELETED);
  v1::WithdrawOfferRequest withdrawal;
  withdrawal.set_name(sent.name());
  preview(&Stub::WithdrawOffer, withdrawal, seller_, v1::OFFER_STATE_WITHDRAWN);
  v1::DeclineOfferRequest decline;
  decline.set_name(sent.name());
  preview(&Stub::DeclineOffer, decline, buyer_, v1::OFFER_STATE_DECLINED);
  v1::RecordOrderOutcomeRequest outcome;
  outcome.set_name(open.name());
  outcome.set_order(accepted->offer().order());
  outcome.set_outcome(v1::ORDER_OUTCOME_CANCELLED);
  outcome.set_cancellation_reason(type::v1::CANCELLATION_REASON_AGREED);
  preview(&Stub::RecordOrderOutcome, outcome, kBillingService, v1::OFFER_STATE_ACCEPTED);
  EXPECT_EQ(client().Get(draft.name(), seller_)->etag(), draft.etag());
}

// Executes a request, and then asks with validate_only what its id would be answered with: the same request what its replay
// is, another one REQUEST_ID_REUSED.
class UsedIdTest : public LifecycleTest {
 protected:
  template <class Request, class Response>
  v1::Offer ExpectPreviewedAsUsed(grpc::Status (v1::OfferService::Stub::*method)(grpc::ClientContext*,
                                                                                 const Request&, Response*),
                                  Request request, Request another, const std::string& actor) {
    SCOPED_TRACE(Request::descriptor()->name());
    request.set_request_id(NewRequestId());
    another.set_request_id(request.request_id());
    another.set_validate_only(true);
    const absl::StatusOr<Response> first = client().Call(method, request, actor);
    EXPECT_THAT(first, IsOk());
    const std::string before = Written();
    Request preview = request;
    preview.set_validate_only(true);
    const absl::StatusOr<Response> previewed = client().Call(method, preview, actor);
    const absl::StatusOr<Response> replayed = client().Call(method, request, actor);
    EXPECT_THAT(previewed, IsOk());
    EXPECT_THAT(replayed, IsOk());
    if (!first.ok() || !previewed.ok() || !replayed.ok()) return {};
    EXPECT_FALSE(first->replayed());
    EXPECT_TRUE(previewed->replayed());
    EXPECT_EQ(previewed->SerializeAsString(), replayed->SerializeAsString());
    EXPECT_THAT(client().Call(method, another, actor), RefusedWith(Reason::kRequestIdReused));
    EXPECT_EQ(Written(), before);
    return first->offer();
  }
  // … where another etag makes it another request.
  template <class Request, class Response>
  v1::Offer ExpectPreviewedAsUsed(grpc::Status (v1::OfferService::Stub::*method)(grpc::ClientContext*,
                                                                                 const Request&, Response*),
                                  const Request& request, const std::string& actor) {
    Request another = request;
    another.set_etag("another");
    return ExpectPreviewedAsUsed(method, request, another, actor);
  }
  template <class Request>
  static Request Named(const v1::Offer& offer) {
    Request request;
    request.set_name(offer.name());
    return request;
  }
};

TEST_F(UsedIdTest, ValidateOnlyLooksTheIdUp_EveryChangeOfAnOffer) {
  using Stub = v1::OfferService::Stub;
  v1::CreateOfferRequest create, other;
  *create.mutable_offer() = GoodOffer();
  *other.mutable_offer() = GoodOffer(2);
  const v1::Offer draft = ExpectPreviewedAsUsed(&Stub::CreateOffer, create, other, seller_);
  v1::UpdateOfferRequest update;
  *update.mutable_offer() = GoodOffer(4);
  update.mutable_offer()->set_name(draft.name());
  ExpectPreviewedAsUsed(&Stub::UpdateOffer, update, seller_);
  const v1::Offer sent = ExpectPreviewedAsUsed(&Stub::SendOffer, Named<v1::SendOfferRequest>(draft), seller_);
  ExpectPreviewedAsUsed(&Stub::DeleteOffer, Named<v1::DeleteOfferRequest>(Draft()), seller_);
  ExpectPreviewedAsUsed(&Stub::DeclineOffer, Named<v1::DeclineOfferRequest>(sent), buyer_);
  ExpectPreviewedAsUsed(&Stub::WithdrawOffer, Named<v1::WithdrawOfferRequest>(Sent()), seller_);
  const v1::Offer open = Sent();
  auto accept = Named<v1::AcceptOfferRequest>(open);
  accept.set_terms_hash(open.terms_hash());
  accept.set_payment_method("card-1");
  const v1::Offer accepted = ExpectPreviewedAsUsed(&Stub::AcceptOffer, accept, buyer_);
  EXPECT_EQ(accepted.state(), v1::OFFER_STATE_ACCEPTED);
  auto outcome = Named<v1::RecordOrderOutcomeRequest>(accepted);
  outcome.set_order(accepted.order());
  outcome.set_outcome(v1::ORDER_OUTCOME_COMPLETED);
  outcome.set_reason(type::v1::COMPLETION_REASON_ALL_ACCEPTED);
  auto cancelled = outcome;
  cancelled.set_outcome(v1::ORDER_OUTCOME_CANCELLED);
  cancelled.clear_reason();
  cancelled.set_cancellation_reason(type::v1::CANCELLATION_REASON_AGREED);
  ExpectPreviewedAsUsed(&Stub::RecordOrderOutcome, outcome, cancelled, kBillingService);
}

// W7: the scope of an id is the offer that changes; of a creation, its seller.
TEST_F(UsedIdTest, TwoOffersMayBeChangedAndTwoSellersMayCreateUnderTheSameId) {
  const v1::Offer first = Draft(), second = Draft();
  v1::SendOfferRequest send;
  send.set_request_id(NewRequestId());
  for (const v1::Offer& offer : {first, second}) {
    send.set_name(offer.name());
    const auto sent = client().Call(&v1::OfferService::Stub::SendOffer, send, seller_);
    ASSERT_THAT(sent, IsOk());
    EXPECT_FALSE(sent->replayed());
    EXPECT_EQ(sent->offer().name(), offer.name());
  }
  const std::string other_seller = absl::StrCat(seller_, "-b");
  v1::Offer offer = GoodOffer();
  const auto mine = client().Create(offer, seller_, send.request_id());
  offer.set_gig(peers().catalog.AddGig(other_seller));
  const auto theirs = client().Create(offer, other_seller, send.request_id());
  ASSERT_THAT(mine, IsOk());
  ASSERT_THAT(theirs, IsOk());
  EXPECT_NE(mine->name(), theirs->name());
}

TEST_F(UsedIdTest, AnEtagIsComparedByteForByte) {
  const v1::Offer draft = Draft();
  v1::SendOfferRequest send;
  send.set_name(draft.name());
  send.set_request_id(NewRequestId());
  for (const char* etag : {" 1", "1 ", "+1", "01", "abc", "W/\"1\"", "\"1\""}) {
    send.set_etag(etag);
    EXPECT_THAT(client().Call(&v1::OfferService::Stub::SendOffer, send, seller_),
                RefusedWith(Reason::kEtagMismatch))
        << etag;
  }
  send.set_etag(draft.etag());
  EXPECT_THAT(client().Call(&v1::OfferService::Stub::SendOffer, send, seller_), IsOk());
}

TEST_F(LifecycleTest, TheSameRequestTwiceIsDoneOnce) {
  const std::string request_id = NewRequestId();
  const auto first = client().Create(GoodOffer(), seller_, request_id);
  ASSERT_THAT(first, IsOk());
  const std::string before = Written();
  v1::CreateOfferRequest again;
  *again.mutable_offer() = GoodOffer();
  again.set_request_id(request_id);
  const auto second = client().Call(&v1::OfferService::Stub::CreateOffer, again, seller_);
  ASSERT_THAT(second, IsOk());
  EXPECT_TRUE(second->replayed());
  EXPECT_EQ(second->offer().name(), first->name());
  EXPECT_EQ(Written(), before);
}

}  // namespace
}  // namespace milepost::offers
