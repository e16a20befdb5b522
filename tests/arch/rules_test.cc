// Each rule flags what it is there for, and only that: a rule that cannot fail would guard nothing.
#include "tests/arch/rules.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/arch/source_file.h"

namespace milepost::arch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<int> Lines(const Findings& findings) {
  std::vector<int> lines;
  for (const Finding& finding : findings) lines.push_back(finding.line);
  return lines;
}

TEST(Parse, BlanksCommentsAndLiteralsAndKeepsPositions) {
  const std::string text = "int a; // b\n\"c\\\"d\" 'e' 1'000 /* f\n g */ R\"x(h \")x\" i";
  const SourceFile file = Parse("x.cc", text);
  EXPECT_EQ(file.code, "int a;     \n\"    \" ' ' 1'000     \n      R\"       \" i");
  EXPECT_EQ(file.code.size(), text.size());
}

TEST(Parse, SeesIncludesWithTheirLines) {
  const SourceFile file = Parse("x.cc", "#include <vector>\n\n# include \"a/b.h\"\n// #include \"c.h\"\n");
  ASSERT_THAT(file.includes, SizeIs(2));
  EXPECT_EQ(file.includes[0].path, "vector");
  EXPECT_TRUE(file.includes[0].angled);
  EXPECT_EQ(file.includes[1].path, "a/b.h");
  EXPECT_EQ(file.includes[1].line, 3);
}

struct IncludeCase {
  const char* from;
  const char* include;
  bool allowed;
};

class IncludeRule : public testing::TestWithParam<IncludeCase> {};

TEST_P(IncludeRule, Holds) {
  const IncludeCase& c = GetParam();
  const Findings findings = CheckIncludes(Parse(c.from, absl::StrCat("\n#include ", c.include, "\n")));
  if (c.allowed) {
    EXPECT_THAT(findings, IsEmpty()) << c.from << " must be allowed to see " << c.include;
  } else {
    EXPECT_THAT(Lines(findings), ElementsAre(2)) << c.from << " must not see " << c.include;
  }
}

