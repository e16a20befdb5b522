// Many callers, one winner: DOMAIN §4, "Races that must be tested".
#include <functional>
#include <mutex>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/component/milestone_billing/fixture.h"

namespace milepost::billing {
namespace {

constexpr int kCallers = 20;

class RacesTest : public BillingTest {
 protected:
  struct Outcome {
    int won = 0;
    std::map<std::string, int> refused;  // by reason
  };

  // `step` by kCallers callers at once, each with a connection of its own; `step` gets the caller's number.
  Outcome Race(const std::function<absl::Status(Client&, int)>& step) {
    Outcome outcome;
    std::mutex mutex;
    std::vector<std::thread> callers;
    for (int i = 0; i < kCallers; ++i) {
      callers.emplace_back([&, i] {
        Client client = NewClient();
        const absl::Status status = step(client, i);
        std::lock_guard lock(mutex);
        const std::optional<Refusal> refusal = RefusalOf(status);
        if (status.ok())
          ++outcome.won;
        else
          ++outcome.refused[refusal ? std::string(RowOf(refusal->reason).name) : status.ToString()];
      });
    }
    for (std::thread& caller : callers) caller.join();
    return outcome;
  }

  std::string Delivered() {
    const v1::Order order = PlaceOrder({5000, 5000, 5000});
    Must(client_->Deliver(order.name(), 1, false));
    return order.name();
  }
  std::string AwaitingNext() {
    const std::string order = Delivered();
    Must(client_->Accept(order, 1, v1::NEXT_STEP_DECIDE_LATER));
    return order;
  }
  int64_t Releases(const std::string& order) {
    const std::vector<std::string> entries = client_->Entries(order);
    return std::count(entries.begin(), entries.end(), "M2 escrow +5000");
  }
};

TEST_F(RacesTest, TwentyAcceptancesOneWinner) {
  const std::string order = Delivered();
  const Outcome outcome =
      Race([&](Client& client, int) { return client.Accept(order, 1, v1::NEXT_STEP_START_NEXT).status(); });
  EXPECT_EQ(outcome.won, 1);
  for (const auto& [reason, count] : outcome.refused)
    EXPECT_THAT(reason, ::testing::Eq("MILESTONE_ALREADY_ACCEPTED"));
  EXPECT_EQ(Releases(order), 1);
  EXPECT_EQ(Captures(order), 2);
  EXPECT_EQ(Must(client_->Get(order)).state(), v1::ORDER_STATE_ACTIVE);
}

TEST_F(RacesTest, TwentyTimesTheSameRequestAllGetTheWinnersAnswer) {
  const std::string order = Delivered();
  const std::string request_id = NewRequestId();
  const Outcome outcome = Race([&](Client& client, int) {
    return client.Accept(order, 1, v1::NEXT_STEP_START_NEXT, request_id).status();
  });
  EXPECT_EQ(outcome.won, kCallers);
  EXPECT_EQ(Releases(order), 1);
  EXPECT_EQ(Captures(order), 2);
}

TEST_F(RacesTest, AcceptanceAgainstTheDeadline) {
  const std::string order = Delivered();
  std::thread clock([&] { NewClient().Advance(absl::Hours(8 * 24)); });
  const Outcome outcome =
      Race([&](Client& client, int) { return client.Accept(order, 1, v1::NEXT_STEP_DECIDE_LATER).status(); });
  clock.join();
  const v1::Order ended = Must(client_->Get(order));
  EXPECT_EQ(outcome.won, ended.milestones(0).auto_accepted() ? 0 : 1);
  EXPECT_EQ(ended.milestones(0).state(), v1::MILESTONE_STATE_ACCEPTED);
  EXPECT_EQ(Releases(order), 1) << "released once, by the buyer or by silence";
}

TEST_F(RacesTest, EndAgainstStartNext) {
  const std::string order = AwaitingNext();
  const Outcome outcome = Race([&](Client& client, int caller) {
    return caller % 2 == 0 ? client.End(order).status() : client.StartNext(order).status();
  });
  EXPECT_EQ(outcome.won, 1);
  const v1::Order after = Must(client_->Get(order));
  if (after.state() == v1::ORDER_STATE_COMPLETED) {
    EXPECT_EQ(after.completion_reason(), type::v1::COMPLETION_REASON_ENDED_BY_BUYER);
    EXPECT_EQ(Captures(order), 1);
  } else {
    EXPECT_EQ(after.state(), v1::ORDER_STATE_ACTIVE);
    EXPECT_EQ(Captures(order), 2);
  }
}

TEST_F(RacesTest, ARetryStormChargesOnce) {
  const std::string order = AwaitingNext();
  Must(client_->StartNext(order, "pm_declined"));
  const Outcome outcome = Race([&](Client& client, int) { return client.Retry(order, "pm_ok").status(); });
  EXPECT_EQ(outcome.won, 1);
  EXPECT_EQ(Captures(order), 2);
  EXPECT_THAT(client_->Charges(order), SizeIs(3));
}

}  // namespace
}  // namespace milepost::billing
