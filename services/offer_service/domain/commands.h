// The commands on an offer, from callers and workers. Each carries its actor, which the rules check themselves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/core/actor.h"
#include "common/core/id.h"
#include "services/offer_service/domain/gig_facts.h"
#include "services/offer_service/domain/offer.h"
#include "services/offer_service/domain/terms.h"

namespace milepost::offers {

// The facts about the gig that a command needs, or why there are none: GigCatalog did not answer, or the handler saw that the
// command is refused and did not ask. A replay needs none; every other command is then refused for that reason.
using AskedGig = absl::StatusOr<GigFacts>;

// Does nothing itself: the lane fires the due deadlines.
struct Tick {};

struct CreateOffer {
  Actor actor;
  OfferId id;
  std::string buyer;
  std::string conversation;
  std::string message;
  Terms terms;
  std::optional<absl::Time> expire_time;
  GigId for_gig;
  AskedGig gig;  // about `for_gig`
  TermsPolicy policy;
};

// An unset field is not changed. `gig` describes the gig that the offer is for afterwards.
struct UpdateOffer {
  Actor actor;
  std::optional<std::string> buyer;
  std::optional<GigId> to_gig;
  std::optional<std::string> conversation;
  std::optional<std::string> message;
  std::optional<Terms> terms;
  std::optional<std::optional<absl::Time>> expire_time;  // an inner nothing removes the expiry
  AskedGig gig;
  TermsPolicy policy;
};

struct DeleteOffer {
  Actor actor;
};

struct SendOffer {
  Actor actor;
  AskedGig gig;
  TermsPolicy policy;
};

struct WithdrawOffer {
  Actor actor;
};

struct DeclineOffer {
  Actor actor;
  std::string message;  // a few words to the seller, may be empty
};

struct AcceptOffer {
  Actor actor;
  Uuid request;
  std::string payment_method;
  std::string terms_hash;  // of the terms that the buyer saw (A28)
  AskedGig gig;
  TermsPolicy policy;
};

// MilestoneBilling's durable answer about one accept attempt. An open attempt is no answer and is not
// recorded.
struct RecordPlacement {
  uint32_t attempt = 0;
  bool placed = false;
  PaymentState payment = PaymentState::kDeclined;  // where not placed: DECLINED or VOIDED …
  std::string reason;                              // … and why
  std::optional<ChargeId> charge;                  // unset where none was started
};

// MilestoneBilling's report that the offer's order has ended. An order that was cancelled after an acceptance is COMPLETED and
// has both reasons.
struct RecordOrderOutcome {
  Actor actor;
  OrderId order;
  OrderOutcome outcome = OrderOutcome::kCompleted;
  std::string reason;               // why it was completed; empty where it was not
  std::string cancellation_reason;  // why it was cancelled; empty where it was not
};

using OfferCommand = std::variant<Tick, CreateOffer, UpdateOffer, DeleteOffer, SendOffer, WithdrawOffer,
                                  DeclineOffer, AcceptOffer, RecordPlacement, RecordOrderOutcome>;

}  // namespace milepost::offers
