// The three services' clocks: moved together, and what is said where they are not.
#include "tests/e2e/clocks/clocks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/e2e/platform.h"
#include "tests/e2e/stories/order_steps.h"
#include "tests/support/matchers.h"

namespace milepost::e2e {
namespace {

using offers::v1::OfferService;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::SizeIs;
using testing::v1::TestClock;
using Server = Platform::Server;

constexpr char kOperator[] = "operators/clocks";

class ThreeClocks : public ::testing::TestWithParam<const char*> {
 protected:
  ThreeClocks() : platform_({.test_clock = GetParam()}) {}
  void SetUp() override {
    ASSERT_THAT(platform_.Start(), IsOk());
    // Frozen clocks stand at the moments at which their services started.
    ASSERT_THAT(Clocks(platform_.addresses()).Align(), IsOk());
  }

  Reply<testing::v1::AdvanceClockResponse> Advance(size_t clock,
                                                   const testing::v1::AdvanceClockRequest& request) {
    return client().Call(kOperator, *client().clocks()[clock], &TestClock::Stub::AdvanceClock, request);
  }
  void AdvanceAlone(size_t clock, absl::Duration by) {
    testing::v1::AdvanceClockRequest request;
    request.mutable_by()->set_seconds(absl::ToInt64Seconds(by));
    ASSERT_TRUE(Advance(clock, request).ok());
  }
  PlatformClient& client() { return platform_.client(); }

