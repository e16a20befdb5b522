#include "absl/strings/str_cat.h"
#include "tests/e2e/stories/story.h"
#include "tests/torture/acts.h"

namespace milepost::torture {
namespace {

using catalog::v1::GigCatalog;
using Platform = e2e::PlatformClient;

catalog::v1::PlanMilestone MilestoneCalled(const std::string& title) {
  catalog::v1::PlanMilestone milestone;
  milestone.set_title(title);
  milestone.set_description("What the buyer gets at the end of it.");
  milestone.add_packages(type::v1::PACKAGE_BASIC);
  return milestone;
}

std::optional<catalog::v1::MilestonePlan> SetPayments(Client& client, const GigView& gig,
                                                      const catalog::v1::MilestonePlan& plan, bool enabled) {
  catalog::v1::SetMilestonePaymentsRequest request;
  request.set_gig(gig.name);
  request.set_payments_enabled(enabled);
  request.set_etag(plan.etag());
  const auto set = client.Command("SetMilestonePayments", gig.seller, &Platform::catalog,
                                  &GigCatalog::Stub::SetMilestonePayments, request);
  if (!set) return std::nullopt;
  return set->milestone_plan();
}

// With etags, so that each that is acknowledged changed something: one that changes nothing is not remembered.
void TogglePayments(Client& client, const GigView& gig) {
  catalog::v1::GetMilestonePlanRequest request;
  request.set_gig(gig.name);
  const auto now = client.Read("GetMilestonePlan", gig.seller, &Platform::catalog,
                               &GigCatalog::Stub::GetMilestonePlan, request);
  if (!now) return;
  const bool enabled = now->milestone_plan().draft().payments_enabled();
  const auto toggled = SetPayments(client, gig, now->milestone_plan(), !enabled);
  if (toggled && enabled) SetPayments(client, gig, *toggled, true);
}

bool Publish(Client& client, const std::string& seller, const std::string& gig) {
  catalog::v1::PublishGigRequest request;
  request.set_name(gig);
  return client.Command("PublishGig", seller, &Platform::catalog, &GigCatalog::Stub::PublishGig, request)
      .has_value();
}

bool AddMilestone(Client& client, const GigView& gig, const std::string& title) {
  catalog::v1::AddMilestoneRequest request;
  request.set_gig(gig.name);
  *request.mutable_milestone() = MilestoneCalled(title);
  return client
      .Command("AddMilestone", gig.seller, &Platform::catalog, &GigCatalog::Stub::AddMilestone, request)
      .has_value();
}

void PauseAndPublish(Client& client, const GigView& gig) {
  catalog::v1::PauseGigRequest pause;
  pause.set_name(gig.name);
  if (client.Command("PauseGig", gig.seller, &Platform::catalog, &GigCatalog::Stub::PauseGig, pause))
    Publish(client, gig.seller, gig.name);
}

void Retitle(Client& client, const GigView& gig) {
  catalog::v1::UpdateGigRequest update;
  update.mutable_gig()->set_name(gig.name);
  update.mutable_gig()->set_title(absl::StrCat("Work no. ", client.random()() % 1'000'000'000));
  update.mutable_update_mask()->add_paths("title");
  client.Command("UpdateGig", gig.seller, &Platform::catalog, &GigCatalog::Stub::UpdateGig, update);
}

void AddAndDelete(Client& client, const GigView& gig) {
  if (!AddMilestone(client, gig, "An afterthought")) return;
  catalog::v1::DeleteMilestoneRequest request;
  request.set_gig(gig.name);
  request.set_milestone_number(1);
  client.Command("DeleteMilestone", gig.seller, &Platform::catalog, &GigCatalog::Stub::DeleteMilestone,
                 request);
}

bool CompleteFirst(Client& client, const GigView& gig) {
  catalog::v1::StartMilestonePlanRequest start;
  start.set_gig(gig.name);
  start.mutable_scratch();
  if (!client.Command("StartMilestonePlan", gig.seller, &Platform::catalog,
                      &GigCatalog::Stub::StartMilestonePlan, start))
    return false;
  catalog::v1::UpdateMilestoneRequest update;
  update.set_gig(gig.name);
  update.set_milestone_number(1);
  *update.mutable_milestone() = MilestoneCalled("Research");
  return client
      .Command("UpdateMilestone", gig.seller, &Platform::catalog, &GigCatalog::Stub::UpdateMilestone, update)
      .has_value();
}

bool AddSubstep(Client& client, const GigView& gig) {
  catalog::v1::AddSubstepRequest request;
  request.set_gig(gig.name);
  request.set_milestone_number(1);
  request.mutable_substep()->set_title("A call");
  request.mutable_substep()->add_packages(type::v1::PACKAGE_BASIC);
  return client.Command("AddSubstep", gig.seller, &Platform::catalog, &GigCatalog::Stub::AddSubstep, request)
      .has_value();
}

}  // namespace

void PublishGig(Client& client) {
  const std::string seller = SomeSeller(client);
  catalog::v1::CreateGigRequest create;
  create.mutable_gig()->set_title("Work that is done in steps");
  create.mutable_gig()->set_subcategory("business-plans");
  auto& basic = *create.mutable_gig()->add_packages();
  basic.set_package(type::v1::PACKAGE_BASIC);
  *basic.mutable_price() = e2e::Usd(10'001 + client.Below(50'000));
  basic.set_days(21);
  basic.mutable_revisions()->set_count(2);
  const auto created =
      client.Command("CreateGig", seller, &Platform::catalog, &GigCatalog::Stub::CreateGig, create);
  if (created && Publish(client, seller, created->gig().name()))
    client.market().gigs.Put({created->gig().name(), seller, false});
}

void WritePlan(Client& client) {
  std::optional<GigView> gig = client.market().gigs.Pick(client.random());
  if (!gig || gig->has_plan || !CompleteFirst(client, *gig)) return;
  for (int more = 1 + client.Below(2); more > 0; --more)
    if (!AddMilestone(client, *gig, absl::StrCat("Part ", more))) return;
  if (client.InHundred(50) && !AddSubstep(client, *gig)) return;
  catalog::v1::PublishMilestonePlanRequest publish;
  publish.set_gig(gig->name);
  if (!client.Command("PublishMilestonePlan", gig->seller, &Platform::catalog,
                      &GigCatalog::Stub::PublishMilestonePlan, publish))
    return;
  gig->has_plan = true;
  client.market().gigs.Put(*gig);
}

void ReworkGig(Client& client) {
  const std::optional<GigView> gig = client.market().gigs.Pick(client.random());
  if (!gig) return;
  switch (client.Below(gig->has_plan ? 4 : 2)) {
    case 0:
      return PauseAndPublish(client, *gig);
    case 1:
      return Retitle(client, *gig);
    case 2:
      return AddAndDelete(client, *gig);
    default:
      return TogglePayments(client, *gig);
  }
}

}  // namespace milepost::torture
