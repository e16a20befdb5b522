// What silence does: S33, S34, A12–A15, A26, and that due is due, whoever looks first.

#include "absl/strings/str_cat.h"
#include "tests/component/milestone_billing/fixture.h"
#include "tests/support/database.h"

namespace milepost::billing {
namespace {

constexpr absl::Duration kEightDays = absl::Hours(8 * 24);

// A replica's sweeper as a worker.
struct Sweeping {
  service::AnyShell& shell;
  absl::StatusOr<size_t> Tick() { return shell.Sweep(); }
};

class DeadlinesTest : public BillingTest {
 protected:
  // The clock alone: nobody fires what is due.
  void AdvanceClockOnly(absl::Duration by) {
    milepost::testing::ExecuteOrDie(
        options_.database,
        absl::StrCat("UPDATE test_clock SET value_us = value_us + ", absl::ToInt64Microseconds(by)));
  }
  v1::Order Delivered() {
    const v1::Order order = PlaceOrder({5000, 5000, 5000});
    return Must(client_->Deliver(order.name(), 1, false));
  }
};

TEST_F(DeadlinesTest, EightDaysOfSilenceAcceptAndComplete) {
  const v1::Order order = Delivered();
  EXPECT_THAT(client_->Advance(kEightDays - absl::Microseconds(1)).fired(), IsEmpty());
  EXPECT_EQ(Must(client_->Get(order.name())).state(), v1::ORDER_STATE_ACTIVE);
  const auto advanced = client_->Advance(absl::Microseconds(1));
  ASSERT_THAT(advanced.fired(), SizeIs(1));
  EXPECT_EQ(advanced.fired(0).name(), order.name());
  EXPECT_EQ(advanced.fired(0).kind(), "REVIEW");
  const v1::Order ended = Must(client_->Get(order.name()));
  EXPECT_EQ(ended.completion_reason(), type::v1::COMPLETION_REASON_REVIEW_TIMEOUT);
  EXPECT_TRUE(ended.milestones(0).auto_accepted());
  EXPECT_EQ(ended.milestones(1).state(), v1::MILESTONE_STATE_SKIPPED);
  EXPECT_EQ(Cents(ended.totals().seller_earned()), 4000) << "the delivered milestone is paid (A13)";
  EXPECT_EQ(Captures(order.name()), 1);
  ExpectSettled(ended);
  const std::vector<v1::Deadline> deadlines = client_->Deadlines(order.name());
  ASSERT_THAT(deadlines, SizeIs(1));
  EXPECT_EQ(deadlines[0].kind(), v1::DEADLINE_KIND_REVIEW);
  EXPECT_EQ(deadlines[0].state(), v1::DEADLINE_STATE_FIRED);
}

TEST_F(DeadlinesTest, AOneTimeOrderHasThreeDays) {
  const std::string quote = Must(client_->Quote(NewGig({6000, 6000}), v1::ORDER_TYPE_ONE_TIME)).quote();
  const v1::Order order = Must(client_->Place(quote, "pm_ok")).order();
  Must(client_->Deliver(order.name(), 1, true));
  client_->Advance(absl::Hours(3 * 24) - absl::Microseconds(1));
  EXPECT_EQ(Must(client_->Get(order.name())).state(), v1::ORDER_STATE_ACTIVE);
  client_->Advance(absl::Microseconds(1));
  EXPECT_EQ(Must(client_->Get(order.name())).completion_reason(), type::v1::COMPLETION_REASON_REVIEW_TIMEOUT);
}

TEST_F(DeadlinesTest, NobodyStartsTheNextMilestone) {
  const v1::Order order = Delivered();
  Must(client_->Accept(order.name(), 1, v1::NEXT_STEP_DECIDE_LATER));
  client_->Advance(kEightDays - absl::Microseconds(1));
  EXPECT_EQ(Must(client_->Get(order.name())).state(), v1::ORDER_STATE_AWAITING_NEXT);
  client_->Advance(absl::Microseconds(1));
  const v1::Order ended = Must(client_->Get(order.name()));
  EXPECT_EQ(ended.completion_reason(), type::v1::COMPLETION_REASON_NEXT_NOT_STARTED);
  ExpectSettled(ended);
}

TEST_F(DeadlinesTest, ADeclinedPaymentHasEightDaysOfGrace) {
  const v1::Order order = Delivered();
  Must(client_->Accept(order.name(), 1, v1::NEXT_STEP_DECIDE_LATER));
  Must(client_->StartNext(order.name(), "pm_declined"));
  client_->Advance(absl::Hours(4 * 24));
  Must(client_->Retry(order.name(), "pm_insufficient_funds"));
  client_->Advance(absl::Hours(4 * 24) - absl::Microseconds(1));
  EXPECT_EQ(Must(client_->Get(order.name())).state(), v1::ORDER_STATE_AWAITING_PAYMENT)
      << "a retry restarts nothing";
  client_->Advance(absl::Microseconds(1));
  const v1::Order ended = Must(client_->Get(order.name()));
  EXPECT_EQ(ended.completion_reason(), type::v1::COMPLETION_REASON_PAYMENT_GRACE_TIMEOUT);
  ExpectSettled(ended);
}

TEST_F(DeadlinesTest, ADueDeadlineIsSeenBeforeAnybodyHasWrittenIt) {
  const v1::Order order = Delivered();
  const std::vector<int64_t> before = Footprint();
  AdvanceClockOnly(kEightDays);
  const v1::Order seen = Must(client_->Get(order.name()));
  EXPECT_EQ(seen.completion_reason(), type::v1::COMPLETION_REASON_REVIEW_TIMEOUT);
  EXPECT_EQ(client_->Deadlines(order.name())[0].state(), v1::DEADLINE_STATE_FIRED);
  EXPECT_EQ(Footprint(), before) << "reading writes nothing";
  EXPECT_EQ(Must(server_->shell().Sweep()), 1u);
  const v1::Order written = Must(client_->Get(order.name()));
  EXPECT_EQ(written.etag(), seen.etag()) << "what was shown is what was written";
  EXPECT_EQ(Must(server_->shell().Sweep()), 0u);
  ExpectSettled(written);
}

TEST_F(DeadlinesTest, AnAcceptanceAtTheDeadlineIsTooLateAndAMicrosecondBeforeIsNot) {
  const v1::Order late = Delivered();
  AdvanceClockOnly(kEightDays);
  EXPECT_THAT(client_->Accept(late.name(), 1, v1::NEXT_STEP_START_NEXT),
              RefusedWith(Reason::kOrderCompleted));
  EXPECT_EQ(Captures(late.name()), 1);
  const v1::Order in_time = Delivered();
  AdvanceClockOnly(kEightDays - absl::Microseconds(1));
  const v1::Order order = Must(client_->Accept(in_time.name(), 1, v1::NEXT_STEP_START_NEXT));
  EXPECT_EQ(order.state(), v1::ORDER_STATE_ACTIVE);
  EXPECT_FALSE(order.milestones(0).auto_accepted());
}

// The server's own sweeper leaves what is due on the way to whoever advances the clock.
TEST_F(DeadlinesTest, AdvancingTheClockTellsOfEveryDeadlineOnTheWay) {
  options_.sweep_interval = absl::Microseconds(100);
  StopServer();
  StartServer();
  std::vector<std::string> orders, fired;
  for (int i = 0; i < 8; ++i) {
    orders.push_back(Delivered().name());
    client_->Advance(absl::Hours(1));
  }
  server_->shell().StartWorkers();
  const auto advanced = client_->Advance(kEightDays);
  for (const auto& one : advanced.fired()) fired.push_back(one.name());
  EXPECT_THAT(fired, ::testing::ElementsAreArray(orders));
}

TEST_F(DeadlinesTest, SweepersOfTwoReplicasFireADeadlineOnce) {
  const v1::Order order = Delivered();
  AdvanceClockOnly(kEightDays);
  const std::unique_ptr<BillingServer> replica = NewReplica();
  Sweeping here{server_->shell()}, there{replica->shell()};
  EXPECT_EQ(TickBoth(here, there), 1u);
  ExpectSettled(Must(client_->Get(order.name())));
}

TEST_F(DeadlinesTest, ARedeliveryRestartsTheWindow) {
  const v1::Order order = Delivered();
  client_->Advance(absl::Hours(7 * 24));
  v1::RequestRevisionRequest revision;
  revision.set_name(MilestoneName(order.name(), 1));
  revision.set_message("once more");
  revision.set_request_id(NewRequestId());
  Must(client_->Billing(kBuyer, &v1::MilestoneBilling::Stub::RequestRevision, revision));
  Must(client_->Deliver(order.name(), 1, false));
  client_->Advance(absl::Hours(7 * 24));
  EXPECT_EQ(Must(client_->Get(order.name())).milestones(0).state(), v1::MILESTONE_STATE_DELIVERED);
  const std::vector<v1::Deadline> deadlines = client_->Deadlines(order.name());
  ASSERT_THAT(deadlines, SizeIs(1)) << "one row that moves";
  EXPECT_EQ(deadlines[0].kind(), v1::DEADLINE_KIND_REVIEW);
  EXPECT_EQ(deadlines[0].state(), v1::DEADLINE_STATE_PENDING);
}

}  // namespace
}  // namespace milepost::billing