  Platform platform_;
};
INSTANTIATE_TEST_SUITE_P(OfEachMode, ThreeClocks, ::testing::Values("offset", "frozen"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(ThreeClocks, GoAheadTogether) {
  Clocks clocks(platform_.addresses());
  const auto before = clocks.Read();
  ASSERT_THAT(before, IsOk());
  ASSERT_THAT(*before, SizeIs(3));
  EXPECT_FALSE(AreApart(*before));
  ASSERT_THAT(clocks.AdvanceBy(absl::Hours(8 * 24)), IsOk());
  const auto after = clocks.Read();
  ASSERT_THAT(after, IsOk());
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((*after)[i].frozen, std::string(GetParam()) == "frozen");
    EXPECT_GE((*after)[i].now - (*before)[i].now, absl::Hours(8 * 24));
    EXPECT_LT((*after)[i].now - (*before)[i].now, absl::Hours(8 * 24) + absl::Minutes(5));
  }
  EXPECT_THAT(Print(*after), HasSubstr("the clocks go together"));
}

// "state is 2, expected 4": the acceptance came too late for billing's clock, which somebody had moved alone.
TEST_P(ThreeClocks, ApartAreNamedByTheAcceptanceThatFailsAndBroughtTogether) {
  Story story(client(), "clocks", NewRequestId().substr(24));
  const Person sam = story.NewPerson("sam"), bea = story.NewPerson("bea");
  const std::string gig = PublishGig(story, sam, "A film", 50000);
  const auto offer = SendMilestoneOffer(story, sam, bea, gig, {{"Cut", 12000, 5}, {"Sound", 8000, 5}});
  AdvanceAlone(2, absl::Hours(2 * 24));

  offers::v1::AcceptOfferRequest accept;
  accept.set_request_id(NewRequestId());
  accept.set_name(offer.name());
  accept.set_terms_hash(offer.terms_hash());
  accept.set_payment_method("pm_ok");
  const auto refused = story.Do(bea, client().offers(), &OfferService::Stub::AcceptOffer, accept).offer();
  EXPECT_EQ(refused.state(), offers::v1::OFFER_STATE_SENT);
  EXPECT_EQ(refused.last_payment().state(), type::v1::PAYMENT_STATE_VOIDED);
  EXPECT_EQ(refused.last_payment().placement_failure(), type::v1::PLACEMENT_FAILURE_CLOCKS_APART);
  EXPECT_THAT(platform_.process(Server::kOffers).log(), HasSubstr("the services' clocks are apart"));

  Clocks clocks(platform_.addresses());
  const auto apart = clocks.Read();
  ASSERT_THAT(apart, IsOk());
  EXPECT_TRUE(AreApart(*apart));
  EXPECT_THAT(Print(*apart), HasSubstr("THE CLOCKS ARE APART: milestone_billing is "));
  ASSERT_THAT(clocks.Align(), IsOk());
  const auto together = clocks.Read();
  ASSERT_THAT(together, IsOk());
  EXPECT_FALSE(AreApart(*together));
  if (std::string(GetParam()) == "frozen") {
    for (const ClockReading& clock : *together) EXPECT_EQ(clock.now, (*together)[2].now) << "to the instant";
  }
  EXPECT_EQ(AcceptOffer(story, bea, offer, "pm_ok").state(), offers::v1::OFFER_STATE_ACCEPTED);
}

// The one that is read first looked as if it were ahead, and the others stayed a moment before it.
TEST_P(ThreeClocks, AlignBringsFrozenOnesTogetherToTheInstant) {
  if (std::string(GetParam()) != "frozen") GTEST_SKIP() << "the others run on";
  Clocks clocks(platform_.addresses());
  for (size_t clock = 0; clock < 3; ++clock) {
    testing::v1::AdvanceClockRequest microsecond;
    microsecond.mutable_by()->set_nanos(1000);
    ASSERT_TRUE(Advance(clock, microsecond).ok());
    const auto apart = clocks.Read();
    ASSERT_THAT(apart, IsOk());
    EXPECT_EQ(SpreadOf(*apart), absl::Microseconds(1)) << clock;
    ASSERT_THAT(clocks.Align(), IsOk());
    const auto together = clocks.Read();
    ASSERT_THAT(together, IsOk());
    for (const ClockReading& each : *together) EXPECT_EQ(each.now, (*apart)[clock].now);
    EXPECT_EQ(SpreadOf(*together), absl::ZeroDuration());
  }
}

// It went to the year 12026, from where nothing could be read any more; a negative duration was refused without its field.
TEST_P(ThreeClocks, RefuseWhatIsNoTimeToGoToAndNameTheField) {
  for (size_t clock = 0; clock < 3; ++clock) {
    for (const int64_t seconds : {int64_t{-1}, int64_t{315'576'000'000}, int64_t{253'402'300'799}}) {
      testing::v1::AdvanceClockRequest by;
      by.mutable_by()->set_seconds(seconds);
      const auto refused = Advance(clock, by);
      EXPECT_EQ(refused.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
      EXPECT_EQ(refused.reason, "INVALID_FIELDS");
      ASSERT_THAT(refused.violations, SizeIs(1));
      EXPECT_EQ(refused.violations[0].first, "by");
    }
    testing::v1::AdvanceClockRequest to;
    to.mutable_to()->set_seconds(253'402'300'799);  // the last instant of the year 9999
    const auto refused = Advance(clock, to);
    EXPECT_EQ(refused.reason, "INVALID_FIELDS");
    ASSERT_THAT(refused.violations, SizeIs(1));
    EXPECT_EQ(refused.violations[0].first, "to");
    to.mutable_to()->set_seconds(1);
    EXPECT_EQ(Advance(clock, to).reason, "CLOCK_BACKWARDS");
  }
  EXPECT_FALSE(AreApart(*Clocks(platform_.addresses()).Read())) << "none of them moved";
}

TEST(Clocks, PrintWholeDays) {
  EXPECT_EQ(PrintDays(absl::Hours(8 * 24)), "8d");
  EXPECT_EQ(PrintDays(absl::Hours(26) + absl::Seconds(184)), "1d 2h 3m 4s");
  EXPECT_EQ(PrintDays(absl::Milliseconds(999)), "0s");
}

TEST(Clocks, SayWhichServiceDoesNotAnswer) {
  const absl::Status status = Clocks({"127.0.0.1:1", "127.0.0.1:1", "127.0.0.1:1", ""}).Read().status();
  EXPECT_THAT(status.message(), HasSubstr("gig_catalog: "));
}

}  // namespace
}  // namespace milepost::e2e