INSTANTIATE_TEST_SUITE_P(
    EveryLayer, IncludeRule,
    testing::Values(
        IncludeCase{"common/core/id.h", "<vector>", true},
        IncludeCase{"common/core/id.h", "\"absl/time/time.h\"", true},
        IncludeCase{"common/core/id.h", "\"common/db/lanes.h\"", false},
        IncludeCase{"common/core/id.h", "\"common/rpc/service.h\"", false},
        IncludeCase{"common/core/id.h", "<spdlog/spdlog.h>", false},
        IncludeCase{"common/core/id.h", "<unistd.h>", false},
        IncludeCase{"common/db/lanes.h", "<mysql/jdbc.h>", true},
        IncludeCase{"common/db/lanes.h", "<mariadb/conncpp.hpp>", true},
        IncludeCase{"common/db/lanes.h", "<conncpp.hpp>", true},
        IncludeCase{"common/db/lanes.h", "<grpcpp/grpcpp.h>", false},
        IncludeCase{"common/db/lanes.h", "\"common/rpc/service.h\"", false},
        IncludeCase{"common/rpc/service.h", "<grpcpp/grpcpp.h>", true},
        IncludeCase{"common/rpc/service.h", "<mariadb/conncpp.hpp>", false},
        IncludeCase{"common/rpc/service.h", "\"common/db/lanes.h\"", false},
        IncludeCase{"common/rpc/service.h", "\"services/gig_catalog/domain/gig.h\"", false},
        IncludeCase{"services/gig_catalog/domain/gig.h", "\"common/core/id.h\"", true},
        IncludeCase{"services/gig_catalog/domain/gig.h", "\"services/gig_catalog/domain/plan.h\"", true},
        IncludeCase{"services/gig_catalog/domain/gig.h", "\"services/offer_service/domain/offer.h\"", false},
        IncludeCase{"services/gig_catalog/domain/gig.h", "\"services/gig_catalog/store/gigs.h\"", false},
        IncludeCase{"services/gig_catalog/domain/gig.h", "\"milepost/catalog/v1/gig.pb.h\"", false},
        IncludeCase{"services/gig_catalog/domain/gig.h", "<spdlog/spdlog.h>", false},
        IncludeCase{"services/gig_catalog/store/gigs.cc", "\"milepost/storage/v1/gig.pb.h\"", true},
        IncludeCase{"services/gig_catalog/store/gigs.cc", "<mariadb/conncpp.hpp>", false},
        IncludeCase{"services/gig_catalog/store/gigs.cc", "\"services/gig_catalog/rpc/handlers.h\"", false},
        IncludeCase{"services/gig_catalog/store/gigs.cc", "\"milepost/catalog/v1/catalog.grpc.pb.h\"", false},
        IncludeCase{"services/offer_service/clients/billing.cc", "\"milepost/billing/v1/b.grpc.pb.h\"", true},
        IncludeCase{"services/offer_service/clients/billing.cc", "\"common/db/lanes.h\"", false},
        IncludeCase{"services/offer_service/workers/driver.cc",
                    "\"services/offer_service/clients/billing.h\"", true},
        IncludeCase{"services/offer_service/workers/driver.cc", "<grpcpp/grpcpp.h>", false},
        IncludeCase{"services/offer_service/workers/driver.cc", "\"services/offer_service/rpc/x.h\"", false},
        IncludeCase{"services/offer_service/rpc/offers.cc", "<grpcpp/grpcpp.h>", true},
        IncludeCase{"services/offer_service/rpc/offers.cc", "\"services/offer_service/domain/offer.h\"",
                    true},
        IncludeCase{"services/offer_service/rpc/offers.cc", "\"services/gig_catalog/rpc/gigs.h\"", false},
        IncludeCase{"services/offer_service/rpc/offers.cc", "\"tests/support/database.h\"", false},
        IncludeCase{"common/audit/audit.h", "\"common/db/mapping.h\"", true},
        IncludeCase{"common/audit/audit.h", "\"common/rpc/service.h\"", false},
        IncludeCase{"common/db/lane.h", "\"common/audit/audit.h\"", false},
        IncludeCase{"common/service/shell.h", "\"common/events/event_feed.h\"", true},
        IncludeCase{"common/service/shell.h", "\"common/audit/audit.h\"", false},
        IncludeCase{"common/events/event_feed.h", "\"common/service/shell.h\"", false},
        IncludeCase{"services/offer_service/store/offers.cc", "\"common/service/access.h\"", false},
        IncludeCase{"services/offer_service/workers/driver.cc", "\"common/service/access.h\"", true},
        IncludeCase{"services/offer_service/workers/driver.cc", "\"common/service/access_bodies.h\"", true},
        IncludeCase{"services/offer_service/workers/driver.cc", "\"common/service/shell.h\"", false},
        IncludeCase{"services/offer_service/workers/driver.cc", "\"common/db/lane.h\"", false},
        IncludeCase{"services/offer_service/rpc/offers.cc", "\"common/service/queries.h\"", true},
        IncludeCase{"services/offer_service/rpc/offers.cc", "\"common/db/mysql_store.h\"", false},
        IncludeCase{"services/offer_service/rpc/offers.cc", "\"services/offer_service/server/flags.h\"",
                    false},
        IncludeCase{"services/offer_service/server/server.cc", "\"common/service/shell.h\"", true},
        IncludeCase{"services/offer_service/server/server.cc", "\"services/offer_service/rpc/offers.h\"",
                    true},
        IncludeCase{"services/offer_service/server/server.cc", "\"services/offer_service/commands/x.h\"",
                    false},
        IncludeCase{"services/milestone_billing/commands/audit.cc",
                    "\"services/milestone_billing/store/audit.h\"", true},
        IncludeCase{"services/milestone_billing/commands/audit.cc",
                    "\"services/milestone_billing/workers/x.h\"", false},
        IncludeCase{"services/offer_service/main.cc", "\"services/offer_service/server/server.h\"", true},
        IncludeCase{"services/offer_service/main.cc", "\"services/offer_service/rpc/offers.h\"", false},
        IncludeCase{"services/offer_service/main.cc", "<mariadb/conncpp.hpp>", false},
        IncludeCase{"tests/e2e/stories.cc", "<grpcpp/grpcpp.h>", true}));

