// ListGigs: who sees what, page after page.
#include "absl/strings/str_cat.h"
#include "tests/component/gig_catalog/catalog.h"

namespace milepost::gig_catalog {
namespace {

using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

class ListGigs : public ::testing::Test {
 protected:
  // Newest first.
  std::vector<std::string> CreateGigs(int count) {
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i) names.insert(names.begin(), CreateGig(sara));
    return names;
  }
  // All pages, one after the other.
  static std::vector<std::string> All(const Caller& who, v1::ListGigsRequest request) {
    std::vector<std::string> names;
    for (int pages = 0; pages < 20; ++pages) {
      const v1::ListGigsResponse page = who.Read(&Stub::ListGigs, request);
      for (const v1::Gig& gig : page.gigs()) names.push_back(gig.name());
      if (request.page_size() > 0) {
        EXPECT_LE(page.gigs_size(), request.page_size());
      }
      if (page.next_page_token().empty()) return names;
      request.set_page_token(page.next_page_token());
    }
    ADD_FAILURE() << "no end of pages";
    return names;
  }

  const Caller sara = Caller::NewUser("sara"), ben = Caller::NewUser("ben");
};

TEST_F(ListGigs, OwnGigsNewestFirstPageByPage) {
  const std::vector<std::string> names = CreateGigs(7);
  for (int page_size : {1, 2, 3, 6, 7, 8, 0}) {
    v1::ListGigsRequest request;
    request.set_page_size(page_size);
    EXPECT_THAT(All(sara, request), ElementsAreArray(names)) << "page_size " << page_size;
  }
  EXPECT_THAT(All(ben, v1::ListGigsRequest()), IsEmpty());
}

TEST_F(ListGigs, AGigCreatedMeanwhileDisturbsNoPage) {
  const std::vector<std::string> names = CreateGigs(4);
  v1::ListGigsRequest request;
  request.set_page_size(2);
  const v1::ListGigsResponse first = sara.Read(&Stub::ListGigs, request);
  CreateGigs(2);
  request.set_page_token(first.next_page_token());
  const v1::ListGigsResponse second = sara.Read(&Stub::ListGigs, request);
  ASSERT_EQ(second.gigs_size(), 2);
  EXPECT_EQ(second.gigs(0).name(), names[2]);
  EXPECT_EQ(second.gigs(1).name(), names[3]);
  EXPECT_EQ(second.next_page_token(), "");
}

TEST_F(ListGigs, OthersSeePublishedAndPausedOnes) {
  const std::vector<std::string> names = CreateGigs(4);
  for (int i : {0, 1, 2}) sara.Do(&Stub::PublishGig, Of<v1::PublishGigRequest>(names[i]));
  sara.Do(&Stub::PauseGig, Of<v1::PauseGigRequest>(names[1]));
  sara.Do(&Stub::DeleteGig, Of<v1::DeleteGigRequest>(names[2]));
  v1::ListGigsRequest request;
  request.set_seller(sara.actor());
  EXPECT_THAT(All(ben, request), ElementsAreArray({names[0], names[1]}));
  EXPECT_THAT(All(Caller("operators/ops"), request), ElementsAreArray(names));
  EXPECT_THAT(All(sara, request), ElementsAreArray(names));
  EXPECT_THAT(All(Caller("services/offer-service"), request), ElementsAreArray(names));
  request.set_state(v1::GIG_STATE_PAUSED);
  EXPECT_THAT(All(ben, request), ElementsAreArray({names[1]}));
  request.set_state(v1::GIG_STATE_DRAFT);
  EXPECT_THAT(All(ben, request), IsEmpty());
  EXPECT_THAT(All(sara, request), ElementsAreArray({names[3]}));
}

TEST_F(ListGigs, ATokenIsForItsFilterOnly) {
  CreateGigs(3);
  v1::ListGigsRequest request;
  request.set_page_size(1);
  const std::string token = sara.Read(&Stub::ListGigs, request).next_page_token();
  ASSERT_NE(token, "");
  request.set_page_token(token);
  request.set_state(v1::GIG_STATE_DRAFT);
  EXPECT_EQ(sara.RefusedAsIs(&Stub::ListGigs, request).reason, Reason::kInvalidPageToken);
  request.set_state(v1::GIG_STATE_UNSPECIFIED);
  for (const std::string& bad :
       {std::string("x"), token + "AAAA", token.substr(0, 8), std::string(512, 'A')}) {
    request.set_page_token(bad);
    EXPECT_EQ(sara.RefusedAsIs(&Stub::ListGigs, request).reason, Reason::kInvalidPageToken) << bad;
  }
}

TEST_F(ListGigs, PageSizesOutOfRange) {
  CreateGigs(2);
  v1::ListGigsRequest request;
  request.set_page_size(1'000'000);
  EXPECT_EQ(sara.Read(&Stub::ListGigs, request).gigs_size(), 2);
  request.set_page_size(-1);
  EXPECT_EQ(sara.RefusedAsIs(&Stub::ListGigs, request).reason, Reason::kInvalidFields);
}

TEST_F(ListGigs, OperatorsAndServicesListTheGigsOfAllSellers) {
  const std::vector<std::string> mine = CreateGigs(3);
  const std::string bens = CreateGig(ben);
  ben.Do(&Stub::DeleteGig, Of<v1::DeleteGigRequest>(bens));
  for (const char* actor : {"operators/ops", "services/offer-service"}) {
    v1::ListGigsRequest request;
    request.set_page_size(2);
    std::vector<std::string> names;
    for (int pages = 0; pages < 2; ++pages) {
      const v1::ListGigsResponse page = Caller(actor).Read(&Stub::ListGigs, request);
      for (const v1::Gig& gig : page.gigs()) names.push_back(gig.name());
      request.set_page_token(page.next_page_token());
    }
    EXPECT_THAT(names, ElementsAreArray({bens, mine[0], mine[1], mine[2]})) << actor;
    request.clear_page_token();
    request.set_page_size(1);
    request.set_state(v1::GIG_STATE_DELETED);
    EXPECT_EQ(Caller(actor).Read(&Stub::ListGigs, request).gigs(0).name(), bens) << actor;
    request.set_state(v1::GIG_STATE_DRAFT);
    EXPECT_EQ(Caller(actor).Read(&Stub::ListGigs, request).gigs(0).name(), mine[0]) << actor;
  }
  EXPECT_THAT(All(sara, v1::ListGigsRequest()), ElementsAreArray(mine)) << "a user's list is the user's own";
}

}  // namespace
}  // namespace milepost::gig_catalog
