// SearchGigs over the wire: what is found, in which order, page after page; and what a query can't do.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/component/gig_catalog/catalog.h"

namespace milepost::gig_catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

// The tests share one catalogue: each has a word of its own, which its gigs have in their description.
class SearchGigs : public ::testing::Test {
 protected:
  v1::CreateGigRequest GigWith(const std::string& title, int64_t cents = 15'000) const {
    v1::CreateGigRequest request = GigAt(Usd(cents));
    request.mutable_gig()->set_title(title);
    request.mutable_gig()->set_description(absl::StrCat("For the test ", own, "."));
    return request;
  }
  std::string Publish(const v1::CreateGigRequest& request) const {
    const std::string gig = CreateGig(sara, request);
    sara.Do(&Stub::PublishGig, Of<v1::PublishGigRequest>(gig));
    return gig;
  }
  std::string Publish(const std::string& title) const { return Publish(GigWith(title)); }

  // A search among this test's gigs.
  v1::SearchGigsRequest For(absl::string_view words = "") const {
    v1::SearchGigsRequest request;
    request.set_query(absl::StrCat(own, " ", words));
    return request;
  }
  // All pages, one after the other; they are in one order.
  static std::vector<std::string> All(v1::SearchGigsRequest request, v1::SearchOrder order) {
    std::vector<std::string> names;
    for (int pages = 0; pages < 40; ++pages) {
      const v1::SearchGigsResponse page = Caller("users/ben").Read(&Stub::SearchGigs, request);
      for (const v1::Gig& gig : page.gigs()) names.push_back(gig.name());
      EXPECT_EQ(page.order(), order);
      if (request.page_size() > 0) {
        EXPECT_LE(page.gigs_size(), request.page_size());
      }
      if (page.next_page_token().empty()) return names;
      request.set_page_token(page.next_page_token());
    }
    ADD_FAILURE() << "no end of pages";
    return names;
  }
  static std::vector<std::string> Found(const v1::SearchGigsRequest& request) {
    return All(request, v1::SEARCH_ORDER_RELEVANCE);
  }
  static std::vector<std::string> RefusedFields(const v1::SearchGigsRequest& request) {
    const Refusal refusal = Caller("users/ben").RefusedAsIs(&Stub::SearchGigs, request);
    EXPECT_EQ(refusal.reason, Reason::kInvalidFields);
    std::vector<std::string> fields;
    for (const FieldViolation& violation : refusal.fields) fields.push_back(violation.field);
    return fields;
  }

  const std::string own = absl::StrCat("own", NewRequestId().substr(24));
  const Caller sara = Caller::NewUser("sara");
};

TEST_F(SearchGigs, FindsWholeWordsInAnyCapitals) {
  const std::string animation = Publish("3D product animation");
  const std::string logos = Publish("Three logos, hand-drawn");
  EXPECT_THAT(Found(For("3d")), ElementsAre(animation)) << "a word of two characters";
  EXPECT_THAT(Found(For("PRODUCT 3D")), ElementsAre(animation));
  EXPECT_THAT(Found(For("drawn")), ElementsAre(logos));
  EXPECT_THAT(Found(For("logo")), IsEmpty()) << "a part of a word";
  EXPECT_THAT(Found(For("3d logos")), IsEmpty()) << "no gig has both";
  EXPECT_THAT(Found(For()), ElementsAre(logos, animation)) << "their description has it";
}

TEST_F(SearchGigs, FindsUmlautsAndShortWords) {
  const std::string gig = Publish("Schöne Gemälde für die Straße, in C");
  for (const char* words : {"gemälde", "GEMÄLDE", "schöne straße", "STRASSE", "c", "für C", "scho\xCC\x88ne"})
    EXPECT_THAT(Found(For(words)), ElementsAre(gig)) << words;
  EXPECT_THAT(Found(For("gemalde")), IsEmpty()) << "another letter";
  EXPECT_THAT(Found(For("a an the of der die das")), IsEmpty());
  EXPECT_THAT(Found(For("für die in")), ElementsAre(gig)) << "a server's stop-words are words";
}

