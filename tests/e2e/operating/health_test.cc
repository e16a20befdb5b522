// Health that tells the truth: readiness follows the database, its schema and the lanes, never a peer; liveness follows
// none of them; a server starts in any case, and serves once what is wrong is mended. Real processes, a real database that
// is killed.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/core/clock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/e2e/platform.h"
#include "tests/e2e/stories/order_steps.h"
#include "tests/support/commit_proxy.h"
#include "tests/support/database.h"
#include "tests/support/matchers.h"
#include "tests/support/reflection.h"

namespace milepost::e2e {
namespace {

using billing::v1::MilestoneBilling;
using catalog::v1::GigCatalog;
using grpc::StatusCode;
using grpc::health::v1::HealthCheckResponse;
using offers::v1::OfferService;
using Server = Platform::Server;
using Status = HealthCheckResponse::ServingStatus;
using testing::ServerProcess;

constexpr absl::Duration kRecoveryMax = absl::Seconds(5);  // R7
// Every server's exit codes of the command `health`.
constexpr int kServing = 0, kNotServing = 1, kNotReachable = 2;

Status HealthOf(const ServerProcess& process, const std::string& service = "") {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(WallNow() + absl::Seconds(5)));
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(service);
  HealthCheckResponse response;
  const grpc::Status status =
      grpc::health::v1::Health::NewStub(process.channel())->Check(&context, request, &response);
  return status.ok() ? response.status() : HealthCheckResponse::UNKNOWN;
}

bool IsServing(const ServerProcess& process) {
  return HealthOf(process) == HealthCheckResponse::SERVING;
}
bool IsNotServing(const ServerProcess& process) {
  return HealthOf(process) == HealthCheckResponse::NOT_SERVING;
}

// The least that makes a gig.
catalog::v1::CreateGigRequest CreateGig() {
  catalog::v1::CreateGigRequest request;
  request.set_request_id(NewRequestId());
  request.mutable_gig()->set_title("A gig");
  request.mutable_gig()->set_description("What you get.");
  request.mutable_gig()->set_subcategory("business-plans");
  auto& basic = *request.mutable_gig()->add_packages();
  basic.set_package(type::v1::PACKAGE_BASIC);
  *basic.mutable_price() = Usd(15000);
  basic.set_days(21);
  return request;
}

int HealthCommand(const std::string& program, const ServerProcess& process, const std::string& service = "") {
  return RunProgram(
      program, "health",
      {absl::StrCat("--address=", process.address()), absl::StrCat("--health_service=", service)});
}

class PlatformHealth : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(platform_.Start(), testing::IsOk());
    story_.emplace(platform_.client(), "health", NewRequestId().substr(24));
    sam_ = story_->NewPerson("sam");
    bea_ = story_->NewPerson("bea");
  }
  ServerProcess& process(Server server) { return platform_.process(server); }

  // Over the process's own channel, which asks nobody's health first.
  Reply<billing::v1::AcceptMilestoneResponse> Accept(const billing::v1::AcceptMilestoneRequest& request) {
    const auto stub = MilestoneBilling::NewStub(process(Server::kBilling).channel());
    return platform_.client().Call(bea_.actor, *stub, &MilestoneBilling::Stub::AcceptMilestone, request);
  }

  // A mutation and a read of every service, neither of which needs a peer.
  void ExpectDatabaseUnavailable(const std::string& order) {
    const auto catalog = GigCatalog::NewStub(process(Server::kCatalog).channel());
    Expect(platform_.client().Call(sam_.actor, *catalog, &GigCatalog::Stub::CreateGig, CreateGig()));
    Expect(platform_.client().Call(sam_.actor, *catalog, &GigCatalog::Stub::ListGigs,
                                   catalog::v1::ListGigsRequest()));

    const std::string offer = "offers/" + order.substr(7);
    const auto offers = OfferService::NewStub(process(Server::kOffers).channel());
    offers::v1::WithdrawOfferRequest withdraw;
    withdraw.set_request_id(NewRequestId());
    withdraw.set_name(offer);
    Expect(platform_.client().Call(sam_.actor, *offers, &OfferService::Stub::WithdrawOffer, withdraw));
    offers::v1::GetOfferRequest get_offer;
    get_offer.set_name(offer);
    Expect(platform_.client().Call(sam_.actor, *offers, &OfferService::Stub::GetOffer, get_offer));

    const auto billing = MilestoneBilling::NewStub(process(Server::kBilling).channel());
    billing::v1::EndOrderRequest end;
    end.set_request_id(NewRequestId());
    end.set_name(order);
    Expect(platform_.client().Call(bea_.actor, *billing, &MilestoneBilling::Stub::EndOrder, end));
    billing::v1::GetOrderRequest get_order;
    get_order.set_name(order);
    Expect(platform_.client().Call(bea_.actor, *billing, &MilestoneBilling::Stub::GetOrder, get_order));
  }
  template <class Response>
  static void Expect(const Reply<Response>& reply) {
    EXPECT_EQ(reply.status.error_code(), StatusCode::UNAVAILABLE) << reply.status.error_message();
    EXPECT_EQ(reply.reason, "DATABASE_UNAVAILABLE");
  }

  Platform platform_;
  std::optional<Story> story_;
  Person sam_, bea_;
};