TEST(IncludeRule, WantsALayerForEveryFile) {
  EXPECT_THAT(CheckIncludes(Parse("common/loose.h", "")), SizeIs(1));
  EXPECT_THAT(CheckIncludes(Parse("services/gig_catalog/extra.cc", "")), SizeIs(1));
}

class ClockRule : public testing::TestWithParam<const char*> {};

TEST_P(ClockRule, FlagsItOutsideTheCoreOnly) {
  const std::string text = absl::StrCat("int x;\nauto y = ", GetParam(), ";\n");
  EXPECT_THAT(Lines(CheckClocksAndChance(Parse("common/db/lane.cc", text))), ElementsAre(2));
  EXPECT_THAT(Lines(CheckClocksAndChance(Parse("services/gig_catalog/domain/gig.cc", text))), ElementsAre(2));
  EXPECT_THAT(CheckClocksAndChance(Parse("common/core/clock.cc", text)), IsEmpty());
  EXPECT_THAT(CheckClocksAndChance(Parse("common/db/lane.cc", absl::StrCat("// ", GetParam()))), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(All, ClockRule,
                         testing::Values("absl::Now()", "std::chrono::system_clock::now()",
                                         "std::chrono::high_resolution_clock::now()",
                                         "std::random_device()()", "std::rand()", "time(nullptr)",
                                         "time(NULL)", "absl::BitGen()", "absl::GetCurrentTimeNanos()"));

TEST(ClockRule, LeavesTheSteadyClockAndOtherWordsAlone) {
  EXPECT_THAT(CheckClocksAndChance(
                  Parse("common/db/lane.cc", "steady_clock::now(); due_time(nullptr_count); brand();")),
              IsEmpty());
}

TEST(LeftoverRule, FlagsNotesOfUnfinishedWorkEvenInComments) {
  for (const char* word : {"TO"
                           "DO",
                           "FIX"
                           "ME",
                           "HA"
                           "CK"}) {
    EXPECT_THAT(Lines(CheckLeftovers(Parse("a/b.cc", absl::StrCat("\n// ", word, ": later\n")))),
                ElementsAre(2))
        << word;
  }
  EXPECT_THAT(CheckLeftovers(Parse("a/b.cc", "// shackle, todos, Hacker\n")), IsEmpty());
}

TEST(LeftoverRule, FlagsWholeNamespacesPulledIn) {
  EXPECT_THAT(CheckLeftovers(Parse("a/b.cc", "using namespace std;\n")), SizeIs(1));
  EXPECT_THAT(CheckLeftovers(Parse("a/b.cc", "using ::testing::Eq;\nnamespace fs = std::filesystem;\n")),
              IsEmpty());
}

TEST(HeaderRule, WantsACommentFirstAndPragmaOnce) {
  EXPECT_THAT(CheckHeader(Parse("a/b.h", "// What b is.\n#pragma once\n")), IsEmpty());
  EXPECT_THAT(CheckHeader(Parse("a/b.h", "#pragma once\n// late\n")), SizeIs(1));
  EXPECT_THAT(CheckHeader(Parse("a/b.h", "// What b is. Not: #pragma once\n")), SizeIs(1));
  EXPECT_THAT(CheckHeader(Parse("a/b.cc", "int main() {}\n")), IsEmpty());
}

TEST(FileNameRule, FlagsNamesThatSayNothing) {
  for (const char* path :
       {"common/db/util.h", "common/db/lane_helper.cc", "services/x/domain/order_manager.h",
        "services/x/store/data.cc", "common/rpc/call_info.h"}) {
    EXPECT_THAT(CheckFileName(Parse(path, "")), SizeIs(1)) << path;
  }
  EXPECT_THAT(CheckFileName(Parse("common/db/database.h", "")), IsEmpty());
}

TEST(ChannelRule, WantsChannelsThatGoThroughNoProxy) {
  EXPECT_THAT(CheckChannels(Parse("a/b.cc", "auto c = grpc::CreateChannel(address, credentials);\n")),
              SizeIs(1));
  EXPECT_THAT(
      CheckChannels(Parse("a/b.cc", "auto c = grpc::CreateCustomChannel(address, credentials, a);\n")),
      SizeIs(1));
  EXPECT_THAT(CheckChannels(Parse("a/b.cc",
                                  "a.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);\n"
                                  "auto c = grpc::CreateCustomChannel(address, credentials, a);\n")),
              IsEmpty());
}

TEST(MainRule, WantsTheStandardStreamsOpenFirst) {
  EXPECT_THAT(
      CheckMain(Parse("a/main.cc", "int main(int argc, char** argv) {\n  return Main(argc, argv);\n}\n")),
      SizeIs(1));
  EXPECT_THAT(CheckMain(Parse("a/main.cc",
                              "int main() {\n  milepost::OpenStandardStreams();\n  return Main();\n}\n")),
              IsEmpty());
}

std::string Function(int lines, const std::string& before = "") {
  std::string text = absl::StrCat(before, "int F(\n    int x) {\n");
  for (int i = 3; i < lines; ++i) absl::StrAppend(&text, "  if (x) { ++x; }\n");
  return absl::StrCat(text, "}\n");
}

TEST(LengthRule, FlagsAFunctionOfMoreThanAScreen) {
  EXPECT_THAT(CheckLengths(Parse("common/a.cc", Function(70))), IsEmpty());
  EXPECT_THAT(Lines(CheckLengths(Parse("common/a.cc", Function(71)))), ElementsAre(1));
  EXPECT_THAT(CheckLengths(Parse("tests/a.cc", Function(200))), IsEmpty());
}

TEST(LengthRule, LooksInsideNamespacesAndClassesAndCountsEachFunctionAlone) {
  EXPECT_THAT(Lines(CheckLengths(
                  Parse("common/a.h", absl::StrCat(Function(71, "namespace a {\nclass B {\n"), "};\n}")))),
              ElementsAre(3));
  EXPECT_THAT(CheckLengths(Parse("common/a.cc", Function(60, Function(60)))), IsEmpty());
}

TEST(LengthRule, IsNotMisledByBracesInTextOrMacros) {
  const std::string braces = "#define OPEN \\\n  {\nconst char* kText = \"{{{\";  // }}}\n";
  EXPECT_THAT(CheckLengths(Parse("common/a.cc", Function(60, absl::StrCat(braces, Function(60))))),
              IsEmpty());
  EXPECT_THAT(CheckLengths(Parse("common/a.cc", Function(71, braces))), SizeIs(1));
}

TEST(LengthRule, KeepsMainToWiring) {
  EXPECT_THAT(CheckLengths(Parse("services/x/main.cc", std::string(99, '\n'))), IsEmpty());
  EXPECT_THAT(CheckLengths(Parse("services/x/main.cc", std::string(100, '\n'))), SizeIs(1));
  EXPECT_THAT(CheckLengths(Parse("services/x/domain.cc", std::string(100, '\n'))), IsEmpty());
}

TEST(ServiceFolderRule, KnowsTheFoldersEveryServiceMayHave) {
  EXPECT_THAT(CheckServiceFolders({"services/x/domain", "services/x/store/a.cc", "services/x/server/b.h",
                                   "services/x/commands", "services/x/main.cc", "services/x/CMakeLists.txt",
                                   "services/CMakeLists.txt"}),
              IsEmpty());
  const Findings findings = CheckServiceFolders({"services/x/handlers", "services/x/notes.md"});
  ASSERT_THAT(findings, SizeIs(2));
  EXPECT_THAT(findings[0].message, HasSubstr("handlers"));
}

TEST(CheckFile, AppliesEveryRule) {
  const std::string text =
      absl::StrCat("#include \"common/db/lanes.h\"\nusing namespace std;\nauto now = absl::Now();\n", "// TO",
                   "DO\n", Function(71));
  const Findings findings = CheckFile(Parse("services/x/domain/util.h", text));
  EXPECT_THAT(findings, SizeIs(8));  // include, clock, note, namespace, comment, pragma, name, length
}

}  // namespace
}  // namespace milepost::arch
