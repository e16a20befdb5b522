#include "tests/e2e/rolling/rolling.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/core/clock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "tests/e2e/stories/order_steps.h"

namespace milepost::e2e {
namespace {

using billing::v1::MilestoneBilling;
using offers::v1::OfferService;
using Server = Platform::Server;

constexpr std::chrono::seconds kTimeout{20};  // of a call, retries included

// What somebody has who knows gRPC and not our page for clients: round robin and retries of UNAVAILABLE, but nobody asks for
// health. Reconnects as quickly as a second replica needs it.
constexpr char kStrangersConfig[] =
    R"({"loadBalancingConfig":[{"round_robin":{}}],"methodConfig":[{"name":[{}],"retryPolicy":{"maxAttempts":5,)"
    R"("initialBackoff":"0.100s","maxBackoff":"1.000s","backoffMultiplier":2,"retryableStatusCodes":["UNAVAILABLE"]}}]})";

std::shared_ptr<grpc::Channel> StrangersChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(kStrangersConfig);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 3000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 500);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

Channels ConnectAsAStranger(const Addresses& addresses) {
  return {StrangersChannel(addresses.catalog), StrangersChannel(addresses.offers),
          StrangersChannel(addresses.billing), StrangersChannel(addresses.simulator)};
}

// What the load saw, all its callers together. Thread-safe.
class Record {
 public:
  template <class Response>
  void Add(const char* what, const char* kind, absl::Duration took, const Reply<Response>& reply) {
    const std::lock_guard lock(mutex_);
    ++seen_.calls;
    if (took > seen_.worst) seen_.worst = took, seen_.worst_call = what;
    if (reply.ok()) return;
    seen_.failures.push_back(absl::StrCat(what, " of ", kind, ": ",
                                          static_cast<int>(reply.status.error_code()), " ", reply.reason, " ",
                                          reply.status.error_message()));
  }
  void AddOrder(std::string order) {
    const std::lock_guard lock(mutex_);
    seen_.orders.push_back(std::move(order));
  }
  void AddGigOrder(std::string order) {
    const std::lock_guard lock(mutex_);
    seen_.gig_orders.push_back(std::move(order));
  }
  // Once nobody adds any more.
  RollingOutcome seen() const { return seen_; }

 private:
  std::mutex mutex_;
  RollingOutcome seen_;
};

// A seller and a buyer who go through whole orders, from the offer to its last milestone, until they are told to stop.
class Pair {
 public:
  // `kind` of clients: for the record.
  Pair(const Channels& channels, const char* kind, std::string gig, Person seller, Person buyer,
       Record& record)
      : client_(channels, kTimeout),
        kind_(kind),
        gig_(std::move(gig)),
        seller_(std::move(seller)),
        buyer_(std::move(buyer)),
        record_(record) {}

  // Goes on after a failure: with the next order.
  void WorkUntil(const std::atomic<bool>& stop) {
    while (!stop) OneOrder();
  }

 private:
  // False once a call has failed: what follows in this order would only say so again.
  bool OneOrder() {
    std::string offer, hash, order;
    if (!Send(offer, hash) || !AcceptOffer(offer, hash, order)) return false;
    if (!AwaitActive(order, 1)) return false;
    if (!Deliver(order, 1) || !Accept(order, 1, billing::v1::NEXT_STEP_START_NEXT)) return false;
    if (!AwaitActive(order, 2)) return false;
    if (!Deliver(order, 2) || !Accept(order, 2, billing::v1::NEXT_STEP_UNSPECIFIED)) return false;
    record_.AddOrder(order);
    return BuyGig();
  }

  template <class Stub, class Request, class Response>
  Reply<Response> Call(const char* what, const Person& who, Stub& stub,
                       grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                       const Request& request) {
    const absl::Time begin = WallNow();
    Reply<Response> reply = client_.Call(who.actor, stub, method, request);
    record_.Add(what, kind_, WallNow() - begin, reply);
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
             if (!answered) record_.Add("GetOrder", kind_, {}, now);
             return !answered || (now.ok() && now->order().work_authorized() &&
                                  now->order().current_milestone() == milestone);
           }) &&
           answered;
  }

  // An order that is paid at once, and left to its seller.
  bool BuyGig() {
    billing::v1::QuoteOrderRequest ask;
    ask.mutable_gig_selection()->set_gig(gig_);
    ask.mutable_gig_selection()->set_package(type::v1::PACKAGE_BASIC);
    ask.mutable_gig_selection()->set_workflow(billing::v1::ORDER_TYPE_ONE_TIME);
    const auto quote =
        Call("QuoteOrder", buyer_, client_.billing(), &MilestoneBilling::Stub::QuoteOrder, ask);
    if (!quote.ok()) return false;
    billing::v1::PlaceGigOrderRequest place;
    place.set_request_id(NewRequestId());
    place.set_quote(quote->quote());
    place.set_payment_method("pm_ok");
    const auto placed =
        Call("PlaceGigOrder", buyer_, client_.billing(), &MilestoneBilling::Stub::PlaceGigOrder, place);
    if (placed.ok()) record_.AddGigOrder(placed->order().name());
    return placed.ok();
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
  const char* const kind_;
  const std::string gig_;
  const Person seller_, buyer_;
  Record& record_;
};

