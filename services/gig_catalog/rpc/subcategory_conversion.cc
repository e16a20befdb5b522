#include "services/gig_catalog/rpc/subcategory_conversion.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/core/refusal.h"
#include "common/rpc/update_mask.h"
#include "common/rpc/wire.h"

namespace milepost::gig_catalog {
namespace {

constexpr absl::string_view kChangeable[] = {"display_name", "display_name_de", "milestone_plans",
                                             "milestone_offers", "plan_thresholds"};

std::vector<Money> ThresholdsOf(const v1::Subcategory& subcategory, std::vector<FieldViolation>& violations) {
  std::vector<Money> thresholds;
  for (int i = 0; i < subcategory.plan_thresholds_size(); ++i) {
    const absl::StatusOr<Money> threshold = rpc::MoneyOf(subcategory.plan_thresholds(i));
    if (threshold.ok())
      thresholds.push_back(*threshold);
    else
      violations.push_back(
          {absl::StrCat("subcategory.plan_thresholds[", i, "]"), std::string(threshold.status().message())});
  }
  return thresholds;
}

}  // namespace

absl::StatusOr<CreateSubcategory> CommandOf(const v1::CreateSubcategoryRequest& request) {
  const v1::Subcategory& subcategory = request.subcategory();
  std::vector<FieldViolation> violations;
  std::vector<Money> thresholds = ThresholdsOf(subcategory, violations);
  if (!violations.empty()) return RefuseFields(std::move(violations));
  return CreateSubcategory{
      subcategory.code(),
      {subcategory.display_name(), subcategory.display_name_de(), subcategory.milestone_plans(),
       subcategory.milestone_offers(), std::move(thresholds)}};
}

absl::StatusOr<UpdateSubcategory> CommandOf(const v1::UpdateSubcategoryRequest& request) {
  const v1::Subcategory& subcategory = request.subcategory();
  std::vector<FieldViolation> violations;
  rpc::CheckMask(request.update_mask(), kChangeable, violations);
  // With a mask the rules of what it does not name are left alone; the code says which subcategory.
  if (subcategory.code().empty()) violations.push_back({"subcategory.code", "is required"});
  UpdateSubcategory command;
  const google::protobuf::FieldMask& mask = request.update_mask();
  if (rpc::Updates(mask, "display_name")) command.name_en = subcategory.display_name();
  if (rpc::Updates(mask, "display_name_de")) command.name_de = subcategory.display_name_de();
  if (rpc::Updates(mask, "milestone_plans")) command.milestone_plans = subcategory.milestone_plans();
  if (rpc::Updates(mask, "milestone_offers")) command.milestone_offers = subcategory.milestone_offers();
  if (rpc::Updates(mask, "plan_thresholds")) command.plan_thresholds = ThresholdsOf(subcategory, violations);
  if (!violations.empty()) return RefuseFields(std::move(violations));
  return command;
}

v1::Subcategory ToWire(absl::string_view code, const SubcategoryContent& content) {
  v1::Subcategory out;
  out.set_code(std::string(code));
  out.set_display_name(content.name_en);
  out.set_display_name_de(content.name_de);
  out.set_milestone_plans(content.milestone_plans);
  out.set_milestone_offers(content.milestone_offers);
  for (const Money& threshold : content.plan_thresholds) *out.add_plan_thresholds() = rpc::ToWire(threshold);
  return out;
}

v1::Subcategory ToWire(const Subcategory& subcategory) {
  v1::Subcategory out = ToWire(subcategory.code, subcategory.content);
  out.set_etag(absl::StrCat(subcategory.sequence));
  if (subcategory.sequence > 0) *out.mutable_update_time() = rpc::ToWire(subcategory.updated_at);
  return out;
}

std::string SubcategoryName(absl::string_view code) {
  return absl::StrCat("subcategories/", code);
}

}  // namespace milepost::gig_catalog
