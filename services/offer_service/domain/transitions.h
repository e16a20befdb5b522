// The state machine of an offer as a table, which Decide runs and the documentation prints (W11, DOMAIN.md §4).
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/offer_service/domain/offer.h"

namespace milepost::offers {

enum class Trigger {
  kUpdate,
  kDelete,
  kSend,
  kWithdraw,
  kDecline,
  kAccept,
  kPlacement,
  kOrderOutcome,
  kExpiry
};

// The party that may use a trigger. kOurselves: workers and the clock, never a caller.
enum class Party { kSeller, kBuyer, kBilling, kOurselves };

struct Transition {
  OfferState from;
  Trigger trigger;
  Party by;
  std::array<OfferState, 3> to;  // the first `to_count` of them
  size_t to_count;
  absl::string_view events;  // what it may emit, comma-separated

  absl::Span<const OfferState> targets() const { return absl::MakeConstSpan(to.data(), to_count); }
};

// Every cell that exists; all other (state, trigger) pairs are refused. Creation has no state to come from
// and is not listed.
absl::Span<const Transition> Transitions();

const Transition* FindTransition(OfferState from, Trigger trigger);

// The one party that a trigger is for, whatever the state.
Party PartyFor(Trigger trigger);

}  // namespace milepost::offers
