// Health that tells the truth: readiness follows the database, its schema and the lanes, never a peer; liveness follows
// none of them; a server starts in any case, and serves once what is wrong is mended. Real processes, a real database that
// is killed.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/core/clock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "milepost/events/v1/event_feed.grpc.pb.h"
#include "tests/e2e/platform.h"
#include "tests/e2e/stories/order_steps.h"
#include "tests/support/commit_proxy.h"
#include "tests/support/database.h"
#include "tests/support/mariadb_server.h"
#include "tests/support/matchers.h"
#include "tests/support/reflection.h"
#include "tests/support/scratch_folder.h"

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
constexpr char kOperator[] = "operators/health";
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
    ExpectWorkshopUnavailable(order);
  }
  // What is read and written beside lanes and readers: test clocks, feeds, the ledger, the audit.
  void ExpectWorkshopUnavailable(const std::string& order) {
    for (const Server server : {Server::kCatalog, Server::kOffers, Server::kBilling}) {
      const auto clock = testing::v1::TestClock::NewStub(process(server).channel());
      testing::v1::AdvanceClockRequest advance;
      advance.mutable_by()->set_seconds(1);
      Expect(
          platform_.client().Call(kOperator, *clock, &testing::v1::TestClock::Stub::AdvanceClock, advance));
      Expect(platform_.client().Call(kOperator, *clock, &testing::v1::TestClock::Stub::GetClock,
                                     testing::v1::GetClockRequest()));
      const auto feed = events::v1::EventFeed::NewStub(process(server).channel());
      Expect(platform_.client().Call(kOperator, *feed, &events::v1::EventFeed::Stub::ListEvents,
                                     events::v1::ListEventsRequest()));
    }
    const auto billing = MilestoneBilling::NewStub(process(Server::kBilling).channel());
    billing::v1::AuditOrderRequest audit;
    audit.set_name(order);
    Expect(platform_.client().Call(kOperator, *billing, &MilestoneBilling::Stub::AuditOrder, audit));
    const auto ledger = billing::v1::Ledger::NewStub(process(Server::kBilling).channel());
    billing::v1::GetBalanceRequest balance;
    balance.set_account("revenue:commission");
    Expect(platform_.client().Call(kOperator, *ledger, &billing::v1::Ledger::Stub::GetBalance, balance));
    Expect(platform_.client().Call(kOperator, *ledger, &billing::v1::Ledger::Stub::GetTrialBalance,
                                   billing::v1::GetTrialBalanceRequest()));
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

// read_only = 1 at run time, as on a primary that is demoted: everything was read as before, health said SERVING, and the log got
// 156 lines a second. The accounts here could write even so (root may): a demoted primary is left all the same.
TEST_F(PlatformHealth, AReadOnlyDatabaseIsNoneUntilItTakesWritesAgain) {
  testing::TestDatabase& database = testing::TestDatabase::Get();
  if (!database.is_ours()) GTEST_SKIP() << "read_only is the whole server's";
  const std::string order = DeliveredOrder(*story_, sam_, bea_);
  const absl::StatusOr<std::unique_ptr<db::Connection>> admin = db::Connection::Open(database.server());
  ASSERT_THAT(admin, testing::IsOk());
  {
    const testing::GlobalSetting read_only(**admin, "read_only", "1");
    for (const Server server : {Server::kCatalog, Server::kOffers, Server::kBilling}) {
      EXPECT_TRUE(Eventually([&] { return IsNotServing(process(server)); }));
      EXPECT_EQ(HealthOf(process(server), "liveness"), HealthCheckResponse::SERVING);
      EXPECT_NE(process(server).log().find("read_only = ON"), std::string::npos);
    }
    ExpectDatabaseUnavailable(order);
  }
  const absl::Time back = WallNow();
  for (const Server server : {Server::kCatalog, Server::kOffers, Server::kBilling})
    EXPECT_TRUE(Eventually([&] { return IsServing(process(server)); })) << process(server).log();
  EXPECT_LE(WallNow() - back, kRecoveryMax);
  EXPECT_EQ(DeliveredOrder(*story_, sam_, bea_).rfind("orders/", 0), 0);
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

// It used to start, and to answer INTERNAL to the first large command.
TEST_P(ServerHealth, NamesALimitOfTheDatabaseThatIsTooSmall) {
  testing::TestDatabase& database = testing::TestDatabase::Get();
  if (!database.is_ours()) GTEST_SKIP() << "max_allowed_packet is the whole server's";
  ASSERT_EQ(Migrate(), 0);
  const absl::StatusOr<std::unique_ptr<db::Connection>> admin = db::Connection::Open(database.server());
  ASSERT_THAT(admin, testing::IsOk());
  ServerProcess server(GetParam(), Flags(schema_));
  {
    const testing::GlobalSetting small(**admin, "max_allowed_packet", "16384");
    ASSERT_THAT(server.Spawn(), testing::IsOk());
    EXPECT_TRUE(Eventually(
        [&] { return server.log().find("max_allowed_packet = 16384 is too small") != std::string::npos; }));
    EXPECT_TRUE(IsNotServing(server));
    EXPECT_NE(Migrate(), 0);
  }
  EXPECT_TRUE(Eventually([&] { return IsServing(server); })) << server.log();
}

INSTANTIATE_TEST_SUITE_P(Each, ServerHealth,
                         ::testing::Values("gig_catalog", "offer_service", "milestone_billing"),
                         [](const auto& info) { return std::string(info.param); });

// The database's name leads to another server after a failover, here as a symbolic link to a socket; the old primary runs on,
// read-only, and would answer for ever what it knew. DNS names are looked up where connections are made, too.
TEST(Failover, ADemotedPrimaryIsLeftForTheOneThatItsNameLeadsTo) {
  const testing::ScratchFolder first_folder("mpfailover"), second_folder("mpfailover");
  const testing::ScratchFolder first_socket("mpfailover", "/tmp"), second_socket("mpfailover", "/tmp");
  testing::MariaDbServer first(first_folder.path(), first_socket.path(), {"--innodb-buffer-pool-size=16M"});
  testing::MariaDbServer second(second_folder.path(), second_socket.path(),
                                {"--innodb-buffer-pool-size=16M"});
  for (testing::MariaDbServer* server : {&first, &second}) {
    server->Start();
    testing::ExecuteOrDie(server->access(), "CREATE DATABASE gig_catalog");
    db::ConnectOptions schema = server->access();
    schema.schema = "gig_catalog";
    ASSERT_EQ(RunProgram("gig_catalog", "migrate", testing::DatabaseFlags(schema)), 0);
  }
  const std::string name = first_socket.path() + "/primary";
  std::filesystem::create_symlink(first.access().socket, name);
  db::ConnectOptions by_name = first.access();
  by_name.socket = name;
  by_name.schema = "gig_catalog";
  std::vector<std::string> flags = testing::DatabaseFlags(by_name);
  flags.push_back("--readiness_interval=20ms");
  ServerProcess server("gig_catalog", flags);
  ASSERT_THAT(server.Start(), testing::IsOk());
  const auto create = [&] {
    const auto stub = GigCatalog::NewStub(server.channel());
    grpc::ClientContext context;
    context.AddMetadata("milepost-actor", "users/sam");
    catalog::v1::CreateGigResponse response;
    return stub->CreateGig(&context, CreateGig(), &response);
  };
  ASSERT_TRUE(create().ok());

  const absl::StatusOr<std::unique_ptr<db::Connection>> admin = db::Connection::Open(first.access());
  ASSERT_THAT(admin, testing::IsOk());
  const testing::GlobalSetting demoted(**admin, "read_only", "1");
  EXPECT_TRUE(Eventually([&] { return IsNotServing(server); }));
  std::filesystem::remove(name);
  std::filesystem::create_symlink(second.access().socket, name);
  EXPECT_TRUE(Eventually([&] { return IsServing(server); })) << server.log();
  EXPECT_TRUE(create().ok());
  const db::ConnectOptions second_schema = [&] {
    db::ConnectOptions options = second.access();
    options.schema = "gig_catalog";
    return options;
  }();
  EXPECT_EQ(testing::CountOrDie(second_schema, "SELECT COUNT(*) FROM gigs"), 1);
}

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
