// The server as a process, killed between its two transactions and around the provider's call; and two of them at once.
// Whatever the moment, after a restart the order settles by itself and the buyer was charged once.
#include <functional>
#include <thread>

#include "absl/time/clock.h"
#include "tests/component/milestone_billing/ways_out.h"
#include "tests/support/database.h"

namespace milepost::billing {
namespace {

using milepost::testing::ServerProcess;

class CrashTest : public BillingTest {
 protected:
  CrashTest() { StopServer(); }

  std::unique_ptr<ServerProcess> NewProcess(const std::string& failpoint = "",
                                            const std::vector<std::string>& more_flags = {}) {
    std::vector<std::string> environment;
    if (!failpoint.empty()) environment.push_back("MILEPOST_FAILPOINT=" + failpoint);
    std::vector<std::string> flags = milepost::testing::DatabaseFlags(options_.database);
    flags.insert(flags.end(), {"--catalog=" + peers_.address(), "--offers=" + peers_.address(),
                               "--provider=" + Simulator::Get().address(), "--test_clock=frozen",
                               "--reconcile_interval=20ms", "--relay_interval=20ms", "--sweep_interval=20ms",
                               "--worker_lease=300ms"});
    flags.insert(flags.end(), more_flags.begin(), more_flags.end());
    return std::make_unique<ServerProcess>("milestone_billing", flags, environment);
  }

  // A worker of another process does it: this one can only look.
  static bool Eventually(const std::function<bool()>& holds) {
    const absl::Time until = WallNow() + absl::Seconds(30);
    while (WallNow() < until) {
      if (holds()) return true;
      absl::SleepFor(absl::Milliseconds(20));
    }
    return false;
  }
};

class KilledAt : public CrashTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(KilledAt, ThePlacementSettlesByItselfAndIsChargedOnce) {
  const std::string gig = NewGig({5000, 5000});
  auto doomed = NewProcess(GetParam());
  ASSERT_THAT(doomed->Start(), IsOk());
  Client before(doomed->channel());
  const std::string quote = Must(before.Quote(gig, v1::ORDER_TYPE_MILESTONES)).quote();
  const std::string request_id = NewRequestId();
  EXPECT_FALSE(before.Place(quote, "pm_ok", request_id).ok());
  ASSERT_TRUE(Eventually([&] { return !doomed->running(); })) << "the failpoint was not reached";

