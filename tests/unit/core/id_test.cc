#include "common/core/id.h"

#include <gtest/gtest.h>

namespace milepost {
namespace {

TEST(Uuid, RoundTripsThroughTextAndBytes) {
  const Uuid id = NewUuid(absl::FromUnixSeconds(1'700'000'000));
  EXPECT_EQ(*Uuid::Parse(id.ToString()), id);
  EXPECT_EQ(*Uuid::FromBytes(id.ToBytes()), id);
}

TEST(Uuid, RefusesEverythingButTheCanonicalForm) {
  for (const char* bad :
       {"", "0190a", "0190a0d4-0000-7000-8000-00000000000", "0190a0d4x0000-7000-8000-000000000000",
        "{190a0d4-0000-7000-8000-000000000000}", "0190a0d4-0000-7000-8000-00000000000g",
        "0190A0D4-0000-7000-8000-000000000000", "0190a0d4-0000-7000-8000-00000000000F",
        " 190a0d4-0000-7000-8000-000000000000", "0190a0d400007000800000000000000000000"})
    EXPECT_FALSE(Uuid::Parse(bad).ok()) << bad;
}

TEST(Uuid, OfOthersIsReadInAnyCase) {
  EXPECT_EQ(*Uuid::ParseAnyCase("0190A0D4-0000-7000-8000-00000000000F"),
            *Uuid::Parse("0190a0d4-0000-7000-8000-00000000000f"));
  EXPECT_FALSE(Uuid::ParseAnyCase("0190A0D4-0000-7000-8000-00000000000G").ok());
  EXPECT_FALSE(Uuid::ParseAnyCase("{190A0D4-0000-7000-8000-000000000000}").ok());
}

TEST(Uuid, SortsByTime) {
  EXPECT_LT(NewUuid(absl::FromUnixMillis(1'000)), NewUuid(absl::FromUnixMillis(1'001)));
}

TEST(Uuid, MaxSortsAfterEveryOther) {
  EXPECT_EQ(Uuid::Max().ToString(), "ffffffff-ffff-ffff-ffff-ffffffffffff");
  EXPECT_GT(Uuid::Max(), *Uuid::Parse("ffffffff-ffff-ffff-ffff-fffffffffffe"));
}

TEST(DeriveUuid, IsAFunctionOfItsArgumentsAndKeepsTheTimePrefix) {
  const Uuid offer = NewUuid(absl::FromUnixMillis(1'700'000'000'000));
  EXPECT_EQ(DeriveUuid(offer, "order"), DeriveUuid(offer, "order"));
  EXPECT_NE(DeriveUuid(offer, "order"), DeriveUuid(offer, "charge"));
  EXPECT_NE(DeriveUuid(offer, "charge", "1/1"), DeriveUuid(offer, "charge", "1/2"));
  EXPECT_EQ(DeriveUuid(offer, "order").ToBytes().substr(0, 6), offer.ToBytes().substr(0, 6));
}

}  // namespace
}  // namespace milepost
