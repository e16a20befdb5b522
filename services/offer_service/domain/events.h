// The events of an offer. They carry results; folding them (OfferDomain::Apply) rebuilds the offer.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/audience.h"
#include "common/core/id.h"
#include "services/offer_service/domain/offer.h"
#include "services/offer_service/domain/terms.h"

namespace milepost::offers {

struct OfferCreated {
  static constexpr EventInfo kInfo{"offer.created", Audience::kSeller};
  OfferId id;
  std::string seller;
  std::string buyer;
  GigId gig;
  std::string conversation;
  std::string message;
  Terms terms;
  std::optional<absl::Time> expire_time;
  friend bool operator==(const OfferCreated&, const OfferCreated&) = default;
};

// The whole editable part, as it is from now on.
struct OfferUpdated {
  static constexpr EventInfo kInfo{"offer.updated", Audience::kSeller};
  std::string buyer;
  GigId gig;
  std::string conversation;
  std::string message;
  Terms terms;
  std::optional<absl::Time> expire_time;
  friend bool operator==(const OfferUpdated&, const OfferUpdated&) = default;
};

struct OfferSent {
  static constexpr EventInfo kInfo{"offer.sent", Audience::kParties};
  absl::Time expire_time;
  friend bool operator==(const OfferSent&, const OfferSent&) = default;
};

struct OfferWithdrawn {
  static constexpr EventInfo kInfo{"offer.withdrawn", Audience::kParties};
  friend bool operator==(const OfferWithdrawn&, const OfferWithdrawn&) = default;
};

struct OfferDeclined {
  static constexpr EventInfo kInfo{"offer.declined", Audience::kParties};
  std::string message;
  friend bool operator==(const OfferDeclined&, const OfferDeclined&) = default;
};

struct OfferExpired {
  static constexpr EventInfo kInfo{"offer.expired", Audience::kParties};
  friend bool operator==(const OfferExpired&, const OfferExpired&) = default;
};

struct OfferAcceptStarted {
  static constexpr EventInfo kInfo{"offer.accept_started", Audience::kParties};
  AcceptAttempt attempt;
  friend bool operator==(const OfferAcceptStarted&, const OfferAcceptStarted&) = default;
};

struct OfferAccepted {
  static constexpr EventInfo kInfo{"offer.accepted", Audience::kParties};
  OrderId order;
  std::optional<ChargeId> charge;  // unset where the order's end was reported before its placing was
  friend bool operator==(const OfferAccepted&, const OfferAccepted&) = default;
};

// The offer is open again; if its expiry has passed meanwhile, an OfferExpired follows at the same instant.
struct OfferAcceptFailed {
  static constexpr EventInfo kInfo{"offer.accept_failed", Audience::kParties};
  uint32_t attempt = 0;
  PaymentState payment = PaymentState::kDeclined;
  std::string reason;
  std::optional<ChargeId> charge;
  friend bool operator==(const OfferAcceptFailed&, const OfferAcceptFailed&) = default;
};

struct OfferOrderEnded {
  static constexpr EventInfo kInfo{"offer.order_completed", Audience::kParties};
  static constexpr absl::string_view kCancelled = "offer.order_cancelled";  // its type where the order was
  OrderOutcome outcome = OrderOutcome::kCompleted;
  std::string reason;               // why it was completed; empty where it was not
  std::string cancellation_reason;  // why it was cancelled; empty where it was not
  friend bool operator==(const OfferOrderEnded&, const OfferOrderEnded&) = default;
};

// Nobody sees the offer from now on.
struct OfferDeleted {
  static constexpr EventInfo kInfo{"offer.deleted", Audience::kSeller};
  friend bool operator==(const OfferDeleted&, const OfferDeleted&) = default;
};

using OfferEvent =
    std::variant<OfferCreated, OfferUpdated, OfferSent, OfferWithdrawn, OfferDeclined, OfferExpired,
                 OfferAcceptStarted, OfferAccepted, OfferAcceptFailed, OfferOrderEnded, OfferDeleted>;

// "offer.created" …: the type under which it is stored and streamed. Never changes once released.
absl::string_view NameOf(const OfferEvent& event);

// The audience of events of that type; kNobody for an unknown type.
Audience AudienceOf(absl::string_view type);

}  // namespace milepost::offers
