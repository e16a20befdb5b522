// Attacks by many small frames. Most attackers read nothing of what the server answers.
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

constexpr int kPings = 100;
std::string Pings() {
  std::string pings;
  for (int i = 0; i < kPings; ++i)
    absl::StrAppend(&pings, http2::Frame(http2::kPing, 0, 0, std::string(8, 'p')));
  return pings;
}

// Each is answered, however many come (decision 0038).
TEST_F(Floods, Pings) {
  constexpr int kSent = 100'000;
  Start();
  Attacker attacker(port());
  const std::string pings = Pings();
  for (int sent = 0; sent < kSent; sent += kPings) ASSERT_TRUE(attacker.Send(pings));
  EXPECT_TRUE(attacker.AwaitFrames(http2::kPing, kSent, absl::Seconds(10)));
  ExpectBounds();
}

// The server stops reading from such a connection, or closes it.
TEST_F(Floods, PingsOfWhichNobodyReadsTheAnswers) {
  constexpr int kEnough = 2'000'000;
  Start();
  Attacker attacker(port(), "", Attacker::Reading::kNever);
  const std::string pings = Pings();
  int sent = 0;
  while (sent < kEnough && attacker.Send(pings)) sent += kPings;
  EXPECT_LT(sent, kEnough) << "they are read for ever";
  ExpectBounds();
}

}  // namespace
}  // namespace milepost::attacks
