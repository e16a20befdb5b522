// Story (e): a delivery goes back for a revision, the second one ends in a dispute that an operator splits (A17, M6); another order is
// cancelled by consent, the seller keeping a share (A19).
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/e2e/stories/order_steps.h"

namespace milepost::e2e {
namespace {

using billing::v1::MilestoneBilling;
using billing::v1::Order;

// The first order. A = 12000 10000, and 8000 that is never charged; f = 660 550; c = 2400. Of the second milestone the seller gets
// s = 3333, of which c(s) = 667 (666.6) is commission; A − s = 6667 goes back, with g = 366 (366.685) of the fee.
const std::vector<OfferedMilestone> kFilm = {
    {"Storyboard", 12000, 5}, {"Film", 10000, 7}, {"Cut-downs", 8000, 4}};
constexpr int64_t kPart = 3333;
constexpr Story::Shares kFilmShares = {.seller = 9600 + 2666,
                                       .commission = 2400 + 667,
                                       .buyer_fees = 660 + 550,
                                       .refunded = 6667,
                                       .fees_refunded = 366};

// The second order. A = 8000, f = 440 + 300; s = 2000, c(s) = 400; A − s = 6000 goes back, with g = 555 of the fee.
const std::vector<OfferedMilestone> kScript = {{"Script", 8000, 6}, {"Voice-over", 7000, 6}};
constexpr Story::Shares kScriptShares = {
    .seller = 1600, .commission = 400, .buyer_fees = 740, .refunded = 6000, .fees_refunded = 555};

billing::v1::RequestRevisionRequest RevisionRequest(const std::string& order) {
  billing::v1::RequestRevisionRequest request;
  request.set_request_id(NewRequestId());
  request.set_name(MilestoneName(order, 2));
  request.set_message("The logo is the old one. Please use the new one.");
  return request;
}

void DeliverAgain(Story& story, const Person& lena, const std::string& order) {
  story.Tell(lena, "delivers milestone 2 again, with two attachments");
  billing::v1::DeliverMilestoneRequest request;
  request.set_request_id(NewRequestId());
  request.set_name(MilestoneName(order, 2));
  request.set_message("With the new logo.");
  request.add_attachments("https://files.example/film-2.mp4");
  request.add_attachments("https://files.example/film-2.srt");
  const Order delivered =
      story.Do(lena, story.client().billing(), &MilestoneBilling::Stub::DeliverMilestone, request).order();
  const auto& milestone = delivered.milestones(1);
  story.Expect("the milestone's state", milestone.state(), billing::v1::MILESTONE_STATE_DELIVERED);
  story.Expect("its deliveries", milestone.deliveries_size(), 2);
  story.Expect("the first one was sent back", milestone.deliveries(0).has_revision_time(), true);
  story.Expect("attachments of the second", milestone.deliveries(1).attachments_size(), 2);
  for (const auto& delivery : milestone.deliveries())
    story.Show(absl::StrCat("delivery ", delivery.number(), ": \"", delivery.message(), "\" ",
                            absl::StrJoin(delivery.attachments(), " ")));
}

// S33, S25, A17: one revision is agreed; a second one is not.
void Revise(Story& story, const Person& otto, const Person& lena, const std::string& order) {
  story.Tell(otto, "asks for a revision: the logo is the old one");
  const Order revised = story
                            .Do(otto, story.client().billing(), &MilestoneBilling::Stub::RequestRevision,
                                RevisionRequest(order))
                            .order();
  story.Expect("the milestone's state", revised.milestones(1).state(),
               billing::v1::MILESTONE_STATE_REVISION_REQUESTED);
  story.Show(absl::StrCat("due again at ", Print(revised.milestones(1).due_time())));
  DeliverAgain(story, lena, order);
  story.Tell(otto, "asks for another revision");
  story.Refused(otto, "REVISIONS_EXHAUSTED", story.client().billing(),
                &MilestoneBilling::Stub::RequestRevision, RevisionRequest(order));
}

void Dispute(Story& story, const Person& otto, const Person& lena, const std::string& order) {
  story.Tell(otto, "opens a dispute: the milestone's deadlines stand still");
  billing::v1::OpenDisputeRequest open;
  open.set_request_id(NewRequestId());
  open.set_name(MilestoneName(order, 2));
  open.set_message("The film is a minute shorter than agreed.");
  const Order disputed =
      story.Do(otto, story.client().billing(), &MilestoneBilling::Stub::OpenDispute, open).order();
  story.Expect("the order's state", disputed.state(), billing::v1::ORDER_STATE_DISPUTED);
  billing::v1::ListDeadlinesRequest list;
  list.set_order(order);
  const auto listed = story.Do(otto, story.client().billing(), &MilestoneBilling::Stub::ListDeadlines, list);
  const auto& deadlines = listed.deadlines();
  const auto frozen = std::count_if(deadlines.begin(), deadlines.end(), [](const auto& deadline) {
    return deadline.state() == billing::v1::DEADLINE_STATE_FROZEN &&
           deadline.kind() == billing::v1::DEADLINE_KIND_REVIEW;
  });
  story.Expect("the review stands still", frozen, 1);
  story.ShowOrder(order, otto, lena);

  story.Tell(lena, "tries to deliver once more");
  billing::v1::DeliverMilestoneRequest deliver;
  deliver.set_request_id(NewRequestId());
  deliver.set_name(MilestoneName(order, 2));
  story.Refused(lena, "ORDER_DISPUTED", story.client().billing(), &MilestoneBilling::Stub::DeliverMilestone,
                deliver);
}

// M6.
Order Split(Story& story, const std::string& order) {
  story.Tell(kOperator, absl::StrCat("splits the milestone's money: ", Print(Usd(kPart)), " to the seller"));
  billing::v1::ResolveDisputeRequest resolve;
  resolve.set_request_id(NewRequestId());
  resolve.set_name(MilestoneName(order, 2));
  resolve.set_message("A third of the film can be used.");
  *resolve.mutable_split()->mutable_seller_amount() = Usd(kPart);
  const Order split =
      story.Do(kOperator, story.client().billing(), &MilestoneBilling::Stub::ResolveDispute, resolve).order();
  story.Expect("the order's state (A19)", split.state(), billing::v1::ORDER_STATE_COMPLETED);
  story.Expect("the completion reason", split.completion_reason(),
               type::v1::COMPLETION_REASON_CANCELLED_AFTER_ACCEPTANCE);
  story.Expect("milestone 2", split.milestones(1).state(), billing::v1::MILESTONE_STATE_CANCELLED);
  story.Expect("milestone 3", split.milestones(2).state(), billing::v1::MILESTONE_STATE_SKIPPED);
  story.Expect("how the dispute ended", split.milestones(1).dispute().outcome(),
               billing::v1::DISPUTE_OUTCOME_SPLIT);
  const auto& cancelled = split.milestones(1).cancellation();
  story.Show(absl::StrCat("to the seller ", Print(cancelled.seller_amount()), ", less ",
                          Print(cancelled.commission()), " commission; to the buyer ",
                          Print(cancelled.refunded_amount()), " and ", Print(cancelled.refunded_fee()),
                          " of the fee"));
  return split;
}

void PlaySplit(Story& story) {
  const Person lena = story.NewPerson("lena"), otto = story.NewPerson("otto");
  const std::string gig = PublishGig(story, lena, "An image film", 30000);
  const offers::v1::Offer offer = SendMilestoneOffer(story, lena, otto, gig, kFilm);
  const std::string order = AcceptOffer(story, otto, offer, "pm_ok").order();
  Deliver(story, lena, order, 1, /*final=*/false);
  Accept(story, otto, order, 1, billing::v1::NEXT_STEP_START_NEXT);
  Deliver(story, lena, order, 2, /*final=*/false);
  Revise(story, otto, lena, order);
  Dispute(story, otto, lena, order);
  const Order ended = Split(story, order);
  AwaitRefund(story, otto, order, kFilmShares.refunded + kFilmShares.fees_refunded);
  const offers::v1::Offer told = AwaitOfferEnd(story, lena, offer.name());
  story.Expect("the offer's order state", told.order_state(), offers::v1::OFFER_ORDER_STATE_COMPLETED);
  story.Expect("why it was cancelled", told.order_cancellation_reason(),
               type::v1::CANCELLATION_REASON_DISPUTE_RESOLVED);
  story.ShowOrder(order, otto, lena);
  story.Expect("captures at the payment provider", Captures(story, order), 2);
  story.ExpectSettled(ended, lena, kFilmShares);
}

// A19: one asks, the other answers.
void AskToCancel(Story& story, const Person& seller, const std::string& order, int64_t share) {
  story.Tell(seller, absl::StrCat("can't go on, and asks to cancel for ", Print(Usd(share))));
  billing::v1::RequestCancellationRequest request;
  request.set_request_id(NewRequestId());
  request.set_name(order);
  *request.mutable_seller_amount() = Usd(share);
  request.set_message("I am ill. The first act is written; you may keep it.");
  const Order asked =
      story.Do(seller, story.client().billing(), &MilestoneBilling::Stub::RequestCancellation, request)
          .order();
  story.Expect("the order's state", asked.state(), billing::v1::ORDER_STATE_ACTIVE);
  story.Expect("what the seller asks for", Cents(asked.cancellation_request().seller_amount()), share);
  const auto answer = ActionOf(story, asked, billing::v1::PARTY_BUYER, "AnswerCancellation");
  story.Expect("the buyer may answer", answer.allowed(), true);
  story.Show(absl::StrCat("next_actions: AnswerCancellation until ", Print(answer.deadline_time()), " (",
                          answer.at_deadline(), ")"));
}

Order Answer(Story& story, const Person& buyer, const std::string& order,
             billing::v1::CancellationAnswer answer) {
  story.Tell(buyer,
             answer == billing::v1::CANCELLATION_ANSWER_ACCEPT ? "agrees" : "refuses: that is too much");
  billing::v1::AnswerCancellationRequest request;
  request.set_request_id(NewRequestId());
  request.set_name(order);
  request.set_answer(answer);
  return story.Do(buyer, story.client().billing(), &MilestoneBilling::Stub::AnswerCancellation, request)
      .order();
}

void PlayConsent(Story& story) {
  const Person ole = story.NewPerson("ole"), pia = story.NewPerson("pia");
  const std::string gig = PublishGig(story, ole, "An audio play", 15000);
  const offers::v1::Offer offer = SendMilestoneOffer(story, ole, pia, gig, kScript);
  const std::string order = AcceptOffer(story, pia, offer, "pm_ok").order();
  AskToCancel(story, ole, order, 4000);
  Order seen = Answer(story, pia, order, billing::v1::CANCELLATION_ANSWER_REJECT);
  story.Expect("the order's state", seen.state(), billing::v1::ORDER_STATE_ACTIVE);
  story.Expect("no request is pending", seen.has_cancellation_request(), false);
  AskToCancel(story, ole, order, 2000);
  seen = Answer(story, pia, order, billing::v1::CANCELLATION_ANSWER_ACCEPT);
  story.Expect("the order's state (A19)", seen.state(), billing::v1::ORDER_STATE_CANCELLED);
  story.Expect("why", seen.cancellation_reason(), type::v1::CANCELLATION_REASON_AGREED);
  story.Expect("milestone 2", seen.milestones(1).state(), billing::v1::MILESTONE_STATE_SKIPPED);
  AwaitRefund(story, pia, order, kScriptShares.refunded + kScriptShares.fees_refunded);
  const offers::v1::Offer told = AwaitOfferEnd(story, ole, offer.name());
  story.Expect("the offer's order state", told.order_state(), offers::v1::OFFER_ORDER_STATE_CANCELLED);
  story.ShowOrder(order, pia, ole);
  story.Expect("captures at the payment provider", Captures(story, order), 1);
  story.ExpectSettled(seen, ole, kScriptShares);
}

}  // namespace

void PlayDisputeAndCancellation(Story& story) {
  PlaySplit(story);
  PlayConsent(story);
}

}  // namespace milepost::e2e
