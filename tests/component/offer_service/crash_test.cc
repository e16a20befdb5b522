// kill -9 between the two transactions of an acceptance, and around the question to MilestoneBilling: after a restart the
// acceptance goes on where it stood, and nobody is asked for a second order.
#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "common/core/clock.h"
#include "common/rpc/wire.h"
#include "tests/component/offer_service/world.h"
#include "tests/support/matchers.h"

namespace milepost::offers {
namespace {

using testing::IsOk;
using ::testing::SizeIs;

class CrashTest : public OfferTest {
 protected:
  // An offer_service of this test's own: one that will die at that failpoint, driven by its callers alone; or one with
  // none, whose AcceptDriver takes over at once.
  std::unique_ptr<testing::ServerProcess> Start(const std::string& failpoint) {
    std::vector<std::string> environment;
    if (!failpoint.empty()) environment.push_back("MILEPOST_FAILPOINT=" + failpoint);
    auto server = std::make_unique<testing::ServerProcess>(
        "offer_service",
        FlagsFor(own_schema_, peers(),
                 {failpoint.empty() ? "--accept_patience=0s" : "--accept_patience=10m"}),
        environment);
    EXPECT_THAT(server->Start(), IsOk());
    return server;
  }

  // More offers than the driver has under way at a time, all with an open payment.
  void LeaveManyAccepting(OfferClient& client) {
    peers().billing.Answer(LeavesOpen());
    for (size_t i = 0; i < 130; ++i) ASSERT_THAT(client.Accept(SentBy(client)), IsOk());
  }

  v1::Offer SentBy(OfferClient& client) {
    const auto draft = client.Create(GoodOffer(), seller_);
    EXPECT_THAT(draft, IsOk());
    const auto sent = client.Send(draft->name(), seller_);
    EXPECT_THAT(sent, IsOk());
    return sent.value_or(v1::Offer());
  }

  // Its connections break a moment before the process is gone.
  static bool Ends(testing::ServerProcess& process) {
    for (int tries = 0; tries < 2'000 && process.running(); ++tries)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return !process.running();
  }

  // The offer after its service was killed there and started again.
  v1::Offer KilledAt(const std::string& failpoint) {
    v1::Offer offer;
    {
      const auto dying = Start(failpoint);
      OfferClient client(dying->channel());
      offer = SentBy(client);
      EXPECT_FALSE(client.Accept(offer, request_id_).ok());
      EXPECT_TRUE(Ends(*dying));
    }
    restarted_ = Start("");
    OfferClient client(restarted_->channel());
    const v1::Offer accepted = client.Await(offer, v1::OFFER_STATE_ACCEPTED);
    const auto retried = client.Accept(offer, request_id_);
    EXPECT_THAT(retried, IsOk());
    EXPECT_TRUE(retried->replayed());
    EXPECT_EQ(retried->offer().state(), v1::OFFER_STATE_ACCEPTED);
    return accepted;
  }

  const db::ConnectOptions own_schema_ = NewOfferSchema();
  const std::string request_id_ = NewRequestId();
  std::unique_ptr<testing::ServerProcess> restarted_;
};

TEST_F(CrashTest, KilledBeforeBillingIsAsked) {
  KilledAt("before_place_order");
  EXPECT_THAT(peers().billing.calls(), SizeIs(1));
}

TEST_F(CrashTest, KilledAfterBillingAnswered) {
  KilledAt("after_place_order");
  const auto calls = peers().billing.calls();
  ASSERT_THAT(calls, SizeIs(2));
  EXPECT_EQ(calls[0].SerializeAsString(), calls[1].SerializeAsString()) << "the same question again";
}

TEST_F(CrashTest, KilledBeforeTheOutcomeIsCommitted) {
  // Create, send and accept_started are the first three commits.
  KilledAt("before_commit:4");
  EXPECT_THAT(peers().billing.calls(), SizeIs(2));
}

TEST_F(CrashTest, KilledAfterTheOutcomeIsCommitted) {
  KilledAt("after_commit_before_answer:4");
  EXPECT_THAT(peers().billing.calls(), SizeIs(1));
}

TEST_F(CrashTest, ADrainDoesNotWaitForABillingThatNeverAnswersAnything) {
  {
    testing::ServerProcess patient("offer_service",
                                   FlagsFor(own_schema_, peers(), {"--accept_patience=10m"}));
    ASSERT_THAT(patient.Start(), IsOk());
    OfferClient client(patient.channel());
    LeaveManyAccepting(client);
  }
  peers().billing.Forget();
  peers().billing.Hold();
  const auto server = Start("");
  peers().billing.AwaitCalls(64);  // the driver's first page of three
  const absl::Time start = WallNow();
  const absl::StatusOr<int> exit_code = server->Terminate();
  EXPECT_EQ(exit_code.value_or(-1), 0) << server->log();
  EXPECT_LT(WallNow() - start, absl::Seconds(9)) << "one page takes 5 s, three take 15 s";
  peers().billing.Release();
}

}  // namespace
}  // namespace milepost::offers
