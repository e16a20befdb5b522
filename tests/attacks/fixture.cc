#include "tests/attacks/fixture.h"

#include <algorithm>
#include <cstdio>

namespace milepost::attacks {

bool SendUntilClosed(Attacker& attacker, absl::string_view bytes, int times) {
  for (int i = 0; i < times; ++i)
    if (!attacker.Send(bytes)) break;
  return attacker.is_closed();
}

void AttackTest::Start(const std::vector<std::string>& flags) {
  victim_ = std::make_unique<Victim>(flags);
  bystander_ = std::make_unique<Bystander>(address());
  bystander_->Take(1);  // its first call connects
  usual_ = bystander_->Take(kCalls);
  ASSERT_THAT(usual_.failures, ::testing::IsEmpty());
  victim_->ForgetPeak();
  memory_before_ = victim_->MemoryMib();
  processor_before_ = victim_->ProcessorTime();
}

void AttackTest::ExpectBounds(absl::Duration processor_max, size_t calls) {
  victim_->AwaitCalm(absl::Seconds(5));
  const absl::Duration processor = victim_->ProcessorTime() - processor_before_;
  const double memory = victim_->PeakMib() - memory_before_;
  const Bystander::Experience meanwhile = bystander_->Take(calls);
  const absl::Duration p99_max = std::max(kOtherCallsMax, kOtherCallsTimes * usual_.p99);
  std::printf(
      "    processor %.2f s, memory +%.0f MiB, others' p99 %.1f ms, longest %.1f ms (before: p99 %.1f ms)\n",
      absl::ToDoubleSeconds(processor), memory, absl::ToDoubleMilliseconds(meanwhile.p99),
      absl::ToDoubleMilliseconds(meanwhile.longest), absl::ToDoubleMilliseconds(usual_.p99));
  EXPECT_LE(processor, processor_max);
  EXPECT_LE(memory, kMemoryMaxMib);
  EXPECT_LE(meanwhile.p99, p99_max);
  EXPECT_LE(meanwhile.longest, kLongestCallMax);
  EXPECT_THAT(meanwhile.failures, ::testing::IsEmpty());
  const grpc::Status afterwards = CallOnNewConnection(address());
  EXPECT_TRUE(afterwards.ok()) << afterwards.error_message();
  EXPECT_TRUE(victim_->process().running()) << victim_->process().log();
}

uint32_t AttackTest::Begin(Http2& connection) {
  return connection.Call(kPath, {{"milepost-actor", "users/alice"}});
}

int AttackTest::Finish(Http2& connection, uint32_t stream) {
  connection.SendData(stream, testing::GrpcMessage("", false), true);
  return connection.Answer(stream).grpc_status().value_or(-1);
}

}  // namespace milepost::attacks
