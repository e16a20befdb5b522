#include "tests/support/reflection.h"

#include <gtest/gtest.h>

#include <regex>

#include "absl/time/clock.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/slice.h"

namespace milepost::testing {

ReflectionStream::ReflectionStream(const std::shared_ptr<grpc::Channel>& channel, const std::string& service)
    : stub_(channel) {
  constexpr absl::Duration kPatience = absl::Seconds(20);
  context_.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
  call_ = stub_.PrepareCall(&context_, "/" + service + "/ServerReflectionInfo", &queue_);
  call_->StartCall(nullptr);
  EXPECT_TRUE(AwaitStep());
}

ReflectionStream::~ReflectionStream() {
  context_.TryCancel();
  if (!ended_) static_cast<void>(Await());
  queue_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
  }
}

std::string ReflectionStream::Ask(const std::string& request) {
  grpc::Slice slice(request);
  call_->Write(grpc::ByteBuffer(&slice, 1), nullptr);
  EXPECT_TRUE(AwaitStep());
  grpc::ByteBuffer answer;
  call_->Read(&answer, nullptr);
  const bool is_answered = AwaitStep();
  EXPECT_TRUE(is_answered);
  grpc::Slice whole;
  if (!is_answered || !answer.DumpToSingleSlice(&whole).ok()) return "";
  return std::string(reinterpret_cast<const char*>(whole.begin()), whole.size());
}

grpc::Status ReflectionStream::Await() {
  grpc::Status status;
  call_->Finish(&status, nullptr);
  AwaitStep();
  ended_ = true;
  return status;
}

bool ReflectionStream::AwaitStep() {
  void* tag = nullptr;
  bool ok = false;
  return queue_.Next(&tag, &ok) && ok;
}

std::string Reflect(const std::shared_ptr<grpc::Channel>& channel, const std::string& request,
                    const std::string& service) {
  return ReflectionStream(channel, service).Ask(request);
}

std::vector<std::string> ListServices(const std::shared_ptr<grpc::Channel>& channel,
                                      const std::string& service) {
  const std::string answer = Reflect(channel, std::string("\x3a\x00", 2), service);  // list_services = 7: ""
  // Names are the only text in it with dots; what stands between them are tags and lengths, which no name contains.
  static const std::regex name("(grpc|milepost)(\\.[A-Za-z0-9_]+)+");
  std::vector<std::string> names;
  for (std::sregex_iterator match(answer.begin(), answer.end(), name), end; match != end; ++match)
    names.push_back(match->str());
  return names;
}

}  // namespace milepost::testing