TEST_F(SearchGigs, ThoseWithMoreWordsInTheTitleComeFirstThenTheNewer) {
  std::vector<std::string> plain, one, both;
  for (int i = 0; i < 2; ++i) {
    v1::CreateGigRequest request = GigWith("Something else");
    request.mutable_gig()->set_description(absl::StrCat(own, " modern poster"));
    plain.push_back(Publish(request));
    request.mutable_gig()->set_title("Modern art");
    one.push_back(Publish(request));
    request.mutable_gig()->set_title("A modern poster");
    both.push_back(Publish(request));
  }
  v1::SearchGigsRequest request = For("modern poster");
  for (int page_size : {0, 1, 2, 4, 5, 6}) {
    request.set_page_size(page_size);
    EXPECT_THAT(Found(request), ElementsAre(both[1], both[0], one[1], one[0], plain[1], plain[0]))
        << "page_size " << page_size;
  }
}

TEST_F(SearchGigs, WithoutWordsNewestFirst) {
  std::vector<std::string> gigs;
  for (int i = 0; i < 5; ++i) gigs.insert(gigs.begin(), Publish(GigWith("Any", 70'031)));
  v1::SearchGigsRequest request;
  *request.mutable_min_price() = Usd(70'031);
  *request.mutable_max_price() = Usd(70'031);
  for (const char* query : {"", "   "}) {
    request.set_query(query);
    for (int page_size : {0, 1, 2, 5}) {
      request.set_page_size(page_size);
      EXPECT_THAT(All(request, v1::SEARCH_ORDER_NEWEST_FIRST), ElementsAreArray(gigs));
    }
  }
}

TEST_F(SearchGigs, GigsThatComeMeanwhileDisturbNoPage) {
  std::vector<std::string> gigs;
  for (int i = 0; i < 6; ++i) gigs.insert(gigs.begin(), Publish(GigWith("Any", 70'032)));
  v1::SearchGigsRequest by_words = For(), newest;
  *newest.mutable_min_price() = *by_words.mutable_min_price() = Usd(70'032);
  *newest.mutable_max_price() = Usd(70'032);
  for (v1::SearchGigsRequest request : {by_words, newest}) {
    request.set_page_size(2);
    std::vector<std::string> seen;
    for (int pages = 0; pages < 10; ++pages) {
      const v1::SearchGigsResponse page = sara.Read(&Stub::SearchGigs, request);
      for (const v1::Gig& gig : page.gigs()) seen.push_back(gig.name());
      Publish(GigWith("Any", 70'033));
      if (page.next_page_token().empty()) break;
      request.set_page_token(page.next_page_token());
    }
    EXPECT_THAT(seen, ElementsAreArray(gigs));
  }
}

TEST_F(SearchGigs, OnlyPublishedGigsAsTheyAreNow) {
  const std::string gig = CreateGig(sara, GigWith("Drafted"));
  EXPECT_THAT(Found(For()), IsEmpty()) << "a draft";
  sara.Do(&Stub::PublishGig, Of<v1::PublishGigRequest>(gig));
  EXPECT_THAT(Found(For("drafted")), ElementsAre(gig));
  v1::UpdateGigRequest update;
  update.mutable_gig()->set_name(gig);
  update.mutable_gig()->set_title("Retitled");
  update.mutable_update_mask()->add_paths("title");
  sara.Do(&Stub::UpdateGig, update);
  EXPECT_THAT(Found(For("drafted")), IsEmpty());
  EXPECT_THAT(Found(For("retitled")), ElementsAre(gig));
  sara.Do(&Stub::PauseGig, Of<v1::PauseGigRequest>(gig));
  EXPECT_THAT(Found(For()), IsEmpty()) << "paused";
  sara.Do(&Stub::PublishGig, Of<v1::PublishGigRequest>(gig));
  EXPECT_THAT(Found(For()), ElementsAre(gig)) << "again";
  sara.Do(&Stub::DeleteGig, Of<v1::DeleteGigRequest>(gig));
  EXPECT_THAT(Found(For()), IsEmpty()) << "deleted";
}

TEST_F(SearchGigs, EverybodyFindsTheSame) {
  const std::string gig = Publish("Any");
  for (const char* who : {"users/ben", "operators/ops", "services/offer-service"}) {
    const v1::SearchGigsResponse page = Caller(who).Read(&Stub::SearchGigs, For());
    ASSERT_THAT(page.gigs(), SizeIs(1)) << who;
    EXPECT_EQ(page.gigs(0).name(), gig);
  }
  EXPECT_THAT(sara.Read(&Stub::SearchGigs, For()).gigs(), SizeIs(1)) << "its seller";
}

TEST_F(SearchGigs, InASubcategory) {
  v1::CreateGigRequest request = GigWith("Any");
  request.mutable_gig()->set_subcategory("logo-design");
  const std::string logo = Publish(request), plan = Publish("Any");
  v1::SearchGigsRequest search = For();
  search.set_subcategory("logo-design");
  EXPECT_THAT(Found(search), ElementsAre(logo));
  search.set_subcategory("business-plans");
  EXPECT_THAT(Found(search), ElementsAre(plan));
  search.set_subcategory("no-such");
  EXPECT_THAT(Found(search), IsEmpty());
  // The same without words: another index.
  v1::SearchGigsRequest newest;
  newest.set_subcategory("logo-design");
  newest.set_page_size(1);
  EXPECT_EQ(sara.Read(&Stub::SearchGigs, newest).gigs(0).name(), logo);
}

TEST_F(SearchGigs, ByTheLowestPrice) {
  v1::CreateGigRequest request = GigWith("Any", 30'000);
  *request.mutable_gig()->add_packages() = PackageAt(type::v1::PACKAGE_PREMIUM, Usd(20'000));
  const std::string gig = Publish(request);
  const auto found = [&](int64_t min, int64_t max) {
    v1::SearchGigsRequest search = For();
    if (min > 0) *search.mutable_min_price() = Usd(min);
    if (max > 0) *search.mutable_max_price() = Usd(max);
    return Found(search).size();
  };
  EXPECT_EQ(found(20'000, 20'000), 1u);
  EXPECT_EQ(found(20'000, 0), 1u);
  EXPECT_EQ(found(0, 20'000), 1u);
  EXPECT_EQ(found(20'001, 0), 0u);
  EXPECT_EQ(found(0, 19'999), 0u);
  EXPECT_EQ(found(20'001, 30'000), 0u) << "not the price that it is offered from";
  v1::SearchGigsRequest euros = For();
  *euros.mutable_min_price() = Usd(1);
  euros.mutable_min_price()->set_currency_code("EUR");
  EXPECT_THAT(Found(euros), IsEmpty());
}

TEST_F(SearchGigs, WithMilestonesAvailable) {
  const auto with_own = [&](const std::string& gig) {
    v1::UpdateGigRequest update;
    update.mutable_gig()->set_name(gig);
    update.mutable_gig()->set_description(own);
    update.mutable_update_mask()->add_paths("description");
    sara.Do(&Stub::UpdateGig, update);
    sara.Do(&Stub::PublishGig, Of<v1::PublishGigRequest>(gig));
    return gig;
  };
  const std::string active = with_own(CreateGigWithPlan(sara, 2)),
                    draft = with_own(CreateGigWithPlan(sara, 2));
  const std::string suspended = with_own(CreateGigWithPlan(sara, 2)), none = Publish("Any");
  for (const std::string& gig : {active, suspended})
    sara.Do(&Stub::PublishMilestonePlan, Of<v1::PublishMilestonePlanRequest>(gig));
  v1::UpdateGigRequest cheap;
  cheap.mutable_gig()->set_name(suspended);
  *cheap.mutable_gig()->add_packages() = PackageAt(type::v1::PACKAGE_BASIC, Usd(9'000));
  cheap.mutable_update_mask()->add_paths("packages");
  sara.Do(&Stub::UpdateGig, cheap);
  EXPECT_THAT(Found(For()), UnorderedElementsAre(active, draft, suspended, none));
  v1::SearchGigsRequest request = For();
  request.set_milestones_available(true);
  EXPECT_THAT(Found(request), ElementsAre(active)) << "A2: a suspended plan is not available";
  request.set_page_size(1);
  EXPECT_THAT(Found(request), ElementsAre(active)) << "the newer, suspended one is passed over";
  sara.Do(&Stub::DisableMilestonePlan, Of<v1::DisableMilestonePlanRequest>(active));
  EXPECT_THAT(Found(request), IsEmpty());
}

TEST_F(SearchGigs, OperatorsOfAFullTextQueryAreBlanks) {
  const std::string gig = Publish("Modern poster");
  for (const char* words :
       {"+modern -poster", "\"poster modern\"", "modern*poster", "(modern) <poster >~@3*modern",
        "modern' OR '1'='1", "modern\\", "%modern_poster%", "modern;--", "+ - * \" ( ) @ < > ~ modern"}) {
    const absl::StatusOr<v1::SearchGigsResponse> page =
        Caller("users/ben").Call(&Stub::SearchGigs, For(words));
    EXPECT_THAT(page, testing::IsOk()) << words;
  }
  EXPECT_THAT(Found(For("+modern -poster")), ElementsAre(gig));
  EXPECT_THAT(Found(For("\"poster (modern)\" ~")), ElementsAre(gig));
  EXPECT_THAT(Found(For("mod*")), IsEmpty());
  EXPECT_THAT(Found(For("moder_")), IsEmpty());
  EXPECT_THAT(Found(For("%")), ElementsAre(gig)) << "no word";
  EXPECT_THAT(Found(For("zqmodern")), IsEmpty()) << "how a word is stored is no word";
}

TEST_F(SearchGigs, OfPunctuationAloneFindsNothing) {
  Publish("Any");
  for (const char* query : {"+-*\"()@<>~", "!!!", "…", "\xF0\x9F\x9A\x80"}) {
    v1::SearchGigsRequest request;
    request.set_query(query);
    EXPECT_THAT(Found(request), IsEmpty()) << query;
  }
}

TEST_F(SearchGigs, ALongQuery) {
  const std::string gig = Publish("a b c d e f g h i j k l m n o p q r s t u v w x y z");
  std::vector<std::string> letters;
  for (char c = 'a'; c <= 'z'; ++c) letters.push_back(std::string(1, c));
  EXPECT_THAT(Found(For(absl::StrJoin(letters, " "))), ElementsAre(gig));
  letters.push_back("9");
  EXPECT_THAT(Found(For(absl::StrJoin(letters, " "))), IsEmpty());
  v1::SearchGigsRequest request;
  request.set_query(std::string(200, 'x'));
  EXPECT_THAT(Found(request), IsEmpty());
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "ü ";
  request.set_query(umlauts);
  EXPECT_THAT(Found(request), IsEmpty());
  request.set_query(std::string(201, 'x'));
  EXPECT_THAT(RefusedFields(request), ElementsAre("query"));
}

TEST_F(SearchGigs, MalformedFields) {
  v1::SearchGigsRequest request;
  request.set_query("two\nlines");
  request.set_page_size(-1);
  *request.mutable_min_price() = Usd(-1);
  request.mutable_max_price()->set_currency_code("usd");
  EXPECT_THAT(RefusedFields(request),
              UnorderedElementsAre("query", "page_size", "min_price", "max_price.currency_code"));
  request = {};
  *request.mutable_min_price() = Usd(200);
  *request.mutable_max_price() = Usd(199);
  EXPECT_THAT(RefusedFields(request), ElementsAre("max_price"));
  *request.mutable_max_price() = Usd(300);
  request.mutable_max_price()->set_currency_code("EUR");
  EXPECT_THAT(RefusedFields(request), SizeIs(1));
}

TEST_F(SearchGigs, ATokenIsForItsQueryOnly) {
  for (int i = 0; i < 3; ++i) Publish("Modern poster");
  v1::SearchGigsRequest request = For("modern");
  request.set_page_size(1);
  const std::string token = sara.Read(&Stub::SearchGigs, request).next_page_token();
  ASSERT_NE(token, "");
  const auto refused = [&](auto change) {
    v1::SearchGigsRequest other = request;
    other.set_page_token(token);
    change(other);
    return sara.RefusedAsIs(&Stub::SearchGigs, other).reason == Reason::kInvalidPageToken;
  };
  EXPECT_TRUE(refused([&](auto& other) { other.set_query(For("poster").query()); }));
  EXPECT_TRUE(refused([](auto& other) { other.set_subcategory("business-plans"); }));
  EXPECT_TRUE(refused([](auto& other) { *other.mutable_min_price() = Usd(1); }));
  EXPECT_TRUE(refused([](auto& other) { *other.mutable_max_price() = Usd(100'000); }));
  EXPECT_TRUE(refused([](auto& other) { other.set_milestones_available(true); }));
  for (const std::string& bad : {std::string("x"), token + "AAAA", token.substr(0, 8), std::string(512, 'A')})
    EXPECT_TRUE(refused([&](auto& other) { other.set_page_token(bad); })) << bad;
  request.set_page_token(token);
  request.set_page_size(7);
  EXPECT_THAT(sara.Read(&Stub::SearchGigs, request).gigs(), SizeIs(2)) << "the size may change";
}

}  // namespace
}  // namespace milepost::gig_catalog
