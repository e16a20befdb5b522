// The canonical form of an event (W1), pinned: what was chained by one release is checked by every later one.
#include "common/core/event_chain.h"

#include <gtest/gtest.h>

#include <vector>

#include "absl/strings/escaping.h"
#include "common/core/clock.h"

namespace milepost {
namespace {

const Uuid kOrder = *Uuid::Parse("01975e20-0000-7000-8000-00000000000f");

ChainedEvent First() {
  return {kOrder,          1,           FromMicros(1'750'000'000'000'000),
          "order.created", "users/ben", absl::string_view("\x1a\0", 2)};
}

// The digests were computed by a program of its own (Python's hashlib) from the form that event_chain.h describes.
TEST(EventChain, W1DigestsAreThoseOfTheCanonicalForm) {
  const std::string first = ChainDigest(ChainStart(), First());
  EXPECT_EQ(absl::BytesToHexString(first),
            "f6536829d8f21b896cfa6edab7319e6a5c739dc9f6a6049183ec35a6835c0417");
  const std::string second =
      ChainDigest(first, {kOrder, 2, FromMicros(1'750'000'000'000'001), "seller.notified", "system", ""});
  EXPECT_EQ(absl::BytesToHexString(second),
            "7587f886c5c1e3882d935e8d8de6ccf2e61af68b9a8b703d4b782a2bfd33b0a6");
}

TEST(EventChain, W1EveryPartCounts) {
  const std::string digest = ChainDigest(ChainStart(), First());
  std::vector<ChainedEvent> others(7, First());
  others[0].aggregate = NewUuid(FromMicros(0));
  others[1].sequence = 2;
  others[2].at += absl::Microseconds(1);
  others[3].type = "order.creates";
  others[4].actor = "users/bea";
  others[5].payload = "";
  // The same bytes, cut elsewhere.
  others[6].type = "order.create";
  others[6].actor = "dusers/ben";
  for (const ChainedEvent& other : others) EXPECT_NE(ChainDigest(ChainStart(), other), digest);
  EXPECT_NE(ChainDigest(digest, First()), digest);
}

}  // namespace
}  // namespace milepost
