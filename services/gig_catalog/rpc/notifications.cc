#include "services/gig_catalog/rpc/notifications.h"

#include <variant>

#include "common/events/notification.h"

namespace milepost::gig_catalog {
namespace {

using events::NotificationText;

// clang-format off
constexpr NotificationText kSuspendedToSeller = {
    "Your gig can no longer be ordered with milestones: after a change of the gig or its subcategory, its milestone plan "
    "breaks a rule.",
    "Ihr Service kann nicht mehr mit Meilensteinen bestellt werden: Seit einer Änderung des Services oder seiner "
    "Unterkategorie verletzt sein Meilenstein-Workflow eine Regel."};
constexpr NotificationText kRestoredToSeller = {
    "Your gig can be ordered with milestones again.",
    "Ihr Service kann wieder mit Meilensteinen bestellt werden."};
// clang-format on

// A decision for each kind of event: a new one does not compile without.
class Teller {
 public:
  Teller(absl::string_view seller, events::v1::Event& out) : seller_(seller), out_(out) {}

  // The seller's own steps.
  void operator()(const GigCreated&) const {}
  void operator()(const GigUpdated&) const {}
  void operator()(const GigPublished&) const {}
  void operator()(const GigPaused&) const {}
  void operator()(const GigDeleted&) const {}
  void operator()(const MilestonePlanCreated&) const {}
  void operator()(const MilestonePlanUpdated&) const {}
  void operator()(const MilestonePlanPublished&) const {}
  void operator()(const MilestonePlanDisabled&) const {}
  // What follows from them (A2), which the seller need not have meant.
  void operator()(const MilestonePlanSuspended&) const {
    events::Notify(seller_, kSuspendedToSeller, {}, out_);
  }
  void operator()(const MilestonePlanRestored&) const {
    events::Notify(seller_, kRestoredToSeller, {}, out_);
  }

 private:
  const absl::string_view seller_;
  events::v1::Event& out_;
};

}  // namespace

void Tell(const Event& event, absl::string_view seller, events::v1::Event& out) {
  std::visit(Teller(seller, out), event);
}

}  // namespace milepost::gig_catalog
