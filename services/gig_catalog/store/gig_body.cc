#include "services/gig_catalog/store/gig_body.h"

#include "common/db/codec.h"
#include "milepost/storage/v1/gig.pb.h"

namespace milepost::gig_catalog {

namespace stored = ::milepost::storage::v1;

// Packages.

template <class C>
void Entry(C& c, codec::Struct<C, Tier>& tier, codec::Struct<C, Package>& package,
           codec::Message<C, stored::GigPackage>& message) {
  c.Some(MILEPOST_FIELD(tier, message, tier));
  c.All(package, MILEPOST_FIELD(package.price, message, price), MILEPOST_FIELD(package.days, message, days),
        codec::Inline(package.revisions,
                      MILEPOST_FIELD(package.revisions.unlimited, message, unlimited_revisions),
                      MILEPOST_FIELD(package.revisions.count, message, revisions)));
}

template <class C>
void Fields(C& c, codec::Struct<C, Packages>& packages, codec::Message<C, stored::GigPackages>& message) {
  c.Some(MILEPOST_FIELD(packages, message, packages));
}

// Plans.

template <class C>
void Entry(C& c, codec::Struct<C, Tier>& tier, codec::Struct<C, MilestoneTerms>& terms,
           codec::Message<C, stored::GigMilestoneTerms>& message) {
  c.Some(MILEPOST_FIELD(tier, message, tier));
  c.All(terms, MILEPOST_FIELD(terms.amount, message, amount), MILEPOST_FIELD(terms.days, message, days),
        MILEPOST_FIELD(terms.share, message, share));
}

template <class C>
void Fields(C& c, codec::Struct<C, Substep>& substep, codec::Message<C, stored::GigSubstep>& message) {
  c.All(substep, MILEPOST_FIELD(substep.title, message, title),
        MILEPOST_FIELD(substep.packages, message, packages));
}

template <class C>
void Fields(C& c, codec::Struct<C, Milestone>& milestone, codec::Message<C, stored::GigMilestone>& message) {
  c.All(milestone, MILEPOST_FIELD(milestone.title, message, title),
        MILEPOST_FIELD(milestone.description, message, description),
        MILEPOST_FIELD(milestone.zoom, message, zoom), MILEPOST_FIELD(milestone.packages, message, packages),
        MILEPOST_FIELD(milestone.substeps, message, substeps));
}

template <class C>
void Fields(C& c, codec::Struct<C, PlanTerms>& terms, codec::Message<C, stored::GigPlanTerms>& message) {
  c.All(terms, MILEPOST_FIELD(terms.payments_enabled, message, payments_enabled),
        MILEPOST_FIELD(terms.milestones, message, milestones));
}

template <class C>
void Fields(C& c, codec::Struct<C, PublishedPlan>& plan,
            codec::Message<C, stored::PublishedGigPlan>& message) {
  c.All(plan, MILEPOST_FIELD(plan.version, message, version),
        MILEPOST_FIELD(plan.published_at, message, published_us), MILEPOST_FIELD(plan.terms, message, terms));
}

// A reason is stored by its name: the enum's numbers change when a reason is added.
template <class R, class M>
class ReasonName {
 public:
  static constexpr size_t kMembers = 1;
  ReasonName(R& reason, M& message) : reason_(reason), message_(message) {}
  void Write(codec::Writer&) const { message_.set_reason(std::string(RowOf(reason_).name)); }
  void Read(codec::Reader& reader) const {
    for (const ReasonRow& row : kReasons) {
      if (row.name != message_.reason()) continue;
      reason_ = row.reason;
      return;
    }
    reader.Mark("reason");
  }

