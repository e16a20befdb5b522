#include "services/gig_catalog/store/gig_body.h"

#include <utility>

#include "common/core/clock.h"
#include "common/core/status_macros.h"
#include "milepost/storage/v1/gig.pb.h"

namespace milepost::gig_catalog {
namespace {

namespace stored = ::milepost::storage::v1;

// Enumerations are stored one up: 0 is what an unset field reads as.
stored::GigTier TierOf(Tier tier) {
  return static_cast<stored::GigTier>(static_cast<int>(tier) + 1);
}

absl::Status Corrupt(absl::string_view what) {
  return absl::DataLossError(what);
}

absl::StatusOr<Tier> TierFrom(stored::GigTier tier) {
  if (tier < stored::GIG_TIER_BASIC || tier > stored::GIG_TIER_PREMIUM)
    return Corrupt("a stored package's tier");
  return static_cast<Tier>(tier - 1);
}

stored::GigMoney Encode(const Money& money) {
  stored::GigMoney out;
  out.set_minor(money.minor);
  out.set_currency(std::string(money.currency.code()));
  return out;
}

absl::StatusOr<Money> Decode(const stored::GigMoney& money) {
  MILEPOST_ASSIGN_OR_RETURN(const Currency currency, Currency::Parse(money.currency()));
  return Money{money.minor(), currency};
}

void Encode(const Packages& packages, google::protobuf::RepeatedPtrField<stored::GigPackage>& out) {
  for (const auto& [tier, package] : packages) {
    stored::GigPackage& each = *out.Add();
    each.set_tier(TierOf(tier));
    if (package.price) *each.mutable_price() = Encode(*package.price);
    each.set_days(package.days);
    each.set_unlimited_revisions(package.revisions.unlimited);
    each.set_revisions(package.revisions.count);
  }
}

absl::StatusOr<Packages> Decode(const google::protobuf::RepeatedPtrField<stored::GigPackage>& packages) {
  Packages out;
  for (const stored::GigPackage& each : packages) {
    MILEPOST_ASSIGN_OR_RETURN(const Tier tier, TierFrom(each.tier()));
    Package package{std::nullopt, each.days(), Revisions{each.unlimited_revisions(), each.revisions()}};
    if (each.has_price()) {
      MILEPOST_ASSIGN_OR_RETURN(package.price, Decode(each.price()));
    }
    out.emplace(tier, std::move(package));
  }
  return out;
}

stored::GigMilestone Encode(const Milestone& milestone) {
  stored::GigMilestone out;
  out.set_title(milestone.title);
  out.set_description(milestone.description);
  out.set_zoom(milestone.zoom);
  for (const auto& [tier, terms] : milestone.packages) {
    stored::GigMilestoneTerms& each = *out.add_packages();
    each.set_tier(TierOf(tier));
    if (terms.amount) *each.mutable_amount() = Encode(*terms.amount);
    if (terms.days) each.set_days(*terms.days);
  }
  for (const Substep& substep : milestone.substeps) {
    stored::GigSubstep& each = *out.add_substeps();
    each.set_title(substep.title);
    for (Tier tier : substep.packages) each.add_packages(TierOf(tier));
  }
  return out;
}

absl::StatusOr<Substep> Decode(const stored::GigSubstep& substep) {
  Substep out{substep.title(), {}};
  for (int tier : substep.packages()) {
    MILEPOST_ASSIGN_OR_RETURN(const Tier each, TierFrom(static_cast<stored::GigTier>(tier)));
    out.packages.insert(each);
  }
  return out;
}

absl::StatusOr<Milestone> Decode(const stored::GigMilestone& milestone) {
  Milestone out{milestone.title(), milestone.description(), milestone.zoom(), {}, {}};
  for (const stored::GigMilestoneTerms& each : milestone.packages()) {
    MILEPOST_ASSIGN_OR_RETURN(const Tier tier, TierFrom(each.tier()));
    MilestoneTerms& terms = out.packages[tier];
    if (each.has_amount()) {
      MILEPOST_ASSIGN_OR_RETURN(terms.amount, Decode(each.amount()));
    }
    if (each.has_days()) terms.days = each.days();
  }
  for (const stored::GigSubstep& each : milestone.substeps()) {
    MILEPOST_ASSIGN_OR_RETURN(Substep substep, Decode(each));
    out.substeps.push_back(std::move(substep));
  }
  return out;
}

stored::GigPlanTerms Encode(const PlanTerms& terms) {
  stored::GigPlanTerms out;
  out.set_payments_enabled(terms.payments_enabled);
  for (const Milestone& milestone : terms.milestones) *out.add_milestones() = Encode(milestone);
  return out;
}

absl::StatusOr<PlanTerms> Decode(const stored::GigPlanTerms& terms) {
  PlanTerms out{terms.payments_enabled(), {}};
  for (const stored::GigMilestone& each : terms.milestones()) {
    MILEPOST_ASSIGN_OR_RETURN(Milestone milestone, Decode(each));
    out.milestones.push_back(std::move(milestone));
  }
  return out;
}

using RuleFailures = google::protobuf::RepeatedPtrField<stored::GigRuleFailure>;

void Encode(const std::vector<Ineligibility>& reasons, RuleFailures& out) {
  for (const Ineligibility& reason : reasons) {
    stored::GigRuleFailure& each = *out.Add();
    each.set_reason(std::string(RowOf(reason.reason).name));
    for (const auto& [key, value] : reason.details) {
      stored::GigRuleFailure::Detail& detail = *each.add_details();
      detail.set_key(key);
      detail.set_value(value);
    }
  }
}

// By name: the enum's numbers change when a reason is added.
absl::StatusOr<Reason> ReasonFrom(absl::string_view name) {
  for (const ReasonRow& row : kReasons)
    if (row.name == name) return row.reason;
  return Corrupt("a stored reason");
}

absl::StatusOr<std::vector<Ineligibility>> Decode(const RuleFailures& reasons) {
  std::vector<Ineligibility> out;
  for (const stored::GigRuleFailure& each : reasons) {
    MILEPOST_ASSIGN_OR_RETURN(const Reason reason, ReasonFrom(each.reason()));
    Ineligibility& added = out.emplace_back(Ineligibility{reason, {}});
    for (const stored::GigRuleFailure::Detail& detail : each.details())
      added.details.emplace_back(detail.key(), detail.value());
  }
  return out;
}

void Encode(const Plan& plan, stored::GigPlan& out) {
  out.set_state(static_cast<stored::GigPlan::State>(plan.state));
  *out.mutable_draft() = Encode(plan.draft);
  if (plan.published) {
    out.mutable_published()->set_version(plan.published->version);
    out.mutable_published()->set_published_us(ToMicros(plan.published->published_at));
    *out.mutable_published()->mutable_terms() = Encode(plan.published->terms);
  }
  Encode(plan.suspended, *out.mutable_suspended());
}

absl::StatusOr<Plan> Decode(const stored::GigPlan& plan) {
  if (plan.state() < stored::GigPlan::STATE_DRAFT || plan.state() > stored::GigPlan::STATE_DISABLED)
    return Corrupt("a stored plan's state");
  Plan out;
  out.state = static_cast<PlanState>(plan.state());
  MILEPOST_ASSIGN_OR_RETURN(out.draft, Decode(plan.draft()));
  if (plan.has_published()) {
    PublishedPlan published{plan.published().version(), FromMicros(plan.published().published_us()), {}};
    MILEPOST_ASSIGN_OR_RETURN(published.terms, Decode(plan.published().terms()));
    out.published = std::move(published);
  }
  MILEPOST_ASSIGN_OR_RETURN(out.suspended, Decode(plan.suspended()));
  return out;
}

static_assert(static_cast<int>(PlanState::kDraft) == stored::GigPlan::STATE_DRAFT);
static_assert(static_cast<int>(PlanState::kDisabled) == stored::GigPlan::STATE_DISABLED);
static_assert(static_cast<int>(GigState::kDeleted) + 1 == stored::Gig::STATE_DELETED);
static_assert(static_cast<int>(Tier::kPremium) + 1 == stored::GIG_TIER_PREMIUM);

void Put(stored::GigEvent& out, const GigCreated& event) {
  stored::GigCreated& created = *out.mutable_created();
  created.set_gig(event.gig.uuid().ToBytes());
  created.set_seller(event.seller);
  created.set_title(event.title);
  created.set_description(event.description);
  created.set_subcategory(event.subcategory);
  Encode(event.packages, *created.mutable_packages());
}

void Put(stored::GigEvent& out, const GigUpdated& event) {
  stored::GigUpdated& updated = *out.mutable_updated();
  if (event.title) updated.set_title(*event.title);
  if (event.description) updated.set_description(*event.description);
  if (event.subcategory) updated.set_subcategory(*event.subcategory);
  if (event.packages) Encode(*event.packages, *updated.mutable_packages()->mutable_packages());
}

void Put(stored::GigEvent& out, const GigPublished&) {
  out.mutable_published();
}
void Put(stored::GigEvent& out, const GigPaused&) {
  out.mutable_paused();
}
void Put(stored::GigEvent& out, const GigDeleted&) {
  out.mutable_deleted();
}

void Put(stored::GigEvent& out, const MilestonePlanCreated& event) {
  *out.mutable_plan_created() = Encode(event.draft);
}
void Put(stored::GigEvent& out, const MilestonePlanUpdated& event) {
  *out.mutable_plan_updated() = Encode(event.draft);
}

void Put(stored::GigEvent& out, const MilestonePlanPublished& event) {
  out.mutable_plan_published()->set_version(event.version);
  *out.mutable_plan_published()->mutable_terms() = Encode(event.terms);
}

void Put(stored::GigEvent& out, const MilestonePlanSuspended& event) {
  Encode(event.why, *out.mutable_plan_suspended()->mutable_why());
}

void Put(stored::GigEvent& out, const MilestonePlanRestored&) {
  out.mutable_plan_restored();
}
void Put(stored::GigEvent& out, const MilestonePlanDisabled&) {
  out.mutable_plan_disabled();
}

absl::StatusOr<Event> Take(const stored::GigCreated& event) {
  MILEPOST_ASSIGN_OR_RETURN(const Uuid gig, Uuid::FromBytes(event.gig()));
  MILEPOST_ASSIGN_OR_RETURN(Packages packages, Decode(event.packages()));
  return GigCreated{GigId(gig),          event.seller(),      event.title(),
                    event.description(), event.subcategory(), std::move(packages)};
}

absl::StatusOr<Event> Take(const stored::GigUpdated& event) {
  GigUpdated out;
  if (event.has_title()) out.title = event.title();
  if (event.has_description()) out.description = event.description();
  if (event.has_subcategory()) out.subcategory = event.subcategory();
  if (event.has_packages()) {
    MILEPOST_ASSIGN_OR_RETURN(out.packages, Decode(event.packages().packages()));
  }
  return out;
}

absl::StatusOr<Event> Take(const stored::GigPlanPublished& event) {
  MILEPOST_ASSIGN_OR_RETURN(PlanTerms terms, Decode(event.terms()));
  return MilestonePlanPublished{event.version(), std::move(terms)};
}

absl::StatusOr<Event> Take(const stored::GigPlanSuspended& event) {
  MILEPOST_ASSIGN_OR_RETURN(std::vector<Ineligibility> why, Decode(event.why()));
  return MilestonePlanSuspended{std::move(why)};
}

template <class WithDraft>
absl::StatusOr<Event> TakeDraft(const stored::GigPlanTerms& draft) {
  MILEPOST_ASSIGN_OR_RETURN(PlanTerms terms, Decode(draft));
  return WithDraft{std::move(terms)};
}

}  // namespace

std::string EncodeGig(const Gig& gig) {
  stored::Gig out;
  out.set_state(static_cast<stored::Gig::State>(static_cast<int>(gig.state) + 1));
  out.set_seller(gig.seller);
  out.set_title(gig.title);
  out.set_description(gig.description);
  out.set_subcategory(gig.subcategory);
  Encode(gig.packages, *out.mutable_packages());
  out.set_created_us(ToMicros(gig.created_at));
  if (gig.plan.state != PlanState::kNone) Encode(gig.plan, *out.mutable_plan());
  return out.SerializeAsString();
}

absl::StatusOr<Gig> DecodeGig(absl::string_view body) {
  stored::Gig in;
  if (!in.ParseFromArray(body.data(), static_cast<int>(body.size()))) return Corrupt("a stored gig");
  if (in.state() < stored::Gig::STATE_DRAFT || in.state() > stored::Gig::STATE_DELETED)
    return Corrupt("a stored gig's state");
  Gig gig;
  gig.state = static_cast<GigState>(in.state() - 1);
  gig.seller = in.seller();
  gig.title = in.title();
  gig.description = in.description();
  gig.subcategory = in.subcategory();
  MILEPOST_ASSIGN_OR_RETURN(gig.packages, Decode(in.packages()));
  gig.created_at = FromMicros(in.created_us());
  if (in.has_plan()) {
    MILEPOST_ASSIGN_OR_RETURN(gig.plan, Decode(in.plan()));
  }
  return gig;
}

std::string EncodeEvent(const Event& event) {
  stored::GigEvent out;
  std::visit([&](const auto& fact) { Put(out, fact); }, event);
  return out.SerializeAsString();
}

absl::StatusOr<Event> DecodeEvent(absl::string_view payload) {
  stored::GigEvent in;
  if (!in.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return Corrupt("a stored event");
  switch (in.event_case()) {
    case stored::GigEvent::kCreated:
      return Take(in.created());
    case stored::GigEvent::kUpdated:
      return Take(in.updated());
    case stored::GigEvent::kPublished:
      return GigPublished{};
    case stored::GigEvent::kPaused:
      return GigPaused{};
    case stored::GigEvent::kDeleted:
      return GigDeleted{};
    case stored::GigEvent::kPlanCreated:
      return TakeDraft<MilestonePlanCreated>(in.plan_created());
    case stored::GigEvent::kPlanUpdated:
      return TakeDraft<MilestonePlanUpdated>(in.plan_updated());
    case stored::GigEvent::kPlanPublished:
      return Take(in.plan_published());
    case stored::GigEvent::kPlanSuspended:
      return Take(in.plan_suspended());
    case stored::GigEvent::kPlanRestored:
      return MilestonePlanRestored{};
    case stored::GigEvent::kPlanDisabled:
      return MilestonePlanDisabled{};
    case stored::GigEvent::EVENT_NOT_SET:
      break;
  }
  return Corrupt("a stored event of no known type");
}

}  // namespace milepost::gig_catalog
