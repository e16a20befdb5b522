// The steps that several stories share: one call each, told and asserted.
#pragma once

#include <string>

#include "tests/e2e/stories/story.h"

namespace milepost::e2e {

// Creates and publishes a gig in Business Plans with one package, BASIC, at this price. Returns its name.
std::string PublishGig(Story& story, const Person& seller, const std::string& title, int64_t price_cents);

struct OfferedMilestone {
  std::string title;
  int64_t cents;
  uint32_t days;
};
// Creates and sends a milestone offer; returns it as sent.
offers::v1::Offer SendMilestoneOffer(Story& story, const Person& seller, const Person& buyer,
                                     const std::string& gig, const std::vector<OfferedMilestone>& milestones);
// The buyer accepts and pays the first milestone; returns the offer, ACCEPTED.
offers::v1::Offer AcceptOffer(Story& story, const Person& buyer, const offers::v1::Offer& offer,
                              const std::string& payment_method);

billing::v1::Order Deliver(Story& story, const Person& seller, const std::string& order, int milestone,
                           bool final);
billing::v1::Order Accept(Story& story, const Person& buyer, const std::string& order, int milestone,
                          billing::v1::NextStep next);

// A gig, an offer of 120.00 and 80.00 that is accepted with pm_ok, and its first milestone delivered; the order's name.
std::string DeliveredOrder(Story& story, const Person& seller, const Person& buyer);

std::string MilestoneName(const std::string& order, int number);
// MilestoneBilling tells OfferService through its outbox: at least once, soon, not at once. Waits until the offer shows that its order
// has ended, and returns it.
offers::v1::Offer AwaitOfferEnd(Story& story, const Person& seller, const std::string& offer);
// The refunder asks the provider after the commit. Waits until the buyer has this much back, in one refund of the order, which the
// provider has paid out once.
void AwaitRefund(Story& story, const Person& buyer, const std::string& order, int64_t cents);
// What next_actions says of the party's method (W2).
billing::v1::NextAction ActionOf(Story& story, const billing::v1::Order& order, billing::v1::Party party,
                                 const std::string& method);
// "2026-12-01 15:50:16 UTC"
std::string Print(const google::protobuf::Timestamp& time);

// How many times the payment provider captured money for this order: the proof of "charged once".
int64_t Captures(Story& story, const std::string& order);

}  // namespace milepost::e2e
