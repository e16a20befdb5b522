#include "tests/e2e/stories/order_steps.h"

#include "absl/strings/str_cat.h"

namespace milepost::e2e {
namespace {

using billing::v1::MilestoneBilling;
using catalog::v1::GigCatalog;
using offers::v1::OfferService;

constexpr char kSubcategory[] = "business-plans";

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
