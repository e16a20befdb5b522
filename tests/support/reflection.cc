#include "tests/support/reflection.h"

#include <gtest/gtest.h>

#include <regex>

#include "absl/time/clock.h"
#include "grpcpp/generic/generic_stub.h"

namespace milepost::testing {

std::string Reflect(const std::shared_ptr<grpc::Channel>& channel, const std::string& request,
                    const std::string& service) {
  constexpr absl::Duration kPatience = absl::Seconds(20);
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareCall(&context, "/" + service + "/ServerReflectionInfo", &queue);
  void* tag = nullptr;
  bool ok = false;
  const auto wait = [&] { return queue.Next(&tag, &ok) && ok; };
  call->StartCall(nullptr);
  EXPECT_TRUE(wait());
  grpc::Slice slice(request);
  call->Write(grpc::ByteBuffer(&slice, 1), nullptr);
  EXPECT_TRUE(wait());
  grpc::ByteBuffer answer;
  call->Read(&answer, nullptr);
  EXPECT_TRUE(wait());
  grpc::Slice whole;
  EXPECT_TRUE(answer.DumpToSingleSlice(&whole).ok());
  context.TryCancel();
  grpc::Status status;
  call->Finish(&status, nullptr);
  queue.Next(&tag, &ok);
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) {
  }
  return std::string(reinterpret_cast<const char*>(whole.begin()), whole.size());
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
