// The search on a schema of its own: what common words do to a search, how far a call looks, what a page costs, and how rows
// that are missing come.
#include "services/gig_catalog/store/gig_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/core/clock.h"
#include "common/core/refusal.h"
#include "common/db/migrations.h"
#include "grpcpp/client_context.h"
#include "migrations/gig_catalog.h"
#include "milepost/catalog/v1/gig_catalog.grpc.pb.h"
#include "services/gig_catalog/domain/words.h"
#include "services/gig_catalog/workers/search_filler.h"
#include "tests/support/database.h"
#include "tests/support/matchers.h"
#include "tests/support/server_process.h"
#include "tests/support/stored_gigs.h"

namespace milepost::gig_catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::SizeIs;

namespace v1 = ::milepost::catalog::v1;

constexpr int kStored = 3000;

db::ConnectOptions EmptySchema() {
  const db::ConnectOptions options = testing::TestDatabase::Get().NewSchema();
  EXPECT_THAT(db::Migrate(options, {migrations::gig_catalog()}), testing::IsOk());
  return options;
}

// Gig `number`, PUBLISHED; the later ones are newer.
Gig Numbered(int number) {
  Gig gig;
  gig.id = GigId(NewUuid(absl::FromUnixSeconds(1'700'000'000 + number)));
  gig.sequence = 2;
  gig.seller = "users/sara";
  gig.state = GigState::kPublished;
  gig.created_at = gig.updated_at = absl::FromUnixSeconds(1'700'000'000 + number);
  gig.title = number % 3 == 0 ? "Logo for everybody" : "For everybody";
  gig.description = absl::StrCat("common even", number % 2, " tenth", number % 10, " ten", number / 10,
                                 number % 3 == 0 ? "" : " logo");
  gig.subcategory = number % 2 == 0 ? "logo-design" : "business-plans";
  gig.packages[Tier::kBasic] = Package{Money::Usd(1'000 + number), 5, {}};
  return gig;
}

void Store(const db::ConnectOptions& options, absl::Span<const Gig> gigs) {
  const auto connection = db::Connection::Open(options);
  ASSERT_THAT(connection, testing::IsOk());
  ASSERT_THAT(testing::StoreGigs(**connection, gigs), testing::IsOk());
}

// 3000 gigs, of which all have "common", half "even0", a tenth "tenth0", and ten "ten7".
class SearchStore : public ::testing::Test {
 protected:
  struct Stored {
    db::ConnectOptions options = EmptySchema();
    std::vector<Gig> gigs;
    Stored() {
      for (int i = 0; i < kStored; ++i) gigs.push_back(Numbered(i));
      Store(options, gigs);
      testing::ExecuteOrDie(options, "ANALYZE TABLE gig_search");
    }
  };
  static const Stored& Catalogue() {
    static const auto* const stored = new Stored();
    return *stored;
  }
  // A word is common that more than 100 gigs have, by a sample of 1000; a call looks at 200 gigs.
  static GigSearchLimits Limits() {
    return {.words = {.common = 100, .sample_rows = 1000, .lifetime = absl::Hours(1)},
            .read_with_words = 200,
            .read_without_words = 400};
  }

  static absl::StatusOr<FoundGigs> Find(GigSearch& search, SearchQuery query) {
    std::promise<absl::StatusOr<FoundGigs>> promise;
    search.Find(std::move(query),
                [&](absl::StatusOr<FoundGigs> found) { promise.set_value(std::move(found)); });
    return promise.get_future().get();
  }
  struct Pages {
    std::vector<GigId> gigs;
    std::set<SearchOrder> orders;
    int count = 0;
  };
  // All pages, one after the other.
  Pages All(SearchQuery query) {
    Pages pages;
    do {
      const absl::StatusOr<FoundGigs> page = Find(search, query);
      EXPECT_THAT(page, testing::IsOk());
      if (!page.ok() || ++pages.count > 1000) break;
      EXPECT_LE(page->gigs.size(), query.limit);
      for (const FoundGig& each : page->gigs) pages.gigs.push_back(each.gig.id);
      pages.orders.insert(page->order);
      query.after = page->next;
    } while (query.after);
    return pages;
  }
  // Newest first.
  static std::vector<GigId> Those(const std::function<bool(int)>& which) {
    std::vector<GigId> ids;
    for (int i = kStored - 1; i >= 0; --i)
      if (which(i)) ids.push_back(Catalogue().gigs[i].id);
    return ids;
  }
  static SearchQuery For(absl::string_view words, size_t limit = 7) {
    SearchQuery query;
    query.words = WordsOf(words);
    query.limit = limit;
    return query;
  }

  db::ReadPool pool{Catalogue().options, {.connections = 1}};
  GigSearch search{pool, Limits()};
};

TEST_F(SearchStore, ARareWordIsSearchedByRelevance) {
  for (size_t limit : {1, 3, 10, 11}) {
    const Pages pages = All(For("ten7 logo", limit));
    EXPECT_THAT(pages.orders, ElementsAre(SearchOrder::kRelevance));
    // Gigs 70 to 79: those with "logo" in their title first, newest first in each part.
    std::vector<GigId> expected;
    for (bool in_title : {true, false})
      for (int i = 79; i >= 70; --i)
        if ((i % 3 == 0) == in_title) expected.push_back(Catalogue().gigs[i].id);
    EXPECT_THAT(pages.gigs, ElementsAreArray(expected)) << "limit " << limit;
  }
}

TEST_F(SearchStore, CommonWordsAreSearchedNewestFirst) {
  const Pages pages = All(For("common even0"));
  EXPECT_THAT(pages.orders, ElementsAre(SearchOrder::kNewestFirst));
  EXPECT_THAT(pages.gigs, ElementsAreArray(Those([](int i) { return i % 2 == 0; })));
}

TEST_F(SearchStore, ARareWordAmongCommonOnesDecides) {
  const Pages pages = All(For("common even0 ten7"));
  EXPECT_THAT(pages.orders, ElementsAre(SearchOrder::kRelevance));
  EXPECT_THAT(pages.gigs, ElementsAreArray(Those([](int i) { return i / 10 == 7 && i % 2 == 0; })));
}

TEST_F(SearchStore, ACallLooksAtSoManyGigsAndThePagesHaveThemAll) {
  SearchQuery query = For("common", 50);
  query.price = PriceRange{Currency::Usd(), 1'100, 1'103};
  const absl::StatusOr<FoundGigs> first = Find(search, query);
  ASSERT_THAT(first, testing::IsOk());
  EXPECT_THAT(first->gigs, IsEmpty()) << "the newest 200 cost more";
  EXPECT_TRUE(first->next);
  const Pages pages = All(query);
  EXPECT_THAT(pages.gigs, ElementsAreArray(Those([](int i) { return i >= 100 && i <= 103; })));
  EXPECT_THAT(pages.count, ::testing::AllOf(::testing::Ge(kStored / 201), ::testing::Le(kStored / 200 + 1)));
}

TEST_F(SearchStore, ACallLooksFurtherUntilItsPageIsFull) {
  GigSearch thorough(pool, {.words = {.common = 100, .sample_rows = 1000}});
  SearchQuery query = For("common", 3);
  query.price = PriceRange{Currency::Usd(), 1'100, 1'103};  // 2,900 gigs down
  const absl::StatusOr<FoundGigs> first = Find(thorough, query);
  ASSERT_THAT(first, testing::IsOk());
  ASSERT_THAT(first->gigs, SizeIs(3));
  EXPECT_EQ(first->gigs[0].gig.id, Catalogue().gigs[103].id);
  query.after = first->next;
  const absl::StatusOr<FoundGigs> last = Find(thorough, query);
  ASSERT_THAT(last, testing::IsOk());
  ASSERT_THAT(last->gigs, SizeIs(1));
  EXPECT_EQ(last->gigs[0].gig.id, Catalogue().gigs[100].id);
  EXPECT_FALSE(last->next);
}

TEST_F(SearchStore, FiltersWithoutWords) {
  SearchQuery query = For("", 100);
  query.subcategory = "logo-design";
  query.price = PriceRange{Currency::Usd(), 0, 1'500};
  const Pages pages = All(query);
  EXPECT_THAT(pages.orders, ElementsAre(SearchOrder::kNewestFirst));
  EXPECT_THAT(pages.gigs, ElementsAreArray(Those([](int i) { return i % 2 == 0 && i <= 500; })));
}

TEST_F(SearchStore, APageByRelevanceGoesOnWhereItsWordHasBecomeCommon) {
  SearchQuery query = For("tenth0", 5);  // 300 gigs
  GigSearch generous(pool, {.words = {.common = 1000, .sample_rows = 1000}});
  const absl::StatusOr<FoundGigs> first = Find(generous, query);
  ASSERT_THAT(first, testing::IsOk());
  ASSERT_EQ(first->order, SearchOrder::kRelevance);
  query.after = first->next;
  GigSearch stricter(pool, {.words = {.common = 200, .sample_rows = kStored + 1}});
  const absl::StatusOr<FoundGigs> second = Find(stricter, query);
  ASSERT_THAT(second, testing::IsOk());
  EXPECT_EQ(second->order, SearchOrder::kRelevance);
  EXPECT_THAT(second->gigs, SizeIs(5));
  GigSearch strictest(pool, {.words = {.common = 149, .sample_rows = kStored + 1}});
  EXPECT_EQ(RefusalOf(Find(strictest, query).status())->reason, Reason::kInvalidPageToken)
      << "more than twice";
  query.after.reset();
  EXPECT_EQ(Find(stricter, query)->order, SearchOrder::kNewestFirst);
}

// The table `gig_search` may be ahead of what a gig is: a plan that is published and not available, a gig paused meanwhile.
TEST_F(SearchStore, GigsThatAreNotFoundAfterAllArePassedOver) {
  const db::ConnectOptions options = EmptySchema();
  std::vector<Gig> gigs;
  for (int i = 0; i < 20; ++i) {
    gigs.push_back(Numbered(i));
    gigs.back().plan.state = i < 2 ? PlanState::kActive : PlanState::kIneligible;
    if (i < 2) gigs.back().subcategory = "business-plans";
    if (i < 2) gigs.back().packages[Tier::kBasic].price = Money::Usd(20'000);
  }
  Store(options, gigs);
  db::ReadPool reads(options, {.connections = 1});
  GigSearch patient(reads, {.rounds = 40, .gigs_a_round = 2}), hasty(reads, {.rounds = 2, .gigs_a_round = 2});
  SearchQuery query;
  query.milestones_available = true;
  query.limit = 1;
  const absl::StatusOr<FoundGigs> found = Find(patient, query);
  ASSERT_THAT(found, testing::IsOk());
  ASSERT_THAT(found->gigs, SizeIs(1));
  EXPECT_EQ(found->gigs[0].gig.id, gigs[1].id);
  EXPECT_TRUE(found->next);
  const absl::StatusOr<FoundGigs> nothing_yet = Find(hasty, query);
  ASSERT_THAT(nothing_yet, testing::IsOk());
  EXPECT_THAT(nothing_yet->gigs, IsEmpty());
  ASSERT_TRUE(nothing_yet->next);
  EXPECT_EQ(nothing_yet->next->gig, gigs[16].id) << "two rounds of two";
}

TEST_F(SearchStore, APageCostsWhatItHoldsHoweverDeepItIs) {
  const db::ConnectOptions& options = Catalogue().options;
  const auto read_by = [&](SearchQuery query) {
    const int64_t first = testing::RowsRead(options), before = testing::RowsRead(options);
    EXPECT_THAT(Find(search, std::move(query)), testing::IsOk());
    return testing::RowsRead(options) - before - (before - first);
  };
  read_by(For("ten7"));  // the sample
  EXPECT_LT(read_by(For("ten7")), 60) << "ten gigs and their rows";
  EXPECT_LT(read_by(For("common")), 260) << "the end of what a call looks at, then a page";
  SearchQuery deep = For("common");
  deep.after = SearchPlace{SearchOrder::kNewestFirst, 0, absl::FromUnixSeconds(1'700'001'000), GigId()};
  EXPECT_LT(read_by(deep), 260);
}

int64_t Rows(const db::ConnectOptions& options, const std::string& where) {
  return testing::CountOrDie(options, absl::StrCat("SELECT COUNT(*) FROM gig_search WHERE ", where));
}

void Walk(const db::ConnectOptions& options, size_t page) {
  SearchFiller filler(options, {.page = page, .rest = absl::Hours(1)});
  // A page a Tick; after the walk it rests.
  for (int tick = 0; tick < 50; ++tick) EXPECT_THAT(filler.Tick(), testing::IsOk());
}

TEST(SearchFillerTest, FillsWhatIsMissingMadeByOtherRulesOrOlder) {
  const db::ConnectOptions options = EmptySchema();
  std::vector<Gig> gigs;
  for (int i = 0; i < 25; ++i) gigs.push_back(Numbered(i));
  Store(options, gigs);
  for (size_t page : {1, 7, 25, 26}) {
    testing::ExecuteOrDie(options, "DELETE FROM gig_search WHERE price < 1005");
    testing::ExecuteOrDie(options,
                          "UPDATE gig_search SET version = 0, words = '' WHERE price BETWEEN 1005 AND 1009");
    testing::ExecuteOrDie(options,
                          "UPDATE gig_search SET sequence = 1, words = '' WHERE price BETWEEN 1010 AND 1014");
    ASSERT_EQ(Rows(options, "words LIKE '% zqcommon %'"), 10);
    Walk(options, page);
    EXPECT_EQ(Rows(options, "words LIKE '% zqcommon %' AND sequence = 2 AND version = 1"), 25)
        << "page " << page;
  }
}

TEST(SearchFillerTest, LeavesARowOfALaterStateAlone) {
  const db::ConnectOptions options = EmptySchema();
  const std::vector<Gig> gigs = {Numbered(1)};
  Store(options, gigs);
  // As if a lane had written it between the filler's reading and its writing.
  testing::ExecuteOrDie(options, "UPDATE gig_search SET sequence = 9, version = 0, words = ' zqlater '");
  Walk(options, 10);
  EXPECT_EQ(Rows(options, "sequence = 9 AND words = ' zqlater '"), 1);
}

// The worker in the server: gigs from before the migration are found once it runs.
TEST(SearchFillerTest, AServerMakesOldGigsSearchable) {
  const db::ConnectOptions options = EmptySchema();
  const std::vector<Gig> gigs = {Numbered(1), Numbered(2)};
  Store(options, gigs);
  testing::ExecuteOrDie(options, "DELETE FROM gig_search");
  testing::ServerProcess server("gig_catalog", testing::DatabaseFlags(options));
  ASSERT_THAT(server.Start(), testing::IsOk()) << server.log();
  const auto stub = v1::GigCatalog::NewStub(server.channel());
  v1::SearchGigsRequest request;
  request.set_query("everybody");
  v1::SearchGigsResponse response;
  const absl::Time until = WallNow() + absl::Seconds(20);
  while (response.gigs_size() < 2 && WallNow() < until) {
    grpc::ClientContext context;
    context.AddMetadata("milepost-actor", "users/ben");
    ASSERT_TRUE(stub->SearchGigs(&context, request, &response).ok());
  }
  EXPECT_EQ(response.gigs_size(), 2);
}

}  // namespace
}  // namespace milepost::gig_catalog
