// Deliveries of a milestone with their attachments, and those that were sent back (S32, S33, A17, A21).
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"
#include "common/rpc/wire.h"
#include "services/milestone_billing/domain/milestone.h"
#include "tests/component/milestone_billing/ways_out.h"

namespace milepost::billing {
namespace {

class DeliveriesTest : public WaysOutTest {
 protected:
  // An order whose first milestone may be sent back without end.
  std::string Unlimited() {
    const std::string gig = NewGig({10000, 8000});
    catalog::v1::PreviewWorkflowResponse revised = GigOf(gig, {10000, 8000});
    revised.mutable_steps(0)->mutable_revisions()->set_unlimited(true);
    peers_.catalog().Set(revised);
    const std::string quote = Must(client_->Quote(gig, v1::ORDER_TYPE_MILESTONES)).quote();
    return Must(client_->Place(quote, "pm_ok")).order().name();
  }
  static v1::DeliverMilestoneRequest With(const std::string& order, const Lines& attachments,
                                          const std::string& message = "") {
    v1::DeliverMilestoneRequest request = DeliveryOf(order, 1);
    for (const std::string& link : attachments) request.add_attachments(link);
    request.set_message(message);
    return request;
  }
  static Lines AttachmentsOf(const v1::Delivery& delivery) {
    return {delivery.attachments().begin(), delivery.attachments().end()};
  }
  // Refused for these fields, and for nothing else.
  void ExpectBad(const v1::DeliverMilestoneRequest& request, const Lines& fields) {
    const absl::Status refused = Take(kSeller, request).status();
    ASSERT_THAT(refused, RefusedWith(Reason::kInvalidFields)) << request.DebugString();
    const std::vector<FieldViolation> violations = RefusalOf(refused)->fields;
    std::set<std::string> named;
    for (const FieldViolation& violation : violations) named.insert(violation.field);
    EXPECT_THAT(named, ::testing::ElementsAreArray(fields)) << request.DebugString();
  }
};

TEST_F(DeliveriesTest, S32_ADeliveryShowsItsLinksToEverybodyWhoReadsTheOrder) {
  const std::string name = Active().name();
  EXPECT_THAT(Must(client_->Get(name)).milestones(0).deliveries(), IsEmpty());
  const Lines links = {"https://files.example/a.zip?v=2#top", "https://files.example/b.pdf"};
  Do(kSeller, With(name, links, "both parts"));
  for (const char* reader : {kBuyer, kSeller, kOperator, kOfferServiceActor}) {
    const v1::OrderMilestone milestone = Must(client_->Get(name, reader)).milestones(0);
    ASSERT_THAT(milestone.deliveries(), SizeIs(1)) << reader;
    const v1::Delivery& delivery = milestone.deliveries(0);
    EXPECT_EQ(delivery.number(), 1u);
    EXPECT_EQ(rpc::TimeOf(delivery.deliver_time()), client_->Now());
    EXPECT_EQ(delivery.message(), "both parts");
    EXPECT_EQ(AttachmentsOf(delivery), links);
    EXPECT_FALSE(delivery.late());
    EXPECT_FALSE(delivery.has_revision_time());
    EXPECT_EQ(delivery.revision_message(), "");
  }
  const auto told = LastEvent(name, "milestone.delivered").milestone_delivered();
  EXPECT_EQ(Lines(told.attachments().begin(), told.attachments().end()), links);
}

TEST_F(DeliveriesTest, A17_WhatWasSentBackStaysWithTheRequestForIt) {
  const std::string name = Unlimited();
  Do(kSeller, With(name, {"https://files.example/1"}, "first"));
  client_->Advance(absl::Hours(1));
  v1::RequestRevisionRequest revision = RevisionOf(name, 1);
  revision.set_message("larger");
  const v1::Order sent_back = Do(kBuyer, revision);
  ASSERT_THAT(sent_back.milestones(0).deliveries(), SizeIs(1));
  EXPECT_EQ(rpc::TimeOf(sent_back.milestones(0).deliveries(0).revision_time()), client_->Now());
  EXPECT_EQ(sent_back.milestones(0).deliveries(0).revision_message(), "larger");
  client_->Advance(3 * kDay);  // late
  const v1::Order order =
      Do(kSeller, With(name, {"https://files.example/2", "https://files.example/1"}, "second"));
  ASSERT_THAT(order.milestones(0).deliveries(), SizeIs(2));
  const v1::Delivery &first = order.milestones(0).deliveries(0), &second = order.milestones(0).deliveries(1);
  EXPECT_EQ(first.DebugString(), sent_back.milestones(0).deliveries(0).DebugString()) << "unchanged";
  EXPECT_EQ(first.number(), 1u);
  EXPECT_EQ(first.message(), "first");
  EXPECT_FALSE(first.late());
  EXPECT_THAT(AttachmentsOf(first), ElementsAre("https://files.example/1"));
  EXPECT_EQ(second.number(), 2u);
  EXPECT_EQ(second.message(), "second");
  EXPECT_TRUE(second.late()) << "the revision was";
  EXPECT_FALSE(second.has_revision_time());
  EXPECT_THAT(AttachmentsOf(second), ElementsAre("https://files.example/2", "https://files.example/1"));
  EXPECT_EQ(rpc::TimeOf(order.milestones(0).deliver_time()), client_->Now());
}

TEST_F(DeliveriesTest, AMilestoneKeepsItsLatestDeliveriesAndTheFeedHasAll) {
  const std::string name = Unlimited();
  constexpr int kAll = kEarlierDeliveriesKept + 3;
  for (int number = 1; number <= kAll; ++number) {
    if (number > 1) Do(kBuyer, RevisionOf(name, 1));
    Do(kSeller, With(name, {absl::StrCat("https://files.example/", number)}, absl::StrCat("try ", number)));
  }
  const v1::OrderMilestone milestone = Must(client_->Get(name)).milestones(0);
  ASSERT_THAT(milestone.deliveries(), SizeIs(kEarlierDeliveriesKept + 1));
  for (int i = 0; i < milestone.deliveries_size(); ++i) {
    const int number = kAll - milestone.deliveries_size() + 1 + i;
    EXPECT_EQ(milestone.deliveries(i).number(), number);
    EXPECT_EQ(milestone.deliveries(i).message(), absl::StrCat("try ", number));
  }
  EXPECT_THAT(EventsOf(name, "milestone.delivered"), SizeIs(kAll));
  EXPECT_EQ(milestone.revisions_used(), kAll - 1);
}

TEST_F(DeliveriesTest, AnAttachmentIsAnHttpsUrlAndNamedOnce) {
  const std::string name = Active().name();
  const std::vector<int64_t> before = Footprint();
  for (const std::string& link :
       {std::string(), std::string("http://files.example/a"), std::string("https://"),
        std::string("https:///a"), std::string("files.example/a"),
        std::string("https://files.example@evil.example/"), std::string("https://files.example/a b"),
        std::string("https://files.example/\n"), std::string("https://files.example/\"onclick"),
        std::string("javascript:alert(1)"), "https://files.example/" + std::string(500, 'x')})
    ExpectBad(With(name, {"https://files.example/good", link}), {"attachments[1]"});
  ExpectBad(With(name, {"https://files.example/a", "https://files.example/a"}), {"attachments[1]"});
  Lines eleven;
  for (int i = 0; i < 11; ++i) eleven.push_back(absl::StrCat("https://files.example/", i));
  ExpectBad(With(name, eleven), {"attachments"});
  v1::DeliverMilestoneRequest all_wrong = With(name, {"ftp://a", "https://b.example", ""}, "x\u202ey");
  all_wrong.set_meeting_url("zoom");
  all_wrong.set_request_id("42");
  const absl::Status refused = Take(kSeller, all_wrong).status();
  ASSERT_THAT(refused, RefusedWith(Reason::kInvalidFields));
  const std::vector<FieldViolation> violations = RefusalOf(refused)->fields;
  std::set<std::string> named;
  for (const FieldViolation& violation : violations) named.insert(violation.field);
  EXPECT_THAT(named, ElementsAre("attachments[0]", "attachments[2]", "meeting_url", "message", "request_id"))
      << "all at once";
  EXPECT_EQ(Footprint(), before);
  eleven.pop_back();
  EXPECT_EQ(AttachmentsOf(Do(kSeller, With(name, eleven)).milestones(0).deliveries(0)), eleven);
}

TEST_F(DeliveriesTest, W7_OtherAttachmentsAreAnotherRequest) {
  const std::string name = Active().name();
  v1::DeliverMilestoneRequest request = With(name, {"https://files.example/a"});
  Do(kSeller, request);
  const std::vector<int64_t> before = Footprint();
  EXPECT_TRUE(Must(client_->Billing(kSeller, MethodOf(request), request)).replayed());
  request.add_attachments("https://files.example/b");
  EXPECT_THAT(Take(kSeller, request), RefusedWith(Reason::kRequestIdReused));
  EXPECT_EQ(Footprint(), before);
}

}  // namespace
}  // namespace milepost::billing
