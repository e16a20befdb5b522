#include "tests/attacks/bystander.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/core/clock.h"
#include "common/core/stopwatch.h"
#include "grpcpp/client_context.h"
#include "milepost/billing/v1/milestone_billing.grpc.pb.h"
#include "tests/support/local_channel.h"

namespace milepost::attacks {
namespace {

namespace v1 = ::milepost::billing::v1;

constexpr absl::Duration kPause = absl::Milliseconds(10);
constexpr absl::Duration kAnswerPatience = absl::Seconds(5);

// One that shares no connection with another of this process.
std::shared_ptr<grpc::Channel> OwnChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return testing::LocalChannel(address, arguments);
}

grpc::Status Call(v1::MilestoneBilling::Stub& stub) {
  grpc::ClientContext context;
  context.AddMetadata("milepost-actor", "users/alice");
  context.set_deadline(absl::ToChronoTime(WallNow() + kAnswerPatience));
  v1::GetWorkflowDefinitionResponse response;
  return stub.GetWorkflowDefinition(&context, v1::GetWorkflowDefinitionRequest(), &response);
}

}  // namespace

grpc::Status CallOnNewConnection(const std::string& address) {
  return Call(*v1::MilestoneBilling::NewStub(OwnChannel(address)));
}

Bystander::Bystander(const std::string& address)
    : channel_(OwnChannel(address)), thread_([this] { Run(); }) {}

Bystander::~Bystander() {
  over_ = true;
  thread_.join();
}

Bystander::Experience Bystander::Take(size_t least_calls) {
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (times_.size() >= least_calls) break;
    }
    std::this_thread::sleep_for(absl::ToChronoMilliseconds(kPause));
  }
  const std::lock_guard lock(mutex_);
  std::vector<absl::Duration> times = std::exchange(times_, {});
  const auto p99 = times.begin() + static_cast<std::ptrdiff_t>(times.size() * 99 / 100);
  std::nth_element(times.begin(), p99, times.end());
  const absl::Duration longest = *std::max_element(times.begin(), times.end());
  return {times.size(), *p99, longest, std::exchange(failures_, {})};
}

void Bystander::Run() {
  const auto stub = v1::MilestoneBilling::NewStub(channel_);
  while (!over_) {
    const Stopwatch running;
    const grpc::Status status = Call(*stub);
    {
      const std::lock_guard lock(mutex_);
      times_.push_back(running.elapsed());
      if (!status.ok())
        failures_.push_back(
            absl::StrCat(static_cast<int>(status.error_code()), ": ", status.error_message()));
    }
    std::this_thread::sleep_for(absl::ToChronoMilliseconds(kPause));
  }
}

}  // namespace milepost::attacks
