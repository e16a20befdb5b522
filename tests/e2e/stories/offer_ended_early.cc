// Story (b): a custom offer with six milestones; a declined payment, and an early end that counts as
// completed (S19–S25, S29–S31, A15, A18).
#include "tests/e2e/stories/order_steps.h"

namespace milepost::e2e {
namespace {

using billing::v1::MilestoneBilling;

// Amounts with odd cents on purpose. A = 12000 4500 9999 10000 25001, accepted; 8000, never charged.
// Buyer's fee f = half-even(5.5 %) + 3.00 below 100.00: 660, 548 (247.5 → 248), 850 (549.945 → 550), 550,
// 1375 (1375.055). Commission c = half-even(20 %): 2400, 900, 2000 (1999.8), 2000, 5000 (5000.2).
const std::vector<OfferedMilestone> kMilestones = {{"Concept", 12000, 5},    {"Sketches", 4500, 3},
                                                   {"First cut", 9999, 7},   {"Sound", 10000, 10},
                                                   {"Final cut", 25001, 30}, {"Extras", 8000, 4}};
constexpr int64_t kCharged = 12000 + 4500 + 9999 + 10000 + 25001;
constexpr int64_t kBuyerFees = 660 + 548 + 850 + 550 + 1375;
constexpr int64_t kCommission = 2400 + 900 + 2000 + 2000 + 5000;

// The second payment is declined; the buyer pays with another method (A15).
void DeclinedThenPaid(Story& story, const Person& bea, const Person& sam, const std::string& order) {
  story.Tell(bea, "starts milestone 2 with a card that has no money: pm_insufficient_funds");
  billing::v1::StartNextMilestoneRequest start;
  start.set_request_id(NewRequestId());
  start.set_name(order);
  start.set_payment_method("pm_insufficient_funds");
  auto waiting =
      story.Do(bea, story.client().billing(), &MilestoneBilling::Stub::StartNextMilestone, start).order();
  story.Expect("the order's state (A15)", waiting.state(), billing::v1::ORDER_STATE_AWAITING_PAYMENT);
  story.Expect("the last payment", waiting.last_payment().state(), type::v1::PAYMENT_STATE_DECLINED);
  story.Expect("why", waiting.last_payment().decline_reason(), type::v1::DECLINE_REASON_INSUFFICIENT_FUNDS);
  story.Expect("the seller may work (W9)", waiting.work_authorized(), false);
  story.ShowOrder(order, bea, sam);

  story.Tell(sam, "tries to deliver milestone 2 all the same");
  billing::v1::DeliverMilestoneRequest unfunded;
  unfunded.set_request_id(NewRequestId());
  unfunded.set_name(MilestoneName(order, 2));
  story.Refused(sam, "WORK_NOT_AUTHORIZED", story.client().billing(),
                &MilestoneBilling::Stub::DeliverMilestone, unfunded);

  story.Tell(bea, "tries again with another payment method: pm_ok");
  billing::v1::RetryPaymentRequest retry;
  retry.set_request_id(NewRequestId());
  retry.set_name(order);
  retry.set_payment_method("pm_ok");
  const auto paid =
      story.Do(bea, story.client().billing(), &MilestoneBilling::Stub::RetryPayment, retry).order();
  story.Expect("the order's state", paid.state(), billing::v1::ORDER_STATE_ACTIVE);
  story.Expect("the seller may work (W9)", paid.work_authorized(), true);
  story.ShowOrder(order, bea, sam);
}

}  // namespace

void PlayOfferEndedEarly(Story& story) {
  const Person sam = story.NewPerson("sam"), bea = story.NewPerson("bea");
  const std::string gig = PublishGig(story, sam, "Product film", 50000);
  const offers::v1::Offer offer = SendMilestoneOffer(story, sam, bea, gig, kMilestones);
  const std::string order = AcceptOffer(story, bea, offer, "pm_ok").order();
  story.ShowOrder(order, bea, sam);

  Deliver(story, sam, order, 1, /*final=*/false);
  Accept(story, bea, order, 1, billing::v1::NEXT_STEP_DECIDE_LATER);
  DeclinedThenPaid(story, bea, sam, order);
  for (int milestone = 2; milestone <= 4; ++milestone) {
    Deliver(story, sam, order, milestone, /*final=*/false);
    Accept(story, bea, order, milestone, billing::v1::NEXT_STEP_START_NEXT);
  }
  Deliver(story, sam, order, 5, /*final=*/false);
  Accept(story, bea, order, 5, billing::v1::NEXT_STEP_DECIDE_LATER);
  story.ShowOrder(order, bea, sam);

  story.Tell(bea, "ends the order after 5 of 6 milestones");
  billing::v1::EndOrderRequest end;
  end.set_request_id(NewRequestId());
  end.set_name(order);
  const auto ended = story.Do(bea, story.client().billing(), &MilestoneBilling::Stub::EndOrder, end).order();
  story.Expect("the order's state (S31)", ended.state(), billing::v1::ORDER_STATE_COMPLETED);
  story.Expect("the completion reason", ended.completion_reason(),
               type::v1::COMPLETION_REASON_ENDED_BY_BUYER);
  story.Expect("milestone 6", ended.milestones(5).state(), billing::v1::MILESTONE_STATE_SKIPPED);
  story.Expect("milestone 6's charge", ended.milestones(5).charge(), std::string());
  story.Expect("charged in all", Cents(ended.totals().funded()), kCharged);

  story.Tell(sam, "tries to go on with milestone 6 (S30)");
  billing::v1::DeliverMilestoneRequest late;
  late.set_request_id(NewRequestId());
  late.set_name(MilestoneName(order, 6));
  late.set_final_delivery(true);
  story.Refused(sam, "ORDER_COMPLETED", story.client().billing(), &MilestoneBilling::Stub::DeliverMilestone,
                late);
  const offers::v1::Offer told = AwaitOfferEnd(story, sam, offer.name());
  story.Expect("the offer's order state", told.order_state(), offers::v1::OFFER_ORDER_STATE_COMPLETED);
  story.Expect("the reason", told.order_reason(), type::v1::COMPLETION_REASON_ENDED_BY_BUYER);
  story.ShowOrder(order, bea, sam);
  story.Expect("captures at the payment provider", Captures(story, order), 5);
  story.ExpectSettled(
      ended, sam, {.seller = kCharged - kCommission, .commission = kCommission, .buyer_fees = kBuyerFees});
}

}  // namespace milepost::e2e
