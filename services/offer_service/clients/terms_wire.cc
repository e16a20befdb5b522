#include "services/offer_service/clients/terms_wire.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/core/status_macros.h"
#include "common/rpc/wire.h"

namespace milepost::offers {
namespace {

type::v1::Revisions ToWire(const Revisions& revisions) {
  type::v1::Revisions wire;
  if (revisions.unlimited)
    wire.set_unlimited(true);
  else
    wire.set_count(static_cast<uint32_t>(revisions.count));
  return wire;
}

// Says neither a number nor that there is no limit; gigs refuse it alike.
void CheckRevisions(const type::v1::Revisions& revisions, absl::string_view path,
                    std::vector<FieldViolation>& violations) {
  if (!revisions.has_unlimited() || revisions.unlimited()) return;
  violations.push_back(
      {absl::StrCat(path, ".revisions.unlimited"), "must be true when set; for none leave revisions out"});
}

Revisions RevisionsOf(const type::v1::Revisions& revisions) {
  return {static_cast<int>(revisions.count()), revisions.unlimited()};
}

absl::StatusOr<Terms> TermsOf(const v1::OneTimeTerms& one_time) {
  MILEPOST_ASSIGN_OR_RETURN(const Money price, rpc::MoneyOf(one_time.price()));
  return OneTimeTerms{price, static_cast<int>(one_time.days()), RevisionsOf(one_time.revisions()),
                      one_time.description()};
}

absl::StatusOr<Terms> TermsOf(const v1::SubscriptionTerms& subscription) {
  MILEPOST_ASSIGN_OR_RETURN(const Money price, rpc::MoneyOf(subscription.price()));
  return SubscriptionTerms{.interval_days = static_cast<int>(subscription.interval_days()),
                           .cycles = static_cast<int>(subscription.cycles()),
                           .price = price,
                           .discount_percent = static_cast<int>(subscription.discount_percent()),
                           .days = static_cast<int>(subscription.days()),
                           .revisions = RevisionsOf(subscription.revisions()),
                           .description = subscription.description()};
}

absl::StatusOr<Terms> TermsOf(const v1::MilestoneTerms& milestones) {
  MilestoneTerms terms;
  for (const v1::OfferMilestone& milestone : milestones.milestones()) {
    MILEPOST_ASSIGN_OR_RETURN(const Money amount, rpc::MoneyOf(milestone.amount()));
    terms.milestones.push_back({milestone.title(), milestone.description(),
                                static_cast<int>(milestone.days()), amount,
                                RevisionsOf(milestone.revisions())});
  }
  return terms;
}

}  // namespace

v1::OneTimeTerms ToWire(const OneTimeTerms& terms) {
  v1::OneTimeTerms wire;
  *wire.mutable_price() = rpc::ToWire(terms.price);
  wire.set_days(static_cast<uint32_t>(terms.days));
  *wire.mutable_revisions() = ToWire(terms.revisions);
  wire.set_description(terms.description);
  return wire;
}

v1::SubscriptionTerms ToWire(const SubscriptionTerms& terms) {
  v1::SubscriptionTerms wire;
  wire.set_interval_days(static_cast<uint32_t>(terms.interval_days));
  wire.set_cycles(static_cast<uint32_t>(terms.cycles));
  *wire.mutable_price() = rpc::ToWire(terms.price);
  wire.set_discount_percent(static_cast<uint32_t>(terms.discount_percent));
  wire.set_days(static_cast<uint32_t>(terms.days));
  *wire.mutable_revisions() = ToWire(terms.revisions);
  wire.set_description(terms.description);
  return wire;
}

v1::MilestoneTerms ToWire(const MilestoneTerms& terms) {
  v1::MilestoneTerms wire;
  for (const OfferMilestone& milestone : terms.milestones) {
    v1::OfferMilestone& added = *wire.add_milestones();
    added.set_title(milestone.title);
    added.set_description(milestone.description);
    added.set_days(static_cast<uint32_t>(milestone.days));
    *added.mutable_amount() = rpc::ToWire(milestone.amount);
    *added.mutable_revisions() = ToWire(milestone.revisions);
  }
  return wire;
}

void CheckTermsShape(const v1::Offer& offer, std::vector<FieldViolation>& violations) {
  if (offer.has_one_time()) CheckRevisions(offer.one_time().revisions(), "offer.one_time", violations);
  if (offer.has_subscription())
    CheckRevisions(offer.subscription().revisions(), "offer.subscription", violations);
  rpc::OneCurrency currency("milestones");
  for (int i = 0; i < offer.milestones().milestones_size(); ++i) {
    const v1::OfferMilestone& milestone = offer.milestones().milestones(i);
    const std::string path = absl::StrCat("offer.milestones.milestones[", i, "]");
    CheckRevisions(milestone.revisions(), path, violations);
    currency.Check(milestone.amount(), absl::StrCat(path, ".amount"), violations);
  }
}

absl::StatusOr<Terms> TermsOf(const v1::Offer& offer) {
  switch (offer.terms_case()) {
    case v1::Offer::kOneTime:
      return TermsOf(offer.one_time());
    case v1::Offer::kSubscription:
      return TermsOf(offer.subscription());
    case v1::Offer::kMilestones:
      return TermsOf(offer.milestones());
    case v1::Offer::TERMS_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("an offer without terms");
}

}  // namespace milepost::offers
