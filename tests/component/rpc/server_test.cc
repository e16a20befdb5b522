#include "common/rpc/server.h"

#include <signal.h>

#include <atomic>
#include <fstream>
#include <set>
#include <thread>

#include "common/rpc/health.h"
#include "fixture.h"
#include "google/protobuf/descriptor.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/generic/generic_stub.h"
#include "tests/support/reflection.h"

namespace milepost::rpc {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAreArray;

class ServerTest : public RpcTest {
 protected:
  HealthCheckResponse::ServingStatus Health(const std::string& service) {
    const auto context = Context("");
    HealthCheckRequest request;
    request.set_service(service);
    HealthCheckResponse response;
    const grpc::Status status =
        grpc::health::v1::Health::NewStub(channel_)->Check(context.get(), request, &response);
    if (status.error_code() == grpc::StatusCode::NOT_FOUND) return HealthCheckResponse::SERVICE_UNKNOWN;
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.status();
  }

  // A question to reflection v1: refused in our words, or as v1alpha refuses it where gRPC brings both.
  void ExpectRefused(const std::string& question, const std::string& in_our_words) {
    const std::string answer = testing::Reflect(channel_, question, testing::kReflection);
    if (MILEPOST_REFLECTION_V1)
      EXPECT_THAT(answer, HasSubstr(in_our_words));
    else
      EXPECT_EQ(answer, testing::Reflect(channel_, question, testing::kReflectionAlpha));
  }
};

TEST_F(ServerTest, KnowsTheHealthOfEachService) {
  Start();
  EXPECT_EQ(Health(""), HealthCheckResponse::SERVING);
  EXPECT_EQ(Health("milepost.testing.v1.TestClock"), HealthCheckResponse::SERVING);
  EXPECT_EQ(Health("liveness"), HealthCheckResponse::SERVING);
  EXPECT_EQ(Health("milepost.Nothing"), HealthCheckResponse::SERVICE_UNKNOWN);
}

TEST_F(ServerTest, IsReadyAsSoonAndAsLongAsItsDatabaseIs) {
  std::atomic<bool> database_up{false};
  service_ = std::make_unique<TestClockService>(pool_, TestClockService::Clock{});
  server_ = std::make_unique<Server>(
      ServerOptions{.listen = "127.0.0.1:0", .readiness_interval = absl::Milliseconds(10)});
  server_->Add(*service_);
  server_->SetReadiness(
      [&] { return database_up ? absl::OkStatus() : absl::UnavailableError("no database"); });
  ASSERT_TRUE(server_->Start().ok());
  channel_ = testing::LocalChannel(address());
  EXPECT_EQ(Health(""), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(Health("liveness"), HealthCheckResponse::SERVING);

  // A watcher sees each change, which also saves this test from sleeping.
  const auto context = Context("");
  const auto stub = grpc::health::v1::Health::NewStub(channel_);
  const auto stream = stub->Watch(context.get(), HealthCheckRequest());
  HealthCheckResponse seen;
  ASSERT_TRUE(stream->Read(&seen));
  EXPECT_EQ(seen.status(), HealthCheckResponse::NOT_SERVING);
  database_up = true;
  ASSERT_TRUE(stream->Read(&seen));
  EXPECT_EQ(seen.status(), HealthCheckResponse::SERVING);
  EXPECT_EQ(Health("milepost.testing.v1.TestClock"), HealthCheckResponse::SERVING);
  database_up = false;
  ASSERT_TRUE(stream->Read(&seen));
  EXPECT_EQ(seen.status(), HealthCheckResponse::NOT_SERVING);
  database_up = true;
  ASSERT_TRUE(stream->Read(&seen));
  EXPECT_EQ(seen.status(), HealthCheckResponse::SERVING);
  std::thread drain([this] { server_->Drain(); });
  ASSERT_TRUE(stream->Read(&seen));
  EXPECT_EQ(seen.status(), HealthCheckResponse::NOT_SERVING);
  EXPECT_FALSE(stream->Read(&seen));  // the stream ends, so that draining does not wait for its watchers
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  drain.join();
}

TEST_F(ServerTest, AWatcherOfAnUnknownServiceIsToldSo) {
  Start();
  const auto context = Context("");
  HealthCheckRequest request;
  request.set_service("milepost.Nothing");
  const auto stub = grpc::health::v1::Health::NewStub(channel_);
  const auto stream = stub->Watch(context.get(), request);
  HealthCheckResponse seen;
  ASSERT_TRUE(stream->Read(&seen));
  EXPECT_EQ(seen.status(), HealthCheckResponse::SERVICE_UNKNOWN);
  context->TryCancel();
  EXPECT_FALSE(stream->Read(&seen));
}

TEST_F(ServerTest, DrainingLetsRunningCallsFinishAndThenTheLanes) {
  absl::Notification started, finish;
  Start({[&]() -> absl::StatusOr<TestClockService::Reading> {
           started.Notify();
           finish.WaitForNotificationWithTimeout(kLong);
           return TestClockService::Reading{absl::UnixEpoch()};
         },
         nullptr});
  std::vector<std::string> steps;
  std::atomic<bool> answered{false};
  server_->OnStop([&] {
    steps.push_back("stop");
    EXPECT_FALSE(server_->health().ready());
    EXPECT_FALSE(answered);
    finish.Notify();
  });
  server_->OnDrained([&] { steps.push_back("drained"); });
  std::thread caller([&] {
    EXPECT_TRUE(GetClock().ok());
    answered = true;
  });
  ASSERT_TRUE(started.WaitForNotificationWithTimeout(kLong));
  server_->Drain();
  caller.join();
  EXPECT_EQ(steps, (std::vector<std::string>{"stop", "drained"}));
  EXPECT_EQ(GetClock().error_code(), grpc::StatusCode::UNAVAILABLE);
  server_->Drain();  // again: nothing happens
  EXPECT_EQ(steps.size(), 2u);
}

TEST_F(ServerTest, WritesItsPortAndRefusesATakenOne) {
  const std::string path = ::testing::TempDir() + "/port" + std::to_string(getpid());
  Start({nullptr, nullptr}, {.port_file = path});
  int port = 0;
  std::ifstream(path) >> port;
  EXPECT_EQ(port, server_->port());
  unlink(path.c_str());
  Server second({.listen = address()});
  EXPECT_EQ(second.Start().status().code(), absl::StatusCode::kUnavailable);
  Server nonsense({.listen = "nowhere:port"});
  EXPECT_FALSE(nonsense.Start().ok());
}

TEST_F(ServerTest, EndsOnSigterm) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // gRPC does not survive a fork
  // In a process of its own: signals and exit codes are a process's.
  EXPECT_EXIT(
      {
        Server server({.listen = "127.0.0.1:0"});
        std::thread([] {
          // The signal waits, blocked, until Run() asks for it.
          kill(getpid(), SIGTERM);
        }).join();
        std::exit(server.Run());
      },
      ::testing::ExitedWithCode(0), "asked to stop");
}

// grpc.reflection.v1 was answered UNIMPLEMENTED: newer tools ask for nothing else.
TEST_F(ServerTest, ReflectionListsTheServicesUnderBothItsNames) {
  Start();
  std::vector<std::string> services = {"milepost.testing.v1.TestClock", "grpc.health.v1.Health",
                                       "grpc.channelz.v1.Channelz", testing::kReflection,
                                       testing::kReflectionAlpha};
  // A newer gRPC brings a second one.
  constexpr char kChannelzV2[] = "grpc.channelz.v2.Channelz";
  if (google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(kChannelzV2))
    services.emplace_back(kChannelzV2);
  for (const char* name : {testing::kReflection, testing::kReflectionAlpha})
    EXPECT_THAT(testing::ListServices(channel_, name), UnorderedElementsAreArray(services)) << name;
}

// file_containing_symbol = 4
std::string Declaring(const std::string& symbol) {
  return absl::StrCat("\x22", std::string(1, static_cast<char>(symbol.size())), symbol);
}

TEST_F(ServerTest, ReflectionDescribesWhatItLists) {
  Start();
  for (const char* name : {testing::kReflection, testing::kReflectionAlpha}) {
    const std::string health = testing::Reflect(channel_, Declaring("grpc.health.v1.Health"), name);
    EXPECT_THAT(health, HasSubstr("grpc/health/v1/health.proto")) << name;
    EXPECT_THAT(health, HasSubstr("HealthCheckRequest")) << name;
    const std::string clock =
        testing::Reflect(channel_, Declaring("milepost.testing.v1.TestClock.GetClock"), name);
    EXPECT_THAT(clock, HasSubstr("GetClockRequest")) << name;
    EXPECT_THAT(clock, HasSubstr("google/protobuf/timestamp.proto")) << name << ": what it imports";
    EXPECT_THAT(testing::Reflect(channel_, Declaring(testing::kReflection), name),
                HasSubstr("ListServiceResponse"))
        << name << ": itself";
    EXPECT_THAT(testing::Reflect(channel_, Declaring("milepost.Nothing"), name), Not(HasSubstr(".proto")))
        << name;
  }
}

// What grpcurl does not ask, other tools do. Only the words of an error are not gRPC's, where v1 is ours.
TEST_F(ServerTest, BothReflectionsAnswerEachQuestionAlike) {
  Start();
  const auto question = [](char tag, const std::string& value) {
    return absl::StrCat("\x0a\x04host", std::string(1, tag), std::string(1, static_cast<char>(value.size())),
                        value);
  };
  constexpr char kFileByName = 0x1a, kExtensionNumbers = 0x32;
  for (const std::string& known : {question(kFileByName, "milepost/testing/v1/test_clock.proto"),
                                   question(kExtensionNumbers, "google.protobuf.FieldOptions")})
    EXPECT_EQ(testing::Reflect(channel_, known, testing::kReflection),
              testing::Reflect(channel_, known, testing::kReflectionAlpha));
  for (const std::string& unknown :
       {question(kFileByName, "no/such.proto"), question(kExtensionNumbers, "no.such.Message"),
        question(kFileByName, "")})
    ExpectRefused(unknown, "there is no such");
  ExpectRefused(std::string(), "asks nothing");
}

// Nothing ended such a stream before --drain_time was over: a debugger that was left open held the process.
TEST_F(ServerTest, ADrainEndsAnOpenStreamOfReflection) {
  if (!MILEPOST_REFLECTION_V1) GTEST_SKIP() << "gRPC brings its own";
  Start({[] { return TestClockService::Reading{absl::UnixEpoch()}; }, nullptr},
        {.drain_time = absl::Minutes(1)});
  testing::ReflectionStream first(channel_), second(channel_);
  for (testing::ReflectionStream* const each : {&first, &second})
    EXPECT_THAT(each->Ask(Declaring("grpc.health.v1.Health")), HasSubstr("health.proto"));
  const absl::Time asked = WallNow();
  server_->Drain();
  EXPECT_LT(WallNow() - asked, kLong);
  for (testing::ReflectionStream* const each : {&first, &second}) {
    const grpc::Status status = each->Await();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_EQ(status.error_message(), "the server is stopping");
  }
}

TEST_F(ServerTest, RefusesWhatIsNoMessageWithoutHandingItOn) {
  Start();
  grpc::GenericStub stub(channel_);
  const auto context = Context();
  grpc::Slice garbage("\xff\xff\xff\xff");
  const grpc::ByteBuffer request(&garbage, 1);
  grpc::ByteBuffer response;
  absl::Notification done;
  grpc::Status status;
  stub.UnaryCall(context.get(), "/milepost.testing.v1.TestClock/GetClock", grpc::StubOptions(), &request,
                 &response, [&](grpc::Status answer) {
                   status = std::move(answer);
                   done.Notify();
                 });
  ASSERT_TRUE(done.WaitForNotificationWithTimeout(kLong));
  EXPECT_FALSE(status.ok());
  EXPECT_NE(status.error_code(), grpc::StatusCode::INTERNAL);
}

TEST_F(ServerTest, RefusesMessagesThatAreTooLarge) {
  Start({nullptr, nullptr}, {.max_message_bytes = 1024});
  v1::AdvanceClockRequest request;
  request.GetReflection()->MutableUnknownFields(&request)->AddLengthDelimited(100, std::string(2000, 'x'));
  EXPECT_EQ(Advance(request).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

}  // namespace
}  // namespace milepost::rpc
