// Decides which parts of an order each reader is shown. Every view uses it: the order, its charges and refunds, the
// ledger, the audit and the event feed. So no view shows what another hides.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/core/actor.h"
#include "common/core/refusal.h"
#include "common/events/feed_source.h"
#include "services/milestone_billing/domain/events.h"
#include "services/milestone_billing/domain/order.h"
#include "services/milestone_billing/workers/order_access.h"

namespace milepost::billing {

// The actor's relation to an order of these two users; nothing for a stranger, for whom the order does not exist.
std::optional<events::Viewer> ViewerOf(const Actor& actor, absl::string_view buyer, absl::string_view seller);

// The visibility of an order for one viewer. A value.
class Visibility {
 public:
  explicit Visibility(events::Viewer viewer) : viewer_(viewer) {}
  // A user who is not a party gets the seller's visibility, which is the smallest.
  static Visibility Of(const Order& order, const Actor& actor);

  bool is_party() const { return is_buyer() || is_seller(); }
  // The buyer's payment method. It is hidden from the seller.
  bool payment_means() const { return !is_seller(); }
  // Money that was taken under an ended attempt, and its refund (M9). It is hidden from the seller, because the order
  // never had it.
  bool late_money() const { return !is_seller(); }
  // An operator's evidence, the provider's reasons, and when the provider is asked again: for operators only.
  bool operator_notes() const { return viewer_ == events::Viewer::kOperator; }
  // The values that an audit expected and found in a row. They are hidden from the parties.
  bool stored_values() const { return !is_party(); }

  // Why a payment was declined; nothing for the seller. A suspicion of fraud is shown to operators only: everybody else is
  // shown REFUSED_BY_ISSUER.
  std::optional<DeclineReason> DeclineReasonOf(const std::optional<DeclineReason>& reason) const;
  // The provider's reference of a capture. That of a late one is late money.
  absl::string_view CaptureOf(const Charge& charge) const;

  // Events of this type, as the feed shows them.
  bool EventsOf(absl::string_view type) const;
  // The entries that events of this type posted. The buyer is also shown those of a refund that failed, although not its
  // event: without them the entries of suspense and refund:transit would not add up.
  bool EntriesOf(absl::string_view type) const;
  // All types of event whose entries are shown; nothing where all entries are, also those of types of a later release.
  std::optional<std::vector<std::string>> EntryTypes() const;

  // Rows of an order in this table, or in this column of it, as an audit names them. An empty column: the row as a whole.
  bool Stored(absl::string_view table, absl::string_view column) const;

 private:
  bool is_buyer() const { return viewer_ == events::Viewer::kBuyer; }
  bool is_seller() const { return viewer_ == events::Viewer::kSeller; }

  events::Viewer viewer_;
};

// The reason as it is shown to all but operators: a suspicion of fraud becomes REFUSED_BY_ISSUER.
DeclineReason ForTheParties(DeclineReason reason);

// The order that a read found, if the actor may see it; else the refusal for a missing order.
absl::StatusOr<OrderSnapshot> Visible(absl::StatusOr<std::optional<OrderSnapshot>> found, const Actor& actor,
                                      Reason otherwise = Reason::kOrderNotFound);

}  // namespace milepost::billing