// Those that the replicas begin with are of round 0.
std::string ProgramsOf(const RollingOptions& options, int round) {
  if (options.programs.empty()) return "";
  return options.programs[static_cast<size_t>(round) % options.programs.size()];
}

// As an orchestrator does: migrations first, then SIGTERM, gone within the grace period, a new one that is ready; then the next.
absl::Status ReplaceEveryReplica(Platform& platform, const std::string& programs, RollingOutcome& outcome) {
  if (absl::Status migrated = platform.UsePrograms(programs); !migrated.ok()) return migrated;
  for (const Server server : {Server::kCatalog, Server::kOffers, Server::kBilling}) {
    for (int replica = 0; replica < platform.replicas(server); ++replica) {
      testing::ServerProcess& process = platform.process(server, replica);
      const absl::Time asked = WallNow();
      const absl::StatusOr<int> code = process.Terminate(absl::Seconds(15));
      if (!code.ok()) return code.status();
      if (*code != 0) outcome.wrong.push_back(absl::StrCat("a replica ended with ", *code));
      outcome.slowest_exit = std::max(outcome.slowest_exit, WallNow() - asked);
      if (const absl::Status started = process.Start(); !started.ok()) return started;
    }
  }
  return absl::OkStatus();
}

// Everything that was told is so, and paid once.
void Check(Platform& platform, const RollingOptions& options, Story& story, const Person& buyer,
           RollingOutcome& outcome) {
  const auto expect = [&](bool is_so, const std::string& what) {
    if (!is_so) outcome.wrong.push_back(what);
  };
  for (const std::string& name : outcome.orders) {
    const billing::v1::Order order = story.GetOrder(name, buyer);
    expect(order.state() == billing::v1::ORDER_STATE_COMPLETED, name + " is not completed");
    expect(Captures(story, name) == 2, name + " was not charged twice, once a milestone");
    expect(Cents(order.totals().released()) == 24000, name + " did not release 240.00");
  }
  for (const std::string& name : outcome.gig_orders) {
    // A payment that was open when its call was answered (A29) goes on by itself.
    expect(Eventually([&] { return story.GetOrder(name, buyer).state() == billing::v1::ORDER_STATE_ACTIVE; }),
           name + " is not active");
    expect(Captures(story, name) == 1, name + " was not charged once");
  }
  const auto trial = platform.client().Call("operators/test", platform.client().ledger(),
                                            &billing::v1::Ledger::Stub::GetTrialBalance,
                                            billing::v1::GetTrialBalanceRequest());
  expect(trial.ok() && trial->balanced(), "the ledger does not balance");
  // Whoever wrote an order's event, each version finds its bytes and digests as it would have written them (W1).
  const int versions = std::max(1, static_cast<int>(options.programs.size()));
  for (int round = 0; round < versions; ++round)
    expect(platform.RunToEnd(ProgramsOf(options, round), Server::kBilling, "audit") == 0,
           absl::StrCat("the audit by the programs of round ", round, " did not end with 0"));
}

}  // namespace

std::string RollingOutcome::Line() const {
  return absl::StrFormat(
      "%d rollings a service: %d calls, %d failed, worst %.0f ms (%s), %d orders, slowest exit %.1f s",
      rounds, calls, failures.size(), absl::ToDoubleMilliseconds(worst), worst_call,
      orders.size() + gig_orders.size(), absl::ToDoubleSeconds(slowest_exit));
}

RollingOutcome Roll(const RollingOptions& options) {
  Platform platform({.replicas = 2,
                     .programs = ProgramsOf(options, 0),
                     .flags = {{Server::kBilling, {"--provider_timeout=5s", "--charge_lease=20s"}}}});
  RollingOutcome outcome;
  if (const absl::Status started = platform.Start(); !started.ok()) {
    outcome.wrong.push_back(started.ToString());
    return outcome;
  }
  Story story(platform.client(), "a rolling restart", NewRequestId().substr(24));
  const Person sam = story.NewPerson("sam"), bea = story.NewPerson("bea");
  const std::string gig = PublishGig(story, sam, "A film", 50000);
  const Addresses addresses = platform.addresses();
  Record record;
  std::atomic<bool> stop = false;
  std::vector<std::thread> load;
  for (int i = 0; i < options.pairs; ++i) {
    load.emplace_back([&, i] {
      const bool stranger = i % 2 == 1;
      const Channels channels = stranger ? ConnectAsAStranger(addresses) : ConnectTo(addresses);
      Pair(channels, stranger ? "a stranger" : "our client", gig, sam, bea, record).WorkUntil(stop);
    });
  }
  RollingOutcome rolled;
  absl::Status status;
  while (status.ok() && rolled.rounds < options.rounds) {
    ++rolled.rounds;
    status = ReplaceEveryReplica(platform, ProgramsOf(options, rolled.rounds), rolled);
    if (options.each_round) options.each_round(rolled.rounds);
  }
  stop = true;
  for (std::thread& pair : load) pair.join();
  outcome = record.seen();
  outcome.rounds = rolled.rounds;
  outcome.slowest_exit = rolled.slowest_exit;
  outcome.wrong = std::move(rolled.wrong);
  if (!status.ok()) outcome.wrong.push_back(status.ToString());
  Check(platform, options, story, bea, outcome);
  return outcome;
}

}  // namespace milepost::e2e
