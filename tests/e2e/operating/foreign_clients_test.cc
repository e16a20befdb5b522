// Clients and peers that are not ours, and what they send that no client of ours would: to every method of every server
// as it runs, over frames made by hand.
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "tests/e2e/platform.h"
#include "tests/e2e/stories/order_steps.h"
#include "tests/support/database.h"
#include "tests/support/hostile_peer.h"
#include "tests/support/http2.h"
#include "tests/support/matchers.h"
#include "tests/support/reflection.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/server_process.h"

namespace milepost::e2e {
namespace {

using billing::v1::MilestoneBilling;
using offers::v1::OfferService;
using testing::GrpcMessage;
using testing::Http2;
using testing::ServerProcess;
using Server = Platform::Server;

constexpr Server kServers[] = {Server::kCatalog, Server::kOffers, Server::kBilling, Server::kSimulator};
constexpr size_t kInflated = size_t{300} << 20;  // what 305,785 bytes are
constexpr int64_t kFlatKib = int64_t{40} << 10;  // what a server may take for its calls themselves

// The most memory that a process has ever had.
int64_t PeakKib(pid_t pid) {
  std::ifstream status(absl::StrCat("/proc/", pid, "/status"));
  int64_t peak = 0;
  for (std::string word; status >> word;)
    if (word == "VmHWM:") status >> peak;
  return peak;
}

// Every method that this server has; streams too.
std::vector<std::string> PathsOf(const ServerProcess& process) {
  std::vector<std::string> paths;
  for (const std::string& name : testing::ListServices(process.channel())) {
    const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
    if (service) {
      for (int i = 0; i < service->method_count(); ++i)
        paths.push_back(absl::StrCat("/", name, "/", service->method(i)->name()));
    } else if (absl::EndsWith(name, ".ServerReflection")) {
      paths.push_back(absl::StrCat("/", name, "/ServerReflectionInfo"));
    } else {
      EXPECT_TRUE(absl::StartsWith(name, "grpc.channelz.")) << name;
      paths.push_back(absl::StrCat("/", name, "/GetServers"));
    }
  }
  return paths;
}

class ForeignClients : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    platform_ = std::make_unique<Platform>();
    ASSERT_THAT(platform_->Start(), testing::IsOk());
  }
  static void TearDownTestSuite() { platform_.reset(); }

  static std::unique_ptr<Http2> ConnectTo(Server server) {
    return std::make_unique<Http2>(Http2::Role::kClient,
                                   testing::ConnectTo(platform_->process(server).port()));
  }

  static std::unique_ptr<Platform> platform_;
};
std::unique_ptr<Platform> ForeignClients::platform_;

// Go's longest Duration, and the longest that the protocol can say.
TEST_F(ForeignClients, TheLongestTimeoutsRunOnEveryMethod) {
  for (Server server : kServers) {
    const auto client = ConnectTo(server);
    for (const std::string& path : PathsOf(platform_->process(server))) {
      if (!absl::StartsWith(path, "/milepost.")) continue;  // they have no deadline of ours
      for (const char* timeout : {"2562047H", "99999999H"}) {
        // An actor that is none, so that no method does anything; its time is looked at before.
        const uint32_t call = client->Call(path, {{"grpc-timeout", timeout}, {"milepost-actor", "nobody"}});
        client->SendData(call, GrpcMessage("", false), true);
        EXPECT_EQ(client->Answer(call).grpc_status(), grpc::StatusCode::UNAUTHENTICATED)
            << path << " " << timeout;
      }
    }
  }
}

TEST_F(ForeignClients, AStreamWithTheLongestTimeoutGoesOn) {
  Story story(platform_->client(), "a reader from afar", NewRequestId().substr(24));
  PublishGig(story, story.NewPerson("sam"), "A film", 50000);  // something to read
  const auto client = ConnectTo(Server::kCatalog);
  const uint32_t watch = client->Call("/milepost.events.v1.EventFeed/WatchEvents",
                                      {{"grpc-timeout", "99999999H"}, {"milepost-actor", "operators/ops"}});
  client->SendData(watch, GrpcMessage("", false), true);
  EXPECT_FALSE(client->FirstMessage(watch).is_ended)
      << client->FirstMessage(watch).grpc_status().value_or(-1);
}

