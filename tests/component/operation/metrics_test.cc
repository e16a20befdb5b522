// The metrics page of a real server, over HTTP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/core/clock.h"
#include "tests/component/operation/catalog_process.h"
#include "tests/component/operation/metrics_page.h"
#include "tests/support/database.h"
#include "tests/support/matchers.h"

namespace milepost::operation {
namespace {

using testing::IsOk;

constexpr char kCreated[] =
    R"(milepost_calls_total{service="milepost.catalog.v1.GigCatalog",method="CreateGig",code="OK"})";
constexpr char kBadCreate[] =
    R"(milepost_calls_total{service="milepost.catalog.v1.GigCatalog",method="CreateGig",code="INVALID_ARGUMENT"})";
constexpr char kNotFound[] =
    R"(milepost_calls_total{service="milepost.catalog.v1.GigCatalog",method="GetGig",code="NOT_FOUND"})";
constexpr char kCreateCount[] =
    R"(milepost_call_duration_seconds_count{service="milepost.catalog.v1.GigCatalog",method="CreateGig"})";

CatalogProcess& Catalog() {
  static CatalogProcess process({"--metrics_listen=127.0.0.1:0", "--gauges_interval=20ms"});
  return process;
}

Page Now() {
  return PageOf(Catalog().process());
}

// How much a sample grew; one that was not there counts as 0.
double Grown(const Page& before, const Page& after, absl::string_view sample) {
  const double start = ValueOf(before, sample);
  return ValueOf(after, sample) - (std::isnan(start) ? 0 : start);
}

// Until the server's page shows it so, or 20 s are over.
template <class Condition>
bool Awaits(const testing::ServerProcess& server, Condition condition) {
  for (const absl::Time until = WallNow() + absl::Seconds(20); WallNow() < until;) {
    if (condition(PageOf(server))) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

TEST(MetricsPage, IsTheTextFormatAndNothingElseIsServed) {
  const Page page = Now();
  EXPECT_GT(page.size(), 25);
  for (const auto& [name, family] : page) {
    EXPECT_FALSE(family.type.empty()) << name;
    EXPECT_EQ(family.type == "counter" && !absl::StartsWith(name, "process_"),
              absl::EndsWith(name, "_total") && !absl::StartsWith(name, "process_"))
        << name;
  }
  EXPECT_EQ(Fetch(MetricsPortOf(Catalog().process()), "/etc/passwd").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Fetch(MetricsPortOf(Catalog().process()), "/").status().code(), absl::StatusCode::kNotFound);
}

TEST(MetricsPage, CountsAnsweredReplayedAndRefusedCalls) {
  const Page before = Now();
  const std::string id = NewRequestId();
  const auto gig = Catalog().Create("A plan", id);
  ASSERT_THAT(gig, IsOk());
  ASSERT_THAT(Catalog().Create("A plan", id), IsOk());
  EXPECT_FALSE(Catalog().Create("").ok());
  EXPECT_FALSE(Catalog().Get("gigs/0190a8d2-0000-7000-8000-000000000000").ok());
  const Page after = Now();
  EXPECT_EQ(Grown(before, after, kCreated), 2);
  EXPECT_EQ(Grown(before, after, kBadCreate), 1);
  EXPECT_EQ(Grown(before, after, kNotFound), 1);
  EXPECT_EQ(Grown(before, after, kCreateCount), 3);
  EXPECT_EQ(Grown(before, after, R"(milepost_lane_commands_total{outcome="committed"})"), 1);
  EXPECT_EQ(Grown(before, after, "milepost_lane_replays_total"), 1);
  EXPECT_GE(Grown(before, after, "milepost_lane_batch_commands_count"), 2);
  EXPECT_GE(Grown(before, after, R"(milepost_reads_total{outcome="run"})"), 1);
  EXPECT_EQ(ValueOf(after, R"(milepost_calls_in_flight{service="milepost.catalog.v1.GigCatalog"})"), 0);
  EXPECT_GE(ValueOf(after, "milepost_database_connections"), 2);
}

TEST(MetricsPage, ShowsTheProcess) {
  const Page page = Now();
  EXPECT_GT(ValueOf(page, "process_resident_memory_bytes"), 1 << 20);
  EXPECT_GT(ValueOf(page, "process_threads"), 4);
  EXPECT_GT(ValueOf(page, "process_open_fds"), 3);
  EXPECT_LE(ValueOf(page, "process_start_time_seconds"),
            absl::ToDoubleSeconds(WallNow() - absl::UnixEpoch()));
}

TEST(MetricsPage, ShowsADeadlineThatNobodyFiredW8) {
  ASSERT_TRUE(Awaits(Catalog().process(),
                     [](const Page& page) { return ValueOf(page, "milepost_deadlines_due") == 0; }));
  testing::ExecuteOrDie(
      Catalog().database(),
      "INSERT INTO deadlines (aggregate_id, number, aggregate_type, kind, due_us, state, fired_us,"
      " pending_due_us) VALUES (REPEAT('x', 16), 1, 'gig', 'NONE', 1000000, 1, NULL, 1000000)");
  EXPECT_TRUE(Awaits(Catalog().process(), [](const Page& page) {
    return ValueOf(page, "milepost_deadlines_due") == 1 &&
           ValueOf(page, "milepost_deadlines_overdue_seconds") > 1e9;
  }));
  testing::ExecuteOrDie(Catalog().database(), "DELETE FROM deadlines");
  EXPECT_TRUE(Awaits(Catalog().process(), [](const Page& page) {
    return ValueOf(page, "milepost_deadlines_overdue_seconds") == 0;
  }));
  EXPECT_LT(ValueOf(Now(), "milepost_gauges_age_seconds"), 20);
}

// The first cells of the tables of docs/OPERATIONS.md that name metrics.
std::set<std::string> NamesInTheDocs() {
  static const std::regex row(R"re(\| `((?:milepost|process|exposer)_\w+)` \|.*)re");
  std::ifstream file(std::string(MILEPOST_SOURCE_DIR) + "/docs/OPERATIONS.md");
  std::set<std::string> names;
  std::smatch match;
  for (std::string line; std::getline(file, line);)
    if (std::regex_match(line, match, row)) names.insert(match[1]);
  return names;
}

std::set<std::string> NamesOn(const Page& page) {
  std::set<std::string> names;
  for (const auto& [name, family] : page) names.insert(name);
  return names;
}

// What MilestoneBilling and GigCatalog show is all that there is; and a row that a hand puts into MilestoneBilling's tables shows
// at once (W8).
TEST(MetricsPage, ShowsWhatTheDocsSayAndNothingElse) {
  const db::ConnectOptions schema = testing::TestDatabase::Get().NewSchema();
  std::vector<std::string> flags = testing::DatabaseFlags(schema);
  ASSERT_EQ(std::system(
                absl::StrCat(MILEPOST_BIN, "/milestone_billing migrate ", absl::StrJoin(flags, " ")).c_str()),
            0);
  flags.insert(flags.end(), {"--metrics_listen=127.0.0.1:0", "--gauges_interval=20ms",
                             "--catalog=127.0.0.1:1", "--offers=127.0.0.1:1", "--provider=127.0.0.1:1"});
  testing::ServerProcess billing("milestone_billing", flags);
  ASSERT_THAT(billing.Start(), IsOk()) << billing.log();
  // The first round of questions, and the exposer's own from its second scrape on.
  const auto names = [](const Page& page) {
    std::set<std::string> all = NamesOn(page), of_catalog = NamesOn(Now());
    all.insert(of_catalog.begin(), of_catalog.end());
    return all;
  };
  Awaits(billing, [&](const Page& page) { return names(page) == NamesInTheDocs(); });
  EXPECT_EQ(names(PageOf(billing)), NamesInTheDocs());

  EXPECT_EQ(ValueOf(PageOf(billing), "milepost_escrow_unexplained_orders"), 0);
  testing::ExecuteOrDie(
      schema,
      "INSERT INTO orders SET id = REPEAT('x', 16), sequence = 1, updated_us = 1, buyer = 'users/b',"
      " seller = 'users/s', gig_id = REPEAT('g', 16), kind = 'MILESTONES', state = 'ACTIVE',"
      " current_milestone = 1, milestone_state = 'ACTIVE', currency = 'USD', funded_minor = 100,"
      " released_minor = 0, refunded_minor = 0, requested_us = 1, body = ''");
  EXPECT_TRUE(Awaits(
      billing, [](const Page& page) { return ValueOf(page, "milepost_escrow_unexplained_orders") == 1; }));
  EXPECT_TRUE(Awaits(billing, [](const Page& page) {  // the end of a walk
    return ValueOf(page, R"(milepost_escrow_expected_minor_units{currency="USD"})") == 100;
  }));
  const Page page = PageOf(billing);
  EXPECT_EQ(ValueOf(page, "milepost_escrow_unexplained_orders"), 1);
  EXPECT_EQ(ValueOf(page, "milepost_active_milestones_unfunded"), 1);
  EXPECT_EQ(ValueOf(page, R"(milepost_escrow_held_minor_units{currency="USD"})"), 0);
}

TEST(MetricsPage, IsOffByDefaultAndStopsTheStartWhereItsPortIsTaken) {
  CatalogProcess without({});
  EXPECT_FALSE(absl::StrContains(without.process().log(), "metrics_port"));
  testing::ServerProcess second(
      "gig_catalog", {absl::StrCat("--metrics_listen=127.0.0.1:", MetricsPortOf(Catalog().process()))});
  EXPECT_FALSE(second.Start().ok());
  EXPECT_TRUE(absl::StrContains(second.log(), "--metrics_listen")) << second.log();
}

}  // namespace
}  // namespace milepost::operation
