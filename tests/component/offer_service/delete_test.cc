// DeleteOffer, over the wire: a deleted draft does not exist for anybody any more, and a retry is still answered.
#include <gmock/gmock.h>

#include <atomic>
#include <functional>
#include <thread>

#include "common/rpc/wire.h"
#include "tests/component/offer_service/world.h"
#include "tests/support/database.h"
#include "tests/support/event_watch.h"
#include "tests/support/matchers.h"

namespace milepost::offers {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using testing::IsOk;
using testing::RefusedWith;

constexpr int kCallers = 20;

class DeleteTest : public OfferTest {
 protected:
  using Stub = v1::OfferService::Stub;

  v1::Offer Deleted() {
    const v1::Offer draft = Draft();
    const auto deleted = client().Delete(draft.name(), seller_);
    EXPECT_THAT(deleted, IsOk());
    return deleted.value_or(v1::Offer());
  }
  absl::Status Update(const std::string& name, const std::string& message,
                      const std::string& request_id = NewRequestId()) {
    v1::UpdateOfferRequest request;
    request.mutable_offer()->set_name(name);
    request.mutable_offer()->set_message(message);
    request.mutable_update_mask()->add_paths("message");
    request.set_request_id(request_id);
    return client().Call(&Stub::UpdateOffer, request, seller_).status();
  }
  static v1::ListOffersRequest In(v1::OfferRole role) {
    v1::ListOffersRequest request;
    request.set_role(role);
    return request;
  }
  // Each caller, a thread of its own, all at once: "OK" or the reason of its refusal.
  static std::vector<std::string> Race(const std::function<absl::Status(int)>& call) {
    std::atomic<int> waiting = kCallers;
    std::vector<std::string> outcomes(kCallers);
    std::vector<std::thread> threads;
    for (int i = 0; i < kCallers; ++i)
      threads.emplace_back([&, i] {
        --waiting;
        while (waiting > 0) std::this_thread::yield();
        const absl::Status status = call(i);
        const std::optional<Refusal> refusal = RefusalOf(status);
        outcomes[i] = refusal ? std::string(RowOf(refusal->reason).name) : status.ToString();
      });
    for (std::thread& thread : threads) thread.join();
    return outcomes;
  }
};

TEST_F(DeleteTest, ADeletedDraftIsShownOnceAndThenToNobody) {
  const v1::Offer draft = Draft();
  const auto deleted = client().Delete(draft.name(), seller_);
  ASSERT_THAT(deleted, IsOk());
  EXPECT_EQ(deleted->state(), v1::OFFER_STATE_DELETED);
  EXPECT_EQ(deleted->etag(), "2");
  for (const std::string& actor : {seller_, buyer_, std::string("users/eve"), std::string(kOperator),
                                   std::string(kBillingService), std::string("services/gig-catalog")})
    EXPECT_THAT(client().Get(draft.name(), actor), RefusedWith(Reason::kOfferNotFound)) << actor;
}

TEST_F(DeleteTest, EveryLaterCommandIsRefusedAndWritesNothing) {
  const v1::Offer deleted = Deleted();
  const std::string before = Written();
  EXPECT_TRUE(IsRefusal(Update(deleted.name(), "Again"), Reason::kOfferNotFound));
  EXPECT_THAT(client().Delete(deleted.name(), seller_), RefusedWith(Reason::kOfferNotFound));
  EXPECT_THAT(client().Send(deleted.name(), seller_), RefusedWith(Reason::kOfferNotFound));
  EXPECT_THAT(client().Withdraw(deleted.name(), seller_), RefusedWith(Reason::kOfferNotFound));
  EXPECT_THAT(client().Decline(deleted.name(), buyer_), RefusedWith(Reason::kOfferNotFound));
  EXPECT_THAT(client().Accept(deleted), RefusedWith(Reason::kOfferNotFound));
  EXPECT_THAT(client().PreviewAccept(deleted), RefusedWith(Reason::kOfferNotFound));
  EXPECT_THAT(client().RecordOutcome(deleted, v1::ORDER_OUTCOME_COMPLETED),
              RefusedWith(Reason::kOfferNotFound));
  EXPECT_EQ(Written(), before);
}

TEST_F(DeleteTest, NoListHasADeletedDraft) {
  const std::string first = Draft().name();
  Deleted();
  const std::string sent = Sent().name();
  Deleted();
  EXPECT_THAT(client().List(In(v1::OFFER_ROLE_SELLER), seller_), ElementsAre(sent, first));
  EXPECT_THAT(client().List(In(v1::OFFER_ROLE_BUYER), buyer_), ElementsAre(sent));
  v1::ListOffersRequest of_state = In(v1::OFFER_ROLE_SELLER);
  of_state.set_state(v1::OFFER_STATE_DRAFT);
  EXPECT_THAT(client().List(of_state, seller_), ElementsAre(first));
  v1::ListOffersRequest between;
  between.set_seller(seller_);
  between.set_buyer(buyer_);
  EXPECT_THAT(client().List(between, kOperator), ElementsAre(sent, first));
  v1::ListOffersRequest newest;
  newest.set_page_size(2);
  const auto page = client().Call(&Stub::ListOffers, newest, kOperator);
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->offers(0).name(), sent);
  EXPECT_EQ(page->offers(1).name(), first);
}

