// Pages of lists, of which offers may be deleted between being found and being read.
#include "common/rpc/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/offer_service/rpc/offer_page.h"
#include "tests/unit/offer_service/offers.h"

namespace milepost::offers {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kList[] = "ListOffers/of this test";

// The newest first, each of its own time and id; those at `deleted` deleted.
std::vector<Offer> Found(int count, const std::set<int>& deleted = {}) {
  std::vector<Offer> offers;
  for (int i = 0; i < count; ++i) {
    Offer offer = InState(deleted.contains(i) ? OfferState::kDeleted : OfferState::kDraft);
    offer.id = OfferId(*Uuid::Parse(absl::StrCat("0190a000-0000-7000-8000-00000000010", i)));
    offer.created_at = kStart - absl::Minutes(i);
    offers.push_back(std::move(offer));
  }
  return offers;
}

// The last digits of the shown names, and of the place at which the next page begins; "" where there is none.
struct Page {
  std::vector<std::string> shown;
  std::string next;
};
Page PageOf(const std::vector<Offer>& offers, size_t size, const Actor& viewer = kSeller) {
  v1::ListOffersResponse response;
  WritePage(offers, size, kList, viewer, response);
  Page page;
  for (const v1::Offer& offer : response.offers()) page.shown.push_back(offer.name().substr(42));
  if (response.next_page_token().empty()) return page;
  const auto place = rpc::PlaceIn<OfferId>(response.next_page_token(), kList);
  EXPECT_TRUE(place.ok() && place->has_value());
  const std::string id = (*place)->id.ToString();
  page.next = id.substr(id.size() - 1);
  EXPECT_EQ((*place)->at, kStart - absl::Minutes(std::stoi(page.next)));
  return page;
}

TEST(OfferPage, OneMoreThanThePageHoldsMeansThatThereIsANextOne) {
  EXPECT_THAT(PageOf(Found(2), 2).shown, ElementsAre("0", "1"));
  EXPECT_EQ(PageOf(Found(2), 2).next, "");
  EXPECT_THAT(PageOf(Found(3), 2).shown, ElementsAre("0", "1"));
  EXPECT_EQ(PageOf(Found(3), 2).next, "1");
  EXPECT_THAT(PageOf(Found(0), 2).shown, IsEmpty());
}

TEST(OfferPage, WhatWasDeletedMeanwhileIsLeftOutAndTheListGoesOn) {
  EXPECT_THAT(PageOf(Found(3, {0}), 2).shown, ElementsAre("1", "2"));
  EXPECT_EQ(PageOf(Found(3, {0}), 2).next, "2") << "there may be more than what was found";
  EXPECT_THAT(PageOf(Found(3, {2}), 2).shown, ElementsAre("0", "1"));
  EXPECT_EQ(PageOf(Found(3, {2}), 2).next, "2");
  EXPECT_THAT(PageOf(Found(3, {0, 1, 2}), 2).shown, IsEmpty());
  EXPECT_EQ(PageOf(Found(3, {0, 1, 2}), 2).next, "2");
  EXPECT_EQ(PageOf(Found(2, {0, 1}), 2).next, "");
}

TEST(OfferPage, NobodyIsShownADeletedOffer) {
  for (const Actor& viewer : {kSeller, kBuyer, kOperator, kBilling})
    EXPECT_THAT(PageOf(Found(2, {0, 1}), 2, viewer).shown, IsEmpty()) << viewer.name;
}

}  // namespace
}  // namespace milepost::offers
