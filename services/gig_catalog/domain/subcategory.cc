#include "services/gig_catalog/domain/subcategory.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/core/event_infos.h"
#include "common/core/order_limits.h"
#include "common/core/refusal.h"
#include "common/core/status_macros.h"

namespace milepost::gig_catalog {
namespace {

using SubcategoryEvents = std::vector<SubcategoryEvent>;
constexpr char kThresholds[] = "subcategory.plan_thresholds";

absl::Status CheckThresholds(const SubcategoryContent& content) {
  const std::vector<Money>& thresholds = content.plan_thresholds;
  if (content.milestone_plans && thresholds.empty())
    return RefuseFields({{kThresholds, "must not be empty where milestone_plans is on"}});
  for (size_t i = 1; i < thresholds.size(); ++i) {
    if (thresholds[i].currency == thresholds[i - 1].currency)
      return RefuseFields(
          {{kThresholds, absl::StrCat("has two thresholds in ", thresholds[i].currency.code())}});
  }
  for (const Money& threshold : thresholds) {
    if (!CanBeOrderedIn(threshold.currency))
      return Refuse(Reason::kCurrencyNotEligible, {{"currency", std::string(threshold.currency.code())}});
  }
  return absl::OkStatus();
}

// The content in its one form: thresholds by currency.
SubcategoryContent InOrder(SubcategoryContent content) {
  std::stable_sort(content.plan_thresholds.begin(), content.plan_thresholds.end(),
                   [](const Money& a, const Money& b) { return a.currency < b.currency; });
  return content;
}

bool ConcernsPlans(const SubcategoryContent& before, const SubcategoryContent& after) {
  return before.milestone_plans != after.milestone_plans || before.plan_thresholds != after.plan_thresholds;
}

absl::StatusOr<SubcategoryEvents> DecideChange(const Subcategory*, const SubcategoryDomain::Tick&) {
  return SubcategoryEvents();
}

absl::StatusOr<SubcategoryEvents> DecideChange(const Subcategory* subcategory,
                                               const CreateSubcategory& command) {
  if (subcategory) return Refuse(Reason::kSubcategoryAlreadyExists, {{"subcategory", command.code}});
  SubcategoryContent content = InOrder(command.content);
  MILEPOST_RETURN_IF_ERROR(CheckThresholds(content));
  return SubcategoryEvents{SubcategoryCreated{command.code, std::move(content)}};
}

absl::StatusOr<SubcategoryEvents> DecideChange(const Subcategory* subcategory,
                                               const UpdateSubcategory& command) {
  if (!subcategory) return Refuse(Reason::kSubcategoryNotFound);
  const SubcategoryContent& before = subcategory->content;
  SubcategoryContent content =
      InOrder({command.name_en.value_or(before.name_en), command.name_de.value_or(before.name_de),
               command.milestone_plans.value_or(before.milestone_plans),
               command.milestone_offers.value_or(before.milestone_offers),
               command.plan_thresholds.value_or(before.plan_thresholds)});
  MILEPOST_RETURN_IF_ERROR(CheckThresholds(content));
  if (content == before) return SubcategoryEvents();
  return SubcategoryEvents{SubcategoryUpdated{subcategory->code, std::move(content)}};
}

}  // namespace

SubcategoryId SubcategoryIdOf(absl::string_view code) {
  return SubcategoryId(HashUuid(code));
}

std::optional<Money> Subcategory::ThresholdIn(const Currency& currency) const {
  for (const Money& threshold : content.plan_thresholds)
    if (threshold.currency == currency) return threshold;
  return std::nullopt;
}

absl::StatusOr<SubcategoryEvents> SubcategoryDomain::Decide(const Subcategory* subcategory,
                                                            const Command& command, absl::Time) {
  return std::visit([&](const auto& c) { return DecideChange(subcategory, c); }, command);
}

void SubcategoryDomain::Apply(Subcategory& subcategory, const Event& event, absl::Time) {
  std::visit(
      [&](const auto& fact) {
        const bool exists = !subcategory.code.empty();
        if (exists && ConcernsPlans(subcategory.content, fact.content))
          subcategory.plans_sequence = subcategory.sequence + 1;
        subcategory.id = SubcategoryIdOf(fact.code);
        subcategory.code = fact.code;
        subcategory.content = fact.content;
      },
      event);
}

absl::string_view SubcategoryEventType(const SubcategoryEvent& event) {
  return kEventInfosOf<SubcategoryEvent>[event.index()].name;
}

}  // namespace milepost::gig_catalog
