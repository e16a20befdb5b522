// The aggregate of this service: one custom offer of a seller to a buyer (S19), from draft to the order it becomes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/actor.h"
#include "common/core/enum_list.h"
#include "common/core/id.h"
#include "services/offer_service/domain/terms.h"

namespace milepost::offers {

enum class OfferState { kDraft, kSent, kAccepting, kAccepted, kDeclined, kWithdrawn, kExpired, kDeleted };

// Each enum's one list (common/core/enum_list.h): the names are the contract's, the numbers are those of the contract and of
// storage.
constexpr EnumEntry EntryOf(OfferState state) {
  switch (state) {
    case OfferState::kDraft:
      return {"DRAFT", 1};
    case OfferState::kSent:
      return {"SENT", 2};
    case OfferState::kAccepting:
      return {"ACCEPTING", 3};
    case OfferState::kAccepted:
      return {"ACCEPTED", 4};
    case OfferState::kDeclined:
      return {"DECLINED", 5};
    case OfferState::kWithdrawn:
      return {"WITHDRAWN", 6};
    case OfferState::kExpired:
      return {"EXPIRED", 7};
    case OfferState::kDeleted:
      return {"DELETED", 8};
  }
  return {};
}

// How long the buyer's consent is valid: after this time MilestoneBilling starts no charge on it.
inline absl::Duration AcceptWindow() {
  return absl::Minutes(15);
}
// MilestoneBilling started no charge, because by its clock that time was over …
inline constexpr char kAcceptWindowPassed[] = "ACCEPT_WINDOW_PASSED";
// … and by ours it was not, by far: the two services' clocks are apart.
inline constexpr char kClocksApart[] = "CLOCKS_APART";
inline absl::Duration ClockTolerance() {
  return absl::Minutes(1);
}
// How long an offer without an expiry of its own stays open after it is sent.
inline absl::Duration DefaultExpiry() {
  return absl::Hours(14 * 24);
}

// The one running attempt to turn the offer into an order: everything that a later call of PlaceOrder needs.
struct AcceptAttempt {
  uint32_t number = 0;  // 1, 2, 3 … within the offer
  std::string payment_method;
  std::string title;  // of the gig: what is ordered
  Actor actor;        // the buyer
  Uuid request;       // of the AcceptOffer call
  absl::Time started_at;
  absl::Time accept_until;
  friend bool operator==(const AcceptAttempt&, const AcceptAttempt&) = default;
};

// kVoided: no charge was made or can be: withdrawn before it succeeded, or MilestoneBilling refused to place
// the order.
enum class PaymentState { kOpen, kSucceeded, kDeclined, kVoided };

constexpr EnumEntry EntryOf(PaymentState state) {
  switch (state) {
    case PaymentState::kOpen:
      return {"OPEN", 1};
    case PaymentState::kSucceeded:
      return {"SUCCEEDED", 2};
    case PaymentState::kDeclined:
      return {"DECLINED", 3};
    case PaymentState::kVoided:
      return {"VOIDED", 4};
  }
  return {};
}

// The outcome of the first charge of the last acceptance (A29).
struct LastPayment {
  PaymentState state = PaymentState::kOpen;
  std::string reason;              // UPPER_SNAKE where it was declined or voided, else empty
  std::optional<ChargeId> charge;  // unset where it is not known, or none was started
  absl::Time at;                   // in this state since
  friend bool operator==(const LastPayment&, const LastPayment&) = default;
};

enum class OrderOutcome { kCompleted, kCancelled };

constexpr EnumEntry EntryOf(OrderOutcome outcome) {
  switch (outcome) {
    case OrderOutcome::kCompleted:
      return {"COMPLETED", 1};
    case OrderOutcome::kCancelled:
      return {"CANCELLED", 2};
  }
  return {};
}

enum class OfferDeadlineKind { kExpiry };

constexpr EnumEntry EntryOf(OfferDeadlineKind kind) {
  switch (kind) {
    case OfferDeadlineKind::kExpiry:
      return {"EXPIRY", 1};
  }
  return {};
}

struct OfferDeadline {
  uint32_t number = 0;
  OfferDeadlineKind kind = OfferDeadlineKind::kExpiry;
  absl::Time due;
  friend bool operator==(const OfferDeadline&, const OfferDeadline&) = default;
};

struct Offer {
  OfferId id;
  uint64_t sequence = 0;
  absl::Time updated_at;
  std::vector<OfferDeadline> deadlines;  // the expiry while SENT; none otherwise

  OfferState state = OfferState::kDraft;
  std::string seller;  // users/…
  std::string buyer;   // users/…
  GigId gig;
  std::string conversation;     // opaque, may be empty (A25)
  std::string message;          // a few words to the buyer
  std::string decline_message;  // a few words from the buyer who declined it, may be empty
  Terms terms;
  std::optional<absl::Time> expire_time;  // always set from SENT on
  absl::Time created_at;

  uint32_t accept_attempts = 0;         // started so far
  std::optional<AcceptAttempt> accept;  // while ACCEPTING
  std::optional<LastPayment> last_payment;
  std::optional<OrderOutcome> order_outcome;  // once the order has ended
  std::string order_reason;                   // as MilestoneBilling names it ("ENDED_BY_BUYER"), if COMPLETED
  std::string order_cancellation_reason;      // likewise ("AGREED"), if CANCELLED, also after an acceptance
  uint32_t deadlines_set = 0;                 // the last deadline number given out

  friend bool operator==(const Offer&, const Offer&) = default;
};

// "SENT", as the contract names it.
template <ListedEnum E>
absl::string_view NameOf(E value) {
  return EntryOf(value).name;
}

// The one order that an offer can become: a function of the offer's id, the same in MilestoneBilling.
OrderId OrderOf(OfferId offer);

// The seller, operators and peer services see the offer; its buyer from SENT on; to all others it does not exist. Nobody sees
// one that is DELETED.
bool MaySee(const Offer& offer, const Actor& actor);

// The actor under which OfferService calls its peers, and the peer that reports how orders end.
inline constexpr char kOfferServiceActor[] = "services/offer-service";
inline constexpr absl::string_view kBillingActor = "services/milestone-billing";

}  // namespace milepost::offers
