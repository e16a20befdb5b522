#include "tests/support/scratch_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <string>

namespace milepost::testing {
namespace {

namespace fs = std::filesystem;

using ::testing::IsEmpty;
using ::testing::SizeIs;

class ScratchFolderTest : public ::testing::Test {
 protected:
  // All that is below the temporary folder under this test's own name.
  std::vector<std::string> Found() const {
    std::vector<std::string> found;
    for (const fs::directory_entry& entry : fs::directory_iterator(fs::temp_directory_path()))
      if (entry.path().filename().string().rfind(name_, 0) == 0) found.push_back(entry.path());
    return found;
  }
  // Runs `work` in a process of its own, until it has ended.
  template <class F>
  static void InAnotherProcess(F work) {
    const pid_t child = fork();
    if (child == 0) {
      work();
      std::exit(0);
    }
    ASSERT_EQ(waitpid(child, nullptr, 0), child);
  }

  const std::string name_ = "scratch_test_" + std::to_string(getpid());
};

TEST_F(ScratchFolderTest, GoesWithTheObject) {
  {
    const ScratchFolder folder(name_);
    std::ofstream(folder.path() + "/file") << "text";
    EXPECT_TRUE(fs::exists(folder.path() + "/file"));
  }
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(ScratchFolderTest, WhatAKilledProcessLeftGoesWithTheNextOne) {
  const ScratchFolder living(name_);
  InAnotherProcess([&] {
    new ScratchFolder(name_);
    ::kill(getpid(), SIGKILL);
  });
  EXPECT_THAT(Found(), SizeIs(2)) << "nobody could remove it";
  { const ScratchFolder next(name_); }
  EXPECT_THAT(Found(), ::testing::ElementsAre(living.path())) << "and nobody removes what is in use";
}

TEST_F(ScratchFolderTest, AForkThatEndsLeavesItsParentsFolderAlone) {
  const ScratchFolder mine(name_);
  InAnotherProcess([] {});
  EXPECT_THAT(Found(), ::testing::ElementsAre(mine.path()));
}

TEST_F(ScratchFolderTest, OnlyNamesWithAProcessThatIsGoneAreLeftBehind) {
  const ScratchFolder parent(name_);
  const fs::path path = parent.path();
  pid_t gone = fork();
  if (gone == 0) _exit(0);
  waitpid(gone, nullptr, 0);
  const std::string dead = std::to_string(gone), alive = std::to_string(getpid());
  for (const std::string& name :
       {"a." + dead, "a." + dead + ".x", "a." + alive, "ab." + dead, std::string("a.0"), std::string("a.-1"),
        std::string("a.x"), std::string("a")})
    fs::create_directory(path / name);
  RemoveLeftBehind(path, "a");
  std::vector<std::string> left;
  for (const fs::directory_entry& entry : fs::directory_iterator(path))
    left.push_back(entry.path().filename().string());
  EXPECT_THAT(left, ::testing::UnorderedElementsAre("a." + alive, "ab." + dead, "a.0", "a.-1", "a.x", "a"));
}

}  // namespace
}  // namespace milepost::testing