// It was inflated whole before anybody asked who had sent it: 300 MiB a call, and not given back.
TEST_F(ForeignClients, ACompressedMessageIsRefusedBeforeItIsInflated) {
  const std::string bomb = GrpcMessage(testing::GzippedZeros(kInflated), true);
  EXPECT_LT(bomb.size(), 320'000u);
  for (Server server : kServers) {
    const ServerProcess& process = platform_->process(server);
    std::vector<std::string> paths = PathsOf(process);
    paths.push_back("/milepost.Nobody/KnowsIt");
    const int64_t before = PeakKib(process.pid());
    for (const std::string& path : paths) {
      const auto client = ConnectTo(server);
      const uint32_t call = client->Call(path, {{"grpc-encoding", "gzip"}});
      client->SendData(call, bomb, true);
      EXPECT_EQ(client->Answer(call).grpc_status(), grpc::StatusCode::UNIMPLEMENTED) << path;
    }
    EXPECT_LT(PeakKib(process.pid()) - before, kFlatKib) << paths.size() << " calls";
  }
}

std::vector<std::string> FlagsOn(const db::ConnectOptions& schema, std::vector<std::string> more) {
  std::vector<std::string> flags = testing::DatabaseFlags(schema);
  flags.push_back("--test_clock=offset");
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

// The same from whom we have asked, who need not be ours: the payment provider is somebody else's.
TEST_F(ForeignClients, ACompressedAnswerOfTheProviderIsRefusedBeforeItIsInflated) {
  Story story(platform_->client(), "a provider that compresses", NewRequestId().substr(24));
  const Person sam = story.NewPerson("sam"), bea = story.NewPerson("bea");
  const std::string order = DeliveredOrder(story, sam, bea);
  testing::HostilePeer provider(testing::GzippedZeros(kInflated));
  ServerProcess billing("milestone_billing",
                        FlagsOn(platform_->schema(Server::kBilling),
                                {absl::StrCat("--provider=", provider.address()),
                                 absl::StrCat("--catalog=", platform_->process(Server::kCatalog).address()),
                                 absl::StrCat("--offers=", platform_->process(Server::kOffers).address())}));
  ASSERT_THAT(billing.Start(), testing::IsOk());
  const int64_t before = PeakKib(billing.pid());
  billing::v1::AcceptMilestoneRequest request;
  request.set_request_id(NewRequestId());
  request.set_name(MilestoneName(order, 1));
  request.set_next(billing::v1::NEXT_STEP_START_NEXT);
  const auto stub = MilestoneBilling::NewStub(billing.channel());
  const auto accepted =
      platform_->client().Call(bea.actor, *stub, &MilestoneBilling::Stub::AcceptMilestone, request);
  EXPECT_TRUE(accepted.ok()) << accepted.reason;
  EXPECT_EQ(accepted->order().state(), billing::v1::ORDER_STATE_AWAITING_PAYMENT)
      << "the payment's outcome is unknown";
  EXPECT_GT(provider.answers(), 0);
  EXPECT_LT(PeakKib(billing.pid()) - before, kFlatKib) << provider.answers() << " answers";
}

TEST_F(ForeignClients, ACompressedAnswerOfAPeerIsRefusedBeforeItIsInflated) {
  testing::HostilePeer catalog(testing::GzippedZeros(kInflated));
  ServerProcess offers("offer_service",
                       FlagsOn(platform_->schema(Server::kOffers),
                               {absl::StrCat("--catalog=", catalog.address()),
                                absl::StrCat("--billing=", platform_->process(Server::kBilling).address())}));
  ASSERT_THAT(offers.Start(), testing::IsOk());
  const int64_t before = PeakKib(offers.pid());
  offers::v1::CreateOfferRequest create;
  create.set_request_id(NewRequestId());
  create.mutable_offer()->set_buyer("users/bea");
  create.mutable_offer()->set_gig(absl::StrCat("gigs/", NewRequestId()));
  for (const char* title : {"Cut", "Sound"}) {
    auto& milestone = *create.mutable_offer()->mutable_milestones()->add_milestones();
    milestone.set_title(title);
    milestone.set_days(5);
    *milestone.mutable_amount() = Usd(12000);
  }
  const auto stub = OfferService::NewStub(offers.channel());
  const auto created = platform_->client().Call("users/sam", *stub, &OfferService::Stub::CreateOffer, create);
  EXPECT_EQ(created.reason, "PEER_UNAVAILABLE");
  EXPECT_GT(catalog.answers(), 0);
  EXPECT_LT(PeakKib(offers.pid()) - before, kFlatKib) << catalog.answers() << " answers";
}

TEST_F(ForeignClients, ACompressedAnswerToTheCommandHealthIsRefusedBeforeItIsInflated) {
  testing::HostilePeer server(testing::GzippedZeros(kInflated));
  std::string program = testing::ProgramPath("gig_catalog"), command = "health",
              address = absl::StrCat("--address=", server.address());
  char* const arguments[] = {program.data(), command.data(), address.data(), nullptr};
  pid_t pid = 0;
  ASSERT_EQ(posix_spawn(&pid, program.c_str(), nullptr, nullptr, arguments, environ), 0);
  int status = 0;
  rusage used = {};
  ASSERT_EQ(wait4(pid, &status, 0, &used), pid);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 2);
  EXPECT_EQ(server.answers(), 1);
  // What the child was before it became that program counts: this test itself.
  EXPECT_LT(used.ru_maxrss, PeakKib(getpid()) + kFlatKib);
}

// One process each: what it is sent ends it, or must not.
class Signals : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    signal(SIGHUP, SIG_DFL);  // not what nohup, around this test, has made of it
    const std::string program = GetParam();
    std::vector<std::string> flags = {absl::StrCat("--journal=", scratch_.path(), "/journal")};
    if (program != "payment_simulator") {
      const db::ConnectOptions schema = testing::TestDatabase::Get().NewSchema();
      ASSERT_EQ(RunProgram(program, "migrate", testing::DatabaseFlags(schema)), 0);
      flags = testing::DatabaseFlags(schema);
    }
    constexpr char kNowhere[] = "127.0.0.1:1";
    if (program == "offer_service" || program == "milestone_billing")
      flags.push_back(absl::StrCat("--catalog=", kNowhere));
    if (program == "offer_service") flags.push_back(absl::StrCat("--billing=", kNowhere));
    if (program == "milestone_billing") flags.push_back(absl::StrCat("--offers=", kNowhere));
    if (program == "milestone_billing") flags.push_back(absl::StrCat("--provider=", kNowhere));
    flags.push_back("--lame_duck_time=0s");
    server_ = std::make_unique<ServerProcess>(program, flags);
  }

  testing::ScratchFolder scratch_{"milepost_signals"};
  std::unique_ptr<ServerProcess> server_;
};

