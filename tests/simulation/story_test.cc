// Stories as text, and the search for a shorter one.
#include "tests/simulation/story.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "tests/simulation/shrinker.h"

namespace milepost::simulation {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST(Story, IsReadAsItWasWritten) {
  const Story story{42,
                    {true, false, true},
                    {{StoryStart(), Act::kNewGig, 0, 7},
                     {StoryStart() + absl::Microseconds(5), Act::kStep, 1ull << 63, 9}}};
  const absl::StatusOr<Story> read = StoryIn(TextOf(story));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, story);
}

TEST(Story, OfOtherTextIsRefused) {
  EXPECT_FALSE(StoryIn("").ok());
  EXPECT_FALSE(StoryIn("once upon a time").ok());
  EXPECT_FALSE(StoryIn("milepost-story 1\n0 dance 0 0\n").ok());
  EXPECT_FALSE(StoryIn("milepost-story 1\n0 step 0\n").ok());
  EXPECT_FALSE(ReadStory("/no/such/file").ok());
}

std::vector<int> UpTo(int count) {
  std::vector<int> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

TEST(Shrinker, LeavesWhatIsNeededAndNothingElse) {
  const auto fails = [](const std::vector<int>& list) {
    return std::count(list.begin(), list.end(), 17) > 0 && std::count(list.begin(), list.end(), 900) > 0;
  };
  EXPECT_THAT(Shrink<int>(UpTo(1000), fails, 10'000), ElementsAre(17, 900));
}

TEST(Shrinker, KeepsTheOrder) {
  const auto fails = [](const std::vector<int>& list) {
    return list.size() >= 3 && std::is_sorted(list.begin(), list.end());
  };
  EXPECT_THAT(Shrink<int>(UpTo(64), fails, 10'000), SizeIs(3));
}

TEST(Shrinker, FindsThatNothingIsNeeded) {
  EXPECT_THAT(Shrink<int>(
                  UpTo(10), [](const auto&) { return true; }, 10'000),
              SizeIs(0));
}

TEST(Shrinker, StopsAfterItsTriesWithWhatStillFails) {
  size_t tries = 0;
  const auto fails = [&tries](const std::vector<int>& list) {
    ++tries;
    return std::count(list.begin(), list.end(), 17) > 0;
  };
  EXPECT_THAT(Shrink<int>(UpTo(1000), fails, 5), Contains(17));
  EXPECT_EQ(tries, 5u);
}

}  // namespace
}  // namespace milepost::simulation
