// W7: 200 callers on one step, with equal and with fresh request ids, while answers get lost, connections are cut and the
// provider is killed. Whatever happens in between, the provider's record shows one charge for the step.
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/rpc/wire.h"
#include "services/milestone_billing/rpc/quote_token.h"
#include "tests/component/milestone_billing/fixture.h"

namespace milepost::billing {
namespace {

namespace testing_v1 = milepost::testing::v1;

constexpr int kStormCallers = 200;
constexpr int kConnections = 20;  // shared by the callers: gRPC's stubs are thread-safe

enum class Step { kAcceptAndStart, kStartNext, kRetry, kPlace };
enum class Ids { kEqual, kFresh };
enum class Fault { kNone, kLostAnswers, kKilledProvider };
using Case = std::tuple<Step, Ids, Fault>;

class StormTest : public BillingTest, public ::testing::WithParamInterface<Case> {
 protected:
  struct Outcome {
    int won = 0, replayed = 0;
    std::map<std::string, int> orders;   // that the callers were answered with
    std::map<std::string, int> refused;  // by reason
  };

  StormTest() {
    options_.provider_timeout = absl::Seconds(2);
    StartServer();
  }

  // Brings an order, or for kPlace a quote, to where the step can be taken.
  void Prepare() {
    if (step() == Step::kPlace) {
      quote_ = Must(client_->Quote(NewGig({5000, 5000, 5000}), v1::ORDER_TYPE_MILESTONES)).quote();
      const Quote quote = Must(DecodeQuote(quote_, kBuyer));
      order_ = rpc::NameOf("orders", OrderIdOf(quote.nonce, quote.buyer).uuid());
      return;
    }
    order_ = PlaceOrder({5000, 5000, 5000}).name();
    Must(client_->Deliver(order_, 1, false));
    if (step() == Step::kAcceptAndStart) return;
    Must(client_->Accept(order_, 1, v1::NEXT_STEP_DECIDE_LATER));
    if (step() == Step::kRetry) Must(client_->StartNext(order_, "pm_declined"));
  }

  // One caller's try.
  void Take(Client& client, const std::string& request_id, Outcome& outcome, std::mutex& mutex) {
    const auto count = [&](const auto& response) {
      const std::lock_guard lock(mutex);
      const std::optional<Refusal> refusal = RefusalOf(response.status());
      if (!response.ok()) {
        ++outcome.refused[refusal ? std::string(RowOf(refusal->reason).name) : response.status().ToString()];
        return;
      }
      ++outcome.won;
      outcome.replayed += response->replayed();
      ++outcome.orders[response->order().name()];
    };
    using Stub = v1::MilestoneBilling::Stub;
    if (step() == Step::kPlace) return count(client.Place(quote_, "pm_ok", request_id));
    if (step() == Step::kAcceptAndStart) {
      v1::AcceptMilestoneRequest request;
      request.set_name(MilestoneName(order_, 1));
      request.set_next(v1::NEXT_STEP_START_NEXT);
      request.set_request_id(request_id);
      return count(client.Billing(kBuyer, &Stub::AcceptMilestone, request));
    }
    if (step() == Step::kStartNext) {
      v1::StartNextMilestoneRequest request;
      request.set_name(order_);
      request.set_request_id(request_id);
      return count(client.Billing(kBuyer, &Stub::StartNextMilestone, request));
    }
    v1::RetryPaymentRequest request;
    request.set_name(order_);
    request.set_payment_method("pm_ok");
    request.set_request_id(request_id);
    count(client.Billing(kBuyer, &Stub::RetryPayment, request));
  }

  Outcome Storm() {
    std::vector<Client> clients;
    for (int i = 0; i < kConnections; ++i) clients.push_back(NewClient());
    Outcome outcome;
    std::mutex mutex;
    std::vector<std::thread> callers;
    const std::string shared_id = NewRequestId();
    for (int i = 0; i < kStormCallers; ++i) {
      callers.emplace_back([&, i] {
        Take(clients[i % kConnections], ids() == Ids::kEqual ? shared_id : NewRequestId(), outcome, mutex);
      });
    }
    if (fault() == Fault::kKilledProvider) KillProviderWhenItHasCaptured();
    for (std::thread& caller : callers) caller.join();
    return outcome;
  }

  // What the step's charge is recorded under.
  std::string Prefix() const {
    return absl::StrCat(order_, "/milestones/", step() == Step::kPlace ? 1 : 2, "/");
  }

