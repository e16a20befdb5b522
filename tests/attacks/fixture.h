// What every attack's test has: a victim, a bystander, and the bounds that an attack must stay within (issue 21).
//
//   class Floods : public AttackTest {};
//   TEST_F(Floods, Settings) {
//     Start();
//     Attacker attacker(port());
//     …
//     ExpectBounds();
//   }
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/rpc/known_faults.h"
#include "tests/attacks/attacker.h"
#include "tests/attacks/bystander.h"
#include "tests/attacks/victim.h"
#include "tests/support/http2.h"
#include "tests/support/http2_frames.h"

// Skips the test where the gRPC that the servers load has this publicly known fault: the attack would succeed.
#define MILEPOST_SKIP_KNOWN_FAULT(id) \
  if (rpc::ThisGrpcHas(id)) GTEST_SKIP() << "known fault of this gRPC: " << (id)

namespace milepost::attacks {

namespace http2 = ::milepost::testing::http2;
using testing::Http2;

// A cheap method, which needs no database.
inline constexpr absl::string_view kPath = "/milepost.billing.v1.MilestoneBilling/GetWorkflowDefinition";

// Sends these bytes again and again, at most so often; whether the server has closed the connection.
bool SendUntilClosed(Attacker& attacker, absl::string_view bytes, int times);

class AttackTest : public ::testing::Test {
 protected:
  static constexpr absl::Duration kProcessorMax = absl::Seconds(1);
  static constexpr double kMemoryMaxMib = 96;
  static constexpr size_t kCalls = 50;  // of the bystander, before the attack and at least from then on
  static constexpr absl::Duration kOtherCallsMax = absl::Milliseconds(100);
  static constexpr absl::Duration kLongestCallMax = absl::Seconds(1);
  static constexpr int kOtherCallsTimes = 5;

  // Starts the victim, and the bystander, whose experience without an attack is the measure.
  void Start(const std::vector<std::string>& flags = {});
  // The attack stayed within its bounds. Its connections may still be open. The others' time is that of so many of their calls
  // at least, since the attack began: more, for attacks whose lasting effect counts.
  void ExpectBounds(absl::Duration processor_max = kProcessorMax, size_t calls = kCalls);

  int port() const { return victim_->port(); }
  std::string address() const { return victim_->process().address(); }
  Victim& victim() { return *victim_; }

  // One whose client has acknowledged the server's SETTINGS: before, gRPC does not hold it to its limit of metadata.
  std::unique_ptr<Http2> SharedConnection() const {
    auto connection = std::make_unique<Http2>(Http2::Role::kClient, testing::ConnectTo(port()));
    EXPECT_TRUE(connection->Ping());
    return connection;
  }
  // A call as the bystander's, begun; its message is still to come. Its stream.
  static uint32_t Begin(Http2& connection);
  // Sends the message; the grpc-status, -1 for none.
  static int Finish(Http2& connection, uint32_t stream);

 private:
  std::unique_ptr<Victim> victim_;
  std::unique_ptr<Bystander> bystander_;
  Bystander::Experience usual_;
  absl::Duration processor_before_;
  double memory_before_ = 0;
};

}  // namespace milepost::attacks
