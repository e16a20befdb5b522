// The real MilestoneBilling on a real socket, in this process: a private database, the payment simulator as a process of
// its own, GigCatalog and OfferService as fakes. Its clock is frozen and its workers tick by hand, so that nothing
// happens unless the test says so.
#pragma once

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <functional>
#include <latch>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/core/clock.h"
#include "common/db/connection.h"
#include "common/rpc/server.h"
#include "common/rpc/status_map.h"
#include "milepost/billing/v1/ledger.grpc.pb.h"
#include "milepost/billing/v1/milestone_billing.grpc.pb.h"
#include "milepost/testing/v1/payment_simulator.grpc.pb.h"
#include "milepost/testing/v1/test_clock.grpc.pb.h"
#include "services/milestone_billing/domain/order.h"
#include "services/milestone_billing/server/billing_server.h"
#include "tests/component/milestone_billing/fake_peers.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/server_process.h"

namespace milepost::billing {

using ::milepost::testing::IsOk;
using ::milepost::testing::RefusedWith;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

inline constexpr char kBuyer[] = "users/bea";
inline constexpr char kSeller[] = "users/sam";
inline constexpr char kStranger[] = "users/eve";
inline constexpr char kOperator[] = "operators/ops-1";
inline constexpr char kOfferServiceActor[] = "services/offer-service";

// "150.00 USD" → 15000.
int64_t Cents(const google::type::Money& money);
google::type::Money Usd(int64_t cents);
std::string NewRequestId();

// The value; a failure of the test and an empty value where there is none.
template <class T>
T Must(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  ADD_FAILURE() << "was refused: " << value.status();
  return T();
}

// The payment simulator of this test program.
class Simulator {
 public:
  static Simulator& Get();

  std::string address() const { return process_.address(); }
  // The captures under keys that begin so: the proof of "charged once".
  int64_t Captures(const std::string& key_prefix);
  std::vector<milepost::testing::v1::ProviderCall> Calls(const std::string& key_prefix);
  // How often this method was called with keys that begin so.
  int64_t CallsOf(const std::string& key_prefix, milepost::testing::v1::ProviderMethod method);
  // The payouts under refund keys that begin so: the proof of "refunded once".
  int64_t Payouts(const std::string& key_prefix);
  void SetScript(const milepost::testing::v1::Script& script);
  // The keys that begin so, with what was captured under each.
  std::vector<milepost::testing::v1::SimulatedCharge> Charges(const std::string& key_prefix);
  // Holds back the calls of this method under these keys, before anything is recorded or answered, until Resume().
  void Hold(const std::string& key_prefix, milepost::testing::v1::ProviderMethod method,
            milepost::testing::v1::PausePoint point = milepost::testing::v1::PAUSE_POINT_BEFORE_RECORDING);
  void Resume(const std::string& key_prefix);
  // kill -9, and again on the same journal and port. Holds and scripts are gone then. The thread that restarts it must
  // outlive it.
  void Kill() { process_.Kill(); }
  void Restart();

 private:
  Simulator();

  const milepost::testing::ScratchFolder folder_;
  milepost::testing::ServerProcess process_;
  std::unique_ptr<milepost::testing::v1::PaymentSimulator::Stub> stub_;
};

// An RPC endpoint of MilestoneBilling, in this process or another, and the steps that tests take on it. One thread each.
class Client {
 public:
  explicit Client(const std::shared_ptr<grpc::Channel>& channel);

  // One call as `actor` (empty: without the metadata), with its refusal as the server meant it.
  template <class Stub, class Request, class Response>
  absl::StatusOr<Response> Call(const std::string& actor, Stub& stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                const Request& request) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(WallNow() + absl::Seconds(30)));
    if (!actor.empty()) context.AddMetadata("milepost-actor", actor);
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) return rpc::FromGrpc(status);
    return response;
  }
  template <class Request, class Response>
  absl::StatusOr<Response> Billing(const std::string& actor,
                                   grpc::Status (v1::MilestoneBilling::Stub::*method)(grpc::ClientContext*,
                                                                                      const Request&,
                                                                                      Response*),
                                   const Request& request) {
    return Call(actor, *billing_, method, request);
  }

  // An empty request_id stands for a fresh one.
  absl::StatusOr<v1::QuoteOrderResponse> Quote(const std::string& gig, v1::OrderType workflow,
                                               const std::string& actor = kBuyer);
  absl::StatusOr<v1::PlaceGigOrderResponse> Place(const std::string& quote, const std::string& payment_method,
                                                  const std::string& request_id = "",
                                                  const std::string& actor = kBuyer);
  absl::StatusOr<v1::Order> Deliver(const std::string& order, int milestone, bool final_delivery,
                                    const std::string& request_id = "");
  absl::StatusOr<v1::Order> Accept(const std::string& order, int milestone, v1::NextStep next,
                                   const std::string& request_id = "");
  absl::StatusOr<v1::Order> StartNext(const std::string& order, const std::string& payment_method = "",
                                      const std::string& request_id = "");
  absl::StatusOr<v1::Order> End(const std::string& order, const std::string& request_id = "");
  absl::StatusOr<v1::Order> Retry(const std::string& order, const std::string& payment_method,
                                  const std::string& request_id = "");
  absl::StatusOr<v1::ResolveChargeResponse> Resolve(const v1::ResolveChargeRequest& request,
                                                    const std::string& actor = kOperator);
  absl::StatusOr<v1::Order> Get(const std::string& order, const std::string& actor = kBuyer);
  std::vector<v1::Charge> Charges(const std::string& order, const std::string& actor = kBuyer);
  std::vector<v1::Deadline> Deadlines(const std::string& order);

  int64_t Balance(const std::string& account);
  // "M1 provider:clearing +5575": moves, accounts and signed cents (debits positive), charge ids left out.
  std::vector<std::string> Entries(const std::string& order, const std::string& actor = kOperator);
  bool TrialBalanced();

  milepost::testing::v1::AdvanceClockResponse Advance(absl::Duration by);
  absl::Time Now();

  v1::MilestoneBilling::Stub& billing() { return *billing_; }
  v1::Ledger::Stub& ledger() { return *ledger_; }

 private:
  std::unique_ptr<v1::MilestoneBilling::Stub> billing_;
  std::unique_ptr<v1::Ledger::Stub> ledger_;
  std::unique_ptr<milepost::testing::v1::TestClock::Stub> clock_;
};

