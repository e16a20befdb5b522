#include "services/gig_catalog/rpc/gig_feed.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/core/event_infos.h"
#include "common/core/status_macros.h"
#include "common/rpc/reason_wire.h"
#include "milepost/events/v1/event.pb.h"
#include "services/gig_catalog/domain/events.h"
#include "services/gig_catalog/rpc/gig_conversion.h"
#include "services/gig_catalog/rpc/notifications.h"
#include "services/gig_catalog/rpc/plan_conversion.h"
#include "services/gig_catalog/rpc/subcategory_conversion.h"
#include "services/gig_catalog/store/gig_body.h"
#include "services/gig_catalog/store/subcategory_body.h"

namespace milepost::gig_catalog {
namespace {

namespace pb = ::milepost::events::v1;

template <class Message>
void SetPackages(const Packages& packages, Message& out) {
  for (const auto& [tier, package] : packages) *out.add_packages() = ToWire(tier, package);
}

// Writes each kind of event into its place of the oneof.
class PayloadWriter {
 public:
  explicit PayloadWriter(pb::Event& out) : out_(out) {}

  void operator()(const GigCreated& event) {
    pb::GigCreated& out = *out_.mutable_gig_created();
    out.set_title(event.title);
    out.set_description(event.description);
    out.set_subcategory(event.subcategory);
    SetPackages(event.packages, out);
  }
  void operator()(const GigUpdated& event) {
    pb::GigUpdated& out = *out_.mutable_gig_updated();
    if (event.title) out.set_title(*event.title);
    if (event.description) out.set_description(*event.description);
    if (event.subcategory) out.set_subcategory(*event.subcategory);
    if (event.packages) SetPackages(*event.packages, out);
  }
  void operator()(const GigPublished&) { out_.mutable_gig_published(); }
  void operator()(const GigPaused&) { out_.mutable_gig_paused(); }
  void operator()(const GigDeleted&) { out_.mutable_gig_deleted(); }
  void operator()(const MilestonePlanCreated& event) {
    *out_.mutable_milestone_plan_created()->mutable_draft() = ToWire(event.draft);
  }
  void operator()(const MilestonePlanUpdated& event) {
    *out_.mutable_milestone_plan_updated()->mutable_draft() = ToWire(event.draft);
  }
  void operator()(const MilestonePlanPublished& event) {
    pb::MilestonePlanPublished& out = *out_.mutable_milestone_plan_published();
    out.set_version(event.version);
    *out.mutable_published() = ToWire(event.terms);
  }
  void operator()(const MilestonePlanSuspended& event) {
    pb::MilestonePlanSuspended& out = *out_.mutable_milestone_plan_suspended();
    for (const Ineligibility& why : event.why) out.add_reasons(rpc::ToWire(why.reason));
  }
  void operator()(const MilestonePlanRestored&) { out_.mutable_milestone_plan_restored(); }
  void operator()(const MilestonePlanDisabled&) { out_.mutable_milestone_plan_disabled(); }

 private:
  pb::Event& out_;
};

void ShowSubcategory(const SubcategoryEvent& event, pb::Event& out) {
  const auto show = [&](const auto& fact, catalog::v1::Subcategory* subcategory) {
    out.set_resource(SubcategoryName(fact.code));
    *subcategory = ToWire(fact.code, fact.content);
  };
  if (const auto* created = std::get_if<SubcategoryCreated>(&event))
    show(*created, out.mutable_subcategory_created()->mutable_subcategory());
  else
    show(std::get<SubcategoryUpdated>(event), out.mutable_subcategory_updated()->mutable_subcategory());
}

bool IsOfSubcategory(absl::string_view type) {
  for (const EventInfo& info : kEventInfosOf<SubcategoryEvent>)
    if (info.name == type) return true;
  return false;
}

absl::Status Show(const events::StoredEvent& stored, events::Viewer, pb::Event& out) {
  if (IsOfSubcategory(stored.type)) {
    MILEPOST_ASSIGN_OR_RETURN(const SubcategoryEvent event, DecodeSubcategoryEvent(stored.payload));
    ShowSubcategory(event, out);
    return absl::OkStatus();
  }
  MILEPOST_ASSIGN_OR_RETURN(const Event event, DecodeEvent(stored.payload));
  std::visit(PayloadWriter(out), event);
  Tell(event, stored.seller, out);
  return absl::OkStatus();
}

}  // namespace

events::FeedSource GigFeed() {
  std::vector<std::string> types = events::TypesOf<Event>(EventType);
  for (std::string& type : events::TypesOf<SubcategoryEvent>(SubcategoryEventType))
    types.push_back(std::move(type));
  // AudienceOf knows no event of a subcategory: those are for operators and services.
  return {.stream = {.table = "gigs", .seller_column = "seller", .buyer_column = "", .audience = AudienceOf},
          .types = std::move(types),
          .show = Show};
}

}  // namespace milepost::gig_catalog
