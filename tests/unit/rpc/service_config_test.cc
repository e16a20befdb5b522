// The service config that docs/ gives to every client is the one that our own clients use.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "common/rpc/client.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"

namespace milepost::rpc {
namespace {

google::protobuf::Struct Parsed(const std::string& json) {
  google::protobuf::Struct parsed;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &parsed).ok()) << json;
  return parsed;
}

TEST(ServiceConfig, IsTheOneThatClientsAreGiven) {
  std::ifstream file(std::string(MILEPOST_SOURCE_DIR) + "/docs/client_service_config.json", std::ios::binary);
  const std::string given((std::istreambuf_iterator<char>(file)), {});
  const std::string ours = ServiceConfigOf({});
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(Parsed(given), Parsed(ours)))
      << given << "\nours: " << ours;
}

// ClientTest.RetriesUnavailableOnly hung on gRPC 1.83 with a wait of a millisecond.
TEST(ServiceConfig, AWaitOfLessThanAMillisecondLostTheCall) {
  const google::protobuf::Struct parsed = Parsed(
      ServiceConfigOf({.first_backoff = absl::Microseconds(1), .greatest_backoff = absl::Milliseconds(1)}));
  const auto& method = parsed.fields().at("methodConfig").list_value().values(0).struct_value();
  const auto& policy = method.fields().at("retryPolicy").struct_value();
  EXPECT_EQ(policy.fields().at("initialBackoff").string_value(), "0.002s");
  EXPECT_EQ(policy.fields().at("maxBackoff").string_value(), "0.002s");
}

}  // namespace
}  // namespace milepost::rpc
