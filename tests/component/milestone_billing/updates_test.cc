// S18: the seller posts updates on the work. Who may, when, with which text; where an update is read, and what it leaves
// behind.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"
#include "common/rpc/wire.h"
#include "milepost/events/v1/event_feed.grpc.pb.h"
#include "services/milestone_billing/domain/milestone.h"
#include "services/milestone_billing/store/event_texts.h"
#include "services/milestone_billing/store/order_record.h"
#include "tests/component/milestone_billing/fixture.h"
#include "tests/support/database.h"

namespace milepost::billing {
namespace {

namespace feed = ::milepost::events::v1;
using Stub = v1::MilestoneBilling::Stub;
using ::testing::HasSubstr;

v1::PostUpdateRequest UpdateOf(const std::string& order, int milestone, const std::string& message) {
  v1::PostUpdateRequest request;
  request.set_name(MilestoneName(order, milestone));
  request.set_message(message);
  request.set_request_id(NewRequestId());
  return request;
}

// The messages of a milestone's updates, in the order in which they are shown.
std::vector<std::string> MessagesIn(const v1::OrderMilestone& milestone) {
  std::vector<std::string> messages;
  for (const v1::MilestoneUpdate& update : milestone.updates()) messages.push_back(update.message());
  return messages;
}

class UpdatesTest : public BillingTest {
 protected:
  absl::StatusOr<v1::PostUpdateResponse> Post(const v1::PostUpdateRequest& request,
                                              const std::string& actor = kSeller) {
    return client_->Billing(actor, &Stub::PostUpdate, request);
  }
  absl::StatusOr<v1::PostUpdateResponse> Post(const std::string& order, int milestone,
                                              const std::string& message) {
    return Post(UpdateOf(order, milestone, message));
  }
  // Refused for its message, and for nothing else.
  void ExpectBadMessage(const std::string& order, const std::string& message) {
    const absl::StatusOr<v1::PostUpdateResponse> answer = Post(order, 1, message);
    ASSERT_THAT(answer, RefusedWith(Reason::kInvalidFields)) << message;
    const std::vector<FieldViolation> fields = RefusalOf(answer.status())->fields;
    ASSERT_THAT(fields, SizeIs(1)) << message;
    EXPECT_EQ(fields[0].field, "message");
  }
  // The events milestone.updated of an order that this actor is shown.
  std::vector<feed::Event> EventsSeenBy(const std::string& actor, const std::string& order) {
    EXPECT_THAT(server_->shell().feed().Sequence(), IsOk());
    feed::ListEventsRequest request;
    request.mutable_filter()->set_resource(order);
    request.mutable_filter()->add_types("milestone.updated");
    const auto stub = feed::EventFeed::NewStub(channel());
    std::vector<feed::Event> events;
    for (feed::ListEventsResponse page;;) {
      page = Must(client_->Call(actor, *stub, &feed::EventFeed::Stub::ListEvents, request));
      events.insert(events.end(), page.events().begin(), page.events().end());
      if (page.position() >= page.end_position()) return events;
      request.set_from_position(page.position());
    }
  }
  v1::AuditOrderResponse Audit(const std::string& order) {
    v1::AuditOrderRequest request;
    request.set_name(order);
    return Must(client_->Billing(kOperator, &Stub::AuditOrder, request));
  }
  // Replaces a column of each row of a table that is identified by (id, sequence).
  void Rewrite(const std::string& select, const std::string& update,
               std::string (*with)(const std::string&)) {
    const auto connection = *db::Connection::Open(options_.database);
    std::vector<db::Row> rows;
    ASSERT_THAT(connection->Query(select, db::Row{},
                                  [&](const db::ResultRow& row) {
                                    rows.push_back({with(row.Bytes(2)), row.Id(0), row.Uint64(1)});
                                    return absl::OkStatus();
                                  }),
                IsOk());
    for (const db::Row& row : rows) ASSERT_THAT(connection->Update(update, row).status(), IsOk());
  }
  int64_t RowsWith(const std::string& text, const char* column, const char* table) {
    return milepost::testing::CountOrDie(
        options_.database,
        absl::StrCat("SELECT COUNT(*) FROM ", table, " WHERE INSTR(", column, ", '", text, "') > 0"));
  }
};

TEST_F(UpdatesTest, S18_AnUpdateIsReadByEverybodyWhoReadsTheOrder) {
  const std::string name = PlaceOrder({5000, 5000}).name();
  v1::Order before = Must(client_->Get(name, kSeller));
  client_->Advance(absl::Hours(5));
  const v1::PostUpdateResponse posted = Must(Post(name, 1, "The colours are final.\nThe text comes next."));
  EXPECT_FALSE(posted.replayed());
  ASSERT_THAT(posted.order().milestones(0).updates(), SizeIs(1));
  const v1::MilestoneUpdate& update = posted.order().milestones(0).updates(0);
  EXPECT_EQ(update.message(), "The colours are final.\nThe text comes next.");
  EXPECT_EQ(rpc::TimeOf(update.post_time()), client_->Now());
  EXPECT_THAT(posted.order().milestones(1).updates(), IsEmpty());
  for (const char* reader : {kSeller, kBuyer, kOperator, kOfferServiceActor}) {
    const v1::Order read = Must(client_->Get(name, reader));
    EXPECT_EQ(MessagesIn(read.milestones(0)), MessagesIn(posted.order().milestones(0))) << reader;
  }
  // All else of the order stands as it stood.
  v1::Order after = Must(client_->Get(name, kSeller));
  EXPECT_NE(after.etag(), before.etag());
  after.mutable_milestones(0)->clear_updates();
  for (v1::Order* order : {&before, &after}) {
    order->clear_etag();
    order->clear_update_time();
  }
  EXPECT_EQ(after.DebugString(), before.DebugString());
}

TEST_F(UpdatesTest, S18_TheEventTellsTheBuyerInEnglishAndGerman) {
  const std::string name = PlaceOrder({5000, 5000}).name();
  Must(Post(name, 1, "The colours are final."));
  for (const char* reader : {kBuyer, kSeller, kOperator, kOfferServiceActor}) {
    const std::vector<feed::Event> events = EventsSeenBy(reader, name);
    ASSERT_THAT(events, SizeIs(1)) << reader;
    EXPECT_EQ(events[0].actor(), kSeller);
    EXPECT_EQ(events[0].milestone_updated().milestone_number(), 1u);
    EXPECT_EQ(events[0].milestone_updated().message(), "The colours are final.");
    if (reader == std::string(kSeller)) {
      EXPECT_THAT(events[0].notifications(), IsEmpty()) << "a party is shown its own notices only";
      continue;
    }
    ASSERT_THAT(events[0].notifications(), SizeIs(1)) << reader;
    const feed::Notification& notice = events[0].notifications(0);
    EXPECT_EQ(notice.recipient(), kBuyer);
    EXPECT_THAT(notice.text_en(), HasSubstr("posted an update on milestone 1"));
    EXPECT_THAT(notice.text_de(), HasSubstr("zum Stand von Meilenstein 1"));
  }
  EXPECT_THAT(EventsSeenBy(kStranger, name), IsEmpty());
}

TEST_F(UpdatesTest, S18_IsPostedFromThePlacementToTheEnd) {
  const std::string name = PlaceOrder({5000, 5000, 5000}).name();
  int posted = 0;
  const auto post = [&](int milestone) {
    const auto answer = Post(name, milestone, absl::StrCat("update ", ++posted));
    EXPECT_THAT(answer, IsOk()) << posted;
  };
  post(1);  // ACTIVE
  Must(client_->Deliver(name, 1, false));
  post(1);  // … delivered
  v1::RequestRevisionRequest revision;
  revision.set_name(MilestoneName(name, 1));
  revision.set_message("more colour");
  revision.set_request_id(NewRequestId());
  Must(client_->Billing(kBuyer, &Stub::RequestRevision, revision));
  post(1);  // … sent back
  Must(client_->Deliver(name, 1, false));
  Must(client_->Accept(name, 1, v1::NEXT_STEP_DECIDE_LATER));
  post(1);  // AWAITING_NEXT
  Must(client_->StartNext(name, "pm_declined"));
  post(2);  // AWAITING_PAYMENT, declined
  EXPECT_EQ(Must(client_->Retry(name, "pm_pending")).last_payment().state(), type::v1::PAYMENT_STATE_OPEN);
  post(2);  // … and open
  const v1::Order order = Must(client_->Get(name));
  EXPECT_EQ(order.state(), v1::ORDER_STATE_AWAITING_PAYMENT);
  EXPECT_THAT(MessagesIn(order.milestones(0)), ElementsAre("update 2", "update 3", "update 4"));
  EXPECT_THAT(MessagesIn(order.milestones(1)), ElementsAre("update 5", "update 6"));
  EXPECT_THAT(EventsSeenBy(kBuyer, name), SizeIs(6));
}

TEST_F(UpdatesTest, S18_TheStateMayForbidIt) {
  const std::string placing = PlaceOrder({5000, 5000}, "pm_pending").name();
  const std::string failed = PlaceOrder({5000, 5000}, "pm_declined").name();
  const std::string running = PlaceOrder({5000, 5000}).name();
  const std::string ended = PlaceOrder({5000}).name();
  Must(client_->Deliver(ended, 1, true));
  Must(client_->Accept(ended, 1, v1::NEXT_STEP_UNSPECIFIED));
  const std::vector<int64_t> before = Footprint();
  EXPECT_THAT(Post(placing, 1, "soon"), RefusedWith(Reason::kOrderPlacing));
  EXPECT_THAT(Post(failed, 1, "soon"), RefusedWith(Reason::kOrderPlacementFailed));
  EXPECT_THAT(Post(ended, 1, "soon"), RefusedWith(Reason::kOrderCompleted));
  EXPECT_THAT(Post(running, 2, "soon"), RefusedWith(Reason::kNotTheCurrentMilestone));
  for (const std::string& order : {placing, failed, running})
    EXPECT_THAT(Post(order, 3, "soon"), RefusedWith(Reason::kMilestoneNotFound)) << order;
  EXPECT_TRUE(absl::IsFailedPrecondition(Post(ended, 1, "soon").status()));
  EXPECT_EQ(Footprint(), before);
  // What was current is not any more.
  Must(client_->Deliver(running, 1, false));
  Must(client_->Accept(running, 1, v1::NEXT_STEP_START_NEXT));
  EXPECT_THAT(Post(running, 1, "soon"), RefusedWith(Reason::kNotTheCurrentMilestone));
  EXPECT_THAT(Post(running, 2, "soon"), IsOk());
}

TEST_F(UpdatesTest, S18_OnlyTheSellerPosts) {
  const std::string name = PlaceOrder({5000, 5000}).name();
  const std::vector<int64_t> before = Footprint();
  const v1::PostUpdateRequest request = UpdateOf(name, 1, "I am the seller");
  EXPECT_THAT(Post(request, kBuyer), RefusedWith(Reason::kNotTheSeller));
  EXPECT_TRUE(absl::IsPermissionDenied(Post(request, kBuyer).status()));
  EXPECT_THAT(Post(request, kStranger), RefusedWith(Reason::kOrderNotFound));
  EXPECT_THAT(Post(request, kOperator), RefusedWith(Reason::kNotAUser));
  EXPECT_THAT(Post(request, kOfferServiceActor), RefusedWith(Reason::kNotAUser));
  EXPECT_THAT(Post(request, ""), RefusedWith(Reason::kActorMissing));
  EXPECT_THAT(Post("orders/" + NewRequestId(), 1, "to nobody"), RefusedWith(Reason::kOrderNotFound));
  EXPECT_EQ(Footprint(), before);
}

TEST_F(UpdatesTest, S18_AMessageIsRequiredAndHasItsBounds) {
  const std::string name = PlaceOrder({5000, 5000}).name();
  const std::vector<int64_t> before = Footprint();
  for (const std::string& message :
       {std::string(), std::string("\n"), std::string("\u00a0"), std::string("\u3000\n\u200b"),
        std::string("x\u202ey"), std::string("a\0b", 3), std::string("over\rwritten"),
        std::string(2001, 'x')})
    ExpectBadMessage(name, message);
  EXPECT_EQ(Footprint(), before);
  std::string longest;  // in characters, not in bytes
  for (int i = 0; i < 2000; ++i) longest += "ü";
  Must(Post(name, 1, longest));
  ExpectBadMessage(name, longest + "ü");
  Must(Post(name, 1, "First line\n\tsecond\r\nthird"));
  EXPECT_THAT(MessagesIn(Must(client_->Get(name)).milestones(0)),
              ElementsAre(longest, "First line\n\tsecond\r\nthird"));
}

TEST_F(UpdatesTest, W7_TheSameRequestAgainPostsNothing) {
  const std::string name = PlaceOrder({5000, 5000}).name();
  const v1::PostUpdateRequest request = UpdateOf(name, 1, "once");
  Must(Post(request));
  const std::vector<int64_t> before = Footprint();
  const v1::PostUpdateResponse again = Must(Post(request));
  EXPECT_TRUE(again.replayed());
  EXPECT_THAT(MessagesIn(again.order().milestones(0)), ElementsAre("once"));
  v1::PostUpdateRequest other = request;
  other.set_message("twice");
  EXPECT_THAT(Post(other), RefusedWith(Reason::kRequestIdReused));
  EXPECT_EQ(Footprint(), before);
  // The same text with a new id is another update.
  EXPECT_FALSE(Must(Post(name, 1, "once")).replayed());
  EXPECT_THAT(MessagesIn(Must(client_->Get(name)).milestones(0)), ElementsAre("once", "once"));
}

TEST_F(UpdatesTest, W3_AnEtagOfAnEarlierReadIsRefused) {
  const v1::Order order = PlaceOrder({5000, 5000});
  v1::PostUpdateRequest request = UpdateOf(order.name(), 1, "as I read it");
  request.set_etag(order.etag());
  const v1::Order updated = Must(Post(request)).order();
  request.set_request_id(NewRequestId());
  EXPECT_THAT(Post(request), RefusedWith(Reason::kEtagMismatch)) << "an update changes the order";
  request.set_etag(updated.etag());
  EXPECT_THAT(Post(request), IsOk());
}

TEST_F(UpdatesTest, W3_ValidateOnlyShowsTheUpdateAndWritesNothing) {
  const std::string name = PlaceOrder({5000, 5000}).name();
  v1::PostUpdateRequest request = UpdateOf(name, 1, "a draft");
  request.set_validate_only(true);
  const std::vector<int64_t> before = Footprint();
  const v1::PostUpdateResponse preview = Must(Post(request));
  EXPECT_THAT(MessagesIn(preview.order().milestones(0)), ElementsAre("a draft"));
  EXPECT_EQ(Footprint(), before);
  EXPECT_THAT(Must(client_->Get(name)).milestones(0).updates(), IsEmpty());
  EXPECT_THAT(EventsSeenBy(kBuyer, name), IsEmpty());
  request.set_validate_only(false);
  const v1::PostUpdateResponse real = Must(Post(request));
  EXPECT_FALSE(real.replayed()) << "the preview used no request id";
  EXPECT_EQ(real.order().SerializeAsString(), preview.order().SerializeAsString());
}

TEST_F(UpdatesTest, S18_AMilestoneShowsItsLatestUpdatesAndTheFeedHasAll) {
  const std::string name = PlaceOrder({5000, 5000}).name();
  std::vector<std::string> all;
  for (size_t day = 0; day <= kUpdatesKept; ++day) {
    all.push_back(absl::StrCat("day ", day));
    client_->Advance(absl::Hours(1));
    Must(Post(name, 1, all.back()));
  }
  ASSERT_THAT(all, SizeIs(kUpdatesKept + 1));
  const v1::OrderMilestone milestone = Must(client_->Get(name)).milestones(0);
  EXPECT_THAT(MessagesIn(milestone), ::testing::ElementsAreArray(all.begin() + 1, all.end()));
  for (int i = 1; i < milestone.updates_size(); ++i) {
    EXPECT_EQ(
        rpc::TimeOf(milestone.updates(i).post_time()) - rpc::TimeOf(milestone.updates(i - 1).post_time()),
        absl::Hours(1));
  }
  std::vector<std::string> told;
  for (const feed::Event& event : EventsSeenBy(kBuyer, name))
    told.push_back(event.milestone_updated().message());
  EXPECT_EQ(told, all);
  const v1::AuditOrderResponse audit = Audit(name);
  EXPECT_TRUE(audit.consistent()) << audit.finding().text();
  EXPECT_EQ(audit.events(), 5u + kUpdatesKept + 1);
}

TEST_F(UpdatesTest, W1_AnErasedUpdateLeavesNoTraceAndNoDoubt) {
  const std::string name = PlaceOrder({5000, 5000}).name();
  Must(Post(name, 1, "a secret that slipped out"));
  Must(Post(name, 1, "nothing to see here"));
  EXPECT_TRUE(Audit(name).consistent());
  ASSERT_EQ(RowsWith("a secret", "payload", "events"), 1);
  ASSERT_EQ(RowsWith("a secret", "body", "orders"), 1);
  Rewrite("SELECT aggregate_id, sequence, payload FROM events",
          "UPDATE events SET payload = ? WHERE aggregate_id = ? AND sequence = ?",
          [](const std::string& payload) { return std::string(ChainedPart(payload)); });
  EXPECT_FALSE(Audit(name).consistent()) << "the order's row still has it";
  Rewrite("SELECT id, sequence, body FROM orders", "UPDATE orders SET body = ? WHERE id = ? AND sequence = ?",
          [](const std::string& body) {
            Order order = *DecodeOrder(body);
            for (Milestone& milestone : order.milestones)
              for (Update& update : milestone.updates) update.message.clear();
            return EncodeOrder(order);
          });
  EXPECT_EQ(RowsWith("a secret", "payload", "events") + RowsWith("a secret", "body", "orders"), 0);
  const v1::AuditOrderResponse audit = Audit(name);
  EXPECT_TRUE(audit.consistent()) << audit.finding().text();
  // That there was an update is still known, and the next one is added to it.
  Must(Post(name, 1, "another word"));
  EXPECT_THAT(MessagesIn(Must(client_->Get(name)).milestones(0)), ElementsAre("", "", "another word"));
  EXPECT_TRUE(Audit(name).consistent());
}

}  // namespace
}  // namespace milepost::billing
