// A page of a list costs what the page holds, however many gigs are stored: counted in rows that the database reads.
#include <future>

#include "absl/strings/str_cat.h"
#include "common/db/migrations.h"
#include "migrations/gig_catalog.h"
#include "services/gig_catalog/store/gig_body.h"
#include "services/gig_catalog/store/gig_lists.h"
#include "tests/component/gig_catalog/catalog.h"
#include "tests/support/database.h"

namespace milepost::gig_catalog {
namespace {

constexpr int kGigs = 100'000;
constexpr char kSeller[] = "users/busy";

// 100,000 gigs of one seller, a microsecond apart, every tenth PUBLISHED and the others DRAFT.
db::ConnectOptions FilledSchema() {
  const db::ConnectOptions options = testing::TestDatabase::Get().NewSchema();
  EXPECT_THAT(db::Migrate(options, {migrations::gig_catalog()}), testing::IsOk());
  Gig gig;
  gig.seller = kSeller;
  std::string body;
  for (unsigned char byte : EncodeGig(gig)) absl::StrAppend(&body, absl::Hex(byte, absl::kZeroPad2));
  testing::ExecuteOrDie(
      options,
      absl::StrCat(
          "INSERT INTO gigs (id, sequence, updated_us, seller, state, subcategory, plan_state, basic_price, "
          "basic_currency, created_us, body) SELECT UNHEX(LPAD(HEX(n), 32, '0')), 1, 1, '",
          kSeller, "', IF(n % 10 = 0, 'PUBLISHED', 'DRAFT'), 'logo-design', 'NONE', 500, 'USD', n, UNHEX('",
          body,
          "') FROM (WITH RECURSIVE d (x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM d WHERE x < 9) SELECT "
          "a.x + 10 * b.x + 100 * c.x + 1000 * e.x + 10000 * f.x + 1 AS n FROM d a, d b, d c, d e, d f) "
          "numbers"));
  testing::ExecuteOrDie(options, "ANALYZE TABLE gigs");
  return options;
}

std::vector<Gig> List(GigLists& lists, GigListQuery query) {
  std::promise<absl::StatusOr<ListedGigs>> listed;
  lists.List(std::move(query), [&](absl::StatusOr<ListedGigs> gigs) { listed.set_value(std::move(gigs)); });
  const absl::StatusOr<ListedGigs> page = listed.get_future().get();
  EXPECT_THAT(page, testing::IsOk());
  return page.ok() ? page->gigs : std::vector<Gig>();
}

TEST(ListCost, APageReadsItsOwnRowsOnly) {
  const db::ConnectOptions options = FilledSchema();
  ASSERT_EQ(testing::CountOrDie(options, "SELECT COUNT(*) FROM gigs"), kGigs);
  db::ReadPool pool(options, {.connections = 1});
  GigLists lists(pool);
  const GigPlace middle{absl::FromUnixMicros(kGigs / 2), GigId()};
  const std::vector<GigState> all = {GigState::kDraft, GigState::kPublished, GigState::kPaused,
                                     GigState::kDeleted};
  // The third is what buyers see of a seller.
  const std::vector<GigState> shown = {GigState::kPublished, GigState::kPaused};
  for (const std::vector<GigState>& states : {all, {GigState::kPublished}, shown, {GigState::kDraft}}) {
    for (const std::optional<GigPlace>& from : {std::optional<GigPlace>(), std::optional<GigPlace>(middle)}) {
      for (const char* seller : {kSeller, ""}) {
        const int64_t first = testing::RowsRead(options), before = testing::RowsRead(options);
        const std::vector<Gig> gigs = List(lists, {seller, states, from, 50});
        const int64_t read = testing::RowsRead(options) - before - (before - first);
        EXPECT_EQ(gigs.size(), 50u);
        EXPECT_LT(read, 250) << seller << ": " << states.size() << " states, "
                             << (from ? "middle" : "first page");
      }
    }
  }
}

}  // namespace
}  // namespace milepost::gig_catalog
