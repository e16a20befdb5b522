#include "services/milestone_billing/workers/due_page.h"

#include <gtest/gtest.h>

namespace milepost::billing {
namespace {

// Rows that nobody can take stay at the top of what is due: a worker that always read the first page would never come to the
// others.
TEST(DuePage, GoesPastAPageOfWhichNothingCouldBeTaken) {
  DuePage page;
  EXPECT_EQ(page.offset(), 0);
  page.Took(kDuePage, 0);
  EXPECT_EQ(page.offset(), kDuePage);
  page.Took(kDuePage, 0);
  EXPECT_EQ(page.offset(), 2 * kDuePage);
  page.Took(kDuePage, 1);
  EXPECT_EQ(page.offset(), 0) << "what was taken may have come to the top again";
  page.Took(kDuePage, 0);
  page.Took(kDuePage - 1, 0);
  EXPECT_EQ(page.offset(), 0) << "the end was reached";
}

}  // namespace
}  // namespace milepost::billing