  auto restarted = NewProcess();
  ASSERT_THAT(restarted->Start(), IsOk());
  Client after(restarted->channel());
  const v1::PlaceGigOrderResponse retried = Must(after.Place(quote, "pm_ok", request_id));
  EXPECT_TRUE(retried.replayed());
  after.Advance(absl::Minutes(2));  // the dead handler's lease ends
  const std::string order = retried.order().name();
  EXPECT_TRUE(Eventually([&] { return Must(after.Get(order)).state() == v1::ORDER_STATE_ACTIVE; }));
  EXPECT_EQ(Captures(order), 1);
  EXPECT_THAT(after.Entries(order),
              ElementsAre("M1 provider:clearing +5575", "M1 escrow -5000", "M1 revenue:buyer_fee -575"));
  EXPECT_TRUE(after.TrialBalanced());
}

// The same with the attempt that follows a declined one.
TEST_P(KilledAt, TheSecondAttemptOfAQuoteSettlesByItselfAndIsChargedOnce) {
  const std::string gig = NewGig({5000, 5000});
  auto first = NewProcess();
  ASSERT_THAT(first->Start(), IsOk());
  Client quoting(first->channel());
  const std::string quote = Must(quoting.Quote(gig, v1::ORDER_TYPE_MILESTONES)).quote();
  ASSERT_EQ(Must(quoting.Place(quote, "pm_card_expired")).order().state(), v1::ORDER_STATE_PLACEMENT_FAILED);
  EXPECT_EQ(Must(first->Terminate()), 0);

  auto doomed = NewProcess(GetParam());
  ASSERT_THAT(doomed->Start(), IsOk());
  const std::string request_id = NewRequestId();
  EXPECT_FALSE(Client(doomed->channel()).Place(quote, "pm_ok", request_id).ok());
  ASSERT_TRUE(Eventually([&] { return !doomed->running(); })) << "the failpoint was not reached";

  auto restarted = NewProcess();
  ASSERT_THAT(restarted->Start(), IsOk());
  Client after(restarted->channel());
  const v1::PlaceGigOrderResponse retried = Must(after.Place(quote, "pm_ok", request_id));
  EXPECT_TRUE(retried.replayed());
  after.Advance(absl::Minutes(2));  // the dead handler's lease ends
  const std::string order = retried.order().name();
  EXPECT_TRUE(Eventually([&] { return Must(after.Get(order)).state() == v1::ORDER_STATE_ACTIVE; }));
  EXPECT_EQ(Captures(order), 1);
  EXPECT_THAT(after.Charges(order), SizeIs(2));
  EXPECT_TRUE(after.TrialBalanced());
}

INSTANTIATE_TEST_SUITE_P(Moments, KilledAt,
                         ::testing::Values("after_commit_before_answer", "after_commit_before_answer:2",
                                           "steps.committed", "charging.before_provider",
                                           "charging.after_provider", "charging.before_answer"),
                         [](const auto& info) {
                           std::string name = info.param;
                           for (char& c : name) c = c == '.' || c == ':' ? '_' : c;
                           return name;
                         });

TEST_F(CrashTest, WhatWasNotCommittedNeverHappened) {
  auto doomed = NewProcess("before_commit");
  ASSERT_THAT(doomed->Start(), IsOk());
  Client before(doomed->channel());
  const std::string quote = Must(before.Quote(NewGig({5000, 5000}), v1::ORDER_TYPE_MILESTONES)).quote();
  const std::string request_id = NewRequestId();
  EXPECT_FALSE(before.Place(quote, "pm_ok", request_id).ok());
  ASSERT_TRUE(Eventually([&] { return !doomed->running(); }));
  EXPECT_THAT(Footprint(), ::testing::Each(0));
  auto restarted = NewProcess();
  ASSERT_THAT(restarted->Start(), IsOk());
  const v1::PlaceGigOrderResponse placed =
      Must(Client(restarted->channel()).Place(quote, "pm_ok", request_id));
  EXPECT_FALSE(placed.replayed());
  EXPECT_EQ(placed.order().state(), v1::ORDER_STATE_ACTIVE);
  EXPECT_EQ(Captures(placed.order().name()), 1);
}

TEST_F(CrashTest, AKilledAcceptanceReleasesOnceAndChargesTheNextOnce) {
  // The second attempt that this process opens is the next milestone's.
  auto doomed = NewProcess("charging.after_provider:2");
  ASSERT_THAT(doomed->Start(), IsOk());
  Client before(doomed->channel());
  const std::string quote = Must(before.Quote(NewGig({5000, 5000}), v1::ORDER_TYPE_MILESTONES)).quote();
  const std::string order = Must(before.Place(quote, "pm_ok")).order().name();
  Must(before.Deliver(order, 1, false));
  const std::string request_id = NewRequestId();
  EXPECT_FALSE(before.Accept(order, 1, v1::NEXT_STEP_START_NEXT, request_id).ok());
  ASSERT_TRUE(Eventually([&] { return !doomed->running(); }));

  auto restarted = NewProcess();
  ASSERT_THAT(restarted->Start(), IsOk());
  Client after(restarted->channel());
  Must(after.Accept(order, 1, v1::NEXT_STEP_START_NEXT, request_id));
  after.Advance(absl::Minutes(2));
  EXPECT_TRUE(Eventually([&] { return Must(after.Get(order)).state() == v1::ORDER_STATE_ACTIVE; }));
  EXPECT_EQ(Captures(order), 2);
  EXPECT_THAT(after.Entries(order), SizeIs(9)) << "two M1 and one M2";
}

class KilledRefunding : public CrashTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(KilledRefunding, M9_TheRefundGoesOnByItselfAndIsPaidOutOnce) {
  milepost::testing::v1::Script script;
  script.set_pending_queries(1'000'000);
  script.set_captured_after_void(1);
  const std::string payment_method = NewPaymentMethod(script);
  auto doomed = NewProcess(GetParam());
  ASSERT_THAT(doomed->Start(), IsOk());
  Client before(doomed->channel());
  const std::string quote = Must(before.Quote(NewGig({5000, 5000}), v1::ORDER_TYPE_MILESTONES)).quote();
  const std::string order = Must(before.Place(quote, payment_method)).order().name();
  before.Advance(absl::Hours(1));  // voided …
  ASSERT_TRUE(
      Eventually([&] { return Must(before.Get(order)).state() == v1::ORDER_STATE_PLACEMENT_FAILED; }));
  before.Advance(absl::Hours(1));  // … asked about again, found to be captured, and being refunded
  ASSERT_TRUE(Eventually([&] { return !doomed->running(); })) << "the failpoint was not reached";

