#include "services/gig_catalog/domain/shares.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "common/core/status_macros.h"
#include "services/gig_catalog/domain/eligibility.h"

namespace milepost::gig_catalog {
namespace {

// The shares of the milestones that are for `tier`; nothing unless each has one.
std::optional<std::vector<int64_t>> SharesOf(const PlanTerms& terms, Tier tier) {
  std::vector<int64_t> shares;
  for (const Milestone& milestone : terms.milestones) {
    const auto own = milestone.packages.find(tier);
    if (own == milestone.packages.end()) continue;
    if (!own->second.share) return std::nullopt;
    shares.push_back(*own->second.share);
  }
  return shares;
}

// The milestones' terms for `tier`, by the milestones' indexes; null of those that are not for it.
std::vector<MilestoneTerms*> TermsFor(Tier tier, PlanTerms& terms) {
  std::vector<MilestoneTerms*> own(terms.milestones.size(), nullptr);
  for (size_t i = 0; i < own.size(); ++i) {
    const auto found = terms.milestones[i].packages.find(tier);
    if (found != terms.milestones[i].packages.end()) own[i] = &found->second;
  }
  return own;
}

// The parts of the price, by the indexes of the milestones that are for `tier`.
std::map<size_t, int64_t> PartsOf(const PlanTerms& terms, Tier tier, int64_t price_minor) {
  std::map<size_t, int64_t> parts;
  if (Coverage(terms, tier) == 0) return parts;
  const std::vector<int64_t> split = SplitPrice(terms, tier, price_minor);
  for (size_t i = 0; i < terms.milestones.size(); ++i)
    if (terms.milestones[i].packages.count(tier) > 0) parts.emplace(i, split[parts.size()]);
  return parts;
}

absl::Status TurnIntoAmounts(const Gig& gig, const PlanTerms& before, size_t edited, Tier tier,
                             const std::vector<MilestoneTerms*>& all) {
  const Package* package = gig.package(tier);
  if (!package || !package->price)
    return Refuse(Reason::kGigIncomplete, {{"package", std::string(NameOf(tier))}});
  const Money price = *package->price;
  std::map<size_t, int64_t> parts = PartsOf(before, tier, price.minor);
  for (size_t i = 0; i < all.size(); ++i) {
    if (!all[i] || !all[i]->share) continue;
    if (i == edited) parts[i] = std::max<int64_t>(1, price.minor * *all[i]->share / kMaxShare);
    all[i]->amount = Money{parts[i], price.currency};
    all[i]->share.reset();
  }
  return absl::OkStatus();
}

void FillWithMean(const std::vector<MilestoneTerms*>& all) {
  int sum = 0, count = 0;
  for (const MilestoneTerms* terms : all) {
    if (!terms || !terms->share) continue;
    sum += *terms->share;
    ++count;
  }
  for (MilestoneTerms* terms : all)
    if (terms && !terms->share) terms->share = std::max(1, sum / count);
}

}  // namespace

std::vector<int64_t> SplitPrice(const PlanTerms& terms, Tier tier, int64_t price_minor) {
  if (const auto shares = SharesOf(terms, tier)) return SplitByShares(price_minor, *shares);
  return EqualSplit(price_minor, Coverage(terms, tier));
}

absl::Status SettleShares(const Gig& gig, const PlanTerms& before, size_t edited, PlanTerms& draft) {
  for (const auto& [tier, unused] : draft.milestones[edited].packages) {
    const std::vector<MilestoneTerms*> all = TermsFor(tier, draft);
    const auto any = [&](auto has) {
      return std::any_of(all.begin(), all.end(),
                         [&](const MilestoneTerms* each) { return each && has(*each); });
    };
    if (!any([](const MilestoneTerms& each) { return each.share.has_value(); })) continue;
    if (any([](const MilestoneTerms& each) { return each.amount.has_value(); }))
      MILEPOST_RETURN_IF_ERROR(TurnIntoAmounts(gig, before, edited, tier, all));
    else
      FillWithMean(all);
  }
  return absl::OkStatus();
}

}  // namespace milepost::gig_catalog
