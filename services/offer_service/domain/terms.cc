#include "services/offer_service/domain/terms.h"

#include <initializer_list>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"

namespace milepost::offers {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

Money DiscountedPrice(const SubscriptionTerms& terms) {
  return Money{HalfEven(terms.price.minor, 100 - terms.discount_percent, 100), terms.price.currency};
}

// The amounts that the terms name, each with its path in the contract.
std::vector<std::pair<std::string, Money>> AmountsOf(const Terms& terms) {
  return std::visit(
      Overloaded{[](const OneTimeTerms& one_time) -> std::vector<std::pair<std::string, Money>> {
                   return {{"offer.one_time.price", one_time.price}};
                 },
                 [](const SubscriptionTerms& subscription) -> std::vector<std::pair<std::string, Money>> {
                   return {{"offer.subscription.price", subscription.price}};
                 },
                 [](const MilestoneTerms& milestones) {
                   std::vector<std::pair<std::string, Money>> amounts;
                   for (size_t i = 0; i < milestones.milestones.size(); ++i)
                     amounts.emplace_back(absl::StrCat("offer.milestones.milestones[", i, "].amount"),
                                          milestones.milestones[i].amount);
                   return amounts;
                 }},
      terms);
}

absl::Status CheckCount(const MilestoneTerms& terms, const TermsPolicy& policy) {
  const int count = static_cast<int>(terms.milestones.size());
  const int least = std::max(policy.min_milestones, 1);
  if (count < least) return Refuse(Reason::kTooFewMilestones, {{"min", absl::StrCat(least)}});
  if (count > kMaxOrderMilestones)
    return Refuse(Reason::kTooManyMilestones, {{"max", absl::StrCat(kMaxOrderMilestones)}});
  return absl::OkStatus();
}

void CheckDays(const MilestoneTerms& terms, std::vector<FieldViolation>& violations) {
  for (size_t i = 0; i < terms.milestones.size(); ++i) {
    const int days = terms.milestones[i].days;
    if (days >= 1 && days <= kMaxMilestoneDays) continue;
    violations.push_back({absl::StrCat("offer.milestones.milestones[", i, "].days"),
                          absl::StrCat("must be from 1 to ", kMaxMilestoneDays)});
  }
}

// Length-prefixed fields in a fixed order: no two different terms have the same encoding.
class Canonical {
 public:
  Canonical& Add(absl::string_view text) {
    absl::StrAppend(&bytes_, text.size(), ":", text);
    return *this;
  }
  Canonical& Add(int64_t number) { return Add(absl::string_view(absl::StrCat(number))); }
  Canonical& Add(const Money& money) { return Add(money.minor).Add(money.currency.code()); }
  Canonical& Add(const Revisions& revisions) {
    return revisions.unlimited ? Add("unlimited") : Add(int64_t{revisions.count});
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

void Encode(const OneTimeTerms& terms, Canonical& out) {
  out.Add("one_time").Add(terms.price).Add(int64_t{terms.days}).Add(terms.revisions).Add(terms.description);
}

void Encode(const SubscriptionTerms& terms, Canonical& out) {
  out.Add("subscription").Add(int64_t{terms.interval_days}).Add(int64_t{terms.cycles}).Add(terms.price);
  out.Add(int64_t{terms.discount_percent})
      .Add(int64_t{terms.days})
      .Add(terms.revisions)
      .Add(terms.description);
}

void Encode(const MilestoneTerms& terms, Canonical& out) {
  out.Add("milestones").Add(static_cast<int64_t>(terms.milestones.size()));
  for (const OfferMilestone& milestone : terms.milestones)
    out.Add(milestone.title)
        .Add(milestone.description)
        .Add(int64_t{milestone.days})
        .Add(milestone.amount)
        .Add(milestone.revisions);
}

}  // namespace

Money Total(const Terms& terms) {
  return std::visit(Overloaded{[](const OneTimeTerms& one_time) { return one_time.price; },
                               [](const SubscriptionTerms& subscription) {
                                 Money total = subscription.price;
                                 for (int i = 1; i < subscription.cycles; ++i)
                                   total += DiscountedPrice(subscription);
                                 return total;
                               },
                               [](const MilestoneTerms& milestones) {
                                 Money total = milestones.milestones.front().amount;
                                 for (size_t i = 1; i < milestones.milestones.size(); ++i)
                                   total += milestones.milestones[i].amount;
                                 return total;
                               }},
                    terms);
}

absl::Status CheckTerms(const Terms& terms, const TermsPolicy& policy) {
  const MilestoneTerms* milestones = std::get_if<MilestoneTerms>(&terms);
  if (milestones) {
    if (absl::Status count = CheckCount(*milestones, policy); !count.ok()) return count;
  }
  std::vector<FieldViolation> violations;
  const std::string most = Money::Usd(kMaxPriceMinor).ToString();
  for (const auto& [path, amount] : AmountsOf(terms)) {
    if (!CanBeOrderedIn(amount.currency))
      return Refuse(Reason::kCurrencyNotEligible, {{"currency", std::string(amount.currency.code())}});
    if (amount.minor < 1) violations.push_back({path, "must be more than 0"});
    if (amount.minor > kMaxPriceMinor) violations.push_back({path, absl::StrCat("must be at most ", most)});
  }
  if (milestones) CheckDays(*milestones, violations);
  if (!violations.empty()) return RefuseFields(std::move(violations));
  const Money total = Total(terms);
  if (total.minor > kMaxPriceMinor)
    return RefuseFields({{milestones ? "offer.milestones" : "offer.subscription",
                          absl::StrCat("must add up to at most ", most, ", not to ", total.ToString())}});
  if (milestones && policy.milestone_floor && total.minor < policy.milestone_floor->minor)
    return Refuse(Reason::kOfferBelowFloor,
                  {{"required", policy.milestone_floor->ToString()}, {"actual", total.ToString()}});
  return absl::OkStatus();
}

std::string TermsHash(GigId gig, const Terms& terms) {
  Canonical encoding;
  encoding.Add("milepost.offers.terms.v1").Add(gig.ToString());
  std::visit([&](const auto& type) { Encode(type, encoding); }, terms);
  return absl::BytesToHexString(Sha256(encoding.bytes()));
}

}  // namespace milepost::offers
