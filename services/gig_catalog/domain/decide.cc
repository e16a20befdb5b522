#include "services/gig_catalog/domain/decide.h"

#include "common/core/status_macros.h"
#include "services/gig_catalog/domain/gig_rules.h"
#include "services/gig_catalog/domain/plan_rules.h"

namespace milepost::gig_catalog {
namespace {

using Events = std::vector<Event>;

absl::StatusOr<Events> DecideOn(const Gig*, const Tick&) {
  return Events{};
}

absl::StatusOr<Events> DecideOn(const Gig* gig, const CreateGig& command) {
  if (gig) return absl::InternalError("a new gig's id is taken");
  return Create(command);
}

template <class C>
absl::StatusOr<Events> DecideOn(const Gig* gig, const C& command) {
  MILEPOST_RETURN_IF_ERROR(Admit(gig, C::kTrigger, command.actor));
  return On(*gig, command);
}

}  // namespace

absl::StatusOr<Events> GigDomain::Decide(const Gig* gig, const Command& command, absl::Time) {
  return std::visit([&](const auto& c) { return DecideOn(gig, c); }, command);
}

Events GigDomain::Fire(const Gig&, const Deadline&) {
  return {};
}

absl::string_view GigDomain::DeadlineName(NoDeadline) {
  return "";
}

}  // namespace milepost::gig_catalog