  auto restarted = NewProcess();
  ASSERT_THAT(restarted->Start(), IsOk());
  Client after(restarted->channel());
  after.Advance(absl::Minutes(2));  // the dead worker's lease ends
  const auto refunded = [&] {
    const std::vector<v1::Charge> charges = after.Charges(order);
    return charges[0].refunds_size() == 1 && charges[0].refunds(0).state() == v1::REFUND_STATE_SUCCEEDED;
  };
  EXPECT_TRUE(Eventually(refunded));
  EXPECT_EQ(Simulator::Get().Payouts(order + "/"), 1);
  for (const char* account : {"provider:clearing", "suspense", "refund:transit"})
    EXPECT_EQ(after.Balance(account), 0) << account;
  EXPECT_TRUE(after.TrialBalanced());
}

// The same of a cancelled milestone: its end is committed, the provider is asked afterwards.
TEST_P(KilledRefunding, M5_TheRefundOfACancelledMilestoneGoesOnByItselfAndIsPaidOutOnce) {
  auto doomed = NewProcess(GetParam());
  ASSERT_THAT(doomed->Start(), IsOk());
  Client before(doomed->channel());
  const std::string quote = Must(before.Quote(NewGig({5000, 5000}), v1::ORDER_TYPE_MILESTONES)).quote();
  const std::string order = Must(before.Place(quote, "pm_ok")).order().name();
  EXPECT_EQ(Must(Take(before, kOperator, CancellationOf(order))).state(), v1::ORDER_STATE_CANCELLED);
  ASSERT_TRUE(Eventually([&] { return !doomed->running(); })) << "the failpoint was not reached";

  auto restarted = NewProcess();
  ASSERT_THAT(restarted->Start(), IsOk());
  Client after(restarted->channel());
  after.Advance(absl::Minutes(2));  // the dead worker's lease ends
  EXPECT_TRUE(Eventually([&] {
    return Must(after.Get(order)).milestones(0).cancellation().refund_state() == v1::REFUND_STATE_SUCCEEDED;
  }));
  EXPECT_EQ(Simulator::Get().Payouts(order + "/"), 1);
  for (const char* account : {"provider:clearing", "suspense", "refund:transit"})
    EXPECT_EQ(after.Balance(account), 0) << account;
  EXPECT_TRUE(after.TrialBalanced());
}

INSTANTIATE_TEST_SUITE_P(Moments, KilledRefunding,
                         ::testing::Values("refunding.before_provider", "refunding.after_provider"),
                         [](const auto& info) {
                           std::string name = info.param;
                           for (char& c : name) c = c == '.' ? '_' : c;
                           return name;
                         });

TEST_F(CrashTest, AKilledRelayTellsAgain) {
  auto doomed = NewProcess("relay.before_recording");
  ASSERT_THAT(doomed->Start(), IsOk());
  Client before(doomed->channel());
  const offers::v1::Offer offer = NewOffer({5000, 5000});
  v1::PlaceOrderRequest acceptance;
  {
    client_ = std::make_unique<Client>(doomed->channel());
    acceptance = AcceptanceOf(offer, 1);
  }
  const std::string order = Must(PlaceOffer(acceptance)).order().name();
  Must(before.Deliver(order, 1, false));
  (void)before.Accept(order, 1,
                      v1::NEXT_STEP_END_ORDER);  // the relay may kill the process before it has answered
  ASSERT_TRUE(Eventually([&] { return !doomed->running(); }));
  const size_t told = peers_.offers().outcomes().size();
  auto restarted = NewProcess();
  ASSERT_THAT(restarted->Start(), IsOk());
  EXPECT_TRUE(Eventually([&] { return peers_.offers().outcomes().size() > told; }));
}

TEST_F(CrashTest, ASlowChargeIsFinishedBeforeTheServerEnds) {
  auto process = NewProcess();
  ASSERT_THAT(process->Start(), IsOk());
  Client client(process->channel());
  milepost::testing::v1::Script script;
  script.set_payment_method("pm_" + NewRequestId());
  script.mutable_answer_delay()->set_seconds(1);
  Simulator::Get().SetScript(script);
  const std::string quote = Must(client.Quote(NewGig({5000, 5000}), v1::ORDER_TYPE_MILESTONES)).quote();
  absl::StatusOr<v1::PlaceGigOrderResponse> placed = absl::UnknownError("not answered");
  std::thread caller([&] { placed = client.Place(quote, script.payment_method()); });
  EXPECT_TRUE(Eventually([&] {
    for (const auto& call : Simulator::Get().Calls(""))
      if (call.payment_method() == script.payment_method()) return true;
    return false;
  }));
  const absl::StatusOr<int> exit_code = process->Terminate();
  caller.join();
  EXPECT_EQ(Must(exit_code), 0);
  EXPECT_EQ(Must(placed).order().state(), v1::ORDER_STATE_ACTIVE);
}

TEST_F(CrashTest, TwoReplicasChargeOneQuoteOnce) {
  auto one = NewProcess(), two = NewProcess();
  ASSERT_THAT(one->Start(), IsOk());
  ASSERT_THAT(two->Start(), IsOk());
  Client quoting(one->channel());
  const std::string quote = Must(quoting.Quote(NewGig({5000, 5000}), v1::ORDER_TYPE_MILESTONES)).quote();
  std::vector<std::string> orders(20);
  std::vector<std::thread> callers;
  for (size_t i = 0; i < orders.size(); ++i) {
    callers.emplace_back([&, i] {
      Client client((i % 2 == 0 ? one : two)->channel());
      orders[i] = Must(client.Place(quote, "pm_ok")).order().name();
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_THAT(orders, ::testing::Each(orders[0]));
  EXPECT_EQ(Must(quoting.Get(orders[0])).state(), v1::ORDER_STATE_ACTIVE);
  EXPECT_EQ(Captures(orders[0]), 1);
}

TEST_F(CrashTest, SettingsThatDoNotFitStopTheStart) {
  auto process = NewProcess();
  // A turn asks the provider up to three times.
  process->set_flags(
      {"--catalog=x:1", "--offers=x:1", "--provider=x:1", "--charge_lease=6s", "--provider_timeout=2s"});
  EXPECT_FALSE(process->Start(absl::Seconds(20)).ok());
  EXPECT_THAT(process->log(), ::testing::HasSubstr("--charge_lease"));
}

TEST_F(CrashTest, QuestionsInAnotherOrderStopTheStart) {
  auto process = NewProcess("", {"--ask_again_first=25h"});
  EXPECT_FALSE(process->Start(absl::Seconds(20)).ok());
  EXPECT_THAT(process->log(), ::testing::HasSubstr("--ask_again_second"));
}

TEST_F(CrashTest, AGreatestPauseBelowTheFirstStopsTheStart) {
  auto process = NewProcess("", {"--refund_retry_greatest=1s"});
  EXPECT_FALSE(process->Start(absl::Seconds(20)).ok());
  EXPECT_THAT(process->log(), ::testing::HasSubstr("--refund_retry_greatest"));
}

}  // namespace
}  // namespace milepost::billing
