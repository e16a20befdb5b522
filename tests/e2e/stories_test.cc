// The stories, against the real processes. The player of ./dev run tells the same ones.
#include <gtest/gtest.h>

#include "tests/e2e/platform.h"
#include "tests/e2e/stories/story.h"
#include "tests/support/matchers.h"

namespace milepost::e2e {
namespace {

class Stories : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    platform_ = new Platform();
    ASSERT_THAT(platform_->Start(), testing::IsOk());
  }
  static void TearDownTestSuite() {
    delete platform_;
    platform_ = nullptr;
  }
  void Play(const char* title, void (*play)(Story&)) {
    try {
      Story story(platform_->client(), title, NewRequestId().substr(24));
      play(story);
    } catch (const StoryFailed& failure) {
      FAIL() << failure.what();
    }
  }

  static Platform* platform_;
};
Platform* Stories::platform_ = nullptr;

TEST_F(Stories, AnOrderRunsFromGigToCompletion) {
  Play("Story (a)", PlayGigToCompletion);
}
TEST_F(Stories, AnOfferForAGigWithoutAPlanEndsEarlyAndIsCompleted_S26_S29_S31) {
  Play("Story (b)", PlayOfferEndedEarly);
}
TEST_F(Stories, SilenceAcceptsAndCompletes_S33_S34) {
  Play("Story (c)", PlaySilence);
}
TEST_F(Stories, APlanFromATemplateFollowsThePriceAndIsOrdered_S8_A4) {
  Play("Story (d)", PlayTemplateToCompletion);
}
TEST_F(Stories, ADisputeIsSplitAndAnotherOrderIsCancelledByConsent_A17_A19_M6) {
  Play("Story (e)", PlayDisputeAndCancellation);
}
TEST_F(Stories, AMilestoneThatIsNeverDeliveredIsCancelledAndRefunded_A20_A27_M5) {
  Play("Story (f)", PlayNeverDelivered);
}

}  // namespace
}  // namespace milepost::e2e
