// A real server on a real socket with the TestClock service, whose clock the test supplies: AdvanceClock
// stands for any mutation, GetClock for any read.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/core/clock.h"
#include "common/core/refusal.h"
#include "common/rpc/server.h"
#include "common/rpc/status_map.h"
#include "common/rpc/test_clock_service.h"
#include "milepost/testing/v1/test_clock.grpc.pb.h"
#include "tests/support/local_channel.h"

namespace milepost::rpc {

namespace v1 = milepost::testing::v1;

constexpr absl::Duration kLong = absl::Seconds(20);  // never reached in a passing test

class RpcTest : public ::testing::Test {
 protected:
  void Start(TestClockService::Clock clock, ServerOptions options = {}) {
    if (options.listen == ServerOptions().listen) options.listen = "127.0.0.1:0";
    server_.reset();  // before its service
    service_ = std::make_unique<TestClockService>(pool_, std::move(clock));
    server_ = std::make_unique<Server>(std::move(options));
    server_->Add(*service_);
    const auto started = server_->Start();
    ASSERT_TRUE(started.ok()) << started.status();
    channel_ = testing::LocalChannel(address());
    stub_ = v1::TestClock::NewStub(channel_);
  }
  // A clock that shows the epoch.
  void Start() {
    Start({[] { return TestClockService::Reading{absl::UnixEpoch()}; }, nullptr});
  }

  std::string address() const { return absl::StrCat("127.0.0.1:", server_->port()); }

  std::unique_ptr<grpc::ClientContext> Context(const std::string& actor = "users/alice") {
    auto context = std::make_unique<grpc::ClientContext>();
    context->set_deadline(absl::ToChronoTime(WallNow() + kLong));
    if (!actor.empty()) context->AddMetadata("milepost-actor", actor);
    return context;
  }
  grpc::Status GetClock(const std::string& actor = "users/alice") {
    const auto context = Context(actor);
    v1::GetClockResponse response;
    return stub_->GetClock(context.get(), {}, &response);
  }
  grpc::Status Advance(v1::AdvanceClockRequest request, v1::AdvanceClockResponse* response = nullptr,
                       const std::string& actor = "operators/ops") {
    const auto context = Context(actor);
    v1::AdvanceClockResponse ignored;
    return stub_->AdvanceClock(context.get(), request, response ? response : &ignored);
  }

  HandlerPool pool_;
  std::unique_ptr<TestClockService> service_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::TestClock::Stub> stub_;
};

}  // namespace milepost::rpc
