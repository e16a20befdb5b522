// The house rules over the source tree as it stands.
#include <filesystem>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/arch/rules.h"
#include "tests/arch/source_file.h"

namespace milepost::arch {
namespace {

const std::vector<SourceFile>& Tree() {
  static const std::vector<SourceFile> tree = LoadTree(MILEPOST_SOURCE_DIR);
  return tree;
}

void ExpectNothing(Findings (*check)(const SourceFile&)) {
  for (const SourceFile& file : Tree()) {
    for (const Finding& finding : check(file)) ADD_FAILURE() << finding;
  }
}

TEST(Tree, IsFound) {
  ASSERT_GT(Tree().size(), 20u);
  EXPECT_TRUE(
      std::any_of(Tree().begin(), Tree().end(), [](const auto& f) { return f.path == "common/core/id.h"; }));
}

TEST(Tree, IncludesPointDownwardsOnly) {
  ExpectNothing(CheckIncludes);
}
TEST(Tree, ReadsClocksAndDrawsChanceInOnePlace) {
  ExpectNothing(CheckClocksAndChance);
}
TEST(Tree, HasNoLeftovers) {
  ExpectNothing(CheckLeftovers);
}
TEST(Tree, HasHeadersThatSayWhatTheyAre) {
  ExpectNothing(CheckHeader);
}
TEST(Tree, HasFilesNamedAfterTheirSubject) {
  ExpectNothing(CheckFileName);
}
TEST(Tree, HasChannelsThatGoThroughNoProxy) {
  ExpectNothing(CheckChannels);
}
TEST(Tree, HasProgramsThatOpenTheStandardStreamsFirst) {
  ExpectNothing(CheckMain);
}
TEST(Tree, HasFunctionsThatFitOnAScreen) {
  ExpectNothing(CheckLengths);
}

TEST(Tree, HasTheSameFoldersInEveryService) {
  namespace fs = std::filesystem;
  const fs::path root = MILEPOST_SOURCE_DIR;
  std::vector<std::string> paths;
  for (const fs::directory_entry& service : fs::directory_iterator(root / "services")) {
    if (!service.is_directory()) continue;
    for (const fs::directory_entry& part : fs::directory_iterator(service)) {
      paths.push_back(fs::relative(part, root).generic_string());
    }
    EXPECT_TRUE(fs::exists(service.path() / "CMakeLists.txt")) << service.path();
  }
  for (const Finding& finding : CheckServiceFolders(paths)) ADD_FAILURE() << finding;
}

}  // namespace
}  // namespace milepost::arch
