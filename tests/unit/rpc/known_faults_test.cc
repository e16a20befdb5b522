#include "common/rpc/known_faults.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"

namespace milepost::rpc {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> IdsOf(absl::string_view version) {
  std::vector<std::string> ids;
  for (const KnownFault& fault : FaultsOf(version)) ids.emplace_back(fault.id);
  return ids;
}

// `id` is in each of `in` and in none of `out`.
void Expect(const std::string& id, const std::vector<std::string>& in, const std::vector<std::string>& out) {
  for (const std::string& version : in) EXPECT_THAT(IdsOf(version), Contains(id)) << version;
  for (const std::string& version : out) EXPECT_THAT(IdsOf(version), Not(Contains(id))) << version;
}

TEST(GrpcVersion, IsReadAndOrdered) {
  EXPECT_EQ(ParseGrpcVersion("1.51.1"), (GrpcVersion{1, 51, 1}));
  EXPECT_EQ(ParseGrpcVersion("1.57.0-pre1"), (GrpcVersion{1, 57, 0, false}));
  EXPECT_LT(*ParseGrpcVersion("1.57.0-pre1"), *ParseGrpcVersion("1.57.0"));
  EXPECT_LT(*ParseGrpcVersion("1.56.4"), *ParseGrpcVersion("1.57.0-dev"));
  EXPECT_LT(*ParseGrpcVersion("1.9.0"), *ParseGrpcVersion("1.51.0"));
  for (const char* wrong : {"", "1", "1.51", "1.51.", "1.51.1.2", "v1.51.1", "1.x.1", "1.+5.1", "-1.2.3"})
    EXPECT_EQ(ParseGrpcVersion(wrong), std::nullopt) << wrong;
}

TEST(KnownFaults, EndWithTheVersionThatMendedThemAndItsBackports) {
  Expect("CVE-2023-33953",
         {"1.51.1", "1.52.9", "1.53.1", "1.54.2", "1.55.1", "1.56.0", "1.56.1", "1.57.0-pre1"},
         {"1.53.2", "1.54.3", "1.55.2", "1.56.2", "1.57.0", "1.83.0"});
  Expect("CVE-2023-4785", {"1.23.0", "1.51.1", "1.53.1", "1.55.2", "1.56.1"},
         {"1.22.9", "1.53.2", "1.55.3", "1.56.2", "1.57.0"});
  Expect("CVE-2023-32732", {"1.51.1", "1.53.0", "1.54.1"}, {"1.53.1", "1.54.2", "1.55.0"});
  Expect("CVE-2023-32731", {"1.53.0", "1.54.1"}, {"1.51.1", "1.52.9", "1.53.1", "1.54.2", "1.55.0"});
  Expect("CVE-2023-1428", {"1.52.0", "1.52.1"}, {"1.51.1", "1.52.2", "1.53.0"});
  Expect("CVE-2023-44487", {"1.51.1", "1.57.0", "1.59.1"}, {"1.59.2", "1.60.0"});
  Expect("CVE-2024-7246", {"1.51.1", "1.57.9", "1.58.2", "1.64.2", "1.65.3"},
         {"1.58.3", "1.64.3", "1.65.4", "1.66.0"});
  Expect("metadata-closes-connection", {"1.51.1", "1.52.9"}, {"1.53.0"});
}

TEST(KnownFaults, OfDebians12AndOfACurrentVersion) {
  EXPECT_THAT(IdsOf("1.51.1"), ElementsAre("CVE-2023-33953", "CVE-2023-4785", "CVE-2023-32732",
                                           "metadata-closes-connection", "CVE-2023-44487", "CVE-2024-7246"));
  EXPECT_THAT(IdsOf("1.83.0"), IsEmpty());
}

TEST(KnownFaults, AreAllInAVersionThatCannotBeRead) {
  EXPECT_EQ(IdsOf("unknown").size(), KnownFaults().size());
}

TEST(KnownFaults, AreWrittenOnceAndInFullSentences) {
  std::set<std::string> ids;
  for (const KnownFault& fault : KnownFaults()) {
    EXPECT_TRUE(ids.emplace(fault.id).second) << fault.id;
    EXPECT_TRUE(absl::EndsWith(fault.what, ".")) << fault.id;
    ASSERT_FALSE(fault.fixed.empty()) << fault.id;
    EXPECT_TRUE(std::is_sorted(fault.fixed.begin(), fault.fixed.end())) << fault.id;
    EXPECT_LT(fault.since, fault.fixed.front()) << fault.id;
  }
}

TEST(KnownFaultsDeathTest, AnIdThatNobodyKnowsIsAMistake) {
  EXPECT_DEATH(ThisGrpcHas("CVE-2023-33952"), "no known fault");
}

}  // namespace
}  // namespace milepost::rpc
