#include "services/gig_catalog/domain/search_entry.h"

#include "absl/strings/str_cat.h"
#include "services/gig_catalog/domain/words.h"

namespace milepost::gig_catalog {
namespace {

// All packages of a gig have one currency.
std::optional<Money> LowestPrice(const Gig& gig) {
  std::optional<Money> lowest;
  for (const auto& [tier, package] : gig.packages) {
    if (!package.complete()) continue;
    if (!lowest || package.price->minor < lowest->minor) lowest = package.price;
  }
  return lowest;
}

}  // namespace

SearchEntry SearchEntryOf(const Gig& gig) {
  SearchEntry entry;
  entry.listed = gig.state == GigState::kPublished;
  entry.subcategory = gig.subcategory;
  entry.price = LowestPrice(gig);
  entry.may_have_milestones = MayHaveMilestones(gig);
  if (!entry.listed) return entry;
  entry.title_words = WordsOf(gig.title);
  entry.words = WordsOf(absl::StrCat(gig.title, "\n", gig.description));
  return entry;
}

bool AreSearchedAlike(const Gig& a, const Gig& b) {
  return a.state == b.state && a.title == b.title && a.description == b.description &&
         a.subcategory == b.subcategory && a.packages == b.packages &&
         MayHaveMilestones(a) == MayHaveMilestones(b);
}

bool MayHaveMilestones(const Gig& gig) {
  return gig.plan.state == PlanState::kActive || gig.plan.state == PlanState::kIneligible;
}

bool MilestonesAvailable(const Gig& gig) {
  return gig.state == GigState::kPublished && gig.plan.state == PlanState::kActive;
}

}  // namespace milepost::gig_catalog
