#include "common/rpc/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "common/core/id.h"
#include "google/protobuf/wrappers.pb.h"
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

// Base64 in itself takes padding, blanks and stray bits.
TEST(Page, ATokenHasOneSpelling) {
  const std::string token = PageToken("filter", "12");
  for (const std::string& other :
       {token + "=", token + "==", token + ".", token + " ", " " + token, token + "\n",
        token.substr(0, 4) + " " + token.substr(4), token.substr(0, token.size() - 1) + "h"}) {
    EXPECT_NE(other, token);
    EXPECT_THAT(PlaceOf(other, "filter"), RefusedWith(Reason::kInvalidPageToken)) << other;
  }
}

TEST(Page, APlaceInAListByTimeIsRoundTrippedAndHasOneSpelling) {
  const TimePlace place{absl::FromUnixMicros(1'700'000'000'000'001),
                        *Uuid::Parse("0190a0d4-0000-7000-8000-00000000000f")};
  EXPECT_THAT(TimePlaceOf(PageTokenAt("filter", place), "filter"), IsOkAndHolds(std::optional(place)));
  EXPECT_THAT(TimePlaceOf("", "filter"), IsOkAndHolds(std::optional<TimePlace>()));
  const std::string id = place.id.ToString();
  const std::vector<std::string> others = {"+17/" + id,
                                           " 17/" + id,
                                           "017/" + id,
                                           "17 /" + id,
                                           "17/" + id + "/",
                                           "17/0190A0D4-0000-7000-8000-00000000000F",
                                           "/" + id,
                                           "17",
                                           "17/"};
  for (const std::string& text : others)
    EXPECT_THAT(TimePlaceOf(PageToken("filter", text), "filter"), RefusedWith(Reason::kInvalidPageToken))
        << text;
}

TEST(Page, ANumberIsRoundTrippedAndHasOneSpelling) {
  EXPECT_THAT(NumberPlaceOf(PageTokenAt("filter", 17), "filter"), IsOkAndHolds(17u));
  EXPECT_THAT(NumberPlaceOf("", "filter"), IsOkAndHolds(0u));
  for (const char* text : {"0", "017", "+17", " 17", "17 ", "-1", "x", "18446744073709551616"})
    EXPECT_THAT(NumberPlaceOf(PageToken("filter", text), "filter"), RefusedWith(Reason::kInvalidPageToken))
        << text;
}

struct ThingTag;
using ThingId = Id<ThingTag>;

struct Thing {
  int64_t number = 0;
  std::string text;
};

// A page of `texts`, numbered from 1, as WritePage cuts it.
struct Cut {
  google::protobuf::RepeatedPtrField<google::protobuf::StringValue> items;
  std::string token;
};
Cut CutOf(const std::vector<std::string>& texts, size_t size) {
  std::vector<Thing> things;
  for (const std::string& text : texts) things.push_back({static_cast<int64_t>(things.size()) + 1, text});
  Cut cut;
  cut.token = WritePage(
      things, size, "things", &cut.items,
      [](const Thing& thing) {
        google::protobuf::StringValue item;
        item.set_value(thing.text);
        return item;
      },
      [](const Thing& thing) { return static_cast<uint64_t>(thing.number); });
  return cut;
}

TEST(Page, APlaceKeepsTheTypeOfItsId) {
  const Place<ThingId> place{absl::FromUnixMicros(17),
                             ThingId(*Uuid::Parse("0190a0d4-0000-7000-8000-00000000000f"))};
  EXPECT_THAT(PlaceIn<ThingId>(PageTokenAt("things", place), "things"), IsOkAndHolds(std::optional(place)));
  EXPECT_THAT(PlaceIn<ThingId>("", "things"), IsOkAndHolds(std::optional<Place<ThingId>>()));
  EXPECT_THAT(PlaceIn<ThingId>(PageTokenAt("things", place), "others"),
              RefusedWith(Reason::kInvalidPageToken));
}

TEST(Page, EndsAtItsSizeAndLeadsToTheRowAfterIt) {
  const Cut cut = CutOf({"a", "b", "c"}, 2);
  ASSERT_EQ(cut.items.size(), 2);
  EXPECT_EQ(cut.items[1].value(), "b");
  EXPECT_THAT(NumberPlaceOf(cut.token, "things"), IsOkAndHolds(2));
}

TEST(Page, OfAllThatIsLeftHasNoToken) {
  EXPECT_EQ(CutOf({"a", "b"}, 2).token, "");
  EXPECT_EQ(CutOf({}, 2).token, "");
}

TEST(Page, EndsBeforeTheItemThatClientsWouldNotTake) {
  const std::string half(kPageBytesMax / 2, 'x');
  const Cut cut = CutOf({half, "b", half, "d"}, 50);
  ASSERT_EQ(cut.items.size(), 2);
  EXPECT_THAT(NumberPlaceOf(cut.token, "things"), IsOkAndHolds(2));
}

// Else nobody would get past it.
TEST(Page, HoldsOneItemHoweverLongThatIs) {
  const Cut cut = CutOf({std::string(kPageBytesMax + 1, 'x'), "b"}, 50);
  ASSERT_EQ(cut.items.size(), 1);
  EXPECT_THAT(NumberPlaceOf(cut.token, "things"), IsOkAndHolds(1));
}

}  // namespace
}  // namespace milepost::rpc
