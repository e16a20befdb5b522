// Who reads which events: filters, followers found by what they follow, and the messages that readers share.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "common/core/refusal.h"
#include "common/events/event_wire.h"
#include "common/events/feed_event.h"
#include "common/events/follower_index.h"
#include "tests/support/matchers.h"

namespace milepost::events {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::RefusedWith;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

const Uuid kFirst = *Uuid::Parse("01975e20-0000-7000-8000-000000000001");
const Uuid kSecond = *Uuid::Parse("01975e20-0000-7000-8000-000000000002");

StoredEvent EventOf(const Uuid& aggregate, std::string type = "order.created",
                    Audience audience = Audience::kParties) {
  StoredEvent event;
  event.position = 12;
  event.aggregate = aggregate;
  event.sequence = 1;
  event.type = std::move(type);
  event.seller = "users/sam";
  event.buyer = "users/bea";
  event.audience = audience;
  return event;
}

// A source that shows an event's type as its actor, and counts how often.
FeedSource Source(int* shown = nullptr) {
  return {.stream = {.table = "orders",
                     .seller_column = "seller",
                     .buyer_column = "buyer",
                     .audience = [](absl::string_view) { return Audience::kParties; }},
          .types = {"order.created", "order.ended"},
          .show = [shown](const StoredEvent&, Viewer viewer, v1::Event& out) {
            if (shown) ++*shown;
            out.mutable_order_ended()->set_milestone_number(static_cast<uint32_t>(viewer) + 1);
            return absl::OkStatus();
          }};
}

TEST(Filter, AUserReadsWhatTheUserIsAPartyOf) {
  for (const char* party : {"users/sam", "users/bea"})
    EXPECT_TRUE(Filter{.reader = party}.Matches(EventOf(kFirst))) << party;
  EXPECT_FALSE(Filter{.reader = "users/eve"}.Matches(EventOf(kFirst)));
  const StoredEvent draft = EventOf(kFirst, "offer.created", Audience::kSeller);
  EXPECT_TRUE(Filter{.reader = "users/sam"}.Matches(draft));
  EXPECT_FALSE(Filter{.reader = "users/bea"}.Matches(draft));
  EXPECT_TRUE(Filter{.buyer = "users/bea"}.Matches(draft)) << "an operator finds it by its buyer";
  const StoredEvent ours = EventOf(kFirst, "charge.leased", Audience::kNobody);
  EXPECT_FALSE(Filter{.reader = "users/sam"}.Matches(ours));
  EXPECT_TRUE(Filter().Matches(ours));
}

TEST(Filter, AFilterOnOthersLeavesAUserNothing) {
  EXPECT_FALSE((Filter{.seller = "users/eve", .reader = "users/bea"}).Matches(EventOf(kFirst)));
  EXPECT_TRUE((Filter{.seller = "users/sam", .reader = "users/bea"}).Matches(EventOf(kFirst)));
}

TEST(Filter, OfARequestIsBoundToItsReader) {
  v1::EventFilter request;
  request.set_resource("orders/01975e20-0000-7000-8000-000000000001");
  request.add_types("order.ended");
  const FeedSource source = Source();
  const absl::StatusOr<Filter> users = FilterOf(source, request, *Actor::Parse("users/bea"), "filter");
  ASSERT_THAT(users, IsOk());
  EXPECT_EQ(users->reader, "users/bea");
  EXPECT_EQ(users->aggregate, kFirst);
  EXPECT_THAT(users->types, ElementsAre("order.ended"));
  for (const char* all : {"operators/ops-1", "services/offer-service"})
    EXPECT_EQ(FilterOf(source, request, *Actor::Parse(all), "filter")->reader, "") << all;
}

TEST(Filter, NamesOnlyWhatTheServerHas) {
  v1::EventFilter request;
  request.set_resource("gigs/01975e20-0000-7000-8000-000000000001");
  request.add_types("order.ended");
  request.add_types("order.vanished");
  const absl::Status refused =
      FilterOf(Source(), request, *Actor::Parse("operators/ops-1"), "filter").status();
  EXPECT_THAT(refused, RefusedWith(Reason::kInvalidFields));
  const Refusal refusal = RefusalOf(refused).value();
  std::vector<std::string> fields;
  for (const FieldViolation& violation : refusal.fields) fields.push_back(violation.field);
  EXPECT_THAT(fields, ElementsAre("filter.resource", "filter.types[1]"));
}

// Followers by name.
class Index : public ::testing::Test {
 protected:
  using Named = const std::string;
  Named* Follow(std::string name, Filter filter) {
    followers_.push_back(
        std::make_unique<std::pair<std::string, Filter>>(std::move(name), std::move(filter)));
    index_.Add(&followers_.back()->first, followers_.back()->second);
    return &followers_.back()->first;
  }
  std::multiset<std::string> Reached(const StoredEvent& event) {
    std::multiset<std::string> names;
    index_.ForEach(event, [&](Named* follower) { names.insert(*follower); });
    return names;
  }

