#include "services/gig_catalog/rpc/gig_conversion.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/update_mask.h"
#include "common/rpc/wire.h"
#include "services/gig_catalog/domain/transitions.h"

namespace milepost::gig_catalog {
namespace {

using rpc::ToWire;
using Violations = std::vector<FieldViolation>;
using WirePackages = google::protobuf::RepeatedPtrField<v1::GigPackage>;

constexpr absl::string_view kUpdatable[] = {"title", "description", "subcategory", "packages"};

Revisions RevisionsOf(const type::v1::Revisions& revisions, const std::string& path, Violations& violations) {
  if (revisions.has_unlimited() && !revisions.unlimited())
    violations.push_back(
        {absl::StrCat(path, ".unlimited"), "must be true when set; for none leave revisions out"});
  return {revisions.unlimited(), revisions.count()};
}

Package PackageOf(const v1::GigPackage& package, const std::string& path, Violations& violations) {
  Package out{std::nullopt, static_cast<int>(package.days()),
              RevisionsOf(package.revisions(), absl::StrCat(path, ".revisions"), violations)};
  if (!package.has_price()) return out;
  const absl::StatusOr<Money> price = rpc::MoneyOf(package.price());
  if (price.ok())
    out.price = *price;
  else
    violations.push_back({absl::StrCat(path, ".price"), std::string(price.status().message())});
  return out;
}

void CheckCurrencies(const WirePackages& packages, const std::string& path, Violations& violations) {
  rpc::OneCurrency currency("packages");
  for (int i = 0; i < packages.size(); ++i)
    currency.Check(packages[i].price(), absl::StrCat(path, "[", i, "].price"), violations);
}

Packages PackagesOf(const WirePackages& packages, const std::string& path, Violations& violations) {
  Packages out;
  for (int i = 0; i < packages.size(); ++i) {
    const std::string each = absl::StrCat(path, "[", i, "]");
    if (!out.emplace(TierOf(packages[i].package()), PackageOf(packages[i], each, violations)).second)
      violations.push_back({absl::StrCat(each, ".package"), "occurs twice"});
  }
  if (!out.contains(Tier::kBasic)) violations.push_back({path, "must contain PACKAGE_BASIC"});
  CheckCurrencies(packages, path, violations);
  return out;
}

// The name inside a Gig has no rule of its own, because CreateGig ignores it.
bool IsGigName(absl::string_view name) {
  const absl::StatusOr<Uuid> id = rpc::IdIn(name, "gigs");
  return id.ok() && name == rpc::NameOf("gigs", *id);
}

// A plan that buyers never saw does not exist for them.
PlanState VisiblePlanState(const Gig& gig, const Actor& viewer) {
  return gig.plan.published || SeesDraft(gig, viewer) ? gig.plan.state : PlanState::kNone;
}

}  // namespace

Tier TierOf(type::v1::Package package) {
  return EnumFromWire<Tier>(package).value_or(Tier::kBasic);
}
type::v1::Package ToWire(Tier tier) {
  return WireOf<type::v1::Package>(tier);
}

type::v1::Revisions ToWire(const Revisions& revisions) {
  type::v1::Revisions out;
  if (revisions.unlimited)
    out.set_unlimited(true);
  else
    out.set_count(revisions.count);
  return out;
}

v1::GigPackage ToWire(Tier tier, const Package& package) {
  v1::GigPackage out;
  out.set_package(ToWire(tier));
  if (package.price) *out.mutable_price() = ToWire(*package.price);
  out.set_days(static_cast<uint32_t>(package.days));
  *out.mutable_revisions() = ToWire(package.revisions);
  return out;
}

std::string GigName(const GigId& gig) {
  return rpc::NameOf("gigs", gig.uuid());
}

absl::StatusOr<CreateGig> CommandOf(const v1::CreateGigRequest& request, const Actor& actor,
                                    const GigId& gig) {
  Violations violations;
  Packages packages = PackagesOf(request.gig().packages(), "gig.packages", violations);
  if (!violations.empty()) return RefuseFields(std::move(violations));
  return CreateGig{actor,
                   gig,
                   request.gig().title(),
                   request.gig().description(),
                   request.gig().subcategory(),
                   std::move(packages)};
}

absl::StatusOr<Packages> PackagesOf(const v1::PlannedGig& planned) {
  Violations violations;
  Packages packages = PackagesOf(planned.packages(), "planned_gig.packages", violations);
  if (!violations.empty()) return RefuseFields(std::move(violations));
  return packages;
}

absl::StatusOr<UpdateGig> CommandOf(const v1::UpdateGigRequest& request, const Actor& actor) {
  Violations violations;
  rpc::CheckMask(request.update_mask(), kUpdatable, violations);
  if (!IsGigName(request.gig().name()))
    violations.push_back({"gig.name", "must be a resource name like gigs/{gig}"});
  UpdateGig command{actor, {}, {}, {}, {}};
  const google::protobuf::FieldMask& mask = request.update_mask();
  if (rpc::Updates(mask, "title")) command.title = request.gig().title();
  if (rpc::Updates(mask, "description")) command.description = request.gig().description();
  if (rpc::Updates(mask, "subcategory")) command.subcategory = request.gig().subcategory();
  if (rpc::Updates(mask, "packages"))
    command.packages = PackagesOf(request.gig().packages(), "gig.packages", violations);
  if (!violations.empty()) return RefuseFields(std::move(violations));
  return command;
}

v1::Gig ToWire(const Gig& gig, const Subcategories& subcategories, const Actor& viewer) {
  v1::Gig out;
  out.set_name(GigName(gig.id));
  out.set_seller(gig.seller);
  out.set_title(gig.title);
  out.set_description(gig.description);
  out.set_subcategory(gig.subcategory);
  for (const auto& [tier, package] : gig.packages) *out.add_packages() = ToWire(tier, package);
  out.set_state(ToWire(gig.state));
  out.set_milestone_plan_state(ToWire(VisiblePlanState(gig, viewer)));
  out.set_etag(absl::StrCat(gig.sequence));
  *out.mutable_create_time() = ToWire(gig.created_at);
  *out.mutable_update_time() = ToWire(gig.updated_at);
  const Subcategory* subcategory = subcategories.Find(gig.subcategory);
  out.set_milestone_offers(subcategory && subcategory->content.milestone_offers);
  return out;
}

v1::GigState ToWire(GigState state) {
  return WireOf<v1::GigState>(state);
}

v1::MilestonePlanState ToWire(PlanState state) {
  return WireOf<v1::MilestonePlanState>(state);
}

}  // namespace milepost::gig_catalog
