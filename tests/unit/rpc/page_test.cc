#include "common/rpc/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/matchers.h"

namespace milepost::rpc {
namespace {

using testing::IsOkAndHolds;
using testing::RefusedWith;

TEST(Page, SizesAreDefaultedAndCoerced) {
  EXPECT_EQ(PageSize(0), 50);
  EXPECT_EQ(PageSize(7), 7);
  EXPECT_EQ(PageSize(1'000'000), 1000);
}

TEST(Page, TokenLeadsBackToItsPlaceUnderItsFilterOnly) {
  const std::string token = PageToken("filter", "order/7");
  EXPECT_THAT(PlaceOf(token, "filter"), IsOkAndHolds("order/7"));
  EXPECT_THAT(PlaceOf("", "filter"), IsOkAndHolds(""));
  EXPECT_THAT(PlaceOf(token, "other filter"), RefusedWith(Reason::kInvalidPageToken));
  EXPECT_THAT(PlaceOf("%%%", "filter"), RefusedWith(Reason::kInvalidPageToken));
  EXPECT_THAT(PlaceOf(PageToken("filter", ""), "filter"), RefusedWith(Reason::kInvalidPageToken));
}

}  // namespace
}  // namespace milepost::rpc