  FollowerIndex<Named> index_;
  std::vector<std::unique_ptr<std::pair<std::string, Filter>>> followers_;
};

TEST_F(Index, FindsEachFollowerOnce) {
  Follow("all", {});
  Follow("ended", {.types = {"order.ended"}});
  Follow("first", {.aggregate = kFirst});
  Follow("second", {.aggregate = kSecond});
  Follow("sam's", {.seller = "users/sam"});
  Follow("bea's", {.buyer = "users/bea"});
  Follow("bea", {.reader = "users/bea"});
  Follow("eve", {.reader = "users/eve"});
  Follow("eve at the first", {.aggregate = kFirst, .reader = "users/eve"});
  EXPECT_THAT(Reached(EventOf(kFirst)), UnorderedElementsAre("all", "first", "sam's", "bea's", "bea"));
  EXPECT_THAT(Reached(EventOf(kSecond, "order.ended")),
              UnorderedElementsAre("all", "ended", "second", "sam's", "bea's", "bea"));
}

TEST_F(Index, ForgetsWhoLeft) {
  for (int round = 0; round < 2; ++round) {
    const Filter filters[] = {{}, {.aggregate = kFirst}, {.reader = "users/bea"}};
    std::vector<Named*> named;
    for (const Filter& filter : filters) named.push_back(Follow("x", filter));
    EXPECT_THAT(Reached(EventOf(kFirst)), SizeIs(3));
    for (size_t i = 0; i < named.size(); ++i) index_.Remove(named[i], filters[i]);
    EXPECT_EQ(index_.size(), 0);
    EXPECT_THAT(Reached(EventOf(kFirst)), IsEmpty());
  }
}

v1::WatchEventsResponse Parsed(const grpc::ByteBuffer& bytes) {
  std::vector<grpc::Slice> slices;
  EXPECT_TRUE(bytes.Dump(&slices).ok());
  std::string whole;
  for (const grpc::Slice& slice : slices)
    whole.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  v1::WatchEventsResponse response;
  EXPECT_TRUE(response.ParseFromString(whole));
  return response;
}

TEST(WatchMessage, IsTheContractsMessage) {
  const FeedSource source = Source();
  const FeedEvent first(EventOf(kFirst), source), second(EventOf(kSecond), source);
  WatchMessage message;
  message.Add(first.For(Viewer::kOperator));
  message.Add(second.For(Viewer::kBuyer));
  const v1::WatchEventsResponse response = Parsed(message.Finish(34));
  EXPECT_EQ(response.position(), 34);
  ASSERT_THAT(response.events(), SizeIs(2));
  EXPECT_EQ(response.events(0).resource(), "orders/" + kFirst.ToString());
  EXPECT_EQ(response.events(1).resource(), "orders/" + kSecond.ToString());
  EXPECT_NE(response.events(0).id(), response.events(1).id());
  EXPECT_NE(response.events(0).order_ended().milestone_number(),
            response.events(1).order_ended().milestone_number())
      << "each as its viewer sees it";
  EXPECT_THAT(Parsed(WatchMessage().Finish(5)).events(), IsEmpty());
}

TEST(FeedEvent, IsShownOnceForEachKindOfViewer) {
  int shown = 0;
  const FeedSource source = Source(&shown);
  const FeedEvent event(EventOf(kFirst), source);
  for (int reader = 0; reader < 10; ++reader) {
    event.For(Viewer::kService);
    event.For(Viewer::kSeller);
  }
  EXPECT_EQ(shown, 2);
}

}  // namespace
}  // namespace milepost::events
