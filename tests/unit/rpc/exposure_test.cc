#include "common/rpc/exposure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace milepost::rpc {
namespace {

using ::testing::HasSubstr;

constexpr char kFaulty[] = "1.51.1";
constexpr char kSound[] = "1.83.0";

TEST(IsLoopback, IsWhatOnlyThisMachineReaches) {
  for (const char* own : {"127.0.0.1:0", "127.0.0.1:50051", "127.255.255.254:1", "[::1]:5",
                          "[0:0:0:0:0:0:0:1]:5", "[::ffff:127.0.0.1]:5", "localhost:1", "LocalHost:1"})
    EXPECT_TRUE(IsLoopback(own)) << own;
}

TEST(IsLoopback, IsNothingElse) {
  for (const char* shown : {"0.0.0.0:1",
                            "[::]:1",
                            ":1",
                            "*:1",
                            "10.0.0.1:1",
                            "126.255.255.255:1",
                            "128.0.0.1:1",
                            "192.168.127.1:1",
                            "[::2]:5",
                            "[fe80::1]:5",
                            "[::ffff:10.0.0.1]:5",
                            "::1:5",
                            "[::1",
                            "gig-catalog:1",
                            "localhost.example.com:1",
                            "127.0.0.1.example.com:1",
                            "127.0.0.1",
                            "127.0.0.1:1,10.0.0.1:1",
                            "ipv4:10.0.0.1:1",
                            ""})
    EXPECT_FALSE(IsLoopback(shown)) << shown;
}

TEST(CheckExposure, RefusesAFaultyGrpcBeyondThisMachine) {
  const absl::Status refused = CheckExposure("0.0.0.0:50051", kFaulty, false);
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  for (const char* said : {"0.0.0.0:50051", "gRPC 1.51.1", "CVE-2023-33953", "--accept_known_grpc_faults"})
    EXPECT_THAT(std::string(refused.message()), HasSubstr(said));
  EXPECT_TRUE(CheckExposure("127.0.0.1:50051", kFaulty, false).ok());
  EXPECT_TRUE(CheckExposure("0.0.0.0:50051", kFaulty, true).ok());
}

TEST(CheckExposure, RefusesAGrpcOfWhichNothingIsKnown) {
  EXPECT_FALSE(CheckExposure("0.0.0.0:1", "main", false).ok());
}

TEST(CheckExposure, AllowsASoundGrpcEverywhere) {
  for (const char* listen : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "127.0.0.1:1"})
    EXPECT_TRUE(CheckExposure(listen, kSound, false).ok()) << listen;
}

}  // namespace
}  // namespace milepost::rpc