// What reflection lists of ours is what health knows, each by its full name; "" stands for the server.
TEST_F(PlatformHealth, EveryServiceThatReflectionListsHasAHealthOfItsOwn) {
  const std::map<Server, std::vector<std::string>> at_least = {
      {Server::kCatalog, {"milepost.catalog.v1.GigCatalog", "milepost.testing.v1.TestClock"}},
      {Server::kOffers, {"milepost.offers.v1.OfferService", "milepost.testing.v1.TestClock"}},
      {Server::kBilling,
       {"milepost.billing.v1.MilestoneBilling", "milepost.billing.v1.Ledger",
        "milepost.testing.v1.TestClock"}},
      {Server::kSimulator, {"milepost.payments.v1.PaymentProvider", "milepost.testing.v1.PaymentSimulator"}}};
  for (const auto& [server, names] : at_least) {
    const std::vector<std::string> listed = testing::ListServices(process(server).channel());
    EXPECT_THAT(listed, ::testing::IsSupersetOf(names));
    for (const std::string& name : listed) {
      if (name.rfind("milepost.", 0) != 0) continue;
      EXPECT_EQ(HealthOf(process(server), name), HealthCheckResponse::SERVING) << name;
    }
    EXPECT_EQ(HealthOf(process(server), ""), HealthCheckResponse::SERVING);
    EXPECT_EQ(HealthOf(process(server), "liveness"), HealthCheckResponse::SERVING);
    EXPECT_EQ(HealthOf(process(server), "milepost.NoSuchService"), HealthCheckResponse::UNKNOWN);
  }
}

TEST_F(PlatformHealth, TheDatabaseStopsAndComesBack_R7) {
  testing::TestDatabase& database = testing::TestDatabase::Get();
  if (!database.is_ours()) GTEST_SKIP() << "the database of MILEPOST_TEST_DATABASE is not ours to stop";
  const std::map<Server, std::string> services = {{Server::kCatalog, "gig_catalog"},
                                                  {Server::kOffers, "offer_service"},
                                                  {Server::kBilling, "milestone_billing"}};
  const std::string order = DeliveredOrder(*story_, sam_, bea_);
  billing::v1::AcceptMilestoneRequest accept;
  accept.set_name(MilestoneName(order, 1));
  accept.set_next(billing::v1::NEXT_STEP_START_NEXT);
  accept.set_request_id(NewRequestId());

  database.Kill();
  for (const auto& [server, program] : services) {
    EXPECT_TRUE(Eventually([&, server = server] { return IsNotServing(process(server)); })) << program;
    EXPECT_EQ(HealthOf(process(server), "liveness"), HealthCheckResponse::SERVING);
    EXPECT_EQ(HealthCommand(program, process(server)), kNotServing);
    EXPECT_EQ(HealthCommand(program, process(server), "liveness"), kServing);
  }
  EXPECT_TRUE(IsServing(process(Server::kSimulator)));
  ExpectDatabaseUnavailable(order);
  Expect(Accept(accept));

  database.Start();
  const absl::Time back = WallNow();
  for (const auto& [server, program] : services)
    EXPECT_TRUE(Eventually([&, server = server] { return IsServing(process(server)); })) << program;
  Reply<billing::v1::AcceptMilestoneResponse> accepted;
  EXPECT_TRUE(Eventually([&] { return (accepted = Accept(accept)).ok(); })) << accepted.reason;
  const absl::Duration recovery = WallNow() - back;
  std::printf("recovered %.0f ms after the database was back\n", absl::ToDoubleMilliseconds(recovery));
  EXPECT_LE(recovery, kRecoveryMax);
  EXPECT_FALSE(accepted->replayed());  // it was refused while the database was away: nothing had changed
  EXPECT_EQ(accepted->order().state(), billing::v1::ORDER_STATE_ACTIVE);
  EXPECT_EQ(Captures(*story_, order), 2);
}

