// EventFeed on MilestoneBilling's server, over the wire: what is listed and watched, by whom, and how streams end (W6, S18,
// S30). Positions are given when the test says so.
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/core/refusal.h"
#include "common/events/event_feed_rpc.h"
#include "milepost/events/v1/event_feed.grpc.pb.h"
#include "tests/component/milestone_billing/fixture.h"
#include "tests/support/event_watch.h"

namespace milepost::billing {
namespace {

namespace feed = ::milepost::events::v1;
using milepost::testing::EventWatch;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> TypesIn(const std::vector<feed::Event>& events) {
  std::vector<std::string> types;
  for (const feed::Event& event : events) types.push_back(event.type());
  return types;
}

class EventsTest : public BillingTest {
 protected:
  EventsTest() {
    options_.feed.heartbeat = absl::Milliseconds(100);
    options_.feed.sequence_interval = absl::Milliseconds(2);
    StartServer();
  }

  void Sequence() { EXPECT_THAT(server_->shell().feed().Sequence(), IsOk()); }
  // The last position given.
  uint64_t End() { return List(kOperator, {}).end_position(); }

  absl::StatusOr<feed::ListEventsResponse> TryList(const std::string& actor,
                                                   const feed::ListEventsRequest& request) {
    const auto stub = feed::EventFeed::NewStub(channel());
    return client_->Call(actor, *stub, &feed::EventFeed::Stub::ListEvents, request);
  }
  feed::ListEventsResponse List(const std::string& actor, const feed::ListEventsRequest& request) {
    return Must(TryList(actor, request));
  }
  // All events after a position that the actor may see.
  std::vector<feed::Event> All(const std::string& actor, feed::ListEventsRequest request = {}) {
    std::vector<feed::Event> all;
    for (feed::ListEventsResponse page;;) {
      page = List(actor, request);
      all.insert(all.end(), page.events().begin(), page.events().end());
      request.set_from_position(page.position());
      if (page.position() >= page.end_position()) return all;
    }
  }
  std::unique_ptr<EventWatch> Watch(const std::string& actor, feed::WatchEventsRequest request = {}) {
    return std::make_unique<EventWatch>(channel(), actor, request);
  }
  // An order whose first of two milestones is delivered and accepted, then ended by its buyer.
  v1::Order EndedOrder() {
    const v1::Order order = PlaceOrder({15000, 20000});
    Must(client_->Deliver(order.name(), 1, false));
    Must(client_->Accept(order.name(), 1, v1::NEXT_STEP_DECIDE_LATER));
    return Must(client_->End(order.name()));
  }
};

TEST_F(EventsTest, AWholeOrderIsListedInItsOrder) {
  const v1::Order order = EndedOrder();
  Sequence();
  const std::vector<feed::Event> events = All(kOperator);
  EXPECT_THAT(TypesIn(events), ElementsAre("order.placement_started", "milestone.payment_started",
                                           "order.created", "milestone.funded", "milestone.work_authorized",
                                           "milestone.delivered", "milestone.accepted", "order.ended",
                                           "seller.notified", "milestone.skipped", "order.completed"));
  for (size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].position(), i + 1);
    EXPECT_EQ(events[i].sequence(), i + 1);
    EXPECT_EQ(events[i].resource(), order.name());
    EXPECT_EQ(events[i].seller(), kSeller);
    EXPECT_EQ(events[i].buyer(), kBuyer);
  }
  EXPECT_EQ(events[5].actor(), kSeller);
  EXPECT_EQ(events[5].milestone_delivered().message(), "here it is");
  EXPECT_EQ(Cents(events[3].milestone_funded().amount()), 15000);
}

