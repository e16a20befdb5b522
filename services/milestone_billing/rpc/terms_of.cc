#include "services/milestone_billing/rpc/terms_of.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/core/actor.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"
#include "common/rpc/field_paths.h"
#include "common/rpc/wire.h"

namespace milepost::billing {
namespace {

// "BASIC", as orders name it.
std::string PackageName(type::v1::Package package) {
  return std::string(absl::StripPrefix(type::v1::Package_Name(package), "PACKAGE_"));
}

Revisions RevisionsOf(const type::v1::Revisions& revisions) {
  return {revisions.unlimited(), static_cast<int>(revisions.count())};
}

absl::StatusOr<Terms> EmptyTerms(OrderKind kind, absl::string_view gig, absl::string_view title,
                                 const BillingPolicy& policy) {
  MILEPOST_ASSIGN_OR_RETURN(const Uuid gig_id, rpc::IdIn(gig, "gigs"));
  Terms terms;
  terms.kind = kind;
  terms.gig = GigId(gig_id);
  terms.title = std::string(title);
  terms.fees = policy.fees;
  terms.deadlines = policy.deadlines;
  return terms;
}

absl::StatusOr<MilestoneTerms> StepTerms(const catalog::v1::WorkflowStep& step) {
  MILEPOST_ASSIGN_OR_RETURN(const Money amount, rpc::MoneyOf(step.amount()));
  return MilestoneTerms{step.title(),
                        step.description(),
                        static_cast<int>(step.days()),
                        amount,
                        RevisionsOf(step.revisions()),
                        step.zoom(),
                        {step.substeps().begin(), step.substeps().end()}};
}

absl::StatusOr<Terms> OnePaymentOf(const catalog::v1::PreviewWorkflowResponse& gig,
                                   const BillingPolicy& policy) {
  MILEPOST_ASSIGN_OR_RETURN(Terms terms, EmptyTerms(OrderKind::kOneTime, gig.gig(), gig.title(), policy));
  MILEPOST_ASSIGN_OR_RETURN(const Money price, rpc::MoneyOf(gig.price()));
  terms.package = PackageName(gig.package());
  terms.milestones.push_back(
      {gig.title(), "", static_cast<int>(gig.days()), price, RevisionsOf(gig.revisions()), false, {}});
  return terms;
}

absl::Status WhyNoMilestones(const catalog::v1::PreviewWorkflowResponse& gig) {
  const type::v1::Reason reason = gig.milestones_unavailable_reason();
  if (reason == type::v1::REASON_PLAN_NOT_FOUND) return Refuse(Reason::kPlanNotFound);
  if (reason == type::v1::REASON_PACKAGE_NOT_ORDERABLE)
    return Refuse(Reason::kPackageNotOrderable, {{"package", PackageName(gig.package())}});
  return Refuse(Reason::kPlanNotActive, {{"state", "not ACTIVE"}});
}

absl::StatusOr<Terms> MilestonesOf(const catalog::v1::PreviewWorkflowResponse& gig,
                                   const BillingPolicy& policy) {
  if (!gig.milestones_available()) return WhyNoMilestones(gig);
  MILEPOST_ASSIGN_OR_RETURN(Terms terms, EmptyTerms(OrderKind::kMilestones, gig.gig(), gig.title(), policy));
  terms.package = PackageName(gig.package());
  terms.plan_version = gig.plan_version();
  terms.payments_on = gig.payments_enabled();
  for (const catalog::v1::WorkflowStep& step : gig.steps()) {
    MILEPOST_ASSIGN_OR_RETURN(MilestoneTerms milestone, StepTerms(step));
    terms.milestones.push_back(std::move(milestone));
  }
  return terms;
}

absl::StatusOr<MilestoneTerms> MilestoneOf(const offers::v1::OfferMilestone& milestone) {
  MILEPOST_ASSIGN_OR_RETURN(const Money amount, rpc::MoneyOf(milestone.amount()));
  return MilestoneTerms{milestone.title(),
                        milestone.description(),
                        static_cast<int>(milestone.days()),
                        amount,
                        RevisionsOf(milestone.revisions()),
                        /*zoom=*/false,
                        {}};
}

absl::StatusOr<Terms> OneTimeTermsOf(const offers::v1::OneTimeTerms& one_time, Terms terms) {
  MILEPOST_ASSIGN_OR_RETURN(const Money price, rpc::MoneyOf(one_time.price()));
  terms.kind = OrderKind::kOneTime;
  terms.milestones.push_back({terms.title,
                              one_time.description(),
                              static_cast<int>(one_time.days()),
                              price,
                              RevisionsOf(one_time.revisions()),
                              false,
                              {}});
  return terms;
}

absl::StatusOr<Terms> MilestoneTermsOf(const offers::v1::MilestoneTerms& milestones, Terms terms) {
  terms.kind = OrderKind::kMilestones;
  for (const offers::v1::OfferMilestone& offered : milestones.milestones()) {
    MILEPOST_ASSIGN_OR_RETURN(MilestoneTerms milestone, MilestoneOf(offered));
    terms.milestones.push_back(std::move(milestone));
  }
  return terms;
}

// PlaceOrderRequest and Offer carry the same three kinds of terms under the same names.
template <class Message>
absl::StatusOr<Terms> OfferTermsOf(const Message& offer, absl::string_view title,
                                   const BillingPolicy& policy) {
  MILEPOST_ASSIGN_OR_RETURN(Terms terms, EmptyTerms(OrderKind::kSubscription, offer.gig(), title, policy));
  if (offer.has_one_time()) return OneTimeTermsOf(offer.one_time(), std::move(terms));
  if (offer.has_milestones()) return MilestoneTermsOf(offer.milestones(), std::move(terms));
  return terms;
}

}  // namespace

absl::StatusOr<Terms> TermsOf(const catalog::v1::PreviewWorkflowResponse& gig, v1::OrderType workflow,
                              const BillingPolicy& policy) {
  // A peer's answer is not validated before, and the database would store any bytes as a name.
  if (!Actor::Parse(gig.seller()).ok()) return absl::InternalError("GigCatalog names no user as the seller");
  return workflow == v1::ORDER_TYPE_ONE_TIME ? OnePaymentOf(gig, policy) : MilestonesOf(gig, policy);
}

absl::StatusOr<Terms> TermsOf(const v1::PlaceOrderRequest& offer, const BillingPolicy& policy) {
  std::vector<FieldViolation> violations;
  rpc::OneCurrency currency("milestones");
  for (int i = 0; i < offer.milestones().milestones_size(); ++i)
    currency.Check(offer.milestones().milestones(i).amount(),
                   absl::StrCat("milestones.milestones[", i, "].amount"), violations);
  if (!violations.empty()) return RefuseFields(std::move(violations));
  return OfferTermsOf(offer, offer.title(), policy);
}

absl::StatusOr<Terms> TermsOf(const offers::v1::Offer& offer, const BillingPolicy& policy) {
  return OfferTermsOf(offer, "", policy);
}

absl::Status WithPathsOf(const v1::PlaceOrderRequest& request, absl::Status refused) {
  return rpc::RenameFields(std::move(refused), [&](absl::string_view path) {
    if (!request.has_one_time()) return absl::StrCat("milestones.", absl::StripPrefix(path, "terms."));
    const absl::string_view part = absl::StripPrefix(path, "terms.milestones[0]");
    if (part == ".amount") return std::string("one_time.price");
    return part == path ? std::string("one_time") : absl::StrCat("one_time", part);
  });
}

}  // namespace milepost::billing
