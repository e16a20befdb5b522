// Attacks by headers: endless ones, wrong ones, too many.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/attacks/fixture.h"

namespace milepost::attacks {
namespace {

constexpr size_t kPiece = 16000;  // of a header, in one frame

// Headers of so many bytes, each of a name of its own.
std::string ManyHeaders(size_t bytes) {
  std::string block;
  for (int i = 0; block.size() < bytes; ++i)
    absl::StrAppend(&block, http2::Literal(absl::StrCat("x-h", i), std::string(100, 'v')));
  return block;
}

// Sends the message of a call whose header was sent as bytes; the grpc-status, -1 for none.
int End(Http2& connection, uint32_t stream) {
  connection.SendBytes(
      http2::Frame(http2::kData, http2::kEndStream, stream, testing::GrpcMessage("", false)));
  return connection.Answer(stream).grpc_status().value_or(-1);
}

class Headers : public AttackTest {};

TEST_F(Headers, AStringThatIsAnnouncedWith400MiB) {
  MILEPOST_SKIP_KNOWN_FAULT("CVE-2023-33953");
  constexpr size_t kAnnounced = 400 << 20;
  Start();
  Attacker attacker(port());
  attacker.Send(
      http2::Frame(http2::kHeaders, 0, 1,
                   absl::StrCat(http2::CallHeaders(kPath), absl::string_view("\0", 1),
                                http2::Integer(0, 7, 6), "x-huge", http2::Integer(0, 7, kAnnounced))));
  const std::string piece = http2::Frame(http2::kContinuation, 0, 1, std::string(kPiece, 'a'));
  SendUntilClosed(attacker, piece, kAnnounced / kPiece);  // it may be read to its end, and thrown away
  ExpectBounds();
}

TEST_F(Headers, AnIntegerThatIsPaddedWithZeros) {
  MILEPOST_SKIP_KNOWN_FAULT("CVE-2023-33953");
  constexpr size_t kSent = 14 << 20;
  Start();
  Attacker attacker(port());
  attacker.Send(http2::Frame(http2::kHeaders, 0, 1, absl::StrCat(http2::CallHeaders(kPath), "\x7f")));
  const std::string zeros = http2::Frame(http2::kContinuation, 0, 1, std::string(kPiece, '\x80'));
  EXPECT_TRUE(SendUntilClosed(attacker, zeros, kSent / kPiece));
  ExpectBounds();
}

TEST_F(Headers, OneMiBOfThem) {
  Start();
  const auto client = SharedConnection();
  client->SendBytes(http2::HeaderFrames(1, absl::StrCat(http2::CallHeaders(kPath), ManyHeaders(1 << 20))));
  EXPECT_NE(End(*client, 1), 0);
  ExpectBounds();
}

// gRPC limits a call's headers to 16 KiB only once its SETTINGS are acknowledged. Until then it reads on, but keeps only so much:
// 48 MiB of 64 that were sent, 59 MiB of 200.
TEST_F(Headers, EndlessOnesBeforeTheSettingsAreAcknowledged) {
  MILEPOST_SKIP_KNOWN_FAULT("CVE-2023-33953");
  Start();
  Attacker attacker(port(), "", Attacker::Reading::kNever);
  attacker.Send(http2::HeaderFrames(1, absl::StrCat(http2::CallHeaders(kPath), ManyHeaders(64 << 20))));
  ExpectBounds();
}

TEST_F(Headers, ABinaryOneThatIsNoBase64FailsItsCallAlone) {
  MILEPOST_SKIP_KNOWN_FAULT("CVE-2023-32732");
  Start();
  const auto shared = SharedConnection();
  const uint32_t other = Begin(*shared);
  const uint32_t bad =
      shared->Call(kPath, {{"milepost-actor", "users/alice"}, {"x-y-bin", "!!!not base64***"}});
  EXPECT_NE(Finish(*shared, bad), 0);
  EXPECT_EQ(Finish(*shared, other), 0);
  EXPECT_EQ(Finish(*shared, Begin(*shared)), 0);
  EXPECT_FALSE(shared->goaway().has_value());
  ExpectBounds();
}

// 9 KB are between gRPC's two limits of metadata, where chance decides; 20 KB are beyond both.
TEST_F(Headers, TooManyFailTheirCallAlone) {
  MILEPOST_SKIP_KNOWN_FAULT("metadata-closes-connection");
  constexpr uint32_t kBeyond = 1001;  // its stream
  Start();
  const auto shared = SharedConnection();
  std::vector<uint32_t> others;
  for (int i = 0; i < 5; ++i) others.push_back(Begin(*shared));
  Finish(*shared,
         shared->Call(kPath, {{"milepost-actor", "users/alice"}, {"x-big", std::string(9000, 'b')}}));
  shared->SendBytes(
      http2::HeaderFrames(kBeyond, absl::StrCat(http2::CallHeaders(kPath), ManyHeaders(20'000))));
  EXPECT_EQ(End(*shared, kBeyond), grpc::StatusCode::RESOURCE_EXHAUSTED);
  for (uint32_t other : others) EXPECT_EQ(Finish(*shared, other), 0);
  EXPECT_FALSE(shared->goaway().has_value());
  ExpectBounds();
}

// CVE-2024-7246: a header that can't be parsed, good ones after it that go into the table, and a call that refers to them.
// The fault harms those who share a proxy's connection with the attacker, not the server.
TEST_F(Headers, GoodOnesAfterAMisencodedOneThatAreThenReferredTo) {
  MILEPOST_SKIP_KNOWN_FAULT("CVE-2024-7246");
  Start();
  const auto shared = SharedConnection();
  const std::string call = http2::CallHeaders(kPath);
  shared->SendBytes(
      http2::HeaderFrames(1, absl::StrCat(call, http2::Literal("grpc-timeout", "notatimeout"),
                                          http2::KeptLiteral("milepost-actor", "users/alice"))));
  EXPECT_NE(End(*shared, 1), 0) << "it is misencoded";
  shared->SendBytes(http2::HeaderFrames(3, absl::StrCat(call, http2::Indexed(62))));
  EXPECT_EQ(End(*shared, 3), 0);
  EXPECT_FALSE(shared->goaway().has_value());
  ExpectBounds();
}

// CVE-2023-32731: an entry of the table after the limit of metadata, and calls that refer to it.
TEST_F(Headers, OnesAfterAnOverflowThatAreThenReferredTo) {
  MILEPOST_SKIP_KNOWN_FAULT("CVE-2023-32731");
  MILEPOST_SKIP_KNOWN_FAULT("metadata-closes-connection");  // before it comes to that
  Start();
  const auto shared = SharedConnection();
  const std::string call = http2::CallHeaders(kPath);
  const auto actor = [](absl::string_view name) { return http2::KeptLiteral("milepost-actor", name); };
  shared->SendBytes(http2::HeaderFrames(
      1, absl::StrCat(call, http2::Literal("x-a", std::string(12000, 'a')),
                      http2::Literal("x-b", std::string(12000, 'b')), actor("users/mallory"))));
  EXPECT_EQ(End(*shared, 1), grpc::StatusCode::RESOURCE_EXHAUSTED);
  shared->SendBytes(http2::HeaderFrames(3, absl::StrCat(call, actor("users/alice"))));
  EXPECT_EQ(End(*shared, 3), 0);
  shared->SendBytes(http2::HeaderFrames(5, absl::StrCat(call, http2::Indexed(63))));
  EXPECT_EQ(End(*shared, 5), 0) << "mallory is the older of the two";
  EXPECT_FALSE(shared->goaway().has_value());
  ExpectBounds();
}

// CVE-2023-1428, and what our entrance once made of such a header (decision 0017).
TEST_F(Headers, WrongOnesBeforeTooMany) {
  Start();
  const std::vector<std::string> wrong = {
      http2::CallHeaders(kPath, "x"), http2::CallHeaders(kPath, "trailers", "x"),
      absl::StrCat(http2::CallHeaders(kPath), http2::Literal("grpclb_client_stats", "x"))};
  for (const std::string& block : wrong) {
    const auto client = SharedConnection();
    client->SendBytes(http2::HeaderFrames(1, absl::StrCat(block, ManyHeaders(20'000))));
    EXPECT_NE(End(*client, 1), 0);
  }
  ExpectBounds();
}

}  // namespace
}  // namespace milepost::attacks
