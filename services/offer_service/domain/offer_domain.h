// The offer's rules as a Domain in the sense of common/core/decider.h. Pure and stateless: safe from any
// thread.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/core/decider.h"
#include "services/offer_service/domain/commands.h"
#include "services/offer_service/domain/events.h"
#include "services/offer_service/domain/offer.h"
#include "services/offer_service/domain/transitions.h"

namespace milepost::offers {

struct OfferDomain {
  using Id = OfferId;
  using State = Offer;
  using Event = OfferEvent;
  using Command = OfferCommand;
  using Deadline = OfferDeadline;
  using Tick = offers::Tick;

  // Checks in this order: whether the actor is a party (OFFER_NOT_FOUND), the one this command is for
  // (PERMISSION_DENIED), whether the state allows it (FAILED_PRECONDITION, see RefuseState in decide.cc), the guards.
  static absl::StatusOr<std::vector<OfferEvent>> Decide(const Offer* offer, const OfferCommand& command,
                                                        absl::Time now);
  // Checks in this order: whether the actor is a party (OFFER_NOT_FOUND, also for no offer), the one this trigger is
  // for (PERMISSION_DENIED), whether the state allows it (FAILED_PRECONDITION, with the state).
  static absl::Status CheckMay(const Offer* offer, Trigger trigger, const Actor& actor);
  // SENT → EXPIRED.
  static std::vector<OfferEvent> Fire(const Offer& offer, const OfferDeadline& deadline);
  static void Apply(Offer& offer, const OfferEvent& event, absl::Time at);
  static absl::string_view DeadlineName(OfferDeadlineKind kind);
};

}  // namespace milepost::offers
