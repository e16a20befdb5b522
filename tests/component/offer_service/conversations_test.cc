// Lists of a conversation's offers (S19), and the migration that lets old offers be found there.
#include <gmock/gmock.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/db/migrations.h"
#include "migrations/offer_service.h"
#include "services/offer_service/store/offer_record.h"
#include "tests/component/offer_service/world.h"
#include "tests/support/database.h"
#include "tests/support/matchers.h"

namespace milepost::offers {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::RefusedWith;

class ConversationsTest : public OfferTest {
 protected:
  std::string SentIn(const std::string& conversation) {
    v1::Offer offer = GoodOffer();
    offer.set_conversation(conversation);
    const auto draft = client().Create(offer, seller_);
    EXPECT_THAT(draft, IsOk());
    EXPECT_THAT(client().Send(draft->name(), seller_), IsOk());
    return draft->name();
  }
  std::string DraftIn(const std::string& conversation) {
    v1::Offer offer = GoodOffer();
    offer.set_conversation(conversation);
    const auto draft = client().Create(offer, seller_);
    EXPECT_THAT(draft, IsOk());
    return draft->name();
  }
  static v1::ListOffersRequest In(const std::string& conversation,
                                  v1::OfferRole role = v1::OFFER_ROLE_UNSPECIFIED) {
    v1::ListOffersRequest request;
    request.set_conversation(conversation);
    request.set_role(role);
    return request;
  }
  // A conversation of this test's own.
  const std::string talk_ = absl::StrCat("talk-", NewRequestId());
};

TEST_F(ConversationsTest, S19EachSideAndOperatorsListAConversationsOffersNewestFirst) {
  const std::string first = SentIn(talk_), draft = DraftIn(talk_), third = SentIn(talk_);
  SentIn(absl::StrCat(talk_, "-b"));
  Sent();
  EXPECT_THAT(client().List(In(talk_, v1::OFFER_ROLE_SELLER), seller_), ElementsAre(third, draft, first));
  EXPECT_THAT(client().List(In(talk_, v1::OFFER_ROLE_BUYER), buyer_), ElementsAre(third, first));
  for (const std::string& actor : {std::string(kOperator), std::string(kBillingService)})
    EXPECT_THAT(client().List(In(talk_), actor), ElementsAre(third, draft, first));
}

TEST_F(ConversationsTest, AllFiltersHoldTogether) {
  const std::string sent = SentIn(talk_), withdrawn = SentIn(talk_);
  ASSERT_THAT(client().Withdraw(withdrawn, seller_), IsOk());
  v1::ListOffersRequest request = In(talk_);
  request.set_state(v1::OFFER_STATE_SENT);
  EXPECT_THAT(client().List(request, kOperator), ElementsAre(sent));
  request.set_seller(seller_);
  request.set_buyer(buyer_);
  EXPECT_THAT(client().List(request, kOperator), ElementsAre(sent));
  request.set_buyer("users/eve");
  EXPECT_THAT(client().List(request, kOperator), IsEmpty());
  v1::ListOffersRequest to_buyer = In(talk_);
  to_buyer.set_buyer(buyer_);
  EXPECT_THAT(client().List(to_buyer, kOperator), ElementsAre(withdrawn, sent));
  v1::ListOffersRequest expired = In(talk_);
  expired.set_state(v1::OFFER_STATE_EXPIRED);
  EXPECT_THAT(client().List(expired, kOperator), IsEmpty());
  client().Advance(absl::Hours(15 * 24));
  EXPECT_THAT(client().List(expired, kOperator), ElementsAre(sent));
}

TEST_F(ConversationsTest, AStrangerFindsNothingInSomebodysConversation) {
  SentIn(talk_);
  for (const v1::OfferRole role : {v1::OFFER_ROLE_SELLER, v1::OFFER_ROLE_BUYER})
    EXPECT_THAT(client().List(In(talk_, role), "users/eve"), IsEmpty());
  EXPECT_THAT(client().List(In(talk_, v1::OFFER_ROLE_SELLER), buyer_), IsEmpty()) << "not its side";
}

TEST_F(ConversationsTest, AnUpdateMovesAnOfferAndADeletionTakesItOut) {
  const std::string moved = DraftIn(talk_), deleted = DraftIn(talk_);
  v1::UpdateOfferRequest update;
  update.mutable_offer()->set_name(moved);
  update.mutable_offer()->set_conversation(absl::StrCat(talk_, "-b"));
  update.mutable_update_mask()->add_paths("conversation");
  update.set_request_id(NewRequestId());
  ASSERT_THAT(client().Call(&v1::OfferService::Stub::UpdateOffer, update, seller_), IsOk());
  ASSERT_THAT(client().Delete(deleted, seller_), IsOk());
  EXPECT_THAT(client().List(In(talk_), kOperator), IsEmpty());
  EXPECT_THAT(client().List(In(absl::StrCat(talk_, "-b")), kOperator), ElementsAre(moved));
}

TEST_F(ConversationsTest, UsersNeedTheirSideAndATokenBelongsToItsConversation) {
  const auto refused = client().Call(&v1::OfferService::Stub::ListOffers, In(talk_), seller_);
  ASSERT_THAT(refused, RefusedWith(Reason::kInvalidFields));
  EXPECT_EQ(RefusalOf(refused.status())->fields.at(0).field, "role");
  SentIn(talk_);
  SentIn(talk_);
  v1::ListOffersRequest request = In(talk_, v1::OFFER_ROLE_SELLER);
  request.set_page_size(1);
  const auto page = client().Call(&v1::OfferService::Stub::ListOffers, request, seller_);
  ASSERT_THAT(page, IsOk());
  request.set_page_token(page->next_page_token());
  for (const std::string& other : {absl::StrCat(talk_, "-b"), std::string()}) {
    request.set_conversation(other);
    EXPECT_THAT(client().Call(&v1::OfferService::Stub::ListOffers, request, seller_),
                RefusedWith(Reason::kInvalidPageToken));
  }
}

TEST_F(ConversationsTest, WhatIsNoConversationAndADeletedStateAreRefused) {
  const auto field_of = [&](const v1::ListOffersRequest& request) {
    const auto listed = client().Call(&v1::OfferService::Stub::ListOffers, request, kOperator);
    EXPECT_THAT(listed, RefusedWith(Reason::kInvalidFields));
    return RefusalOf(listed.status()).value_or(Refusal{.fields = {{"none", ""}}}).fields.at(0).field;
  };
  for (const std::string& bad : {std::string("with a blank"), std::string("über"), std::string(129, 'x')})
    EXPECT_EQ(field_of(In(bad)), "conversation") << bad;
  v1::ListOffersRequest deleted;
  deleted.set_state(v1::OFFER_STATE_DELETED);
  EXPECT_EQ(field_of(deleted), "state");
  EXPECT_THAT(client().List(In(std::string(128, '~')), kOperator), IsEmpty());
}

// An offer as the release before wrote it: its conversation stands in its body alone.
class OldOffers {
 public:
  explicit OldOffers(const db::ConnectOptions& schema) : schema_(schema) {
    db::MigrationSet before = migrations::offer_service();
    before.steps = before.steps.subspan(0, 2);
    const absl::Status migrated = db::Migrate(schema_, absl::MakeConstSpan(&before, 1));
    EXPECT_THAT(migrated, IsOk());
  }
  void Add(const std::string& seller, const std::string& buyer, const std::string& conversation) {
    Offer offer;
    offer.seller = seller;
    offer.buyer = buyer;
    offer.gig = GigId(*Uuid::Parse("0190a000-0000-7000-8000-000000000002"));
    offer.conversation = conversation;
    offer.message = "As discussed";
    offer.terms = OneTimeTerms{.price = Money::Usd(500), .days = 3};
    offer.created_at = absl::FromUnixSeconds(1'700'000'000);
    testing::ExecuteOrDie(
        schema_, absl::StrCat("INSERT INTO offers (id, sequence, updated_us, seller, buyer, gig_id, "
                              "created_us, state, total_minor, currency, body) VALUES (X'0000000000000000",
                              absl::Hex(++added_, absl::kZeroPad16), "', 1, 1, '", seller, "', '", buyer,
                              "', REPEAT('g', 16), 1, 'DRAFT', 500, 'USD', X'",
                              absl::BytesToHexString(OfferToBody(offer)), "')"));
  }

 private:
  const db::ConnectOptions& schema_;
  int added_ = 0;
};

TEST(OffersOfBefore, TheMigrationTakesTheirConversationsOutOfTheirBodies) {
  const db::ConnectOptions schema = testing::TestDatabase::Get().NewSchema();
  OldOffers offers(schema);
  const std::vector<std::string> conversations = {"conversation-7", "", "x", std::string(127, 'y'),
                                                  std::string(128, '~')};
  const std::string longest = absl::StrCat("users/", std::string(64, 'u'));
  for (const std::string& conversation : conversations) {
    offers.Add("users/sam", "users/bea", conversation);
    offers.Add(longest, "users/b", conversation);
  }
  const db::MigrationSet all = migrations::offer_service();
  ASSERT_THAT(db::Migrate(schema, absl::MakeConstSpan(&all, 1)), IsOk());
  const auto connection = db::Connection::Open(schema);
  ASSERT_THAT(connection, IsOk());
  std::vector<std::string> found;
  ASSERT_THAT((*connection)
                  ->Query("SELECT conversation FROM offers ORDER BY id", db::Row{},
                          [&](const db::ResultRow& row) {
                            found.push_back(row.Bytes(0));
                            return absl::OkStatus();
                          }),
              IsOk());
  ASSERT_EQ(found.size(), 2 * conversations.size());
  for (size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i], conversations[i / 2]);
}

}  // namespace
}  // namespace milepost::offers
