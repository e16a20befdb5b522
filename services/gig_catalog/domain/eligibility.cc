#include "services/gig_catalog/domain/eligibility.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/core/status_macros.h"

namespace milepost::gig_catalog {
namespace {

Ineligibility Because(Reason reason, const std::string& actual, const std::string& required,
                      Details details = {}) {
  details.emplace_back("actual", actual);
  details.emplace_back("required", required);
  return {reason, std::move(details)};
}

RuleCheck CheckSubcategory(const Gig& gig, bool allowed) {
  const std::string required = "a subcategory in which milestone plans are allowed (ListSubcategories)";
  return {"S2", allowed, gig.subcategory, required,
          Because(Reason::kSubcategoryNotEligible, gig.subcategory, required,
                  {{"subcategory", gig.subcategory}})};
}

// Of all packages: the plan may be for any of them. A gig without any price is judged by S3.
RuleCheck CheckCurrency(const Gig& gig, const Subcategory& subcategory) {
  std::vector<absl::string_view> eligible;
  for (const Money& threshold : subcategory.content.plan_thresholds)
    eligible.push_back(threshold.currency.code());
  const std::string required = absl::StrJoin(eligible, ", ");
  std::string actual = "not set";
  for (const auto& [tier, package] : gig.packages) {
    if (!package.price) continue;
    actual = std::string(package.price->currency.code());
    if (!subcategory.ThresholdIn(package.price->currency))
      return {"A1", false, actual, required,
              Because(Reason::kCurrencyNotEligible, actual, required, {{"currency", actual}})};
  }
  return {"A1", true, actual, required, {}};
}

// The thresholds for BASIC: the one in the currency of its price or, where that has none (then A1 has refused already) or no
// price is set, all.
std::string ThresholdFor(const Package* basic, const Subcategory& subcategory) {
  if (basic && basic->price)
    if (const auto own = subcategory.ThresholdIn(basic->price->currency)) return own->ToString();
  const std::vector<Money>& all = subcategory.content.plan_thresholds;
  return absl::StrJoin(all, " or ",
                       [](std::string* out, const Money& each) { absl::StrAppend(out, each.ToString()); });
}

RuleCheck CheckPrice(const Gig& gig, const Subcategory& subcategory) {
  const Package* basic = gig.package(Tier::kBasic);
  const bool priced = basic && basic->price;
  const std::optional<Money> own = priced ? subcategory.ThresholdIn(basic->price->currency) : std::nullopt;
  const std::string threshold = ThresholdFor(basic, subcategory);
  const std::string actual = priced ? basic->price->ToString() : "not set";
  return {"S3", own && basic->price->minor > own->minor, actual, absl::StrCat("more than ", threshold),
          Because(Reason::kPriceNotEligible, actual, threshold)};
}

RuleChecks CheckCount(const PlanTerms& terms) {
  const int count = static_cast<int>(terms.milestones.size());
  const std::string actual = absl::StrCat(count), min = absl::StrCat(kMinMilestones),
                    max = absl::StrCat(kMaxPlanMilestones);
  return {{"S11", count >= kMinMilestones, actual, absl::StrCat("at least ", min),
           Because(Reason::kTooFewMilestones, actual, min, {{"min", min}})},
          {"S10", count <= kMaxPlanMilestones, actual, absl::StrCat("at most ", max),
           Because(Reason::kTooManyMilestones, actual, max, {{"max", max}})}};
}

std::string MissingOf(const Milestone& milestone) {
  std::vector<absl::string_view> missing;
  if (milestone.title.empty()) missing.push_back("title");
  if (milestone.description.empty()) missing.push_back("description");
  if (milestone.packages.empty()) missing.push_back("packages");
  return absl::StrJoin(missing, ", ");
}

Ineligibility Incomplete(uint32_t number, std::string missing) {
  return {Reason::kMilestoneIncomplete,
          {{"milestone", absl::StrCat(number)}, {"missing", std::move(missing)}}};
}

RuleCheck CheckComplete(uint32_t number, const Milestone& milestone) {
  const std::string missing = MissingOf(milestone);
  return {"S14", missing.empty(),
          missing.empty() ? absl::StrCat("milestone ", number, " is complete")
                          : absl::StrCat("milestone ", number, " lacks: ", missing),
          "title, description and a package", Incomplete(number, missing)};
}

Ineligibility WithPackage(Reason reason, Tier tier) {
  return {reason, {{"package", std::string(NameOf(tier))}}};
}

// A5: at least one package can be ordered with the milestones. `packages` of the refusal are all that they cover.
RuleCheck CheckOrderable(const PlanTerms& terms) {
  std::vector<std::string> covered, counts;
  bool orderable = false;
  for (Tier tier : kValuesOf<Tier>) {
    const int coverage = Coverage(terms, tier);
    if (coverage == 0) continue;
    orderable = orderable || coverage >= kMinMilestonesToOrder;
    covered.emplace_back(NameOf(tier));
    counts.push_back(absl::StrCat(NameOf(tier), " in ", coverage));
  }
  const std::string actual = counts.empty() ? "no package" : absl::StrJoin(counts, ", ");
  const std::string required = absl::StrCat("a package in at least ", kMinMilestonesToOrder, " milestones");
  return {"A5", orderable, actual, required,
          Because(Reason::kPackageNotOrderable, actual, required,
                  {{"package", covered.empty() ? "" : covered.front()},
                   {"packages", absl::StrJoin(covered, ", ")}})};
}

// The amounts given for one package, as they are in the terms.
struct Amounts {
  std::vector<Money> given;
  std::optional<uint32_t> first_without;  // the number of the first milestone of the package that has none
  int shares = 0;                         // the number of milestones that have a share instead
};

Amounts AmountsOf(const PlanTerms& terms, Tier tier) {
  Amounts amounts;
  for (size_t i = 0; i < terms.milestones.size(); ++i) {
    const auto found = terms.milestones[i].packages.find(tier);
    if (found == terms.milestones[i].packages.end()) continue;
    if (found->second.amount)
      amounts.given.push_back(*found->second.amount);
    else if (!amounts.first_without)
      amounts.first_without = static_cast<uint32_t>(i + 1);
    amounts.shares += found->second.share.has_value();
  }
  return amounts;
}

// "150.00 USD", or "50.00 EUR + 100.00 USD" where the amounts are not of one currency.
std::string SumOf(const std::vector<Money>& amounts) {
  std::map<Currency, Money> sums;
  for (const Money& amount : amounts)
    sums.try_emplace(amount.currency, Money{0, amount.currency}).first->second += amount;
  return absl::StrJoin(
      sums, " + ", [](std::string* out, const auto& sum) { absl::StrAppend(out, sum.second.ToString()); });
}

// A4 for one package. Every outcome carries what is there and what would have to be.
RuleCheck CheckAmounts(const Gig& gig, const PlanTerms& terms, Tier tier) {
  const std::string name(NameOf(tier));
  const Package* package = gig.package(tier);
  const std::string whole = absl::StrCat(name, " with price and days");
  if (!package)
    return {"A4", false, absl::StrCat("no ", name), whole, WithPackage(Reason::kPackageUnknown, tier)};
  if (!package->complete())
    return {"A4", false, absl::StrCat(name, " without price or days"), whole,
            WithPackage(Reason::kGigIncomplete, tier)};

  const std::string price = package->price->ToString();
  const std::string required = absl::StrCat(name, " amounts add up to ", price);
  const Amounts amounts = AmountsOf(terms, tier);
  if (amounts.given.empty())
    return {"A4",
            true,
            absl::StrCat(name, " split ", amounts.shares > 0 ? "by shares" : "equally"),
            required,
            {}};
  const std::string sum = SumOf(amounts.given);
  const std::string actual = absl::StrCat(name, " amounts add up to ", sum);
  if (amounts.first_without)
    return {"A4", false,
            absl::StrCat("milestone ", *amounts.first_without, " has no ", name, " amount, others have"),
            "an amount in all milestones of a package or in none",
            Incomplete(*amounts.first_without, absl::StrCat("amount for ", name))};
  return {"A4", sum == price, actual, required,
          Because(Reason::kAmountsDontSum, sum, price, {{"package", name}})};
}

}  // namespace

RuleChecks CheckGig(const Gig& gig, const Subcategories& subcategories) {
  const Subcategory* subcategory = subcategories.Find(gig.subcategory);
  RuleChecks checks = {CheckSubcategory(gig, subcategory && subcategory->content.milestone_plans)};
  if (!subcategory || subcategory->content.plan_thresholds.empty()) return checks;
  checks.push_back(CheckCurrency(gig, *subcategory));
  checks.push_back(CheckPrice(gig, *subcategory));
  return checks;
}

RuleChecks CheckTerms(const Gig& gig, const PlanTerms& terms) {
  RuleChecks checks = CheckCount(terms);
  for (size_t i = 0; i < terms.milestones.size(); ++i)
    checks.push_back(CheckComplete(static_cast<uint32_t>(i + 1), terms.milestones[i]));
  checks.push_back(CheckOrderable(terms));
  for (Tier tier : kValuesOf<Tier>)
    if (Coverage(terms, tier) > 0) checks.push_back(CheckAmounts(gig, terms, tier));
  return checks;
}

RuleChecks CheckPlan(const Gig& gig, const PlanTerms& terms, const Subcategories& subcategories) {
  RuleChecks checks = CheckGig(gig, subcategories);
  for (RuleCheck& check : CheckTerms(gig, terms)) checks.push_back(std::move(check));
  return checks;
}

std::vector<Ineligibility> Unmet(const RuleChecks& checks) {
  std::vector<Ineligibility> unmet;
  for (const RuleCheck& check : checks) {
    const auto same = [&](const Ineligibility& other) { return other.reason == check.unmet.reason; };
    if (!check.met && std::none_of(unmet.begin(), unmet.end(), same)) unmet.push_back(check.unmet);
  }
  return unmet;
}

absl::Status RefuseUnmet(const RuleChecks& checks) {
  for (const RuleCheck& check : checks)
    if (!check.met) return Refuse(check.unmet.reason, check.unmet.details);
  return absl::OkStatus();
}

absl::Status CheckPrices(const Packages& packages) {
  std::vector<FieldViolation> violations;
  for (const auto& [tier, package] : packages) {
    if (!package.price || package.price->minor <= kMaxPriceMinor) continue;
    violations.push_back(
        {absl::StrCat("gig.packages[", NameOf(tier), "].price"),
         absl::StrCat("must be at most ", Money{kMaxPriceMinor, package.price->currency}.ToString())});
  }
  return violations.empty() ? absl::OkStatus() : RefuseFields(std::move(violations));
}

absl::Status CheckMilestone(const Gig& gig, uint32_t number, const Milestone& milestone) {
  MILEPOST_RETURN_IF_ERROR(RefuseUnmet({CheckComplete(number, milestone)}));
  for (const auto& [tier, terms] : milestone.packages) {
    if (!gig.package(tier)) return Refuse(Reason::kPackageUnknown, {{"package", std::string(NameOf(tier))}});
    if (terms.amount && !CanBeOrderedIn(terms.amount->currency))
      return Refuse(Reason::kCurrencyNotEligible, {{"currency", std::string(terms.amount->currency.code())}});
  }
  return CheckSubsteps(number, milestone);
}

absl::Status CheckSubsteps(uint32_t number, const Milestone& milestone) {
  const size_t substeps = milestone.substeps.size();
  if (substeps > kMaxSubstepsPerMilestone)
    return Refuse(Reason::kTooManySubsteps,
                  {{"max", absl::StrCat(kMaxSubstepsPerMilestone)}, {"actual", absl::StrCat(substeps)}});
  for (size_t i = 0; i < substeps; ++i) {
    for (Tier tier : milestone.substeps[i].packages) {
      if (milestone.packages.count(tier)) continue;
      return Refuse(Reason::kSubstepPackagesNotCovered, {{"milestone", absl::StrCat(number)},
                                                         {"substep", absl::StrCat(i + 1)},
                                                         {"package", std::string(NameOf(tier))}});
    }
  }
  return absl::OkStatus();
}

int Coverage(const PlanTerms& terms, Tier tier) {
  return static_cast<int>(
      std::count_if(terms.milestones.begin(), terms.milestones.end(),
                    [&](const Milestone& milestone) { return milestone.packages.count(tier) > 0; }));
}

}  // namespace milepost::gig_catalog
