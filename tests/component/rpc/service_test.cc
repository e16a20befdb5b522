#include "common/rpc/service.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

#include "absl/functional/any_invocable.h"
#include "absl/strings/cord.h"
#include "common/core/leisure.h"
#include "common/obs/log.h"
#include "common/rpc/await.h"
#include "common/rpc/library_log.h"
#include "fixture.h"
#include "grpcpp/generic/generic_stub.h"
#include "sample.pb.h"

namespace milepost::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Reason ReasonOf(const grpc::Status& status) {
  const auto refusal = RefusalOf(FromGrpc(status));
  EXPECT_TRUE(refusal) << status.error_message();
  return refusal ? refusal->reason : Reason::kInternal;
}

Awaitable<v1::AdvanceClockResponse> NoAdvance(Call, const v1::AdvanceClockRequest&) {
  co_return v1::AdvanceClockResponse();
}

TEST_F(RpcTest, AnswersWhatTheHandlerReturns) {
  Start();
  const auto context = Context();
  v1::GetClockResponse response;
  ASSERT_TRUE(stub_->GetClock(context.get(), {}, &response).ok());
  EXPECT_EQ(response.mode(), v1::CLOCK_MODE_FROZEN);
  EXPECT_EQ(response.now().seconds(), 0);
}

TEST_F(RpcTest, TheCallerComesBeforeTheRequest) {
  Start();
  for (const char* actor : {"", "alice", "users/", "users/a b", "robots/r2"}) {
    const grpc::Status status = GetClock(actor);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED) << actor;
    EXPECT_EQ(ReasonOf(status), Reason::kActorMissing);
  }
  const auto twice = Context("users/alice");
  twice->AddMetadata("milepost-actor", "operators/ops");
  v1::GetClockResponse response;
  EXPECT_EQ(stub_->GetClock(twice.get(), {}, &response).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  const auto anonymous = Context("");
  v1::AdvanceClockResponse advanced;
  EXPECT_EQ(stub_->AdvanceClock(anonymous.get(), {}, &advanced).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(RpcTest, AMalformedRequestNeverReachesItsHandler) {
  std::atomic<int> advances{0};
  Start({nullptr, [&](TestClockService::Target) -> absl::StatusOr<TestClockService::Advance> {
           ++advances;
           return TestClockService::Advance{};
         }});
  v1::AdvanceClockRequest request;
  EXPECT_THAT(RefusalOf(FromGrpc(Advance(request)))->fields,
              ElementsAre(FieldViolation{"target", "is required: one of by, to"}));
  request.mutable_to()->set_nanos(-1);
  EXPECT_THAT(RefusalOf(FromGrpc(Advance(request)))->fields,
              ElementsAre(::testing::Field(&FieldViolation::field, "to")));
  EXPECT_EQ(advances, 0);
  request.mutable_to()->set_nanos(1);
  EXPECT_TRUE(Advance(request).ok());
  EXPECT_EQ(advances, 1);
}

TEST_F(RpcTest, TheClockIsAdvancedByOperatorsAndServicesOnly) {
  std::atomic<int> advances{0};
  Start({nullptr, [&](TestClockService::Target) -> absl::StatusOr<TestClockService::Advance> {
           ++advances;
           return TestClockService::Advance{};
         }});
  v1::AdvanceClockRequest request;
  request.mutable_by()->set_seconds(1);
  EXPECT_EQ(Advance(request, nullptr, "users/alice").error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(advances, 0);
  EXPECT_TRUE(Advance(request, nullptr, "operators/ops").ok());
  EXPECT_TRUE(Advance(request, nullptr, "services/milestone-billing").ok());
  EXPECT_EQ(advances, 2);
}

TEST_F(RpcTest, ARefusalTellsTheCallerInItsLanguage) {
  Start({[] { return Refuse(Reason::kClockBackwards, {{"now", "12:00"}}); }, nullptr});
  const auto context = Context();
  context->AddMetadata("accept-language", "de-AT, en;q=0.5");
  v1::GetClockResponse response;
  const grpc::Status status = stub_->GetClock(context.get(), {}, &response);
  EXPECT_EQ(status.error_message(), "The clock only goes forward; it shows 12:00.");
  EXPECT_THAT(status.error_details(), HasSubstr("Die Uhr geht nur vorwärts; sie zeigt 12:00."));
}

TEST_F(RpcTest, AnExceptionLeavesAsAFixedText) {
  Start({[]() -> absl::StatusOr<TestClockService::Reading> { return absl::UnknownError("password=hunter2"); },
         nullptr});
  obs::FlushLog();
  ::testing::internal::CaptureStderr();
  const grpc::Status status = GetClock();
  obs::FlushLog();
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_EQ(ReasonOf(status), Reason::kInternal);
  EXPECT_THAT(status.error_details(), Not(HasSubstr("hunter2")));
  EXPECT_THAT(log, HasSubstr("\"detail\":\"password=hunter2\""));
  const std::string log_id(RefusalOf(FromGrpc(status))->detail("log_id"));
  EXPECT_FALSE(log_id.empty());
  EXPECT_THAT(log, HasSubstr(absl::StrCat("\"log_id\":\"", log_id, "\"")));
}

// "[2013] Lost connection …" was not in the log, because a database's error carries a refusal.
TEST_F(RpcTest, TheCauseBehindARefusalIsLoggedAndNotTold) {
  Start({[]() -> absl::StatusOr<TestClockService::Reading> {
           absl::Status lost(absl::StatusCode::kUnavailable, "[2013] Lost connection");
           Refuse(Reason::kDatabaseUnavailable)
               .ForEachPayload([&lost](absl::string_view type, const absl::Cord& payload) {
                 lost.SetPayload(type, payload);
               });
           return lost;
         },
         nullptr});
  obs::FlushLog();
  ::testing::internal::CaptureStderr();
  const grpc::Status status = GetClock();
  obs::FlushLog();
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(ReasonOf(status), Reason::kDatabaseUnavailable);
  EXPECT_THAT(status.error_message(), Not(HasSubstr("2013")));
  EXPECT_THAT(status.error_details(), Not(HasSubstr("2013")));
  EXPECT_THAT(log, HasSubstr("\"reason\":\"DATABASE_UNAVAILABLE\",\"detail\":\"[2013] Lost connection\""));
}

TEST_F(RpcTest, ARefusalIsLoggedByItsReasonAlone) {
  Start({[] { return Refuse(Reason::kClockBackwards, {{"now", "12:00"}}); }, nullptr});
  obs::FlushLog();
  ::testing::internal::CaptureStderr();
  GetClock();
  obs::FlushLog();
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("\"reason\":\"CLOCK_BACKWARDS\""));
  EXPECT_THAT(log, Not(HasSubstr("\"detail\"")));
}

// Handlers that write their answers in place, on an arena of the call.
class InPlaceTest : public RpcTest {
 protected:
  class InPlaceService final : public Service {
   public:
    explicit InPlaceService(HandlerPool& pool) : Service("milepost.testing.v1.TestClock", pool) {
      Add(&InPlaceService::Answer, *this);
      AddFunction<v1::AdvanceClockRequest, v1::AdvanceClockResponse>(&NoAdvance);
    }
    std::atomic<bool> on_one_arena{false};

   private:
    InPlace Answer(Call call, const v1::GetClockRequest& asked, v1::GetClockResponse& answer) {
      co_await Await<int>(
          [](auto done) { std::thread([done = std::move(done)]() mutable { done(0); }).detach(); });
      on_one_arena = answer.GetArena() != nullptr && answer.GetArena() == asked.GetArena();
      answer.mutable_now()->set_seconds(7);
      if (call.actor.name == "users/bob") co_return Refuse(Reason::kClockBackwards, {{"now", "12:00"}});
      if (call.actor.name == "users/eve") throw std::runtime_error("password=hunter2");
      co_return absl::OkStatus();
    }
  };
};

TEST_F(InPlaceTest, IsAnsweredOrRefusedOrThrows) {
  InPlaceService service(pool_);
  ServerOptions options;
  options.listen = "127.0.0.1:0";
  server_ = std::make_unique<Server>(std::move(options));
  server_->Add(service);
  ASSERT_TRUE(server_->Start().ok());
  stub_ = v1::TestClock::NewStub(testing::LocalChannel(address()));
  v1::GetClockResponse response;
  EXPECT_TRUE(stub_->GetClock(Context("users/alice").get(), {}, &response).ok());
  EXPECT_EQ(response.now().seconds(), 7);
  EXPECT_TRUE(service.on_one_arena);
  EXPECT_EQ(ReasonOf(stub_->GetClock(Context("users/bob").get(), {}, &response)), Reason::kClockBackwards);
  const grpc::Status thrown = stub_->GetClock(Context("users/eve").get(), {}, &response);
  EXPECT_EQ(ReasonOf(thrown), Reason::kInternal);
  EXPECT_THAT(thrown.error_details(), Not(HasSubstr("hunter2")));
  server_.reset();
}

TEST_F(InPlaceTest, AnUntypedHandlerWritesTheResponseOfItsMethod) {
  class UntypedService final : public Service {
   public:
    explicit UntypedService(HandlerPool& pool) : Service("milepost.testing.v1.TestClock", pool) {
      for (const auto* request : {v1::GetClockRequest::descriptor(), v1::AdvanceClockRequest::descriptor()}) {
        AddUntyped(
            *request,
            [](Call, const google::protobuf::Message&, google::protobuf::Message& response) -> InPlace {
              const auto* now = response.GetDescriptor()->FindFieldByName("now");
              auto* written = response.GetReflection()->MutableMessage(&response, now);
              static_cast<google::protobuf::Timestamp*>(written)->set_seconds(9);
              co_return absl::OkStatus();
            });
      }
    }
  };
  UntypedService service(pool_);
  service.CheckComplete();
  ServerOptions options;
  options.listen = "127.0.0.1:0";
  server_ = std::make_unique<Server>(std::move(options));
  server_->Add(service);
  ASSERT_TRUE(server_->Start().ok());
  stub_ = v1::TestClock::NewStub(testing::LocalChannel(address()));
  v1::GetClockResponse response;
  EXPECT_TRUE(stub_->GetClock(Context("users/alice").get(), {}, &response).ok());
  EXPECT_EQ(response.now().seconds(), 9);
  v1::AdvanceClockRequest request;
  request.mutable_by()->set_seconds(1);
  v1::AdvanceClockResponse advanced;
  EXPECT_TRUE(stub_->AdvanceClock(Context("operators/ops").get(), request, &advanced).ok());
  EXPECT_EQ(advanced.now().seconds(), 9);
  server_.reset();
}

// A service of its own, because TestClock's handlers never throw, read a Call or wait for the test.
class HandlerTest : public RpcTest {
 protected:
  using GetClockHandler = std::function<Awaitable<v1::GetClockResponse>(Call, const v1::GetClockRequest&)>;

  class HandlerService final : public Service {
   public:
    HandlerService(HandlerPool& pool, GetClockHandler handler)
        : Service("milepost.testing.v1.TestClock", pool) {
      AddFunction<v1::GetClockRequest, v1::GetClockResponse>(std::move(handler));
      AddFunction<v1::AdvanceClockRequest, v1::AdvanceClockResponse>(&NoAdvance);
    }
  };

  void Serve(GetClockHandler handler, ServerOptions options = {}) {
    options.listen = "127.0.0.1:0";
    handler_service_ = std::make_unique<HandlerService>(pool_, std::move(handler));
    server_ = std::make_unique<Server>(std::move(options));
    server_->Add(*handler_service_);
    ASSERT_TRUE(server_->Start().ok());
    channel_ = testing::LocalChannel(address());
    stub_ = v1::TestClock::NewStub(channel_);
  }
  void TearDown() override {
    if (server_) server_->Drain();
  }

  std::unique_ptr<HandlerService> handler_service_;
};

TEST_F(HandlerTest, WhatItThrowsLeavesAsAFixedTextAtOnceAndAfterWaiting) {
  for (const bool waits : {false, true}) {
    Serve([waits](Call, const v1::GetClockRequest&) -> Awaitable<v1::GetClockResponse> {
      if (waits)
        co_await Await<int>(
            [](auto done) { std::thread([done = std::move(done)]() mutable { done(1); }).detach(); });
      throw std::runtime_error("password=hunter2");
    });
    const grpc::Status status = GetClock();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
    EXPECT_EQ(status.error_message(), std::string(RowOf(Reason::kInternal).english));
    EXPECT_THAT(status.error_details(), Not(HasSubstr("hunter2")));
    server_->Drain();
  }
}

TEST_F(HandlerTest, KnowsItsCall) {
  Call seen;
  Serve([&](Call call, const v1::GetClockRequest&) -> Awaitable<v1::GetClockResponse> {
    seen = call;
    co_return v1::GetClockResponse();
  });
  const auto context = Context("operators/ops-7");
  context->AddMetadata("accept-language", "de");
  context->AddMetadata("x-request-id", "trace-1");
  const absl::Time deadline = WallNow() + absl::Seconds(5);
  context->set_deadline(absl::ToChronoTime(deadline));
  v1::GetClockResponse response;
  ASSERT_TRUE(stub_->GetClock(context.get(), {}, &response).ok());
  EXPECT_EQ(seen.actor, (Actor{ActorKind::kOperator, "operators/ops-7"}));
  EXPECT_EQ(seen.language, "de");
  EXPECT_EQ(seen.log_id, "trace-1");
  EXPECT_EQ(seen.method, "GetClock");
  EXPECT_FALSE(seen.request_id.has_value());
  EXPECT_LE(seen.deadline, deadline + absl::Milliseconds(100));
  EXPECT_GE(seen.deadline, deadline - absl::Milliseconds(100));
}

TEST_F(HandlerTest, ACallWithoutADeadlineGetsOne) {
  absl::Time seen;
  Serve([&](Call call, const v1::GetClockRequest&) -> Awaitable<v1::GetClockResponse> {
    seen = call.deadline;
    co_return v1::GetClockResponse();
  });
  grpc::ClientContext context;
  context.AddMetadata("milepost-actor", "users/alice");
  context.AddMetadata("x-request-id", "not \"sane\"");
  v1::GetClockResponse response;
  ASSERT_TRUE(stub_->GetClock(&context, {}, &response).ok());
  EXPECT_LE(seen, WallNow() + absl::Seconds(60));
}

// One method for each kind of callers; each answers with the actor that it sees.
class CallersTest : public RpcTest {
 protected:
  class SampleService final : public Service {
   public:
    explicit SampleService(HandlerPool& pool) : Service("milepost.sample.Sample", pool) {
      AddActor<sample::OfAnyoneRequest>();
      AddActor<sample::OfAnyActorRequest>();
      AddActor<sample::OfUsersRequest>();
      AddActor<sample::OfOperatorsRequest>();
      AddActor<sample::OfUsersAndOperatorsRequest>();
      AddActor<sample::OfServicesRequest>();
      AddActor<sample::OfOneServiceRequest>();
    }

   private:
    template <class Request>
    void AddActor() {
      AddFunction<Request, sample::SampleResponse>(
          [](Call call, const Request&) -> Awaitable<sample::SampleResponse> {
            sample::SampleResponse response;
            response.set_actor(call.actor.name);
            co_return response;
          });
    }
  };

  void SetUp() override {
    ServerOptions options;
    options.listen = "127.0.0.1:0";
    service_ = std::make_unique<SampleService>(pool_);
    server_ = std::make_unique<Server>(std::move(options));
    server_->Add(*service_);
    ASSERT_TRUE(server_->Start().ok());
    channel_ = testing::LocalChannel(address());
  }

  // `bytes` to a method, as whoever it is; the answer's bytes.
  grpc::Status Send(absl::string_view method, const std::string& bytes, const std::string& actor,
                    std::string* answer = nullptr) {
    const auto context = Context(actor);
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    grpc::Status status;
    absl::Notification done;
    grpc::GenericStub(channel_).UnaryCall(context.get(), absl::StrCat("/milepost.sample.Sample/", method),
                                          grpc::StubOptions(), &request, &response, [&](grpc::Status ended) {
                                            status = std::move(ended);
                                            done.Notify();
                                          });
    done.WaitForNotification();
    std::vector<grpc::Slice> slices;
    if (status.ok() && answer != nullptr && response.Dump(&slices).ok())
      for (const grpc::Slice& part : slices)
        answer->append(reinterpret_cast<const char*>(part.begin()), part.size());
    return status;
  }
  std::vector<FieldViolation> WrongWith(const std::string& bytes) {
    const grpc::Status status = Send("OfAnyActor", bytes, "users/alice");
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << status.error_message();
    const auto refusal = RefusalOf(FromGrpc(status));
    if (!refusal || refusal->reason != Reason::kInvalidFields) return {};
    return refusal->fields;
  }

  std::unique_ptr<SampleService> service_;
};

TEST_F(CallersTest, OnlyTheKindsThatTheContractNamesReachAMethod) {
  EXPECT_TRUE(Send("OfOneService", "", "services/offer-service").ok());
  EXPECT_EQ(ReasonOf(Send("OfOneService", "", "services/gig-catalog")), Reason::kNotAPeerService);
  EXPECT_EQ(ReasonOf(Send("OfOneService", "", "users/alice")), Reason::kNotAPeerService);
  EXPECT_EQ(Send("OfOneService", "", "users/alice").error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_TRUE(Send("OfOperators", "", "operators/ops").ok());
  EXPECT_EQ(ReasonOf(Send("OfOperators", "", "users/alice")), Reason::kNotAnOperator);
  EXPECT_EQ(ReasonOf(Send("OfUsers", "", "operators/ops")), Reason::kNotAUser);
}

TEST_F(CallersTest, AnyoneNeedsNoActorButSendsNoMalformedOne) {
  std::string answer;
  EXPECT_TRUE(Send("OfAnyone", "", "", &answer).ok());
  EXPECT_EQ(answer, "");
  EXPECT_TRUE(Send("OfAnyone", "", "operators/ops", &answer).ok());
  EXPECT_THAT(answer, HasSubstr("operators/ops"));
  EXPECT_EQ(Send("OfAnyone", "", "x").error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

// gRPC's own parsing answered these UNIMPLEMENTED, without text, ErrorInfo or log line.
TEST_F(CallersTest, BytesThatAreNoRequestAreRefusedWithTheirField) {
  using Wrong = std::vector<FieldViolation>;
  const std::string cut_off = "is cut off, or is not protobuf";
  EXPECT_EQ(WrongWith("\x12\x01\xE9"), (Wrong{{"text", "is not UTF-8"}}));
  EXPECT_EQ(WrongWith("\x12\x05"
                      "ab"),
            (Wrong{{"text", cut_off}}));
  EXPECT_EQ(WrongWith("\x18"), (Wrong{{"number", cut_off}}));
  EXPECT_EQ(WrongWith("\xff\xff\xff\xff\xff\xff"), (Wrong{{"", cut_off}}));
  EXPECT_EQ(WrongWith(std::string("\x0a\x03\x0a\x01"
                                  "a"
                                  "\x0a\x05\x12\x03\x0a\x01\xE9",
                                  12)),
            (Wrong{{"nested[1].nested.text", "is not UTF-8"}}));
}

TEST_F(CallersTest, WhoeverMayNotCallLearnsNothingOfItsBytes) {
  EXPECT_EQ(ReasonOf(Send("OfAnyActor", "\x12\x01\xE9", "")), Reason::kActorMissing);
}

TEST_F(CallersTest, MalformedBytesAreOneLogLineAndCounted) {
  TakeLibraryLogs();
  obs::FlushLog();
  ::testing::internal::CaptureStderr();
  Send("OfAnyActor", "\x12\x01\xE9", "users/alice");
  obs::FlushLog();
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(
      log,
      HasSubstr("\"service_method\":\"milepost.sample.Sample/OfAnyActor\",\"code\":\"INVALID_ARGUMENT\""));
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
  EXPECT_EQ(service_->methods()[1]->stats.Read().by_code[3], 1u);
}

TEST_F(CallersTest, AMethodWithoutCallersOrWithoutAHandlerStopsTheStart) {
  class Careless final : public Service {
   public:
    explicit Careless(HandlerPool& pool) : Service("milepost.sample.Careless", pool) {}
  };
  class Forgetful final : public Service {
   public:
    explicit Forgetful(HandlerPool& pool) : Service("milepost.sample.Sample", pool) {}
  };
  EXPECT_DEATH(Careless{pool_}, "does not say who may call milepost.sample.Careless.OfNobody");
  EXPECT_DEATH(Forgetful{pool_}.CheckComplete(), "/milepost.sample.Sample/OfAnyone has no handler");
}

TEST_F(HandlerTest, ResumesOnThePoolWhereTheThreadThatAnswersIsBusy) {
  std::atomic<std::thread::id> answered{}, resumed{};
  Serve([&](Call, const v1::GetClockRequest&) -> Awaitable<v1::GetClockResponse> {
    const int value = co_await Await<int>([&](auto done) {
      std::thread([&answered, done = std::move(done)]() mutable {
        answered = std::this_thread::get_id();
        done(7);
      }).detach();
    });
    resumed = std::this_thread::get_id();
    v1::GetClockResponse response;
    response.mutable_now()->set_seconds(value);
    co_return response;
  });
  const auto context = Context();
  v1::GetClockResponse response;
  ASSERT_TRUE(stub_->GetClock(context.get(), {}, &response).ok());
  EXPECT_EQ(response.now().seconds(), 7);
  EXPECT_NE(answered.load(), resumed.load());
}

// Answers one question on a thread that has nothing else to do.
class AtLeisureAnswerer {
 public:
  using Done = absl::AnyInvocable<void(int)>;
  AtLeisureAnswerer()
      : thread_([this] {
          const AtLeisure idle([] { return true; });
          asked_.get_future().get()(7);
        }) {}
  ~AtLeisureAnswerer() { thread_.join(); }
  void Ask(Done done) { asked_.set_value(std::move(done)); }
  std::thread::id id() const { return thread_.get_id(); }

 private:
  std::promise<Done> asked_;
  std::thread thread_;
};

TEST_F(HandlerTest, ResumesOnTheThreadThatAnswersWhereThatIsAtLeisure) {
  AtLeisureAnswerer answerer;
  std::atomic<std::thread::id> resumed{};
  Serve([&](Call, const v1::GetClockRequest&) -> Awaitable<v1::GetClockResponse> {
    co_await Await<int>([&](auto done) { answerer.Ask(std::move(done)); });
    resumed = std::this_thread::get_id();
    co_return v1::GetClockResponse();
  });
  EXPECT_TRUE(GetClock().ok());
  EXPECT_EQ(resumed.load(), answerer.id());
}

// Each answer would go on within the one before it, until the stack is full.
TEST_F(HandlerTest, GoesOnWithNoAnswerFromInsideItsQuestionAtLeisureEither) {
  AtLeisureAnswerer answerer;
  std::atomic<std::thread::id> resumed{};
  Serve([&](Call, const v1::GetClockRequest&) -> Awaitable<v1::GetClockResponse> {
    co_await Await<int>([&](auto done) { answerer.Ask(std::move(done)); });
    int sum = 0;
    for (int i = 0; i < 100'000; ++i) sum += co_await Await<int>([](auto done) { done(1); });
    resumed = std::this_thread::get_id();
    v1::GetClockResponse response;
    response.mutable_now()->set_seconds(sum);
    co_return response;
  });
  const auto context = Context();
  v1::GetClockResponse response;
  ASSERT_TRUE(stub_->GetClock(context.get(), {}, &response).ok());
  EXPECT_EQ(response.now().seconds(), 100'000);
  EXPECT_NE(resumed.load(), answerer.id());
}

TEST_F(HandlerTest, MayBeAnsweredFromInsideItsOwnQuestion) {
  Serve([](Call, const v1::GetClockRequest&) -> Awaitable<v1::GetClockResponse> {
    int sum = 0;
    for (int i = 0; i < 1000; ++i) sum += co_await Await<int>([](auto done) { done(1); });
    v1::GetClockResponse response;
    response.mutable_now()->set_seconds(sum);
    co_return response;
  });
  const auto context = Context();
  v1::GetClockResponse response;
  ASSERT_TRUE(stub_->GetClock(context.get(), {}, &response).ok());
  EXPECT_EQ(response.now().seconds(), 1000);
}

TEST_F(HandlerTest, OutlivesACallerThatGivesUp) {
  absl::Notification started, go_on, ended;
  Serve([&](Call, const v1::GetClockRequest&) -> Awaitable<v1::GetClockResponse> {
    co_await Await<int>([&](auto done) {
      std::thread([&, done = std::move(done)]() mutable {
        started.Notify();
        go_on.WaitForNotificationWithTimeout(kLong);
        done(1);
      }).detach();
    });
    ended.Notify();
    co_return v1::GetClockResponse();
  });
  const auto context = Context();
  std::thread caller([&] {
    v1::GetClockResponse response;
    EXPECT_EQ(stub_->GetClock(context.get(), {}, &response).error_code(), grpc::StatusCode::CANCELLED);
  });
  ASSERT_TRUE(started.WaitForNotificationWithTimeout(kLong));
  context->TryCancel();
  caller.join();
  EXPECT_FALSE(ended.HasBeenNotified());
  go_on.Notify();
  EXPECT_TRUE(ended.WaitForNotificationWithTimeout(kLong));
}

TEST_F(HandlerTest, TheDeadlineEndsTheCallForTheCaller) {
  absl::Notification release;
  Serve([&](Call, const v1::GetClockRequest&) -> Awaitable<v1::GetClockResponse> {
    co_await Await<int>([&](auto done) {
      std::thread([&, done = std::move(done)]() mutable {
        release.WaitForNotificationWithTimeout(kLong);
        done(1);
      }).detach();
    });
    co_return v1::GetClockResponse();
  });
  const auto context = Context();
  context->set_deadline(absl::ToChronoTime(WallNow() + absl::Milliseconds(50)));
  v1::GetClockResponse response;
  EXPECT_EQ(stub_->GetClock(context.get(), {}, &response).error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  release.Notify();
  server_->Drain();  // the handler must not wait for what this test owns any longer
}

TEST_F(HandlerTest, ServesManyCallsAtOnceOnFewThreads) {
  constexpr int kCalls = 500;
  std::mutex mutex;
  std::vector<std::function<void()>> waiting;
  Serve([&](Call, const v1::GetClockRequest&) -> Awaitable<v1::GetClockResponse> {
    co_await Await<int>([&](auto done) {
      auto shared = std::make_shared<decltype(done)>(std::move(done));
      const std::lock_guard lock(mutex);
      waiting.push_back([shared] { (*shared)(1); });
      if (waiting.size() < kCalls) return;
      // The last one lets all go: had any call held a thread, this point would never be reached.
      for (const auto& let_go : waiting) let_go();
    });
    co_return v1::GetClockResponse();
  });
  std::atomic<int> ok{0};
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<v1::GetClockResponse> responses(kCalls);
  const v1::GetClockRequest request;
  absl::Notification all;
  for (int i = 0; i < kCalls; ++i) {
    contexts.push_back(Context());
    stub_->async()->GetClock(contexts.back().get(), &request, &responses[i], [&](grpc::Status status) {
      EXPECT_TRUE(status.ok()) << status.error_message();
      if (++ok == kCalls) all.Notify();
    });
  }
  EXPECT_TRUE(all.WaitForNotificationWithTimeout(kLong)) << ok;
}

TEST_F(HandlerTest, LogsAndCountsEachCall) {
  Serve([](Call, const v1::GetClockRequest&) -> Awaitable<v1::GetClockResponse> {
    co_return Refuse(Reason::kOverloaded);
  });
  obs::FlushLog();
  ::testing::internal::CaptureStderr();
  GetClock("users/alice");
  GetClock("");
  obs::FlushLog();
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("\"msg\":\"call\",\"service_method\":\"milepost.testing.v1.TestClock/GetClock\","
                             "\"code\":\"RESOURCE_EXHAUSTED\""));
  EXPECT_THAT(log, HasSubstr("\"actor\":\"users/alice\",\"reason\":\"OVERLOADED\",\"duration_us\":"));
  EXPECT_THAT(log, HasSubstr("\"reason\":\"ACTOR_MISSING\""));
  const auto& method = *handler_service_->methods()[0];
  EXPECT_EQ(method.name, "GetClock");
  const CallStats::Snapshot stats = method.stats.Read();
  EXPECT_EQ(stats.by_code[8], 1u);
  EXPECT_EQ(stats.by_code[16], 1u);
  uint64_t calls = 0;
  for (const uint64_t count : stats.by_latency) calls += count;
  EXPECT_EQ(calls, 2u);
}

}  // namespace
}  // namespace milepost::rpc
