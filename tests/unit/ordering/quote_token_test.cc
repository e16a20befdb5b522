// The token that a quote is: what went in comes out, it ends, and a change of it shows (A28, docs/decisions/0004).
#include "services/milestone_billing/rpc/quote_token.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "common/core/refusal.h"
#include "common/rpc/library_log.h"
#include "google/protobuf/unknown_field_set.h"
#include "milepost/billing/v1/milestone_billing.pb.h"
#include "milepost/storage/v1/quote.pb.h"

namespace milepost::billing {
namespace {

const absl::Time kEnd = absl::FromUnixMicros(1'750'000'000'000'001);

Quote AQuote(const std::string& buyer = "users/bea") {
  return {buyer,
          GigId(*Uuid::Parse("01975e20-0000-7000-8000-00000000000a")),
          type::v1::PACKAGE_STANDARD,
          v1::ORDER_TYPE_MILESTONES,
          *Uuid::Parse("01975e20-0000-7000-8000-00000000000b"),
          std::string(64, 'f'),
          kEnd};
}

// The token of AQuote() with its message changed.
std::string Changed(const std::function<void(storage::v1::Quote&)>& change) {
  std::string bytes;
  storage::v1::Quote stored;
  EXPECT_TRUE(absl::WebSafeBase64Unescape(EncodeQuote(AQuote()), &bytes) && stored.ParseFromString(bytes));
  change(stored);
  return absl::WebSafeBase64Escape(stored.SerializeAsString());
}

TEST(QuoteToken, ComesBackAsItWas) {
  const absl::StatusOr<Quote> decoded = DecodeQuote(EncodeQuote(AQuote()), "users/bea");
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(*decoded, AQuote());
}

TEST(QuoteToken, StaysShortWhateverTheBuyersName) {
  const std::string buyer = "users/" + std::string(64, '~');
  EXPECT_LT(EncodeQuote(AQuote(buyer)).size(), 500u);
}

// Nothing in a token is signed, so anybody can make a long one with a right digest: it was parsed, and could be of megabytes.
TEST(QuoteToken, OneThatIsLongerThanAnyIsMalformed) {
  const auto padded = [](size_t bytes) {
    return Changed([&](storage::v1::Quote& stored) {
      stored.clear_digest();
      stored.GetReflection()->MutableUnknownFields(&stored)->AddLengthDelimited(1000,
                                                                                std::string(bytes, 'x'));
      stored.set_digest(Sha256(stored.SerializeAsString()).substr(0, 16));
    });
  };
  EXPECT_TRUE(DecodeQuote(padded(10), "users/bea").ok());
  EXPECT_TRUE(IsRefusal(DecodeQuote(padded(1000), "users/bea").status(), Reason::kQuoteMalformed));
}

// The fuzzing found it: protobuf wrote an error into the log for a token that a caller had made up.
TEST(QuoteToken, AMalformedOneWritesNoLine) {
  rpc::TakeLibraryLogs();
  std::string bytes;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(EncodeQuote(AQuote()), &bytes));
  bytes[bytes.find(std::string(64, 'f'))] = '\xff';
  ::testing::internal::CaptureStderr();
  const absl::Status status = DecodeQuote(absl::WebSafeBase64Escape(bytes), "users/bea").status();
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  EXPECT_TRUE(IsRefusal(status, Reason::kQuoteMalformed));
}

TEST(QuoteToken, ALaterEndOrAnyOtherChangeIsMalformed) {
  for (const auto& change : std::vector<std::function<void(storage::v1::Quote&)>>{
           [](auto& stored) { stored.set_expire_us(stored.expire_us() + 1); },
           [](auto& stored) { stored.clear_digest(); },
           [](auto& stored) { stored.set_terms_hash(std::string(64, 'e')); },
           [](auto& stored) { stored.set_workflow(v1::ORDER_TYPE_ONE_TIME); },
           [](auto& stored) { stored.set_package(type::v1::PACKAGE_BASIC); }})
    EXPECT_TRUE(IsRefusal(DecodeQuote(Changed(change), "users/bea").status(), Reason::kQuoteMalformed));
}

// The last character may carry bits that stand for no byte.
TEST(QuoteToken, EveryCharacterCounts) {
  const std::string token = EncodeQuote(AQuote());
  for (size_t i = 0; i + 1 < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'Q' : 'A';
    EXPECT_FALSE(DecodeQuote(changed, "users/bea").ok()) << i;
  }
}

// It may have made an order, which a retry still has to find.
TEST(QuoteToken, OneFromBeforeQuotesEndedIsReadAndHasEnded) {
  const absl::StatusOr<Quote> decoded = DecodeQuote(Changed([](storage::v1::Quote& stored) {
                                                      stored.clear_expire_us();
                                                      stored.clear_digest();
                                                    }),
                                                    "users/bea");
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->expire_time, absl::UnixEpoch());
  EXPECT_EQ(decoded->terms_hash, AQuote().terms_hash);
}

}  // namespace
}  // namespace milepost::billing
