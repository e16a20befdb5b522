// Replicas are restarted one after another under load, as an upgrade does; clients have the retry policy that we give to
// everyone (docs/client_service_config.json). Not one call fails, and nothing is lost (R8).
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <thread>

#include "common/core/clock.h"
#include "tests/e2e/platform.h"
#include "tests/e2e/stories/order_steps.h"
#include "tests/support/matchers.h"

namespace milepost::e2e {
namespace {

using billing::v1::MilestoneBilling;
using offers::v1::OfferService;
using Server = Platform::Server;

constexpr int kPeople = 6;  // pairs of a seller and a buyer, each busy with one order at a time
constexpr int kTurns = 2;   // how often every replica is restarted

// What the load saw, all its callers together. Thread-safe.
class Record {
 public:
  template <class Response>
  void Add(const char* what, absl::Duration took, const Reply<Response>& reply) {
    const std::lock_guard lock(mutex_);
    ++calls_;
    if (took > worst_) worst_ = took, worst_call_ = what;
    if (reply.ok()) return;
    failures_.push_back(std::string(what) + ": " + std::to_string(reply.status.error_code()) + " " +
                        reply.reason + " " + reply.status.error_message());
  }
  void AddOrder(std::string order) {
    const std::lock_guard lock(mutex_);
    orders_.push_back(std::move(order));
  }

  int64_t calls() const { return calls_; }
  const std::vector<std::string>& failures() const { return failures_; }
  const std::vector<std::string>& orders() const { return orders_; }
  absl::Duration worst() const { return worst_; }
  const std::string& worst_call() const { return worst_call_; }

 private:
  std::mutex mutex_;
  int64_t calls_ = 0;
  std::vector<std::string> failures_, orders_;
  absl::Duration worst_;
  std::string worst_call_;
};

// A seller and a buyer who go through whole orders, from the offer to its last milestone, until they are told to stop.
class Pair {
 public:
  Pair(const Addresses& addresses, std::string gig, Person seller, Person buyer, Record& record)
      : client_(addresses),
        gig_(std::move(gig)),
        seller_(std::move(seller)),
        buyer_(std::move(buyer)),
        record_(record) {}

  void WorkUntil(const std::atomic<bool>& stop) {
    while (!stop && OneOrder()) continue;
  }

 private:
  // False once a call has failed: what follows would only say so again.
  bool OneOrder() {
    std::string offer, hash, order;
    if (!Send(offer, hash) || !AcceptOffer(offer, hash, order)) return false;
    if (!AwaitActive(order, 1)) return false;
    if (!Deliver(order, 1) || !Accept(order, 1, billing::v1::NEXT_STEP_START_NEXT)) return false;
    if (!AwaitActive(order, 2)) return false;
    if (!Deliver(order, 2) || !Accept(order, 2, billing::v1::NEXT_STEP_UNSPECIFIED)) return false;
    record_.AddOrder(order);
    return true;
  }

  template <class Stub, class Request, class Response>
  Reply<Response> Call(const char* what, const Person& who, Stub& stub,
                       grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                       const Request& request) {
    const absl::Time begin = WallNow();
    Reply<Response> reply = client_.Call(who.actor, stub, method, request);
    record_.Add(what, WallNow() - begin, reply);
    return reply;
  }

  bool Send(std::string& offer, std::string& hash) {
    offers::v1::CreateOfferRequest create;
    create.set_request_id(NewRequestId());
    create.mutable_offer()->set_buyer(buyer_.actor);
    create.mutable_offer()->set_gig(gig_);
    for (const char* title : {"Cut", "Sound"}) {
      auto& milestone = *create.mutable_offer()->mutable_milestones()->add_milestones();
      milestone.set_title(title);
      milestone.set_days(5);
      *milestone.mutable_amount() = Usd(12000);
    }
    const auto created =
        Call("CreateOffer", seller_, client_.offers(), &OfferService::Stub::CreateOffer, create);
    if (!created.ok()) return false;
    offers::v1::SendOfferRequest send;
    send.set_request_id(NewRequestId());
    send.set_name(created->offer().name());
    const auto sent = Call("SendOffer", seller_, client_.offers(), &OfferService::Stub::SendOffer, send);
    offer = sent->offer().name();
    hash = sent->offer().terms_hash();
    return sent.ok();
  }

  bool AcceptOffer(const std::string& offer, const std::string& hash, std::string& order) {
    offers::v1::AcceptOfferRequest request;
    request.set_request_id(NewRequestId());
    request.set_name(offer);
    request.set_terms_hash(hash);
    request.set_payment_method("pm_ok");
    const auto accepted =
        Call("AcceptOffer", buyer_, client_.offers(), &OfferService::Stub::AcceptOffer, request);
    order = accepted->offer().order();
    return accepted.ok();
  }