  // The money is taken, the answer is not out: the process dies, and with it every connection.
  void KillProviderWhenItHasCaptured() {
    const absl::Time until = WallNow() + absl::Seconds(20);
    const auto held = [&] {
      for (const auto& call : Simulator::Get().Calls(Prefix()))
        if (call.state() == testing_v1::CALL_STATE_HELD) return true;
      return false;
    };
    while (!held() && WallNow() < until) absl::SleepFor(absl::Milliseconds(2));
    EXPECT_TRUE(held());
    Simulator::Get().Kill();
    Simulator::Get().Restart();
  }

  void SetFault() {
    if (fault() == Fault::kLostAnswers) {
      testing_v1::Script script;
      script.set_key_prefix(Prefix());
      script.set_dropped_calls(2);
      script.set_lost_answers(3);
      Simulator::Get().SetScript(script);
    }
    if (fault() == Fault::kKilledProvider)
      Simulator::Get().Hold(Prefix(), testing_v1::PROVIDER_METHOD_CHARGE,
                            testing_v1::PAUSE_POINT_BEFORE_ANSWERING);
  }

  void ExpectAnswers(const Outcome& outcome) {
    EXPECT_THAT(outcome.orders, ElementsAre(::testing::Key(order_))) << "all are told of one order";
    if (ids() == Ids::kEqual) {
      EXPECT_EQ(outcome.won, kStormCallers) << "with equal ids everybody gets the winner's answer";
      EXPECT_EQ(outcome.replayed, kStormCallers - 1);
    } else {
      EXPECT_EQ(outcome.won, step() == Step::kPlace ? kStormCallers : 1);
    }
    for (const auto& [reason, count] : outcome.refused)
      EXPECT_THAT(reason,
                  ::testing::AnyOf("MILESTONE_ALREADY_ACCEPTED", "PAYMENT_IN_PROGRESS",
                                   "NEXT_MILESTONE_NOT_STARTABLE", "IS_THE_LAST_MILESTONE", "NO_PAYMENT_DUE"))
          << count;
  }

  // Whoever the storm left open, the reconciler finishes.
  v1::Order Settled(const std::string& name) {
    for (int turn = 0; turn < 10; ++turn) {
      const v1::Order order = Must(client_->Get(name));
      if (order.state() == v1::ORDER_STATE_ACTIVE) return order;
      client_->Advance(absl::Minutes(2));
      Must(server_->reconciler().Tick());
    }
    return Must(client_->Get(name));
  }

  Step step() const { return std::get<0>(GetParam()); }
  Ids ids() const { return std::get<1>(GetParam()); }
  Fault fault() const { return std::get<2>(GetParam()); }

  std::string order_, quote_;
};

TEST_P(StormTest, W7_ChargesTheStepOnce) {
  Prepare();
  SetFault();
  const Outcome outcome = Storm();
  ExpectAnswers(outcome);
  const v1::Order order = Settled(order_);
  EXPECT_EQ(order.state(), v1::ORDER_STATE_ACTIVE);
  const std::vector<testing_v1::SimulatedCharge> recorded = Simulator::Get().Charges(Prefix());
  int captured = 0;
  for (const testing_v1::SimulatedCharge& charge : recorded) captured += charge.captures();
  EXPECT_EQ(captured, 1) << "one charge in the provider's record";
  EXPECT_EQ(recorded.size(), step() == Step::kRetry ? 2u : 1u) << "of a retry, also the declined one before";
  EXPECT_EQ(Cents(order.totals().escrow_held()), 5000);
  EXPECT_TRUE(client_->TrialBalanced());
}

std::string NameOfCase(const ::testing::TestParamInfo<Case>& info) {
  constexpr const char* kSteps[] = {"AcceptAndStart", "StartNext", "Retry", "Place"};
  constexpr const char* kIds[] = {"EqualIds", "FreshIds"};
  constexpr const char* kFaults[] = {"NoFault", "LostAnswers", "KilledProvider"};
  const auto& [step, ids, fault] = info.param;
  return absl::StrCat(kSteps[static_cast<int>(step)], "_", kIds[static_cast<int>(ids)], "_",
                      kFaults[static_cast<int>(fault)]);
}

INSTANTIATE_TEST_SUITE_P(
    Steps, StormTest,
    ::testing::Combine(::testing::Values(Step::kAcceptAndStart, Step::kStartNext, Step::kRetry, Step::kPlace),
                       ::testing::Values(Ids::kEqual, Ids::kFresh),
                       ::testing::Values(Fault::kNone, Fault::kLostAnswers, Fault::kKilledProvider)),
    NameOfCase);

}  // namespace
}  // namespace milepost::billing
