#include "services/gig_catalog/domain/gig.h"

namespace milepost::gig_catalog {

absl::string_view StateName(GigState state) {
  switch (state) {
    case GigState::kDraft:
      return "DRAFT";
    case GigState::kPublished:
      return "PUBLISHED";
    case GigState::kPaused:
      return "PAUSED";
    case GigState::kDeleted:
      return "DELETED";
  }
  return "";
}

absl::string_view StateName(PlanState state) {
  switch (state) {
    case PlanState::kNone:
      return "NONE";
    case PlanState::kDraft:
      return "DRAFT";
    case PlanState::kActive:
      return "ACTIVE";
    case PlanState::kIneligible:
      return "INELIGIBLE";
    case PlanState::kDisabled:
      return "DISABLED";
  }
  return "";
}

absl::string_view TierName(Tier tier) {
  switch (tier) {
    case Tier::kBasic:
      return "BASIC";
    case Tier::kStandard:
      return "STANDARD";
    case Tier::kPremium:
      return "PREMIUM";
  }
  return "";
}

}  // namespace milepost::gig_catalog
