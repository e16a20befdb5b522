#include "services/offer_service/domain/events.h"

namespace milepost::offers {
namespace {

struct Namer {
  absl::string_view operator()(const OfferCreated&) const { return "offer.created"; }
  absl::string_view operator()(const OfferUpdated&) const { return "offer.updated"; }
  absl::string_view operator()(const OfferSent&) const { return "offer.sent"; }
  absl::string_view operator()(const OfferWithdrawn&) const { return "offer.withdrawn"; }
  absl::string_view operator()(const OfferDeclined&) const { return "offer.declined"; }
  absl::string_view operator()(const OfferExpired&) const { return "offer.expired"; }
  absl::string_view operator()(const OfferAcceptStarted&) const { return "offer.accept_started"; }
  absl::string_view operator()(const OfferAccepted&) const { return "offer.accepted"; }
  absl::string_view operator()(const OfferAcceptFailed&) const { return "offer.accept_failed"; }
  absl::string_view operator()(const OfferOrderEnded& event) const {
    return event.outcome == OrderOutcome::kCompleted ? "offer.order_completed" : "offer.order_cancelled";
  }
};

}  // namespace

absl::string_view NameOf(const OfferEvent& event) {
  return std::visit(Namer(), event);
}

}  // namespace milepost::offers