  // A payment that was open when its call was answered (A29) goes on by itself.
  bool AwaitActive(const std::string& order, uint32_t milestone) {
    billing::v1::GetOrderRequest request;
    request.set_name(order);
    bool answered = true;
    return Eventually([&] {
             const Reply<billing::v1::GetOrderResponse> now =
                 client_.Call(buyer_.actor, client_.billing(), &MilestoneBilling::Stub::GetOrder, request);
             const bool not_yet = now.reason == "ORDER_NOT_FOUND";  // the offer is still ACCEPTING
             answered = now.ok() || not_yet;
             if (!answered) record_.Add("GetOrder", {}, now);
             return !answered || (now.ok() && now->order().work_authorized() &&
                                  now->order().current_milestone() == milestone);
           }) &&
           answered;
  }

  bool Deliver(const std::string& order, int milestone) {
    billing::v1::DeliverMilestoneRequest request;
    request.set_request_id(NewRequestId());
    request.set_name(MilestoneName(order, milestone));
    request.set_final_delivery(milestone == 2);
    return Call("DeliverMilestone", seller_, client_.billing(), &MilestoneBilling::Stub::DeliverMilestone,
                request)
        .ok();
  }

  bool Accept(const std::string& order, int milestone, billing::v1::NextStep next) {
    billing::v1::AcceptMilestoneRequest request;
    request.set_request_id(NewRequestId());
    request.set_name(MilestoneName(order, milestone));
    request.set_next(next);
    return Call("AcceptMilestone", buyer_, client_.billing(), &MilestoneBilling::Stub::AcceptMilestone,
                request)
        .ok();
  }

  PlatformClient client_;
  const std::string gig_;
  const Person seller_, buyer_;
  Record& record_;
};

class RollingRestart : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(platform_.Start(), testing::IsOk());
    story_.emplace(platform_.client(), "a rolling restart", NewRequestId().substr(24));
    sam_ = story_->NewPerson("sam");
    bea_ = story_->NewPerson("bea");
  }

  // As an orchestrator does: SIGTERM, gone within the grace period, a new one that is ready; then the next.
  void RestartEveryReplica() {
    for (Server server : {Server::kCatalog, Server::kOffers, Server::kBilling}) {
      for (int replica = 0; replica < platform_.replicas(server); ++replica) {
        testing::ServerProcess& process = platform_.process(server, replica);
        const absl::Time asked = WallNow();
        const absl::StatusOr<int> code = process.Terminate(absl::Seconds(10));
        ASSERT_THAT(code, testing::IsOk());
        EXPECT_EQ(*code, 0);
        slowest_exit_ = std::max(slowest_exit_, WallNow() - asked);
        ASSERT_THAT(process.Start(), testing::IsOk());
      }
    }
  }

  void ExpectCompleted(const std::string& order) {
    const billing::v1::Order now = story_->GetOrder(order, bea_);
    EXPECT_EQ(now.state(), billing::v1::ORDER_STATE_COMPLETED);
    EXPECT_EQ(now.completion_reason(), billing::v1::COMPLETION_REASON_ALL_ACCEPTED);
    EXPECT_EQ(Captures(*story_, order), 2);
    EXPECT_EQ(Cents(now.totals().released()), 24000);
  }

  Platform platform_{
      {.replicas = 2, .flags = {{Server::kBilling, {"--provider_timeout=5s", "--charge_lease=20s"}}}}};
  std::optional<Story> story_;
  Person sam_, bea_;
  absl::Duration slowest_exit_;
};

TEST_F(RollingRestart, NoCallFailsAndNothingIsLost_R8) {
  const std::string gig = PublishGig(*story_, sam_, "A film", 50000);
  Record record;
  std::atomic<bool> stop = false;
  std::vector<std::thread> load;
  for (int i = 0; i < kPeople; ++i)
    load.emplace_back([&] { Pair(platform_.addresses(), gig, sam_, bea_, record).WorkUntil(stop); });
  for (int turn = 0; turn < kTurns; ++turn) RestartEveryReplica();
  stop = true;
  for (std::thread& pair : load) pair.join();

  std::printf(
      "rolling restart: %lld calls, %zu failed, worst %.0f ms (%s), %zu orders, slowest exit %.1f s\n",
      static_cast<long long>(record.calls()), record.failures().size(),
      absl::ToDoubleMilliseconds(record.worst()), record.worst_call().c_str(), record.orders().size(),
      absl::ToDoubleSeconds(slowest_exit_));
  EXPECT_THAT(record.failures(), ::testing::IsEmpty());
  EXPECT_LT(slowest_exit_, absl::Seconds(10));
  EXPECT_GT(record.orders().size(), static_cast<size_t>(kPeople));
  for (const std::string& order : record.orders()) ExpectCompleted(order);
  const auto trial = platform_.client().Call("operators/test", platform_.client().ledger(),
                                             &billing::v1::Ledger::Stub::GetTrialBalance,
                                             billing::v1::GetTrialBalanceRequest());
  ASSERT_TRUE(trial.ok());
  EXPECT_TRUE(trial->balanced());
}

}  // namespace
}  // namespace milepost::e2e
