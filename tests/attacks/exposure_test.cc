// A server whose gRPC these attacks succeed against is not for other machines.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/rpc/known_faults.h"
#include "tests/attacks/victim.h"
#include "tests/support/server_process.h"

namespace milepost::attacks {
namespace {

TEST(Exposure, AGrpcWithKnownFaultsIsForThisMachineAlone) {
  testing::ServerProcess exposed("milestone_billing", VictimFlags({"--listen=0.0.0.0:0"}));
  const absl::Status spawned = exposed.Spawn();
  const std::vector<rpc::KnownFault> faults = rpc::FaultsOfThisGrpc();
  EXPECT_EQ(spawned.ok(), faults.empty()) << spawned;
  for (const rpc::KnownFault& fault : faults)
    EXPECT_THAT(exposed.log(), ::testing::HasSubstr(std::string(fault.id)));
  if (faults.empty()) return;
  EXPECT_EQ(spawned.code(), absl::StatusCode::kAborted);
  exposed.set_flags(VictimFlags({"--listen=0.0.0.0:0", "--accept_known_grpc_faults"}));
  EXPECT_TRUE(exposed.Spawn().ok()) << exposed.log();
}

}  // namespace
}  // namespace milepost::attacks