TEST_F(DeleteTest, OnlyTheSellerMayAndOnlyADraft) {
  const v1::Offer draft = Draft(), sent = Sent();
  const std::string before = Written();
  EXPECT_THAT(client().Delete(draft.name(), buyer_), RefusedWith(Reason::kOfferNotFound));
  EXPECT_THAT(client().Delete(draft.name(), "users/eve"), RefusedWith(Reason::kOfferNotFound));
  EXPECT_THAT(client().Delete(draft.name(), kOperator), RefusedWith(Reason::kNotAUser));
  EXPECT_THAT(client().Delete(draft.name(), kBillingService), RefusedWith(Reason::kNotAUser));
  EXPECT_THAT(client().Delete(sent.name(), buyer_), RefusedWith(Reason::kNotTheSeller));
  EXPECT_THAT(client().Delete(sent.name(), seller_), RefusedWith(Reason::kOfferNotDraft));
  EXPECT_EQ(Written(), before);
}

TEST_F(DeleteTest, AnotherEtagIsRefused) {
  const v1::Offer draft = Draft();
  v1::DeleteOfferRequest request;
  request.set_name(draft.name());
  request.set_request_id(NewRequestId());
  request.set_etag("2");
  EXPECT_THAT(client().Call(&Stub::DeleteOffer, request, seller_), RefusedWith(Reason::kEtagMismatch));
  request.set_etag(draft.etag());
  EXPECT_THAT(client().Call(&Stub::DeleteOffer, request, seller_), IsOk());
}

TEST_F(DeleteTest, MalformedRequestsAreRefusedWithTheirFields) {
  const v1::Offer draft = Draft();
  const std::string before = Written();
  const auto field_of = [&](const std::string& name, const std::string& request_id) {
    v1::DeleteOfferRequest request;
    request.set_name(name);
    request.set_request_id(request_id);
    const auto deleted = client().Call(&Stub::DeleteOffer, request, seller_);
    EXPECT_THAT(deleted, RefusedWith(Reason::kInvalidFields));
    return RefusalOf(deleted.status()).value_or(Refusal{.fields = {{"none", ""}}}).fields.at(0).field;
  };
  EXPECT_EQ(field_of("", NewRequestId()), "name");
  EXPECT_EQ(field_of("offers/7", NewRequestId()), "name");
  EXPECT_EQ(field_of(draft.name(), ""), "request_id");
  EXPECT_EQ(field_of(draft.name(), "seven"), "request_id");
  EXPECT_EQ(Written(), before);
}

// W7: whoever asks again under the id of a step that was taken gets its answer, also when the offer is gone since.
TEST_F(DeleteTest, RetriesAreReplays) {
  const std::string created_by = NewRequestId(), updated_by = NewRequestId(), deleted_by = NewRequestId();
  const auto draft = client().Create(GoodOffer(), seller_, created_by);
  ASSERT_THAT(draft, IsOk());
  ASSERT_THAT(Update(draft->name(), "Cheaper", updated_by), IsOk());
  ASSERT_THAT(client().Delete(draft->name(), seller_, deleted_by), IsOk());
  const std::string before = Written();
  v1::DeleteOfferRequest again;
  again.set_name(draft->name());
  again.set_request_id(deleted_by);
  const auto replayed = client().Call(&Stub::DeleteOffer, again, seller_);
  ASSERT_THAT(replayed, IsOk());
  EXPECT_TRUE(replayed->replayed());
  EXPECT_EQ(replayed->offer().state(), v1::OFFER_STATE_DELETED);
  EXPECT_EQ(client().Create(GoodOffer(), seller_, created_by)->state(), v1::OFFER_STATE_DELETED);
  EXPECT_THAT(Update(draft->name(), "Cheaper", updated_by), IsOk());
  again.set_etag("7");
  EXPECT_THAT(client().Call(&Stub::DeleteOffer, again, seller_), RefusedWith(Reason::kRequestIdReused));
  EXPECT_EQ(Written(), before);
}