TEST_F(EventsTest, APageGoesOnWhereTheOneBeforeEnded) {
  EndedOrder();
  Sequence();
  feed::ListEventsRequest request;
  request.set_page_size(3);
  std::vector<uint64_t> positions;
  for (feed::ListEventsResponse page;;) {
    page = List(kOperator, request);
    EXPECT_LE(page.events_size(), 3);
    for (const feed::Event& event : page.events()) positions.push_back(event.position());
    request.set_from_position(page.position());
    if (page.position() == page.end_position()) break;
  }
  EXPECT_THAT(positions, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
}

TEST_F(EventsTest, FiltersByResourceUserAndType) {
  EndedOrder();
  const v1::Order second = EndedOrder();
  Sequence();
  feed::ListEventsRequest request;
  request.set_page_size(4);
  request.mutable_filter()->set_resource(second.name());
  for (const feed::Event& event : All(kOperator, request)) EXPECT_EQ(event.resource(), second.name());
  EXPECT_THAT(All(kOperator, request), SizeIs(11));
  request.mutable_filter()->add_types("milestone.accepted");
  EXPECT_THAT(TypesIn(All(kOperator, request)), ElementsAre("milestone.accepted"));
  request.mutable_filter()->clear_resource();
  EXPECT_THAT(All(kOperator, request), SizeIs(2));
  request.mutable_filter()->set_buyer(kBuyer);
  EXPECT_THAT(All(kOperator, request), SizeIs(2));
  request.mutable_filter()->set_seller(kStranger);
  EXPECT_THAT(All(kOperator, request), IsEmpty());
}

TEST_F(EventsTest, WhatTheServerHasNoEventsOfIsRefused) {
  feed::ListEventsRequest request;
  request.mutable_filter()->set_resource("gigs/01975e20-0000-7000-8000-000000000001");
  EXPECT_THAT(TryList(kOperator, request), RefusedWith(Reason::kInvalidFields));
  request.mutable_filter()->set_resource("orders/1");
  EXPECT_THAT(TryList(kOperator, request), RefusedWith(Reason::kInvalidFields));
  EXPECT_THAT(TryList("", {}), RefusedWith(Reason::kActorMissing));
  feed::WatchEventsRequest watching;
  watching.mutable_filter()->add_types("order.vanished");
  auto watch = Watch(kOperator, watching);
  EXPECT_FALSE(watch->Read());
  EXPECT_THAT(watch->End(), RefusedWith(Reason::kInvalidFields));
  auto nobodys = Watch("");
  EXPECT_FALSE(nobodys->Read());
  EXPECT_THAT(nobodys->End(), RefusedWith(Reason::kActorMissing));
}

TEST_F(EventsTest, APartySeesItsOrdersAndNothingThatIsTheOthers) {
  EndedOrder();
  Sequence();
  EXPECT_THAT(All(kStranger), IsEmpty());
  const std::vector<feed::Event> sellers = All(kSeller), buyers = All(kBuyer);
  EXPECT_THAT(sellers, SizeIs(11));
  EXPECT_THAT(buyers, SizeIs(11));
  EXPECT_EQ(buyers[0].order_placement_started().payment_method(), "pm_ok");
  EXPECT_EQ(buyers[1].milestone_payment_started().payment_method(), "pm_ok");
  for (const feed::Event& event : sellers) EXPECT_THAT(event.DebugString(), Not(HasSubstr("pm_ok")));
  feed::ListEventsRequest others;
  others.mutable_filter()->set_seller(kSeller);
  EXPECT_THAT(All(kStranger, others), IsEmpty());
  EXPECT_THAT(All(kBuyer, others), SizeIs(11)) << "the buyer's orders with this seller";
  auto watch = Watch(kStranger);
  EXPECT_THAT(watch->Until(11), IsEmpty());
}

TEST_F(EventsTest, OurBookkeepingIsForOperatorsAndServicesOnly) {
  const v1::Order order = PlaceOrder({15000, 20000});
  Must(client_->Deliver(order.name(), 1, false));
  Must(client_->Accept(order.name(), 1, v1::NEXT_STEP_DECIDE_LATER));
  Must(client_->StartNext(order.name(), "pm_unknown_then_ok"));
  Sequence();
  EXPECT_THAT(TypesIn(All(kOperator)), Contains("charge.undecided"));
  EXPECT_THAT(TypesIn(All(kOfferServiceActor)), Contains("charge.undecided"));
  for (const char* party : {kBuyer, kSeller})
    EXPECT_THAT(TypesIn(All(party)), Not(Contains("charge.undecided"))) << party;
}

TEST_F(EventsTest, S30TheSellerIsNotified) {
  EndedOrder();
  Sequence();
  feed::WatchEventsRequest request;
  request.mutable_filter()->add_types("seller.notified");
  auto watch = Watch(kSeller, request);
  const std::vector<feed::Event> events = watch->Events(1);
  ASSERT_THAT(events, SizeIs(1));
  ASSERT_THAT(events[0].notifications(), SizeIs(1));
  EXPECT_EQ(events[0].notifications(0).recipient(), kSeller);
  EXPECT_THAT(events[0].notifications(0).text_en(), HasSubstr("The buyer has ended the order"));
  EXPECT_THAT(events[0].notifications(0).text_de(), HasSubstr("Der Käufer hat den Auftrag beendet"));
}

// 17: who is told by the events of this type of this order.
TEST_F(EventsTest, APartyIsToldOfARevisionAndOfAnEndBySilence) {
  const auto told = [this](const std::string& order, const std::string& type) {
    feed::ListEventsRequest request;
    request.mutable_filter()->set_resource(order);
    request.mutable_filter()->add_types(type);
    std::vector<std::string> recipients;
    for (const feed::Event& event : All(kOfferServiceActor, request)) {
      for (const feed::Notification& each : event.notifications()) {
        recipients.push_back(each.recipient());
        EXPECT_FALSE(each.text_en().empty() || each.text_de().empty()) << type;
      }
    }
    return recipients;
  };
  const std::string silent = PlaceOrder({15000, 20000}).name();
  Must(client_->Deliver(silent, 1, false));
  v1::RequestRevisionRequest revision;
  revision.set_name(MilestoneName(silent, 1));
  revision.set_message("rounder");
  revision.set_request_id(NewRequestId());
  Must(client_->Billing(kBuyer, &v1::MilestoneBilling::Stub::RequestRevision, revision));
  Must(client_->Deliver(silent, 1, false));
  Must(client_->Accept(silent, 1, v1::NEXT_STEP_DECIDE_LATER));
  const std::string unpaid = PlaceOrder({15000, 20000}).name();
  Must(client_->Deliver(unpaid, 1, false));
  Must(client_->Accept(unpaid, 1, v1::NEXT_STEP_DECIDE_LATER));
  Must(client_->StartNext(unpaid, "pm_declined"));
  const std::string failed = PlaceOrder({15000, 20000}, "pm_card_expired").name();
  client_->Advance(absl::Hours(8 * 24));
  Sequence();
  EXPECT_THAT(told(silent, "milestone.revision_requested"), ElementsAre(kSeller));
  EXPECT_THAT(told(silent, "order.completed"), ElementsAre(kBuyer, kSeller)) << "NEXT_NOT_STARTED";
  EXPECT_THAT(told(unpaid, "milestone.payment_failed"), ElementsAre(kBuyer));
  EXPECT_THAT(told(unpaid, "order.completed"), ElementsAre(kBuyer, kSeller)) << "PAYMENT_GRACE_TIMEOUT";
  EXPECT_THAT(told(silent, "milestone.work_authorized"), ElementsAre(kSeller));
  EXPECT_THAT(told(silent, "milestone.funded"), ElementsAre(kBuyer));
  EXPECT_THAT(told(failed, "order.placement_failed"), ElementsAre(kBuyer));
}

TEST_F(EventsTest, AWatcherReplaysThenFollows) {
  EndedOrder();
  Sequence();
  auto watch = Watch(kOperator);
  EXPECT_THAT(watch->Until(11), SizeIs(11));
  const v1::Order second = PlaceOrder({15000, 20000});
  Sequence();
  const std::vector<feed::Event> followed = watch->Events(5);
  ASSERT_THAT(followed, SizeIs(5));
  EXPECT_EQ(followed[0].position(), 12);
  EXPECT_EQ(followed[4].type(), "milestone.work_authorized");
  EXPECT_EQ(followed[4].resource(), second.name());
  EXPECT_EQ(watch->message().position(), 16);
}

TEST_F(EventsTest, AWatcherOfOneOrderFollowsNothingElse) {
  const v1::Order mine = PlaceOrder({15000, 20000});
  Sequence();
  feed::WatchEventsRequest request;
  request.set_from_position(End());
  request.mutable_filter()->set_resource(mine.name());
  auto watch = Watch(kBuyer, request);
  EndedOrder();
  Must(client_->Deliver(mine.name(), 1, false));
  Sequence();
  const std::vector<feed::Event> events = watch->Until(End());
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].type(), "milestone.delivered");
  EXPECT_EQ(events[0].notifications(0).recipient(), kBuyer);
}

