#include "tests/fuzz/call.h"

#include <condition_variable>
#include <memory>
#include <mutex>

#include "common/core/clock.h"
#include "grpcpp/client_context.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/slice.h"

namespace milepost::fuzz {
namespace {

constexpr size_t kStreamMessages = 3;

// How many calls are under way; waits for room, and for the last.
class InFlight {
 public:
  explicit InFlight(int most) : most_(most) {}

  void Enter() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return now_ < most_; });
    ++now_;
  }
  void Leave() {
    const std::lock_guard lock(mutex_);
    --now_;
    changed_.notify_all();  // under the lock: who waits for the last may destroy this
  }
  void AwaitNone() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return now_ == 0; });
  }

 private:
  const int most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int now_ = 0;
};

// One call; unary methods are streams of one message on the wire. It destroys itself when the call has ended.
class Exchange final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  Exchange(const Call& call, Answer& answer, InFlight& in_flight)
      : stub_(call.method->channel), answer_(answer), in_flight_(in_flight) {
    is_stream_ = call.method->descriptor->server_streaming();
    context_.set_deadline(absl::ToChronoTime(WallNow() + call.deadline));
    for (const auto& [key, value] : call.metadata) context_.AddMetadata(key, value);
    grpc::Slice slice(call.bytes);
    request_ = grpc::ByteBuffer(&slice, 1);
    stub_.PrepareBidiStreamingCall(&context_, call.method->Path(), {}, this);
    StartRead(&response_);
    StartWriteLast(&request_, grpc::WriteOptions());
    StartCall();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    grpc::Slice whole;
    if (response_.DumpToSingleSlice(&whole).ok())
      answer_.messages.emplace_back(reinterpret_cast<const char*>(whole.begin()), whole.size());
    if (is_stream_ && answer_.messages.size() >= kStreamMessages) {
      answer_.is_broken_off = true;
      context_.TryCancel();
    }
    StartRead(&response_);
  }

  void OnDone(const grpc::Status& status) override {
    answer_.status = status;
    InFlight& in_flight = in_flight_;
    delete this;
    in_flight.Leave();
  }

 private:
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_, response_;
  bool is_stream_ = false;
  Answer& answer_;
  InFlight& in_flight_;
};

}  // namespace

std::vector<Answer> SendAll(const std::vector<Call>& calls, int in_flight) {
  std::vector<Answer> answers(calls.size());
  InFlight gate(in_flight);
  for (size_t i = 0; i < calls.size(); ++i) {
    gate.Enter();
    new Exchange(calls[i], answers[i], gate);  // lives until OnDone
  }
  gate.AwaitNone();
  return answers;
}

}  // namespace milepost::fuzz