TEST_F(DeleteTest, ItsEventsAreTheSellersOperatorsAndServices) {
  const v1::Offer deleted = Deleted();
  const v1::Offer sent = Sent();  // of the same parties, later in the stream
  events::v1::WatchEventsRequest request;
  request.mutable_filter()->set_seller(seller_);
  const auto seen_by = [&](const std::string& actor, size_t count) {
    testing::EventWatch watch(channel(), actor, request);
    std::vector<std::string> types;
    for (const events::v1::Event& event : watch.Events(count)) types.push_back(event.type());
    return types;
  };
  for (const std::string& actor : {seller_, std::string(kOperator), std::string(kBillingService)})
    EXPECT_THAT(seen_by(actor, 4),
                ElementsAre("offer.created", "offer.deleted", "offer.created", "offer.sent"))
        << actor;
  EXPECT_THAT(seen_by(buyer_, 1), ElementsAre("offer.sent"));
}

// The row stays: its request ids, events and terms are history.
TEST_F(DeleteTest, TheDraftIsDeletedSoftly) {
  const v1::Offer deleted = Deleted();
  auto connection = db::Connection::Open(schema());
  ASSERT_THAT(connection, IsOk());
  std::vector<std::string> states;
  ASSERT_THAT((*connection)
                  ->Query("SELECT state, created_us FROM offers WHERE id = ?",
                          db::Row{*rpc::IdIn(deleted.name(), "offers")},
                          [&](const db::ResultRow& row) {
                            states.push_back(row.Bytes(0));
                            EXPECT_EQ(row.Int64(1), -1) << "behind the end of every list";
                            return absl::OkStatus();
                          }),
              IsOk());
  EXPECT_THAT(states, ElementsAre("DELETED"));
}

TEST_F(DeleteTest, DeletingAgainstUpdatingOneDeletesAndNothingFollows) {
  for (int round = 0; round < 5; ++round) {
    const v1::Offer draft = Draft();
    std::atomic<int> deleted = 0, updated = 0;
    const auto update = [&](int caller, int version) {
      const absl::Status status = Update(draft.name(), absl::StrCat(caller, "/", version));
      updated += status.ok();
      return status;
    };
    // Every second caller changes the draft before it deletes it: else the deletion, which asks no catalog, is always first.
    const std::vector<std::string> outcomes = Race([&](int caller) {
      const absl::Status changed = update(caller, 1);
      if (caller % 2 != 0) return changed.ok() ? update(caller, 2) : changed;
      const absl::Status status = client().Delete(draft.name(), seller_).status();
      deleted += status.ok();
      return status;
    });
    EXPECT_EQ(deleted, 1);
    EXPECT_GT(updated, 0);
    for (const std::string& outcome : outcomes) EXPECT_THAT(outcome, AnyOf("OK", "OFFER_NOT_FOUND"));
    EXPECT_THAT(client().Get(draft.name(), seller_), RefusedWith(Reason::kOfferNotFound));
    const int64_t events = testing::CountOrDie(
        schema(), absl::StrCat("SELECT COUNT(*) FROM events WHERE aggregate_id = UNHEX(REPLACE('",
                               draft.name().substr(7), "', '-', ''))"));
    EXPECT_EQ(events, 2 + updated) << "created, each update that was answered OK, deleted";
  }
}

TEST_F(DeleteTest, TwentyRetriesOfOneDeletionAllGetItsAnswer) {
  const v1::Offer draft = Draft();
  const std::string request_id = NewRequestId();
  for (const std::string& outcome :
       Race([&](int) { return client().Delete(draft.name(), seller_, request_id).status(); }))
    EXPECT_EQ(outcome, "OK");
}

}  // namespace
}  // namespace milepost::offers