TEST_F(EventsTest, AHeartbeatSaysUpToWhereEverythingWasSent) {
  feed::WatchEventsRequest request;
  request.mutable_filter()->set_buyer(kStranger);
  auto watch = Watch(kOperator, request);
  EXPECT_THAT(watch->Until(0), IsEmpty()) << "caught up at once";
  EndedOrder();
  Sequence();
  EXPECT_THAT(watch->Until(11), IsEmpty()) << "nothing for it, but it knows that it missed nothing";
  EXPECT_EQ(watch->message().position(), 11);
}

// It was waited for, and a reader from before a restore believed that it had missed nothing.
TEST_F(EventsTest, APositionThatIsNotThereYetIsRefused) {
  EndedOrder();
  Sequence();
  feed::WatchEventsRequest request;
  request.set_from_position(End() + 1);
  auto watch = Watch(kOperator, request);
  EXPECT_FALSE(watch->Read());
  const absl::Status refused = watch->End();
  ASSERT_THAT(refused, RefusedWith(Reason::kPositionAheadOfStream));
  EXPECT_EQ(RefusalOf(refused)->detail("end_position"), absl::StrCat(End()));
}

TEST_F(EventsTest, MoreWatchersThanTheServerTakesAreRefused) {
  options_.feed.watchers_max = 2;
  StartServer();
  auto first = Watch(kOperator);
  ASSERT_TRUE(first->Read());
  {
    auto second = Watch(kOperator), third = Watch(kOperator);
    ASSERT_TRUE(second->Read() != third->Read()) << "one of the two";
  }
  while (server_->shell().feed().rpc().watchers() > 1) std::this_thread::yield();
  auto fourth = Watch(kOperator);
  EXPECT_TRUE(fourth->Read()) << "who left made room";
}

TEST_F(EventsTest, ADrainingServerEndsStreamsWithTheirPosition) {
  EndedOrder();
  Sequence();
  feed::WatchEventsRequest request;
  request.mutable_filter()->add_types("order.ended");
  auto watch = Watch(kOperator, request);
  EXPECT_THAT(watch->Until(11), SizeIs(1));
  std::thread stopping([this] { StopServer(); });
  while (watch->Read()) continue;
  const absl::Status end = watch->End();
  stopping.join();
  ASSERT_THAT(end, RefusedWith(Reason::kShuttingDown));
  EXPECT_EQ(RefusalOf(end)->detail("position"), "11");
}

}  // namespace
}  // namespace milepost::billing
