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

std::vector<Money> AmountsOf(const Terms& terms) {
  if (const auto* one_time = std::get_if<OneTimeTerms>(&terms)) return {one_time->price};
  if (const auto* subscription = std::get_if<SubscriptionTerms>(&terms)) return {subscription->price};
  std::vector<Money> amounts;
  for (const OfferMilestone& milestone : std::get<MilestoneTerms>(terms).milestones)
    amounts.push_back(milestone.amount);
  return amounts;
}

absl::Status CheckCount(const MilestoneTerms& terms, const TermsPolicy& policy) {
  const int count = static_cast<int>(terms.milestones.size());
  const int least = std::max(policy.min_milestones, 1);
  if (count < least) return Refuse(Reason::kTooFewMilestones, {{"min", absl::StrCat(least)}});
  if (count > kMaxOrderMilestones)
    return Refuse(Reason::kTooManyMilestones, {{"max", absl::StrCat(kMaxOrderMilestones)}});
  return absl::OkStatus();
}

// Collects every number that is out of its range.
class NumberChecker {
 public:
  void Check(const std::string& path, int number, int least, int most) {
    if (number >= least && number <= most) return;
    violations_.push_back({path, absl::StrCat("must be from ", least, " to ", most)});
  }
  void Check(const std::string& path, const Money& amount) {
    if (amount.minor < 1) violations_.push_back({path, "must be more than 0"});
    if (amount.minor > kMaxPriceMinor)
      violations_.push_back({path, absl::StrCat("must be at most ", Money::Usd(kMaxPriceMinor).ToString())});
  }
  void Check(const std::string& path, const Revisions& revisions) {
    if (!revisions.unlimited)
      Check(absl::StrCat(path, ".revisions.count"), revisions.count, 0, kMaxRevisions);
  }
  void Add(FieldViolation violation) { violations_.push_back(std::move(violation)); }

  bool found_any() const { return !violations_.empty(); }
  std::vector<FieldViolation> violations() && { return std::move(violations_); }

 private:
  std::vector<FieldViolation> violations_;
};

void CheckNumbers(const OneTimeTerms& terms, NumberChecker& checker) {
  checker.Check("offer.one_time.price", terms.price);
  checker.Check("offer.one_time.days", terms.days, 1, kMaxOneTimeDays);
  checker.Check("offer.one_time", terms.revisions);
}

// A24.
void CheckNumbers(const SubscriptionTerms& terms, NumberChecker& checker) {
  checker.Check("offer.subscription.interval_days", terms.interval_days, kMinIntervalDays, kMaxIntervalDays);
  checker.Check("offer.subscription.cycles", terms.cycles, kMinCycles, kMaxCycles);
  checker.Check("offer.subscription.price", terms.price);
  checker.Check("offer.subscription.discount_percent", terms.discount_percent, 0, kMaxDiscountPercent);
  checker.Check("offer.subscription.days", terms.days, 1, kMaxCycleDays);
  checker.Check("offer.subscription", terms.revisions);
  const bool overlaps = terms.days <= kMaxCycleDays && terms.interval_days >= kMinIntervalDays &&
                        terms.days > terms.interval_days;
  if (overlaps)
    checker.Add({"offer.subscription.days",
                 absl::StrCat("must be at most interval_days (", terms.interval_days, ")")});
  const bool leaves_nothing = terms.price.minor >= 1 && terms.discount_percent <= kMaxDiscountPercent &&
                              DiscountedPrice(terms).minor < 1;
  if (leaves_nothing)
    checker.Add({"offer.subscription.discount_percent", "must leave a price of more than 0"});
}

void CheckNumbers(const MilestoneTerms& terms, NumberChecker& checker) {
  for (size_t i = 0; i < terms.milestones.size(); ++i) {
    const OfferMilestone& milestone = terms.milestones[i];
    const std::string path = absl::StrCat("offer.milestones.milestones[", i, "]");
    checker.Check(absl::StrCat(path, ".days"), milestone.days, 1, kMaxMilestoneDays);
    checker.Check(absl::StrCat(path, ".amount"), milestone.amount);
    checker.Check(path, milestone.revisions);
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
  for (const Money& amount : AmountsOf(terms))
    if (!CanBeOrderedIn(amount.currency))
      return Refuse(Reason::kCurrencyNotEligible, {{"currency", std::string(amount.currency.code())}});
  NumberChecker numbers;
  std::visit([&](const auto& type) { CheckNumbers(type, numbers); }, terms);
  if (numbers.found_any()) return RefuseFields(std::move(numbers).violations());
  const Money total = Total(terms);
  if (total.minor > kMaxPriceMinor)
    return RefuseFields({{milestones ? "offer.milestones" : "offer.subscription",
                          absl::StrCat("must add up to at most ", Money::Usd(kMaxPriceMinor).ToString(),
                                       ", not to ", total.ToString())}});
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
