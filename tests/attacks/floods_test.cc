// Attacks by many small frames. The attacker reads nothing of what the server answers, where nothing else is said.
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/attacks/fixture.h"

namespace milepost::attacks {
namespace {

class Floods : public AttackTest {};

// CVE-2023-44487.
TEST_F(Floods, RapidReset) {
  MILEPOST_SKIP_KNOWN_FAULT("CVE-2023-44487");
  constexpr uint32_t kCalls = 20'000, kCancel = 8;
  Start();
  Attacker attacker(port(), "", Attacker::Reading::kNever);
  const std::string block = http2::CallHeaders(kPath);
  for (uint32_t i = 0; i < kCalls; ++i) {
    const uint32_t stream = 2 * i + 1;
    if (!attacker.Send(absl::StrCat(http2::HeaderFrames(stream, block),
                                    http2::Frame(http2::kReset, 0, stream, http2::BigEndian(kCancel)))))
      break;
  }
  ExpectBounds();
}

TEST_F(Floods, Settings) {
  constexpr int kFrames = 100'000, kAtOnce = 100;
  Start();
  Attacker attacker(port(), "", Attacker::Reading::kNever);
  std::string settings;
  for (uint32_t i = 0; i < kAtOnce; ++i)
    absl::StrAppend(&settings, http2::Frame(http2::kSettings, 0, 0,
                                            http2::Setting(http2::kInitialWindowSize, 65535 + i % 2)));
  SendUntilClosed(attacker, settings, kFrames / kAtOnce);
  ExpectBounds();
}

// They are answered, however many come (decision 0038).
class PingFlood : public Floods, public ::testing::WithParamInterface<Attacker::Reading> {};
INSTANTIATE_TEST_SUITE_P(Floods, PingFlood,
                         ::testing::Values(Attacker::Reading::kAtOnce, Attacker::Reading::kNever),
                         [](const auto& reading) {
                           return reading.param == Attacker::Reading::kNever ? "Unread" : "Read";
                         });

TEST_P(PingFlood, StaysWithinBounds) {
  constexpr int kFrames = 100'000, kAtOnce = 100;
  Start();
  Attacker attacker(port(), "", GetParam());
  std::string pings;
  for (int i = 0; i < kAtOnce; ++i)
    absl::StrAppend(&pings, http2::Frame(http2::kPing, 0, 0, std::string(8, 'p')));
  EXPECT_FALSE(SendUntilClosed(attacker, pings, kFrames / kAtOnce));
  if (GetParam() == Attacker::Reading::kAtOnce) {
    EXPECT_TRUE(attacker.AwaitFrames(http2::kPing, kFrames, absl::Seconds(10)));
  }
  ExpectBounds();
}

}  // namespace
}  // namespace milepost::attacks