// What an operator sends to end a charge as VOIDED: the test puts another outcome in its place.
v1::ResolveChargeRequest ResolutionOf(const std::string& charge);

// The order's next action that is this method; a failure of the test where there is none.
v1::NextAction ActionOf(const v1::Order& order, const std::string& method);

// The methods of MilestoneBilling that change something, as its descriptor lists them: tests that list methods by hand are
// compared with it.
std::set<std::string> Mutations();
// Those that are a step of an order that is there: they name it, or one of its milestones.
std::set<std::string> StepsOfOrders();

// "orders/{order}/milestones/{number}"
std::string MilestoneName(const std::string& order, int number);

class BillingTest : public ::testing::Test {
 protected:
  BillingTest();
  ~BillingTest() override;
  // Every test leaves orders behind that prove themselves (W1).
  void TearDown() override;

  // Starts, or starts again, with `options_`, on the same database.
  void StartServer();
  void StopServer();
  // A further replica on the same database, without a port: for its workers.
  std::unique_ptr<BillingServer> NewReplica() const { return std::make_unique<BillingServer>(options_); }
  // The same worker of two replicas, both at once: how much they found to do, together.
  template <class Worker>
  static size_t TickBoth(Worker& one, Worker& other) {
    std::latch both(2);
    size_t beside = 0;
    std::thread thread([&] {
      both.arrive_and_wait();
      beside = Must(other.Tick());
    });
    both.arrive_and_wait();
    const size_t here = Must(one.Tick());
    thread.join();
    return here + beside;
  }
  // A connection of its own to the server.
  std::shared_ptr<grpc::Channel> channel();
  // A further caller, for threads of their own.
  Client NewClient() { return Client(channel()); }

  // A gig of kSeller whose package is sold in these milestones, or in one payment of their sum.
  std::string NewGig(const std::vector<int64_t>& cents);
  catalog::v1::PreviewWorkflowResponse GigOf(const std::string& name, const std::vector<int64_t>& cents);
  // An order on a fresh gig, as PlaceGigOrder answers it.
  v1::Order PlaceOrder(const std::vector<int64_t>& cents, const std::string& payment_method = "pm_ok");

  // A sent offer of kSeller to kBuyer with these milestones.
  offers::v1::Offer NewOffer(const std::vector<int64_t>& cents);
  // What OfferService sends when the buyer accepts it.
  v1::PlaceOrderRequest AcceptanceOf(const offers::v1::Offer& offer, uint32_t attempt,
                                     const std::string& payment_method = "pm_ok");
  absl::StatusOr<v1::PlaceOrderResponse> PlaceOffer(const v1::PlaceOrderRequest& request);

  // Milestone 1 accepted, milestone 2 started with this payment method.
  v1::Order StartSecond(const std::string& payment_method);
  // A payment method of this test alone, scripted.
  static std::string NewPaymentMethod(milepost::testing::v1::Script script);

  // Changes the order as it is stored, behind the server's back. Not OK where it can't be read any more.
  absl::Status ChangeStored(const std::string& order, const std::function<void(Order&)>& change);
  // The order's id, for SQL.
  static std::string SqlIdOf(const std::string& order);

  // How much is written: counts and sequences of all tables.
  std::vector<int64_t> Footprint();
  int64_t Captures(const std::string& order) { return Simulator::Get().Captures(order + "/"); }
  // Escrow of an ended order is empty, and the ledger balances.
  void ExpectSettled(const v1::Order& order);

  BillingOptions options_;
  FakePeers peers_;
  std::unique_ptr<BillingServer> server_;
  std::unique_ptr<Client> client_;

 private:
  std::unique_ptr<rpc::Server> rpc_server_;
};

}  // namespace milepost::billing