// A shell that closes sent HUP, and every call that was running was cut.
TEST_P(Signals, ThoseThatAskToStopDrain) {
  for (const int number : {SIGHUP, SIGQUIT, SIGINT, SIGXCPU, SIGPWR, SIGTERM}) {
    ASSERT_THAT(server_->Start(), testing::IsOk());
    kill(server_->pid(), number);
    const absl::StatusOr<int> code = server_->Terminate();  // once more, which changes nothing
    ASSERT_THAT(code, testing::IsOk());
    EXPECT_EQ(*code, 0) << strsignal(number);
  }
}

TEST_P(Signals, ThoseForSomebodyElseChangeNothing) {
  ASSERT_THAT(server_->Start(), testing::IsOk());
  const pid_t pid = server_->pid();
  std::vector<int> signals = {SIGUSR1, SIGUSR2, SIGALRM,   SIGVTALRM, SIGPROF,
                              SIGPIPE, SIGIO,   SIGSTKFLT, SIGXFSZ};
  for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) signals.push_back(number);
  for (const int number : signals) kill(pid, number);
  EXPECT_THAT(server_->AwaitServing(), testing::IsOk());
  EXPECT_TRUE(server_->running());
  const absl::StatusOr<int> code = server_->Terminate();
  ASSERT_THAT(code, testing::IsOk());
  EXPECT_EQ(*code, 0);
}

INSTANTIATE_TEST_SUITE_P(Each, Signals,
                         ::testing::Values("gig_catalog", "offer_service", "milestone_billing",
                                           "payment_simulator"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace milepost::e2e
