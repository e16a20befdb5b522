// Every statement that the services send, judged on tables of 100,000 rows: it finds its rows by an index, sorts no large
// set, reads about what it answers, and locks no row but those that it names. And none is forgotten: what the sources hold
// of SQL must have been seen.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <regex>
#include <set>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/db/error.h"
#include "common/db/mysql_store.h"
#include "common/db/reader.h"
#include "common/db/statement_observer.h"
#include "common/events/stream_reader.h"
#include "services/gig_catalog/store/gig_mapping.h"
#include "services/offer_service/store/offer_queries.h"
#include "tests/component/statement_plans/flows.h"
#include "tests/support/database.h"
#include "tests/support/matchers.h"

namespace milepost::plans {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;

// What a page of 100 may take; a user of the fillers has 100 rows, with their events and those events' commits.
constexpr int64_t kReadMax = 700;
// A table of lanes or leases, or what belongs to one user.
constexpr int64_t kSmall = 150;

// The one statement that is for all rows: an operator's check of the whole ledger.
constexpr char kWholeLedger[] = "SELECT CASE WHEN account LIKE 'escrow:%'";

// Where the next page of a walk ends: cut off by its LIMIT, of which EXPLAIN's figure knows nothing.
bool EndsAPage(const std::string& sql) {
  static const std::regex kPageEnd(
      R"(SELECT id FROM \w+ FORCE INDEX \(PRIMARY\) WHERE id > \? ORDER BY id LIMIT 1 OFFSET \?)");
  return std::regex_match(sql, kPageEnd);
}

const std::vector<LargeSchema>& Schemas() {
  static const auto* const schemas = new std::vector<LargeSchema>{Catalog(), Offers(), Billing()};
  return *schemas;
}

// Lists of all users' resources: an index has their rows in order, and the LIMIT cuts the page off. EXPLAIN's figure knows
// nothing of that; ReadAboutWhatTheyAnswer measures it.
bool ListsAll(const std::string& sql) {
  static const std::regex kIndexOfAll(R"(FORCE INDEX \(\w+_all(_by_\w+)?\))");
  return std::regex_search(sql, kIndexOfAll);
}

bool Reads(const std::string& sql) {
  return absl::StartsWith(sql, "SELECT");
}
bool Changes(const std::string& sql) {
  return absl::StartsWith(sql, "INSERT") || absl::StartsWith(sql, "UPDATE") ||
         absl::StartsWith(sql, "DELETE");
}
bool Locks(const std::string& sql) {
  return Changes(sql) || absl::StrContains(sql, "FOR UPDATE") || absl::StrContains(sql, "LOCK IN SHARE MODE");
}
// A table of the migrations' own, or of a server's: neither grows.
bool IsOfService(const std::string& sql) {
  return !absl::StrContains(sql, "information_schema") && !absl::StrContains(sql, "schema_migrations");
}

// Calls `judge` for each statement of each service, on a connection whose transaction is undone afterwards.
void ForEach(
    const std::function<void(db::Connection&, const std::string&, const std::vector<db::Row>&)>& judge) {
  for (const LargeSchema& schema : Schemas()) {
    const auto connection = db::Connection::Open(schema.options);
    ASSERT_THAT(connection, IsOk());
    ASSERT_THAT((*connection)->Execute("SET SESSION autocommit = 0"), IsOk());
    for (const auto& [sql, rows] : schema.statements) {
      if ((!Reads(sql) && !Changes(sql)) || !IsOfService(sql) || absl::StartsWith(sql, kWholeLedger))
        continue;
      SCOPED_TRACE(absl::StrCat(schema.service, ": ", sql.substr(0, 300)));
      judge(**connection, sql, rows);
      ASSERT_THAT((*connection)->Execute("ROLLBACK"), IsOk());
    }
  }
}

int64_t RowsRead(db::Connection& connection) {
  int64_t read = 0;
  EXPECT_THAT(connection.Query("SHOW SESSION STATUS LIKE 'Handler_read%'", db::Row{},
                               [&](const db::ResultRow& row) {
                                 // What SHOW itself reads comes from a temporary table, by rnd_next.
                                 read +=
                                     row.Bytes(0) == "Handler_read_rnd_next" ? 0 : std::stoll(row.Bytes(1));
                                 return absl::OkStatus();
                               }),
              IsOk());
  return read;
}

absl::Status Send(db::Connection& connection, const std::string& sql, const std::vector<db::Row>& rows) {
  if (Reads(sql)) return connection.Query(sql, rows, [](const db::ResultRow&) { return absl::OkStatus(); });
  return connection.Update(sql, rows).status();
}

size_t Values(const std::vector<db::Row>& rows) {
  size_t values = 0;
  for (const db::Row& row : rows) values += row.size();
  return values;
}

// Where EXPLAIN has what: Oracle's server adds the columns partitions and filtered.
struct PlanColumns {
  int table = 2, access = 3, rows = 8, extra = 9;
};
PlanColumns ColumnsOf(db::Connection& connection) {
  bool is_mariadb = false;
  EXPECT_THAT(connection.Query("SELECT VERSION()", db::Row{},
                               [&](const db::ResultRow& row) {
                                 is_mariadb = absl::StrContains(row.Bytes(0), "MariaDB");
                                 return absl::OkStatus();
                               }),
              IsOk());
  return is_mariadb ? PlanColumns{} : PlanColumns{2, 4, 9, 11};
}

TEST(StatementPlans, ScanNoTableAndSortNoLargeSet) {
  ForEach([](db::Connection& connection, const std::string& sql, const std::vector<db::Row>& parameters) {
    if (absl::StartsWith(sql, "INSERT") || EndsAPage(sql)) return;
    const PlanColumns columns = ColumnsOf(connection);
    const auto judge = [&](const db::ResultRow& row) {
      // No table, or none that is read; what is derived has been judged where it was made.
      if (row.IsNull(columns.table) || row.IsNull(columns.access)) return absl::OkStatus();
      const std::string table = row.Bytes(columns.table), access = row.Bytes(columns.access);
      const std::string extra = row.IsNull(columns.extra) ? "" : row.Bytes(columns.extra);
      const int64_t examined = row.IsNull(columns.rows) ? 0 : row.Int64(columns.rows);
      const bool in_order = ListsAll(sql) && !absl::StrContains(extra, "Using filesort");
      EXPECT_TRUE(in_order || examined <= kReadMax) << table << " " << access << " " << extra;
      const bool scans =
          (access == "ALL" || (access == "index" && !in_order)) && !absl::StartsWith(table, "<");
      EXPECT_FALSE(scans && examined > kSmall) << table << " " << access;
      EXPECT_FALSE(absl::StrContains(extra, "Using filesort") && examined > 2 * kSmall)
          << table << " " << extra;
      return absl::OkStatus();
    };
    EXPECT_THAT(connection.Query(absl::StrCat("EXPLAIN FORMAT=TRADITIONAL ", sql), parameters, judge),
                IsOk());
  });
}

TEST(StatementPlans, ReadAboutWhatTheyAnswer) {
  ForEach([](db::Connection& connection, const std::string& sql, const std::vector<db::Row>& parameters) {
    const int64_t before = RowsRead(connection);
    const absl::Status sent = Send(connection, sql, parameters);
    // An INSERT of rows that are there by now has looked for them all the same.
    EXPECT_TRUE(sent.ok() || absl::StartsWith(sql, "INSERT")) << sent;
    EXPECT_LE(RowsRead(connection) - before, 3 * kReadMax);
  });
}

// Who follows or polls pays for what is new, however much there is of the user's: a statement's plan alone does not show it.
TEST(StatementPlans, ALargeSellersPollNearTheHeadReadsOnlyWhatIsNew) {
  const LargeSchema& catalog = Schemas().front();
  const auto connection = db::Connection::Open(catalog.options);
  ASSERT_THAT(connection, IsOk());
  ASSERT_THAT((*connection)->Execute("SET SESSION autocommit = 0"), IsOk());
  // Some 22,000 gigs with an event each, scattered over the whole stream.
  ASSERT_THAT(
      (*connection)->Execute("UPDATE gigs SET seller = 'users/large' WHERE seller < 'users/seller-3'"),
      IsOk());
  const events::StreamReader stream(
      {.table = "gigs", .seller_column = "seller", .buyer_column = "", .audience = [](absl::string_view) {
         return Audience::kParties;
       }});
  for (const events::Filter& filter :
       {events::Filter{.seller = "users/large"}, events::Filter{.reader = "users/large"}}) {
    for (const uint64_t behind : {20, 1000}) {
      const int64_t before = RowsRead(**connection);
      const auto page = stream.Read(**connection, filter, kRows - behind, 100);
      ASSERT_THAT(page, IsOk());
      EXPECT_FALSE(page->events.empty());
      EXPECT_LE(RowsRead(**connection) - before, 200 + 5 * static_cast<int64_t>(behind)) << behind;
    }
  }
  ASSERT_THAT((*connection)->Execute("ROLLBACK"), IsOk());
}

// A read of a gig, and so of its plan: one statement a table, each by the primary key.
TEST(StatementPlans, AReadOfAGigIsOneIndexedStatementATable) {
  const LargeSchema& catalog = Schemas().front();
  db::ReadPool pool(catalog.options, {.connections = 1});
  db::Reader<gig_catalog::GigDomain> reader(std::make_unique<db::MySqlSnapshots<gig_catalog::GigDomain>>(
      &pool, std::make_shared<const db::AggregateTable<gig_catalog::GigDomain>>(gig_catalog::GigMapping()),
      db::TestClockUse::kIgnore));
  const auto read = [&] {
    std::promise<bool> found;
    reader.Get(GigId(IdOfRow(7)), [&](auto gig) { found.set_value(gig.ok() && gig->has_value()); });
    return found.get_future().get();
  };
  ASSERT_TRUE(read()) << "a session is set up once";
  std::vector<std::string> sent;
  db::ObserveStatements([&](const std::string& sql, absl::Span<const db::Row>) { sent.push_back(sql); });
  EXPECT_TRUE(read());
  db::ObserveStatements(nullptr);
  EXPECT_THAT(sent, ::testing::UnorderedElementsAre(
                        AllOf(HasSubstr("FROM gigs FORCE INDEX (PRIMARY)"), HasSubstr("WHERE id")),
                        AllOf(HasSubstr("FROM subcategories FORCE INDEX (PRIMARY)"), HasSubstr("WHERE id")),
                        Not(HasSubstr("FROM"))));
}

// A page costs the same at the list's beginning, in its middle and at its end, and deleted offers cost nothing, however many
// there are: here three in four.
TEST(StatementPlans, AConversationsPageCostsTheSameEverywhere) {
  const auto connection = db::Connection::Open(Schemas()[1].options);
  ASSERT_THAT(connection, IsOk());
  ASSERT_THAT((*connection)->Execute("SET SESSION autocommit = 0"), IsOk());
  // 2,500 live offers of one seller to one buyer in one conversation, and 7,500 deleted ones.
  ASSERT_THAT(
      (*connection)
          ->Execute("UPDATE offers SET seller = 'users/large', buyer = 'users/bea', conversation = 'long', "
                    "state = IF(created_us MOD 40 = 0, 'SENT', 'DELETED'), "
                    "created_us = IF(created_us MOD 40 = 0, created_us, -1) "
                    "WHERE created_us MOD 10 = 0 AND accepting_since_us IS NULL"),
      IsOk());
  constexpr size_t kPage = 50;
  using offers::OfferFilter;
  for (const OfferFilter& filter :
       {OfferFilter{.conversation = "long"}, OfferFilter{.seller = "users/large", .conversation = "long"},
        OfferFilter{.buyer = "users/bea", .conversation = "long", .drafts = false},
        OfferFilter{.seller = "users/large", .buyer = "users/bea", .conversation = "long"},
        OfferFilter{.seller = "users/large"}, OfferFilter{.buyer = "users/bea", .drafts = false}}) {
    for (const int64_t place : {int64_t{kRows}, int64_t{kRows} / 2, int64_t{1000}, int64_t{40}}) {
      const int64_t before = RowsRead(**connection);
      const offers::OfferPlace after{FromMicros(place), OfferId(IdOfRow(static_cast<int>(place)))};
      const auto page = offers::FindOffers(**connection, filter, after, absl::UnixEpoch(), kPage);
      ASSERT_THAT(page, IsOk());
      EXPECT_LE(page->size(), kPage);
      EXPECT_EQ(page->empty(), place == 40) << "what comes after the oldest is deleted";
      EXPECT_LE(RowsRead(**connection) - before, static_cast<int64_t>(kPage) + 20)
          << filter.conversation << "/" << filter.seller << "/" << filter.buyer << " from " << place;
    }
  }
  ASSERT_THAT((*connection)->Execute("ROLLBACK"), IsOk());
}

// What a gig's command is decided by stays as it is until its commit: whoever changes the subcategory waits.
TEST(StatementPlans, AGigsBatchHoldsItsSubcategory) {
  using gig_catalog::GigDomain;
  db::ConnectOptions options = Schemas().front().options;
  db::MySqlStore<GigDomain> store(
      options, std::make_shared<const db::AggregateTable<GigDomain>>(gig_catalog::GigMapping()),
      db::TestClockUse::kIgnore);
  const GigId gig(IdOfRow(7));
  ASSERT_THAT(store.Connect(), IsOk());
  const auto locked = store.Begin({&gig, 1}, db::RowLocks::kWait);
  ASSERT_THAT(locked, IsOk());
  ASSERT_EQ(locked->size(), 1u);
  gig_catalog::Gig in_plans = locked->front();
  in_plans.subcategory = "business-plans";
  const auto facts = store.ReadFacts({{&in_plans}, {}});
  ASSERT_THAT(facts, IsOk());
  ASSERT_NE(facts->Find("business-plans"), nullptr);

  const auto change = [&](const std::string& code) {
    const auto stranger = db::Connection::Open(options);
    EXPECT_THAT(stranger, IsOk());
    return (*stranger)
        ->Update("UPDATE subcategories SET sequence = sequence WHERE code = ?", db::Row{code})
        .status();
  };
  EXPECT_EQ(db::TroubleOf(change("business-plans")), db::Trouble::kLockTimeout);
  EXPECT_THAT(change("logo-design"), IsOk()) << "others are free";
  store.Rollback();
  EXPECT_THAT(change("business-plans"), IsOk());
}

// How many row locks the session holds. (information_schema.innodb_trx would show them too, a tenth of a second late.)
int64_t RowLocks(db::Connection& any, uint64_t session) {
  std::string status;
  EXPECT_THAT(any.Query("SHOW ENGINE INNODB STATUS", db::Row{},
                        [&](const db::ResultRow& row) {
                          status = row.Bytes(2);
                          return absl::OkStatus();
                        }),
              IsOk());
  const std::regex mine(
      absl::StrCat(R"((\d+) row lock\(s\)[^\n]*\n(?:MariaDB|MySQL) thread id )", session, ","));
  std::smatch match;
  return std::regex_search(status, match, mine) ? std::stoll(match[1].str()) : 0;
}

TEST(StatementPlans, LockNoStrangersRow) {
  const auto observer = db::Connection::Open(testing::TestDatabase::Get().server());
  ASSERT_THAT(observer, IsOk());
  int64_t held = 0;
  ForEach([&](db::Connection& connection, const std::string& sql, const std::vector<db::Row>& parameters) {
    if (!Locks(sql)) return;
    static_cast<void>(Send(connection, sql, parameters));
    const absl::StatusOr<uint64_t> session = connection.SessionId();
    ASSERT_THAT(session, IsOk());
    const int64_t locked = RowLocks(**observer, *session);
    held += locked;
    // Each row that is named may be locked in the table and in its indices.
    EXPECT_LE(locked, 8 + 4 * static_cast<int64_t>(Values(parameters)));
  });
  EXPECT_GT(held, 10) << "locks are not seen at all";
}

TEST(StatementPlans, LeaveStrangersFree) {
  for (const LargeSchema& schema : Schemas()) {
    const std::string table = schema.service == "gig_catalog"     ? "gigs"
                              : schema.service == "offer_service" ? "offers"
                                                                  : "orders";
    const auto connection = db::Connection::Open(schema.options);
    ASSERT_THAT(connection, IsOk());
    ASSERT_THAT((*connection)->Execute("SET SESSION autocommit = 0"), IsOk());
    for (const auto& [sql, parameters] : schema.statements) {
      if (!absl::StartsWith(sql, "SELECT id, sequence") || !absl::StrContains(sql, "FOR UPDATE")) continue;
      EXPECT_THAT(Send(**connection, sql, parameters), IsOk()) << sql;
    }
    const auto stranger = db::Connection::Open(schema.options);
    ASSERT_THAT(stranger, IsOk());
    for (int n = 1000; n < 1500; ++n)
      ASSERT_THAT(
          (*stranger)->Query(absl::StrCat("SELECT id FROM ", table, " WHERE id = ? FOR UPDATE NOWAIT"),
                             db::Row{IdOfRow(n)}, [](const db::ResultRow&) { return absl::OkStatus(); }),
          IsOk());
    EXPECT_THAT((*connection)->Execute("ROLLBACK"), IsOk());
  }
}

// The pieces of SQL in the sources, whitespace between adjacent literals joined.
std::set<std::string> SqlInSources() {
  namespace fs = std::filesystem;
  static const std::regex kLiteral(
      R"re("((?:SELECT|UPDATE|DELETE FROM|INSERT INTO|INSERT IGNORE)[^"\\]*)")re");
  std::set<std::string> found;
  for (const char* folder : {"common", "services"}) {
    for (const fs::directory_entry& entry :
         fs::recursive_directory_iterator(fs::path(MILEPOST_SOURCE_DIR) / folder)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".cc" && extension != ".h") continue;
      std::ifstream file(entry.path());
      const std::string text(std::istreambuf_iterator<char>(file), {});
      for (std::sregex_iterator match(text.begin(), text.end(), kLiteral), end; match != end; ++match)
        found.insert(match->str(1));
    }
  }
  return found;
}

bool WasSeen(const LargeSchema& schema, const std::string& piece) {
  return absl::c_any_of(schema.statements,
                        [&](const auto& sent) { return absl::StrContains(sent.first, piece); });
}

TEST(StatementPlans, ForgetNoStatement) {
  // The migrations' own bookkeeping, at a server's start and outside of anybody's way; and what is no statement.
  const std::set<std::string> known = {"SELECT component, number, sha256 FROM schema_migrations",
                                       "INSERT IGNORE INTO schema_migrations VALUES (?, ?, ?, ?)",
                                       "SELECT CONNECTION_ID()"};
  const std::set<std::string> sources = SqlInSources();
  ASSERT_GT(sources.size(), 30u);
  for (const std::string& piece : sources) {
    if (known.contains(piece)) continue;
    EXPECT_TRUE(absl::c_any_of(Schemas(), [&](const LargeSchema& schema) { return WasSeen(schema, piece); }))
        << "no flow in flows.cc sends this, so nothing has judged its plan: " << piece;
  }
}

// Whose name the sources hold no text of: RowWriter and HistoryReader make theirs for each table. MilestoneBilling has all kinds
// of them; the other two services' aggregates are written by the same code.
TEST(StatementPlans, ForgetNoTableThatStatementsAreBuiltFor) {
  // Filled by migrations, or by a statement that stands in the sources.
  const std::set<std::string> not_built = {"schema_migrations", "stream_head", "test_clock", "leases"};
  const LargeSchema& billing = Schemas().back();
  const auto connection = db::Connection::Open(billing.options);
  ASSERT_THAT(connection, IsOk());
  std::set<std::string> tables;
  ASSERT_THAT((*connection)
                  ->Query("SELECT table_name FROM information_schema.tables WHERE table_schema = ? AND "
                          "table_name <> 'numbers'",
                          db::Row{billing.options.schema},
                          [&](const db::ResultRow& row) {
                            tables.insert(row.Bytes(0));
                            return absl::OkStatus();
                          }),
              IsOk());
  ASSERT_GE(tables.size(), 15u);
  for (const std::string& table : tables) {
    if (not_built.contains(table)) continue;
    EXPECT_TRUE(WasSeen(billing, absl::StrCat("INSERT INTO ", table, " "))) << table;
  }
  for (const char* audited : {"orders WHERE id", "events WHERE aggregate_id", "deadlines WHERE aggregate_id",
                              "charges WHERE order_id", "entries WHERE order_id",
                              "charge_questions WHERE order_id", "refunds WHERE order_id"})
    EXPECT_TRUE(WasSeen(billing, absl::StrCat(" FROM ", audited, " BETWEEN ? AND ?"))) << audited;
}

}  // namespace
}  // namespace milepost::plans
