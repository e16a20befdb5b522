// Story (c): a delivery meets eight days of silence (S33, S34, A13).
#include "tests/e2e/stories/order_steps.h"

namespace milepost::e2e {
namespace {

constexpr int64_t kHour = 3600;
constexpr int64_t kEightDays = 8 * 24 * kHour;

}  // namespace

void PlaySilence(Story& story) {
  const Person sue = story.NewPerson("sue"), bob = story.NewPerson("bob");
  const std::string gig = PublishGig(story, sue, "Album production", 30000);
  const offers::v1::Offer offer =
      SendMilestoneOffer(story, sue, bob, gig, {{"Recording", 20000, 14}, {"Mixing", 10000, 7}});
  const std::string order = AcceptOffer(story, bob, offer, "pm_ok").order();
  Deliver(story, sue, order, 1, /*final=*/false);
  story.ShowOrder(order, bob, sue);

  story.TellAll("seven days and 23 hours pass, and Bob says nothing");
  story.AdvanceClocks(kEightDays - kHour);
  auto seen = story.GetOrder(order, bob);
  story.Expect("the order's state an hour before the deadline", seen.state(),
               billing::v1::ORDER_STATE_ACTIVE);
  story.Expect("the milestone's state", seen.milestones(0).state(), billing::v1::MILESTONE_STATE_DELIVERED);
  story.ShowOrder(order, bob, sue);

  story.TellAll("another hour passes: the eight days are over");
  const int64_t fired = story.AdvanceClocks(kHour);
  story.Expect("at least one deadline fired", fired >= 1, true);
  seen = story.GetOrder(order, bob);
  story.Expect("the order's state (S34)", seen.state(), billing::v1::ORDER_STATE_COMPLETED);
  story.Expect("the completion reason", seen.completion_reason(), type::v1::COMPLETION_REASON_REVIEW_TIMEOUT);
  story.Expect("accepted by silence (A13)", seen.milestones(0).auto_accepted(), true);
  story.Expect("milestone 2", seen.milestones(1).state(), billing::v1::MILESTONE_STATE_SKIPPED);
  story.ShowOrder(order, bob, sue);
  story.Expect("captures at the payment provider", Captures(story, order), 1);
  story.ExpectSettled(seen, sue, {.seller = 16000, .commission = 4000, .buyer_fees = 1100});
}

}  // namespace milepost::e2e
