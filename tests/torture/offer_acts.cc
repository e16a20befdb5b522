#include "absl/strings/str_cat.h"
#include "common/core/clock.h"
#include "tests/e2e/stories/story.h"
#include "tests/torture/acts.h"

namespace milepost::torture {
namespace {

using offers::v1::OfferService;
using Platform = e2e::PlatformClient;

void SetTerms(Client& client, offers::v1::Offer& offer) {
  if (client.InHundred(20)) {
    auto& terms = *offer.mutable_one_time();
    *terms.mutable_price() = e2e::Usd(500 + client.Below(50'000));
    terms.set_days(7);
    terms.mutable_revisions()->set_count(1);
    terms.set_description("All of it at once.");
    return;
  }
  for (int number = 1 + client.Below(4); number > 0; --number) {
    auto& milestone = *offer.mutable_milestones()->add_milestones();
    milestone.set_title(absl::StrCat(number, " to go"));
    milestone.set_days(1 + static_cast<uint32_t>(client.Below(30)));
    *milestone.mutable_amount() = e2e::Usd(100 + client.Below(30'000));
    milestone.mutable_revisions()->set_count(1);
  }
}

// Some expire while they are looked at.
void SetExpiry(Client& client, offers::v1::Offer& offer) {
  if (!client.InHundred(10)) return;
  const absl::Time now = WallNow() + absl::Hours(24 * client.market().days_ahead.load());
  const absl::Time expiry = now + absl::Milliseconds(200 + client.Below(3000));
  offer.mutable_expire_time()->set_seconds(absl::ToUnixSeconds(expiry));
  offer.mutable_expire_time()->set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(expiry - absl::FromUnixSeconds(absl::ToUnixSeconds(expiry))) / 1000 * 1000));
}

OfferView ViewOf(const offers::v1::Offer& offer) {
  return {offer.name(), offer.seller(), offer.buyer(), offer.terms_hash()};
}

// One that is being accepted stays where it is looked at again: its order may not be there yet.
void Remember(Client& client, const offers::v1::Offer& offer) {
  Market& market = client.market();
  if (offer.state() == offers::v1::OFFER_STATE_SENT || offer.state() == offers::v1::OFFER_STATE_ACCEPTING)
    return market.sent.Put(ViewOf(offer));
  market.sent.Remove(offer.name());
  if (offer.state() != offers::v1::OFFER_STATE_ACCEPTED ||
      offer.order_state() != offers::v1::OFFER_ORDER_STATE_RUNNING)
    return;
  OrderView order;  // the rest is looked up by who steps it
  order.name = offer.order();
  order.buyer = offer.buyer();
  order.seller = offer.seller();
  market.orders.Put(order);
}

// A buyer that was refused, or was told that the acceptance is under way, looks where the offer stands.
void LookAtOffer(Client& client, const OfferView& offer) {
  offers::v1::GetOfferRequest request;
  request.set_name(offer.name);
  const auto now =
      client.Read("GetOffer", offer.buyer, &Platform::offers, &OfferService::Stub::GetOffer, request);
  if (now) Remember(client, now->offer());
}

void Accept(Client& client, const OfferView& offer) {
  offers::v1::AcceptOfferRequest request;
  request.set_name(offer.name);
  request.set_terms_hash(offer.terms_hash);
  request.set_payment_method(SomePaymentMethod(client));
  const auto accepted = client.Command("AcceptOffer", offer.buyer, &Platform::offers,
                                       &OfferService::Stub::AcceptOffer, request);
  accepted ? Remember(client, accepted->offer()) : LookAtOffer(client, offer);
}

void Decline(Client& client, const OfferView& offer) {
  offers::v1::DeclineOfferRequest request;
  request.set_name(offer.name);
  request.set_message("Not this time.");
  const auto declined = client.Command("DeclineOffer", offer.buyer, &Platform::offers,
                                       &OfferService::Stub::DeclineOffer, request);
  declined ? Remember(client, declined->offer()) : LookAtOffer(client, offer);
}

void Withdraw(Client& client, const OfferView& offer) {
  offers::v1::WithdrawOfferRequest request;
  request.set_name(offer.name);
  const auto withdrawn = client.Command("WithdrawOffer", offer.seller, &Platform::offers,
                                        &OfferService::Stub::WithdrawOffer, request);
  withdrawn ? Remember(client, withdrawn->offer()) : LookAtOffer(client, offer);
}

void Delete(Client& client, const OfferView& draft) {
  offers::v1::DeleteOfferRequest request;
  request.set_name(draft.name);
  client.Command("DeleteOffer", draft.seller, &Platform::offers, &OfferService::Stub::DeleteOffer, request);
}

}  // namespace

void WriteOffer(Client& client) {
  const std::optional<GigView> gig = client.market().gigs.Pick(client.random());
  if (!gig) return;
  offers::v1::CreateOfferRequest create;
  offers::v1::Offer& draft = *create.mutable_offer();
  draft.set_buyer(SomeBuyer(client));
  draft.set_gig(gig->name);
  draft.set_message("As we talked about.");
  SetTerms(client, draft);
  SetExpiry(client, draft);
  const auto created =
      client.Command("CreateOffer", gig->seller, &Platform::offers, &OfferService::Stub::CreateOffer, create);
  if (!created) return;
  OfferView offer = ViewOf(created->offer());
  if (client.InHundred(20)) {
    offers::v1::UpdateOfferRequest update;
    update.mutable_offer()->set_name(offer.name);
    update.mutable_offer()->set_message(absl::StrCat("On second thoughts, ", client.random()()));
    update.mutable_update_mask()->add_paths("message");
    const auto updated = client.Command("UpdateOffer", gig->seller, &Platform::offers,
                                        &OfferService::Stub::UpdateOffer, update);
    if (updated) offer = ViewOf(updated->offer());
  }
  client.market().drafts.Put(offer);
}

void SendOffer(Client& client) {
  const std::optional<OfferView> draft = client.market().drafts.Pick(client.random());
  if (!draft) return;
  client.market().drafts.Remove(draft->name);
  if (client.InHundred(10)) return Delete(client, *draft);
  offers::v1::SendOfferRequest request;
  request.set_name(draft->name);
  const auto sent =
      client.Command("SendOffer", draft->seller, &Platform::offers, &OfferService::Stub::SendOffer, request);
  if (sent) Remember(client, sent->offer());
}

void AnswerOffer(Client& client) {
  const std::optional<OfferView> offer = client.market().sent.Pick(client.random());
  if (!offer) return;
  const int drawn = client.Below(100);
  if (drawn < 80) return Accept(client, *offer);
  return drawn < 90 ? Decline(client, *offer) : Withdraw(client, *offer);
}

}  // namespace milepost::torture
