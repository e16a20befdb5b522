// EventFeed on OfferService's server: an offer's events reach both parties, a draft's its seller only.
#include <gmock/gmock.h>

#include "tests/component/offer_service/world.h"
#include "tests/support/event_watch.h"
#include "tests/support/matchers.h"

namespace milepost::offers {
namespace {

using events::v1::Event;
using events::v1::WatchEventsRequest;
using ::testing::ElementsAre;
using testing::EventWatch;

class EventsTest : public OfferTest {
 protected:
  // The types that an actor sees of an offer, up to `count` of them.
  std::vector<std::string> TypesSeen(const v1::Offer& offer, const std::string& actor, size_t count) {
    WatchEventsRequest request;
    request.mutable_filter()->set_resource(offer.name());
    EventWatch watch(channel(), actor, request);
    std::vector<std::string> types;
    for (const Event& event : watch.Events(count)) types.push_back(event.type());
    return types;
  }
};

TEST_F(EventsTest, W6BothPartiesSeeAnOfferFromItsSendingOn) {
  const v1::Offer offer = Sent();
  ASSERT_THAT(client().Decline(offer.name(), buyer_), testing::IsOk());
  for (const std::string& all : {seller_, std::string("operators/ops-1")})
    EXPECT_THAT(TypesSeen(offer, all, 3), ElementsAre("offer.created", "offer.sent", "offer.declined"));
  EXPECT_THAT(TypesSeen(offer, buyer_, 2), ElementsAre("offer.sent", "offer.declined"));
}

TEST_F(EventsTest, W6ContentAndPartiesStandInTheEvent) {
  const v1::Offer offer = Sent();
  WatchEventsRequest request;
  request.mutable_filter()->set_resource(offer.name());
  EventWatch watch(channel(), seller_, request);
  const std::vector<Event> events = watch.Events(2);
  ASSERT_THAT(events, ::testing::SizeIs(2));
  EXPECT_EQ(events[0].seller(), seller_);
  EXPECT_EQ(events[0].buyer(), buyer_);
  const events::v1::OfferContent& content = events[0].offer_created().content();
  EXPECT_EQ(content.buyer(), buyer_);
  EXPECT_EQ(content.milestones().SerializeAsString(), offer.milestones().SerializeAsString());
  EXPECT_EQ(events[1].offer_sent().expire_time().seconds(), offer.expire_time().seconds());
}

TEST_F(EventsTest, A19_BothPartiesSeeWhyTheOrderWasCancelled) {
  const v1::Offer cancelled = Sent(), completed = Sent();
  ASSERT_THAT(client().Accept(cancelled), testing::IsOk());
  ASSERT_THAT(client().Accept(completed), testing::IsOk());
  ASSERT_THAT(client().RecordOutcome(cancelled, v1::ORDER_OUTCOME_CANCELLED), testing::IsOk());
  auto outcome = OfferClient::OutcomeOf(completed, v1::ORDER_OUTCOME_COMPLETED);
  outcome.set_reason(type::v1::COMPLETION_REASON_CANCELLED_AFTER_ACCEPTANCE);
  outcome.set_cancellation_reason(type::v1::CANCELLATION_REASON_LATE_DELIVERY);
  ASSERT_THAT(client().Call(&OfferClient::Stub::RecordOrderOutcome, outcome, kBillingService),
              testing::IsOk());
  for (const std::string& party : {seller_, buyer_}) {
    WatchEventsRequest request;
    request.mutable_filter()->add_types("offer.order_cancelled");
    request.mutable_filter()->add_types("offer.order_completed");
    EventWatch watch(channel(), party, request);
    const std::vector<Event> events = watch.Events(2);
    ASSERT_THAT(events, ::testing::SizeIs(2));
    EXPECT_EQ(events[0].offer_order_cancelled().reason(), type::v1::CANCELLATION_REASON_AGREED);
    EXPECT_EQ(events[1].offer_order_completed().reason(),
              type::v1::COMPLETION_REASON_CANCELLED_AFTER_ACCEPTANCE);
    EXPECT_EQ(events[1].offer_order_completed().cancellation_reason(),
              type::v1::CANCELLATION_REASON_LATE_DELIVERY);
    for (const Event& event : events) EXPECT_THAT(event.notifications(), ::testing::IsEmpty());
  }
}

}  // namespace
}  // namespace milepost::offers
