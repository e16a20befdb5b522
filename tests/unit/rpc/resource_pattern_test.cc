#include "common/rpc/resource_pattern.h"

#include <gtest/gtest.h>

namespace milepost::rpc {
namespace {

TEST(ResourcePattern, RefusesWhatIsNoPattern) {
  for (const char* pattern :
       {"", "gigs/", "/gigs", "gigs//x", "gigs/{gig", "gigs/gig}", "gigs/{}", "gigs/{a{b}}"})
    EXPECT_FALSE(ResourcePattern::Compile(pattern).ok()) << pattern;
}

TEST(ResourcePattern, MatchesWholeNamesOnly) {
  const ResourcePattern plan = *ResourcePattern::Compile("gigs/{gig}/milestonePlan");
  EXPECT_TRUE(plan.Matches("gigs/0190b5a4-0000-7000-8000-000000000001/milestonePlan"));
  for (const char* other : {"", "gigs", "gigs/0190b5a4-0000-7000-8000-000000000001", "gigs//milestonePlan",
                            "x/gigs/0190b5a4-0000-7000-8000-000000000001/milestonePlan",
                            "gigs/0190b5a4-0000-7000-8000-000000000001/milestonePlan/1"})
    EXPECT_FALSE(plan.Matches(other)) << other;
}

TEST(ResourcePattern, OpaqueSegmentsHaveSixtyFourCharactersAtMost) {
  const ResourcePattern user = *ResourcePattern::Compile("users/{user}");
  EXPECT_TRUE(user.Matches("users/" + std::string(64, 'x')));
  EXPECT_FALSE(user.Matches("users/" + std::string(65, 'x')));
  EXPECT_FALSE(user.Matches("users/ä"));
}

}  // namespace
}  // namespace milepost::rpc
