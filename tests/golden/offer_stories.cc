#include "services/offer_service/store/offer_mapping.h"
#include "tests/golden/stories.h"
#include "tests/golden/teller.h"

namespace milepost::golden {
namespace {

using offers::AcceptOffer;
using offers::CreateOffer;
using offers::DeclineOffer;
using offers::DeleteOffer;
using offers::GigFacts;
using offers::GigState;
using offers::MilestoneTerms;
using offers::OfferDomain;
using offers::OfferMapping;
using offers::OneTimeTerms;
using offers::OrderOf;
using offers::OrderOutcome;
using offers::PaymentState;
using offers::RecordOrderOutcome;
using offers::RecordPlacement;
using offers::SendOffer;
using offers::SubscriptionTerms;
using offers::Terms;
using offers::TermsHash;
using offers::UpdateOffer;
using offers::WithdrawOffer;

const Actor kSeller{ActorKind::kUser, "users/sam"};
const Actor kBuyer{ActorKind::kUser, "users/bea"};
const Actor kBilling{ActorKind::kService, "services/milestone-billing"};
const GigId kGig(*Uuid::Parse("019ab000-0000-7000-8000-000000000102"));
const Uuid kRequest = *Uuid::Parse("019ab000-0000-7000-8000-0000000002ff");
const ChargeId kCharge(*Uuid::Parse("019ab000-0000-7000-8000-0000000002ee"));

OfferId Named(int number) {
  return OfferId(
      *Uuid::Parse(absl::StrCat("019ab000-0000-7000-8000-0000000002", absl::Hex(number, absl::kZeroPad2))));
}

Teller<OfferDomain> Offer(int number, std::string name, std::string about) {
  return {absl::StrCat("offers/", name), std::move(about), Named(number), OfferMapping()};
}

GigFacts Gig() {
  return {kGig, kSeller.name, "A plan for your business", GigState::kPublished, "business-plans", true};
}

Terms OneTime() {
  return OneTimeTerms{Money::Usd(12'345), 7, {2, false}, "A logo, and its sources"};
}
Terms Subscription() {
  return SubscriptionTerms{30, 12, Money::Usd(9'900), 15, 5, {0, true}, "One video a month"};
}
Terms Milestones() {
  return MilestoneTerms{{{"Storyboard", "Zwölf Bilder", 5, Money::Usd(10'000), {1, false}},
                         {"Film", "", 30, Money::Usd(25'050), {0, true}}}};
}

CreateOffer Creation(int number, Terms terms) {
  return {.actor = kSeller,
          .id = Named(number),
          .buyer = kBuyer.name,
          .conversation = "conversation-7",
          .message = "As discussed",
          .terms = std::move(terms),
          .expire_time = kStart + 2 * kDay,
          .for_gig = kGig,
          .gig = Gig(),
          .policy = {}};
}

// A draft and, a minute later, sent.
void Send(Teller<OfferDomain>& offer, CreateOffer creation) {
  offer.Do("CreateOffer", kSeller, std::move(creation));
  offer.DoAfter(absl::Minutes(1), "SendOffer", kSeller, SendOffer{kSeller, Gig(), {}});
}

void Accept(Teller<OfferDomain>& offer) {
  offer.DoAfter(absl::Minutes(1), "AcceptOffer", kBuyer,
                AcceptOffer{kBuyer, kRequest, "pm_ok", TermsHash(kGig, offer.state().terms), Gig(), {}});
}

RecordPlacement NotPlaced(uint32_t attempt, PaymentState payment, std::string reason,
                          std::optional<ChargeId> charge) {
  return {
      .attempt = attempt, .placed = false, .payment = payment, .reason = std::move(reason), .charge = charge};
}

StoryFile Accepted() {
  auto offer =
      Offer(1, "accepted", "One payment: changed, sent, declined by the provider, accepted, completed.");
  CreateOffer creation = Creation(1, Milestones());
  creation.expire_time = std::nullopt;
  creation.conversation = creation.message = "";
  offer.Do("CreateOffer: no expiry, conversation or message", kSeller, std::move(creation));
  UpdateOffer update{.actor = kSeller,
                     .buyer = {},
                     .to_gig = {},
                     .conversation = {},
                     .message = "Günstiger",
                     .terms = OneTime(),
                     .expire_time = {},
                     .gig = Gig(),
                     .policy = {}};
  offer.DoAfter(absl::Minutes(1), "UpdateOffer: message and terms", kSeller, std::move(update));
  offer.DoAfter(absl::Minutes(1), "SendOffer: with the default expiry", kSeller,
                SendOffer{kSeller, Gig(), {}});
  Accept(offer);
  offer.Do("RecordPlacement: declined", Actor::System(),
           NotPlaced(1, PaymentState::kDeclined, "INSUFFICIENT_FUNDS", kCharge));
  Accept(offer);
  offer.Do("RecordPlacement: placed", Actor::System(),
           RecordPlacement{.attempt = 2, .placed = true, .reason = "", .charge = kCharge});
  offer.DoAfter(
      9 * kDay, "RecordOrderOutcome: completed", kBilling,
      RecordOrderOutcome{kBilling, OrderOf(Named(1)), OrderOutcome::kCompleted, "ALL_ACCEPTED", ""});
  return std::move(offer).file();
}

StoryFile Cancelled() {
  auto offer = Offer(2, "cancelled", "The order's end is reported before its placing was.");
  Send(offer, Creation(2, Milestones()));
  Accept(offer);
  offer.Do(
      "RecordOrderOutcome: cancelled", kBilling,
      RecordOrderOutcome{kBilling, OrderOf(Named(2)), OrderOutcome::kCancelled, "CANCELLED_BY_BUYER", ""});
  return std::move(offer).file();
}

StoryFile Withdrawn() {
  auto offer = Offer(3, "withdrawn", "A subscription that its seller takes back.");
  CreateOffer creation = Creation(3, Subscription());
  offer.Do("CreateOffer", kSeller, std::move(creation));
  UpdateOffer update{.actor = kSeller,
                     .buyer = "users/ben",
                     .to_gig = {},
                     .conversation = "conversation-8",
                     .message = {},
                     .terms = {},
                     .expire_time = std::optional<absl::Time>(),
                     .gig = Gig(),
                     .policy = {}};
  offer.Do("UpdateOffer: another buyer, no expiry", kSeller, std::move(update));
  offer.Do("SendOffer", kSeller, SendOffer{kSeller, Gig(), {}});
  offer.Do("WithdrawOffer", kSeller, WithdrawOffer{kSeller});
  return std::move(offer).file();
}

StoryFile Declined(int number, std::string name, std::string message) {
  auto offer = Offer(number, std::move(name), "Its buyer says no.");
  Send(offer, Creation(number, Milestones()));
  offer.Do("DeclineOffer", kBuyer, DeclineOffer{kBuyer, std::move(message)});
  return std::move(offer).file();
}

StoryFile Expired() {
  auto offer = Offer(6, "expired", "Nobody answers in time.");
  Send(offer, Creation(6, Milestones()));
  offer.DoAfter(3 * kDay, "Tick, a day late", Actor::System(), offers::Tick{});
  return std::move(offer).file();
}

StoryFile ExpiredWhileAccepting() {
  auto offer = Offer(7, "expired_while_accepting", "An acceptance comes to nothing after the expiry.");
  Send(offer, Creation(7, OneTime()));
  offer.now = kStart + 2 * kDay - absl::Minutes(2);
  Accept(offer);
  offer.DoAfter(absl::Minutes(16), "RecordPlacement: voided, no charge was started", Actor::System(),
                NotPlaced(1, PaymentState::kVoided, "ACCEPT_WINDOW_PASSED", std::nullopt));
  return std::move(offer).file();
}

StoryFile OneCommit() {
  auto offer = Offer(8, "one_commit", "Sent, accepted and placed by commands that one commit took together.");
  offer.Do("CreateOffer", kSeller, Creation(8, OneTime()));
  offer.DoAll(
      "SendOffer, AcceptOffer, RecordPlacement",
      {{kSeller, SendOffer{kSeller, Gig(), {}}},
       {kBuyer, AcceptOffer{kBuyer, kRequest, "pm_ok", TermsHash(kGig, OneTime()), Gig(), {}}},
       {Actor::System(), RecordPlacement{.attempt = 1, .placed = true, .reason = "", .charge = kCharge}}});
  return std::move(offer).file();
}

StoryFile Deleted() {
  auto offer = Offer(9, "deleted", "A draft without an expiry that its seller deletes.");
  CreateOffer creation = Creation(9, OneTime());
  creation.expire_time = std::nullopt;
  offer.Do("CreateOffer", kSeller, std::move(creation));
  offer.DoAfter(absl::Minutes(1), "DeleteOffer", kSeller, DeleteOffer{kSeller});
  return std::move(offer).file();
}

// A placed order ends with a cancellation (A19).
StoryFile OrderCancelled(int number, std::string name, std::string about, OrderOutcome outcome,
                         std::string completion_reason, std::string cancellation_reason) {
  auto offer = Offer(number, std::move(name), std::move(about));
  Send(offer, Creation(number, Milestones()));
  Accept(offer);
  offer.Do("RecordPlacement: placed", Actor::System(),
           RecordPlacement{.attempt = 1, .placed = true, .reason = "", .charge = kCharge});
  offer.DoAfter(9 * kDay, absl::StrCat("RecordOrderOutcome: ", cancellation_reason), kBilling,
                RecordOrderOutcome{kBilling, OrderOf(Named(number)), outcome, std::move(completion_reason),
                                   cancellation_reason});
  return std::move(offer).file();
}

}  // namespace

std::vector<StoryFile> OfferStories() {
  return {Accepted(),
          Cancelled(),
          Withdrawn(),
          Declined(4, "declined", "Zu teuer"),
          Declined(5, "declined_without_a_word", ""),
          Expired(),
          ExpiredWhileAccepting(),
          OneCommit(),
          Deleted(),
          OrderCancelled(10, "cancelled_before_acceptance", "The order is cancelled.",
                         OrderOutcome::kCancelled, "", "LATE_DELIVERY"),
          OrderCancelled(11, "cancelled_after_acceptance",
                         "The order is cancelled after a milestone was accepted.", OrderOutcome::kCompleted,
                         "CANCELLED_AFTER_ACCEPTANCE", "AGREED")};
}

}  // namespace milepost::golden
