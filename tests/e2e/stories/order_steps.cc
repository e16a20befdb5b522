#include "tests/e2e/stories/order_steps.h"

#include <chrono>
#include <thread>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "common/core/clock.h"
#include "common/rpc/reason_wire.h"

namespace milepost::e2e {
namespace {

using billing::v1::MilestoneBilling;
using catalog::v1::GigCatalog;
using offers::v1::OfferService;

constexpr char kSubcategory[] = "business-plans";

// Looks again until it is so, in real time.
void Await(absl::FunctionRef<bool()> is_so) {
  const absl::Time give_up = WallNow() + absl::Seconds(20);
  while (!is_so() && WallNow() < give_up) std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

// "COMPLETED (ENDED_BY_BUYER)"
std::string OrderEndOf(const offers::v1::Offer& offer) {
  std::string text(
      absl::StripPrefix(offers::v1::OfferOrderState_Name(offer.order_state()), "OFFER_ORDER_STATE_"));
  const std::string completed = rpc::NameOf(offer.order_reason()),
                    cancelled = rpc::NameOf(offer.order_cancellation_reason());
  return absl::StrCat(text, " (", completed, completed.empty() || cancelled.empty() ? "" : ", ", cancelled,
                      ")");
}

}  // namespace

std::string MilestoneName(const std::string& order, int number) {
  return absl::StrCat(order, "/milestones/", number);
}

std::string PublishGig(Story& story, const Person& seller, const std::string& title, int64_t price_cents) {
  story.Tell(seller, absl::StrCat("creates the gig \"", title, "\" in ", kSubcategory, ", BASIC at ",
                                  Print(Usd(price_cents)), ", and publishes it"));
  catalog::v1::CreateGigRequest create;
  create.set_request_id(NewRequestId());
  create.mutable_gig()->set_title(title);
  create.mutable_gig()->set_description("Market, numbers and a plan that a bank will read.");
  create.mutable_gig()->set_subcategory(kSubcategory);
  auto& basic = *create.mutable_gig()->add_packages();
  basic.set_package(type::v1::PACKAGE_BASIC);
  *basic.mutable_price() = Usd(price_cents);
  basic.set_days(21);
  basic.mutable_revisions()->set_count(1);
  const auto gig = story.Do(seller, story.client().catalog(), &GigCatalog::Stub::CreateGig, create).gig();
  story.Expect("the new gig's state", gig.state(), catalog::v1::GIG_STATE_DRAFT);

  catalog::v1::PublishGigRequest publish;
  publish.set_request_id(NewRequestId());
  publish.set_name(gig.name());
  publish.set_etag(gig.etag());
  const auto published =
      story.Do(seller, story.client().catalog(), &GigCatalog::Stub::PublishGig, publish).gig();
  story.Expect("the published gig's state", published.state(), catalog::v1::GIG_STATE_PUBLISHED);
  story.Show(gig.name());
  return gig.name();
}

offers::v1::Offer SendMilestoneOffer(Story& story, const Person& seller, const Person& buyer,
                                     const std::string& gig,
                                     const std::vector<OfferedMilestone>& milestones) {
  story.Tell(seller,
             absl::StrCat("offers ", buyer.given_name, " a project in ", milestones.size(), " milestones"));
  offers::v1::CreateOfferRequest create;
  create.set_request_id(NewRequestId());
  offers::v1::Offer& draft = *create.mutable_offer();
  draft.set_buyer(buyer.actor);
  draft.set_gig(gig);
  draft.set_conversation("inbox-thread-17");
  draft.set_message("As we talked about yesterday.");
  for (const OfferedMilestone& milestone : milestones) {
    auto& added = *draft.mutable_milestones()->add_milestones();
    added.set_title(milestone.title);
    added.set_days(milestone.days);
    *added.mutable_amount() = Usd(milestone.cents);
    added.mutable_revisions()->set_count(1);
  }
  const auto created =
      story.Do(seller, story.client().offers(), &OfferService::Stub::CreateOffer, create).offer();
  story.Expect("the new offer's state", created.state(), offers::v1::OFFER_STATE_DRAFT);
  for (const OfferedMilestone& milestone : milestones)
    story.Show(
        absl::StrCat(milestone.title, ": ", Print(Usd(milestone.cents)), ", ", milestone.days, " days"));

  offers::v1::SendOfferRequest send;
  send.set_request_id(NewRequestId());
  send.set_name(created.name());
  const auto sent = story.Do(seller, story.client().offers(), &OfferService::Stub::SendOffer, send).offer();
  story.Expect("the sent offer's state", sent.state(), offers::v1::OFFER_STATE_SENT);
  story.Show(absl::StrCat(sent.name(), ", SENT"));
  return sent;
}

offers::v1::Offer AcceptOffer(Story& story, const Person& buyer, const offers::v1::Offer& offer,
                              const std::string& payment_method) {
  story.Tell(buyer, absl::StrCat("accepts the offer, paying with ", payment_method));
  offers::v1::AcceptOfferRequest accept;
  accept.set_request_id(NewRequestId());
  accept.set_name(offer.name());
  accept.set_terms_hash(offer.terms_hash());
  accept.set_payment_method(payment_method);
  const auto accepted =
      story.Do(buyer, story.client().offers(), &OfferService::Stub::AcceptOffer, accept).offer();
  if (accepted.last_payment().placement_failure() == type::v1::PLACEMENT_FAILURE_CLOCKS_APART)
    story.Fail("the services' clocks are apart: see ./dev clock, mend with ./dev clock align");
  story.Expect("the offer's state", accepted.state(), offers::v1::OFFER_STATE_ACCEPTED);
  story.Expect("the offer's order state", accepted.order_state(), offers::v1::OFFER_ORDER_STATE_RUNNING);
  story.Expect("the first payment", accepted.last_payment().state(), type::v1::PAYMENT_STATE_SUCCEEDED);
  story.Show(accepted.order());
  return accepted;
}

billing::v1::Order Deliver(Story& story, const Person& seller, const std::string& order, int milestone,
                           bool final) {
  story.Tell(seller, absl::StrCat("delivers milestone ", milestone, final ? ", the complete project" : ""));
  billing::v1::DeliverMilestoneRequest request;
  request.set_request_id(NewRequestId());
  request.set_name(MilestoneName(order, milestone));
  request.set_final_delivery(final);
  request.set_message("Please have a look.");
  auto delivered =
      story.Do(seller, story.client().billing(), &MilestoneBilling::Stub::DeliverMilestone, request).order();
  story.Expect("the milestone's state", delivered.milestones(milestone - 1).state(),
               billing::v1::MILESTONE_STATE_DELIVERED);
  return delivered;
}

billing::v1::Order Accept(Story& story, const Person& buyer, const std::string& order, int milestone,
                          billing::v1::NextStep next) {
  const std::string how = next == billing::v1::NEXT_STEP_START_NEXT     ? " and starts the next (START_NEXT)"
                          : next == billing::v1::NEXT_STEP_END_ORDER    ? " and ends the order (END_ORDER)"
                          : next == billing::v1::NEXT_STEP_DECIDE_LATER ? " and decides later (DECIDE_LATER)"
                                                                        : "";
  story.Tell(buyer, absl::StrCat("accepts milestone ", milestone, how));
  billing::v1::AcceptMilestoneRequest request;
  request.set_request_id(NewRequestId());
  request.set_name(MilestoneName(order, milestone));
  request.set_next(next);
  auto accepted =
      story.Do(buyer, story.client().billing(), &MilestoneBilling::Stub::AcceptMilestone, request).order();
  story.Expect("the milestone's state", accepted.milestones(milestone - 1).state(),
               billing::v1::MILESTONE_STATE_ACCEPTED);
  return accepted;
}

std::string DeliveredOrder(Story& story, const Person& seller, const Person& buyer) {
  const std::string gig = PublishGig(story, seller, "A film", 50000);
  const offers::v1::Offer offer =
      SendMilestoneOffer(story, seller, buyer, gig, {{"Cut", 12000, 5}, {"Sound", 8000, 5}});
  const std::string order = AcceptOffer(story, buyer, offer, "pm_ok").order();
  Deliver(story, seller, order, 1, /*final=*/false);
  return order;
}

offers::v1::Offer AwaitOfferEnd(Story& story, const Person& seller, const std::string& offer) {
  story.TellAll("OfferService learns how the order ended");
  offers::v1::GetOfferRequest request;
  request.set_name(offer);
  offers::v1::Offer seen;
  Await([&] {
    seen = story.Do(seller, story.client().offers(), &OfferService::Stub::GetOffer, request).offer();
    return seen.order_state() != offers::v1::OFFER_ORDER_STATE_RUNNING;
  });
  if (seen.order_state() == offers::v1::OFFER_ORDER_STATE_RUNNING) story.Fail("OfferService was not told");
  story.Show(absl::StrCat(seen.name(), ", ACCEPTED, its order ", OrderEndOf(seen)));
  return seen;
}

void AwaitRefund(Story& story, const Person& buyer, const std::string& order, int64_t cents) {
  story.TellAll(absl::StrCat("the payment provider gives ", buyer.given_name, "'s money back"));
  billing::v1::ListChargesRequest charges;
  charges.set_order(order);
  std::vector<billing::v1::Refund> refunds;
  Await([&] {
    refunds.clear();
    const auto listed =
        story.Do(buyer, story.client().billing(), &MilestoneBilling::Stub::ListCharges, charges);
    for (const auto& charge : listed.charges())
      refunds.insert(refunds.end(), charge.refunds().begin(), charge.refunds().end());
    return !refunds.empty() && refunds.back().state() == billing::v1::REFUND_STATE_SUCCEEDED;
  });
  story.Expect("refunds of the order", refunds.size(), 1u);
  story.Expect("the refund's state (M5)", refunds[0].state(), billing::v1::REFUND_STATE_SUCCEEDED);
  story.Expect("the refund", Cents(refunds[0].amount()), cents);
  testing::v1::ListRefundsRequest paid;
  paid.set_key_prefix(order);
  const auto provider = story.Do(kOperator, story.client().simulator(),
                                 &testing::v1::PaymentSimulator::Stub::ListRefunds, paid);
  story.Expect("refunds at the payment provider", provider.refunds_size(), 1);
  story.Expect("payouts of it", provider.refunds(0).payouts(), 1);
  story.Expect("its amount there", Cents(provider.refunds(0).refund().amount()), cents);
  story.Show(absl::StrCat(refunds[0].name(), ": ", Print(refunds[0].amount()), " SUCCEEDED"));
}

billing::v1::NextAction ActionOf(Story& story, const billing::v1::Order& order, billing::v1::Party party,
                                 const std::string& method) {
  for (const auto& action : order.next_actions())
    if (action.actor() == party && action.method() == method) return action;
  story.Fail(absl::StrCat("next_actions does not name ", method));
}

std::string Print(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", absl::FromUnixSeconds(time.seconds()),
                          absl::UTCTimeZone());
}

int64_t Captures(Story& story, const std::string& order) {
  testing::v1::SummarizeChargesRequest request;
  request.set_key_prefix(order);
  const Person anybody{"the simulator's reader", "operators/stories"};
  return story
      .Do(anybody, story.client().simulator(), &testing::v1::PaymentSimulator::Stub::SummarizeCharges,
          request)
      .captures();
}

}  // namespace milepost::e2e
