// Story (f): a seller never delivers. The buyer may cancel from a day after the due time on (A20), waits all the same, and has the
// money back after 30 days (A27).
#include "absl/strings/str_cat.h"
#include "tests/e2e/stories/order_steps.h"

namespace milepost::e2e {
namespace {

using billing::v1::MilestoneBilling;
using billing::v1::Order;

constexpr int64_t kDay = 24 * 3600;
constexpr int64_t kSketch = 9000;
constexpr int64_t kSketchFee = 495 + 300;  // 5.5 % and the small-payment fee (A23)

billing::v1::CancelLateMilestoneRequest CancelLate(const std::string& order) {
  billing::v1::CancelLateMilestoneRequest request;
  request.set_request_id(NewRequestId());
  request.set_name(MilestoneName(order, 1));
  request.set_message("I can't wait any longer.");
  return request;
}

// Whether the buyer may cancel the late milestone, as next_actions say; and what comes if nothing is delivered.
void ExpectCancellable(Story& story, const Order& order, bool expected) {
  const auto cancel = ActionOf(story, order, billing::v1::PARTY_BUYER, "CancelLateMilestone");
  const auto deliver = ActionOf(story, order, billing::v1::PARTY_SELLER, "DeliverMilestone");
  story.Expect("the buyer may cancel the late milestone (A20)", cancel.allowed(), expected);
  if (!expected) story.Expect("why not", cancel.blocking_reason(), type::v1::REASON_MILESTONE_NOT_LATE);
  story.Expect("the seller may deliver (A20)", deliver.allowed(), true);
  story.Show(absl::StrCat("next_actions: CancelLateMilestone ", expected ? "allowed" : "not allowed",
                          ", DeliverMilestone until ", Print(deliver.deadline_time()), " (",
                          deliver.at_deadline(), ")"));
}

Order Look(Story& story, const std::string& order, const Person& ines, const Person& kai) {
  story.ShowOrder(order, ines, kai);
  return story.GetOrder(order, ines);
}

// The first milestone's due time and the day after it pass.
void BecomeLate(Story& story, const std::string& order, const Person& ines, const Person& kai) {
  story.TellAll("the four days for the work pass, and Kai delivers nothing");
  story.AdvanceClocks(4 * kDay);
  Order seen = Look(story, order, ines, kai);
  story.Expect("the milestone is late (A20)", seen.milestones(0).late(), true);
  story.Expect("the order's state", seen.state(), billing::v1::ORDER_STATE_ACTIVE);
  ExpectCancellable(story, seen, false);

  story.Tell(ines, "tries to cancel the late milestone at once");
  story.Refused(ines, "MILESTONE_NOT_LATE", story.client().billing(),
                &MilestoneBilling::Stub::CancelLateMilestone, CancelLate(order));

  story.TellAll("24 hours pass: Ines may cancel, and still waits");
  story.AdvanceClocks(kDay);
  seen = Look(story, order, ines, kai);
  ExpectCancellable(story, seen, true);
  auto dry = CancelLate(order);
  dry.set_validate_only(true);
  const Order would_be =
      story.Do(ines, story.client().billing(), &MilestoneBilling::Stub::CancelLateMilestone, dry).order();
  story.Expect("what cancelling now would do", would_be.cancellation_reason(),
               type::v1::CANCELLATION_REASON_LATE_DELIVERY);
}

}  // namespace

void PlayNeverDelivered(Story& story) {
  const Person kai = story.NewPerson("kai"), ines = story.NewPerson("ines");
  const std::string gig = PublishGig(story, kai, "A portrait in oil", 20000);
  const offers::v1::Offer offer =
      SendMilestoneOffer(story, kai, ines, gig, {{"Sketch", kSketch, 4}, {"Painting", 11000, 20}});
  const std::string order = AcceptOffer(story, ines, offer, "pm_ok").order();
  story.ShowOrder(order, ines, kai);
  BecomeLate(story, order, ines, kai);

  story.TellAll("29 more days pass: 30 days after the due time there is still no delivery");
  const int64_t fired = story.AdvanceClocks(29 * kDay);
  story.Expect("at least one deadline fired", fired >= 1, true);
  const Order ended = Look(story, order, ines, kai);
  story.Expect("the order's state (A27)", ended.state(), billing::v1::ORDER_STATE_CANCELLED);
  story.Expect("why", ended.cancellation_reason(), type::v1::CANCELLATION_REASON_NON_DELIVERY);
  story.Expect("milestone 1", ended.milestones(0).state(), billing::v1::MILESTONE_STATE_CANCELLED);
  story.Expect("of its amount to the buyer", Cents(ended.milestones(0).cancellation().refunded_amount()),
               kSketch);
  story.Expect("of the fee to the buyer", Cents(ended.milestones(0).cancellation().refunded_fee()),
               kSketchFee);
  story.Expect("milestone 2", ended.milestones(1).state(), billing::v1::MILESTONE_STATE_SKIPPED);

  AwaitRefund(story, ines, order, kSketch + kSketchFee);
  const offers::v1::Offer told = AwaitOfferEnd(story, kai, offer.name());
  story.Expect("the offer's order state", told.order_state(), offers::v1::OFFER_ORDER_STATE_CANCELLED);
  story.Expect("why", told.order_cancellation_reason(), type::v1::CANCELLATION_REASON_NON_DELIVERY);
  story.ShowOrder(order, ines, kai);
  story.Expect("captures at the payment provider", Captures(story, order), 1);
  story.ExpectSettled(ended, kai,
                      {.seller = 0,
                       .commission = 0,
                       .buyer_fees = kSketchFee,
                       .refunded = kSketch,
                       .fees_refunded = kSketchFee});
}

}  // namespace milepost::e2e