TEST_F(PlatformHealth, PeersThatAreGoneChangeNothing) {
  const std::string order = DeliveredOrder(*story_, sam_, bea_);
  for (Server peer : {Server::kSimulator, Server::kCatalog, Server::kOffers}) process(peer).Kill();
  constexpr int kLooks = 20;  // at 50 ms from one readiness check to the next: several
  for (int look = 0; look < kLooks; ++look) {
    EXPECT_TRUE(IsServing(process(Server::kBilling)));
    billing::v1::GetOrderRequest request;
    request.set_name(order);
    EXPECT_TRUE(
        platform_.client()
            .Call(bea_.actor, platform_.client().billing(), &MilestoneBilling::Stub::GetOrder, request)
            .ok());
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  // Started while all its peers are away, a server is ready all the same.
  EXPECT_THAT(platform_.Restart(Server::kOffers), testing::IsOk());
  process(Server::kBilling).Kill();
  EXPECT_TRUE(IsServing(process(Server::kOffers)));
  EXPECT_EQ(HealthCommand("milestone_billing", process(Server::kBilling)), kNotReachable);
  EXPECT_THAT(platform_.Restart(Server::kBilling), testing::IsOk());
}

// One server alone, before its schema.
class ServerHealth : public ::testing::TestWithParam<const char*> {
 protected:
  ServerHealth() : schema_(testing::TestDatabase::Get().NewSchema()) {}

  std::vector<std::string> Flags(const db::ConnectOptions& schema) const {
    std::vector<std::string> flags = testing::DatabaseFlags(schema);
    for (const char* flag : {"--readiness_interval=20ms", "--test_clock=offset"}) flags.push_back(flag);
    const std::string program = GetParam();
    constexpr char kNowhere[] = "127.0.0.1:1";
    if (program != "gig_catalog") flags.push_back(absl::StrCat("--catalog=", kNowhere));
    if (program == "offer_service") flags.push_back(absl::StrCat("--billing=", kNowhere));
    if (program == "milestone_billing") flags.push_back(absl::StrCat("--offers=", kNowhere));
    if (program == "milestone_billing") flags.push_back(absl::StrCat("--provider=", kNowhere));
    return flags;
  }
  int Migrate() { return RunProgram(GetParam(), "migrate", testing::DatabaseFlags(schema_)); }

  db::ConnectOptions schema_;
};

TEST_P(ServerHealth, StartsWithoutItsSchemaAndServesOnceItIsThere) {
  testing::ExecuteOrDie(testing::TestDatabase::Get().server(),
                        absl::StrCat("DROP DATABASE ", schema_.schema));
  ServerProcess server(GetParam(), Flags(schema_));
  ASSERT_THAT(server.Spawn(), testing::IsOk());
  EXPECT_TRUE(Eventually([&] { return IsNotServing(server); }));
  EXPECT_EQ(HealthOf(server, "liveness"), HealthCheckResponse::SERVING);
  testing::ExecuteOrDie(testing::TestDatabase::Get().server(),
                        absl::StrCat("CREATE DATABASE ", schema_.schema));
  EXPECT_TRUE(Eventually([&] { return server.log().find("run `migrate`") != std::string::npos; }));
  EXPECT_TRUE(IsNotServing(server));
  EXPECT_EQ(HealthCommand(GetParam(), server), kNotServing);
  EXPECT_EQ(Migrate(), 0);
  EXPECT_TRUE(Eventually([&] { return IsServing(server); })) << server.log();
  EXPECT_EQ(HealthCommand(GetParam(), server), kServing);

  // The test clock came with it.
  const auto clock = testing::v1::TestClock::NewStub(server.channel());
  grpc::ClientContext context;
  context.AddMetadata("milepost-actor", "operators/test");
  testing::v1::GetClockResponse reading;
  EXPECT_TRUE(clock->GetClock(&context, {}, &reading).ok());
  EXPECT_EQ(reading.mode(), testing::v1::CLOCK_MODE_OFFSET);
}

TEST_P(ServerHealth, FollowsItsSchemasVersion) {
  ASSERT_EQ(Migrate(), 0);
  ServerProcess server(GetParam(), Flags(schema_));
  ASSERT_THAT(server.Start(), testing::IsOk());
  // A newer release has migrated already: a rolling upgrade goes on serving.
  testing::ExecuteOrDie(
      schema_,
      "INSERT INTO schema_migrations SELECT component, number + 1000, sha256, applied_us FROM "
      "schema_migrations WHERE component <> 'common'");
  // An older one: a step that this release needs is missing.
  testing::ExecuteOrDie(schema_, "UPDATE schema_migrations SET number = number + 500 WHERE number < 500");
  EXPECT_TRUE(Eventually([&] { return IsNotServing(server); }));
  EXPECT_EQ(HealthOf(server, "liveness"), HealthCheckResponse::SERVING);
  testing::ExecuteOrDie(
      schema_, "UPDATE schema_migrations SET number = number - 500 WHERE number BETWEEN 500 AND 999");
  EXPECT_TRUE(Eventually([&] { return IsServing(server); })) << "with a schema that is ahead of it";
  // What was applied is not what this release ships.
  testing::ExecuteOrDie(schema_, "UPDATE schema_migrations SET sha256 = REVERSE(sha256) WHERE number < 500");
  EXPECT_TRUE(Eventually([&] { return IsNotServing(server); }));
}

INSTANTIATE_TEST_SUITE_P(Each, ServerHealth,
                         ::testing::Values("gig_catalog", "offer_service", "milestone_billing"),
                         [](const auto& info) { return std::string(info.param); });

// The database answers every question, but one lane's COMMIT hangs: this replica can't work, and says so.
TEST(LaneHealth, AStuckLaneIsNotReadyUntilItGoesOn) {
  const db::ConnectOptions schema = testing::TestDatabase::Get().NewSchema();
  ASSERT_EQ(RunProgram("gig_catalog", "migrate", testing::DatabaseFlags(schema)), 0);
  testing::CommitProxy proxy(schema);
  std::vector<std::string> flags = testing::DatabaseFlags(proxy.options());
  flags.push_back("--readiness_interval=20ms");
  ServerProcess server("gig_catalog", flags);
  ASSERT_THAT(server.Start(), testing::IsOk());
  proxy.OnNextCommit(testing::CommitProxy::Next::kStall);
  std::thread caller([&] {
    const auto stub = GigCatalog::NewStub(server.channel());
    grpc::ClientContext context;
    context.AddMetadata("milepost-actor", "users/sam");
    catalog::v1::CreateGigResponse response;
    const grpc::Status status = stub->CreateGig(&context, CreateGig(), &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
  });
  proxy.AwaitStall();
  EXPECT_TRUE(Eventually([&] { return IsNotServing(server); }));
  EXPECT_NE(server.log().find("has been at one batch for"), std::string::npos);
  EXPECT_EQ(HealthOf(server, "liveness"), HealthCheckResponse::SERVING);
  proxy.Release();
  caller.join();
  EXPECT_TRUE(Eventually([&] { return IsServing(server); }));
}

}  // namespace
}  // namespace milepost::e2e