 private:
  R& reason_;
  M& message_;
};

template <class C>
void Fields(C& c, codec::Struct<C, Ineligibility>& why, codec::Message<C, stored::GigRuleFailure>& message) {
  c.All(why, ReasonName(why.reason, message), MILEPOST_FIELD(why.details, message, details));
}

template <class C>
void Fields(C& c, codec::Struct<C, Plan>& plan, codec::Message<C, stored::GigPlan>& message) {
  c.All(plan, MILEPOST_FIELD(plan.state, message, state), MILEPOST_FIELD(plan.draft, message, draft),
        MILEPOST_FIELD(plan.published, message, published),
        MILEPOST_FIELD(plan.suspended, message, suspended));
}

// Events.

template <class C>
void Fields(C& c, codec::Struct<C, GigCreated>& event, codec::Message<C, stored::GigCreated>& message) {
  c.All(event, MILEPOST_FIELD(event.gig, message, gig), MILEPOST_FIELD(event.seller, message, seller),
        MILEPOST_FIELD(event.title, message, title), MILEPOST_FIELD(event.description, message, description),
        MILEPOST_FIELD(event.subcategory, message, subcategory),
        MILEPOST_FIELD(event.packages, message, packages));
}

template <class C>
void Fields(C& c, codec::Struct<C, GigUpdated>& event, codec::Message<C, stored::GigUpdated>& message) {
  c.All(event, MILEPOST_FIELD(event.title, message, title),
        MILEPOST_FIELD(event.description, message, description),
        MILEPOST_FIELD(event.subcategory, message, subcategory),
        MILEPOST_FIELD(event.packages, message, packages));
}

template <class C>
void Fields(C& c, codec::Struct<C, MilestonePlanPublished>& event,
            codec::Message<C, stored::GigPlanPublished>& message) {
  c.All(event, MILEPOST_FIELD(event.version, message, version), MILEPOST_FIELD(event.terms, message, terms));
}

template <class C>
void Fields(C& c, codec::Struct<C, MilestonePlanSuspended>& event,
            codec::Message<C, stored::GigPlanSuspended>& message) {
  c.All(event, MILEPOST_FIELD(event.why, message, why));
}

template <class C>
void Fields(C& c, codec::Struct<C, Event>& event, codec::Message<C, stored::GigEvent>& message) {
  c.OneOf(event, message, MILEPOST_CASE(GigCreated, created), MILEPOST_CASE(GigUpdated, updated),
          MILEPOST_CASE(GigPublished, published), MILEPOST_CASE(GigPaused, paused),
          MILEPOST_CASE(GigDeleted, deleted), MILEPOST_CASE(MilestonePlanCreated, plan_created),
          MILEPOST_CASE(MilestonePlanUpdated, plan_updated),
          MILEPOST_CASE(MilestonePlanPublished, plan_published),
          MILEPOST_CASE(MilestonePlanSuspended, plan_suspended),
          MILEPOST_CASE(MilestonePlanRestored, plan_restored),
          MILEPOST_CASE(MilestonePlanDisabled, plan_disabled));
}

// The aggregate.

template <class C>
void Fields(C& c, codec::Struct<C, Gig>& gig, codec::Message<C, stored::Gig>& message) {
  const auto has_plan = [&] { return gig.plan.state != PlanState::kNone; };
  c.All(gig, codec::NotStored(gig.id, gig.sequence, gig.updated_at, gig.deadlines),
        MILEPOST_FIELD(gig.seller, message, seller), MILEPOST_FIELD(gig.state, message, state),
        MILEPOST_FIELD(gig.created_at, message, created_us), MILEPOST_FIELD(gig.title, message, title),
        MILEPOST_FIELD(gig.description, message, description),
        MILEPOST_FIELD(gig.subcategory, message, subcategory),
        MILEPOST_FIELD(gig.packages, message, packages),
        codec::PresentWhen(has_plan, MILEPOST_FIELD(gig.plan, message, plan)));
}

std::string EncodeGig(const Gig& gig) {
  return codec::Encode<stored::Gig>(gig);
}

absl::StatusOr<Gig> DecodeGig(absl::string_view body) {
  return codec::Decode<stored::Gig, Gig>("gig", body);
}

std::string EncodeEvent(const Event& event) {
  return codec::Encode<stored::GigEvent>(event);
}

absl::StatusOr<Event> DecodeEvent(absl::string_view payload) {
  return codec::Decode<stored::GigEvent, Event>("gig event", payload);
}

}  // namespace milepost::gig_catalog
