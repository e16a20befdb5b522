#include "services/milestone_billing/domain/terms.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"

namespace milepost::billing {
namespace {

constexpr int64_t kBasisPoints = 10000;

// The encoding under TermsHash. Every value is written with its length, so that no two different terms can
// encode alike.
class Canonical {
 public:
  void Add(absl::string_view text) { absl::StrAppend(&bytes_, text.size(), ":", text, ";"); }
  void Add(int64_t number) { Add(absl::StrCat(number)); }
  void Add(absl::Duration duration) { Add(absl::ToInt64Microseconds(duration)); }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_ = "milepost.order-terms.v1;";
};

void AddMilestone(const MilestoneTerms& milestone, Canonical& canonical) {
  canonical.Add(milestone.name);
  canonical.Add(milestone.description);
  canonical.Add(milestone.days);
  canonical.Add(milestone.amount.minor);
  canonical.Add(milestone.amount.currency.code());
  canonical.Add(milestone.revisions.unlimited ? -1 : milestone.revisions.count);
  canonical.Add(milestone.zoom ? 1 : 0);
  canonical.Add(static_cast<int64_t>(milestone.substeps.size()));
  for (const std::string& substep : milestone.substeps) canonical.Add(substep);
}

// The numbers that are out of range. What the buyer pays is bounded, fees included: a charge above kMaxMinor is no amount on the
// wire, so nobody could ever settle it.
std::vector<FieldViolation> RangeViolations(const Terms& terms) {
  std::vector<FieldViolation> violations;
  const int max_days = terms.kind == OrderKind::kOneTime ? kMaxOneTimeDays : kMaxMilestoneDays;
  int64_t total = 0;
  for (size_t i = 0; i < terms.milestones.size(); ++i) {
    const MilestoneTerms& milestone = terms.milestones[i];
    const std::string path = absl::StrCat("terms.milestones[", i, "]");
    const auto violate = [&](absl::string_view field, std::string description) {
      violations.push_back({absl::StrCat(path, field), std::move(description)});
    };
    if (milestone.days < 1 || milestone.days > max_days)
      violate(".days", absl::StrCat("must be 1 to ", max_days));
    if (milestone.amount.minor < 1 || milestone.amount.minor > kMaxMinor)
      violate(".amount", "must be positive and at most 10 billion");
    else
      total += milestone.amount.minor + terms.fees.BuyerFee(milestone.amount.minor);
    if (milestone.revisions.count < 0 || milestone.revisions.count > kMaxRevisions)
      violate(".revisions", absl::StrCat("must be 0 to ", kMaxRevisions));
  }
  if (total > kMaxMinor)
    violations.push_back({"terms.milestones", "must add up to at most 10 billion, fees included"});
  return violations;
}

}  // namespace

int64_t FeePolicy::Commission(int64_t amount_minor) const {
  return HalfEven(amount_minor, commission_bps, kBasisPoints);
}

int64_t FeePolicy::BuyerFee(int64_t amount_minor) const {
  const int64_t small_order_fee = amount_minor < small_order_below_minor ? small_order_fee_minor : 0;
  return HalfEven(amount_minor, buyer_fee_bps, kBasisPoints) + small_order_fee;
}

absl::Duration DeadlinePolicy::Of(absl::Duration DeadlinePolicy::*duration) const {
  const absl::Duration agreed = this->*duration;
  return agreed > absl::ZeroDuration() ? agreed : DeadlinePolicy().*duration;
}

absl::Status CheckTerms(const Terms& terms) {
  if (terms.kind == OrderKind::kSubscription)
    return Refuse(Reason::kOrderTypeNotBilledYet, {{"type", "SUBSCRIPTION"}});
  if (!terms.payments_on) return Refuse(Reason::kOrderTypeNotBilledYet, {{"type", "PAYMENTS_OFF"}});
  const size_t max = terms.kind == OrderKind::kOneTime ? 1 : kMaxOrderMilestones;
  if (terms.milestones.empty()) return Refuse(Reason::kTooFewMilestones, {{"min", "1"}});
  if (terms.milestones.size() > max) return Refuse(Reason::kTooManyMilestones, {{"max", absl::StrCat(max)}});
  if (auto violations = RangeViolations(terms); !violations.empty())
    return RefuseFields(std::move(violations));
  for (const MilestoneTerms& milestone : terms.milestones) {
    if (!CanBeOrderedIn(milestone.amount.currency))
      return Refuse(Reason::kCurrencyNotEligible,
                    {{"currency", std::string(milestone.amount.currency.code())}});
  }
  return absl::OkStatus();
}

std::string TermsHash(const Terms& terms) {
  Canonical canonical;
  canonical.Add(NameOf(terms.kind));
  canonical.Add(terms.gig.ToString());
  canonical.Add(terms.title);
  canonical.Add(terms.package);
  canonical.Add(static_cast<int64_t>(terms.plan_version));
  canonical.Add(terms.payments_on ? 1 : 0);
  canonical.Add(static_cast<int64_t>(terms.milestones.size()));
  for (const MilestoneTerms& milestone : terms.milestones) AddMilestone(milestone, canonical);
  canonical.Add(terms.fees.commission_bps);
  canonical.Add(terms.fees.buyer_fee_bps);
  canonical.Add(terms.fees.small_order_fee_minor);
  canonical.Add(terms.fees.small_order_below_minor);
  canonical.Add(terms.deadlines.review);
  canonical.Add(terms.deadlines.one_time_review);
  canonical.Add(terms.deadlines.next_start);
  canonical.Add(terms.deadlines.payment_grace);
  canonical.Add(terms.deadlines.min_revision);
  canonical.Add(terms.deadlines.late_cancellation);
  canonical.Add(terms.deadlines.non_delivery);
  canonical.Add(terms.deadlines.cancellation_answer);
  canonical.Add(terms.deadlines.dispute);
  canonical.Add(terms.deadlines.after_dispute);
  return absl::BytesToHexString(Sha256(canonical.bytes()));
}

}  // namespace milepost::billing
