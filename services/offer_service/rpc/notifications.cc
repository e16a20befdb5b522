#include "services/offer_service/rpc/notifications.h"

#include <variant>

#include "common/events/notification.h"

namespace milepost::offers {
namespace {

using events::NotificationText;

// clang-format off
constexpr NotificationText kSentToBuyer = {
    "You have received an offer. You can accept it until {until}.",
    "Sie haben ein Angebot erhalten. Sie können es bis {until} annehmen."};
constexpr NotificationText kWithdrawnToBuyer = {
    "An offer to you was withdrawn.",
    "Ein Angebot an Sie wurde zurückgezogen."};
constexpr NotificationText kDeclinedToSeller = {
    "The buyer has declined your offer.",
    "Der Käufer hat Ihr Angebot abgelehnt."};
constexpr NotificationText kExpiredToSeller = {
    "Your offer has expired without being accepted.",
    "Ihr Angebot ist abgelaufen, ohne dass es angenommen wurde."};
constexpr NotificationText kExpiredToBuyer = {
    "An offer to you has expired.",
    "Ein Angebot an Sie ist abgelaufen."};
constexpr NotificationText kAcceptedToSeller = {
    "The buyer has accepted your offer, and the order is placed.",
    "Der Käufer hat Ihr Angebot angenommen, und der Auftrag ist erteilt."};
constexpr NotificationText kAcceptFailedToBuyer = {
    "The offer could not be accepted, and nothing was charged.",
    "Das Angebot konnte nicht angenommen werden, und es wurde nichts berechnet."};
// clang-format on

// A decision for each kind of event: a new one does not compile without.
class Teller {
 public:
  explicit Teller(const events::Parties& parties) : parties_(parties) {}

  void operator()(const OfferCreated&) const {}  // the seller's own draft
  void operator()(const OfferUpdated&) const {}
  void operator()(const OfferDeleted&) const {}
  void operator()(const OfferSent& event) const {
    parties_.ToBuyer(kSentToBuyer, {.until = event.expire_time});
  }
  void operator()(const OfferWithdrawn&) const { parties_.ToBuyer(kWithdrawnToBuyer); }
  void operator()(const OfferDeclined&) const { parties_.ToSeller(kDeclinedToSeller); }
  void operator()(const OfferExpired&) const {
    parties_.ToSeller(kExpiredToSeller);
    parties_.ToBuyer(kExpiredToBuyer);
  }
  void operator()(const OfferAcceptStarted&) const {}  // the buyer's own step; what comes of it is told
  void operator()(const OfferAccepted&) const { parties_.ToSeller(kAcceptedToSeller); }
  void operator()(const OfferAcceptFailed& event) const {
    if (!event.charge)
      parties_.ToBuyer(kAcceptFailedToBuyer);  // a payment that failed is told with order.placement_failed
  }
  void operator()(const OfferOrderEnded&) const {}  // MilestoneBilling's event of the end tells the parties

 private:
  const events::Parties parties_;
};

}  // namespace

void Tell(const OfferEvent& event, absl::string_view buyer, absl::string_view seller,
          events::v1::Event& out) {
  std::visit(Teller(events::Parties(buyer, seller, out)), event);
}

}  // namespace milepost::offers
