#include "services/gig_catalog/domain/decide.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/core/bug.h"
#include "common/core/status_macros.h"
#include "services/gig_catalog/domain/gig_rules.h"
#include "services/gig_catalog/domain/plan_rules.h"

namespace milepost::gig_catalog {
namespace {

using Events = std::vector<Event>;

// Without its subcategory a published plan would look like one that breaks every rule.
absl::Status CheckCovered(const Gig& gig, const Subcategories& subcategories) {
  if (subcategories.Find(gig.subcategory)) return absl::OkStatus();
  return Bug(BugKind::kNoFacts,
             absl::StrCat("gigs/", gig.id.ToString(), ": there is no subcategory ", gig.subcategory));
}

absl::StatusOr<Events> DecideOn(const Gig*, const Tick&, const Subcategories&) {
  return Events{};
}

absl::StatusOr<Events> DecideOn(const Gig* gig, const ReviewMilestonePlan&,
                                const Subcategories& subcategories) {
  if (!gig) return Events{};
  MILEPOST_RETURN_IF_ERROR(CheckCovered(*gig, subcategories));
  return ConsequencesFor(*gig, subcategories);
}

absl::StatusOr<Events> DecideOn(const Gig* gig, const CreateGig& command,
                                const Subcategories& subcategories) {
  if (gig) return absl::InternalError("a new gig's id is taken");
  return Create(command, subcategories);
}

template <class C>
absl::StatusOr<Events> DecideOn(const Gig* gig, const C& command, const Subcategories& subcategories) {
  MILEPOST_RETURN_IF_ERROR(Admit(gig, C::kTrigger, command.actor));
  MILEPOST_RETURN_IF_ERROR(CheckCovered(*gig, subcategories));
  MILEPOST_ASSIGN_OR_RETURN(Events events, On(*gig, command, subcategories));
  Gig after = *gig;
  for (const Event& event : events) GigDomain::Apply(after, event, gig->updated_at);
  for (Event& consequence : ConsequencesFor(after, subcategories)) events.push_back(std::move(consequence));
  return events;
}

}  // namespace

absl::StatusOr<Events> GigDomain::Decide(const Gig* gig, const Command& command, absl::Time,
                                         const Subcategories& subcategories) {
  return std::visit([&](const auto& c) { return DecideOn(gig, c, subcategories); }, command);
}

void GigDomain::Judge(Gig& gig, const Subcategories& subcategories) {
  if (!subcategories.Find(gig.subcategory)) return;
  for (const Event& event : ConsequencesFor(gig, subcategories)) Apply(gig, event, gig.updated_at);
}

Events GigDomain::Fire(const Gig&, const Deadline&) {
  return {};
}

absl::string_view GigDomain::DeadlineName(NoDeadline) {
  return "";
}

}  // namespace milepost::gig_catalog
