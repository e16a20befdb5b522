#include "services/milestone_billing/rpc/visibility.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace milepost::billing {
namespace {

using events::Viewer;

constexpr absl::string_view kMeansColumns[] = {"payment_method", "decline_reason"};
// Beside `charges` and, for the buyer, `refunds`. What is not named is hidden.
constexpr absl::string_view kPartiesTables[] = {"orders", "events", "entries", "deadlines", "balance"};
constexpr absl::string_view kLateMoneyColumns[] = {"late_success_us"};

template <class Names>
bool Contains(const Names& names, absl::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

}  // namespace

std::optional<Viewer> ViewerOf(const Actor& actor, absl::string_view buyer, absl::string_view seller) {
  if (actor.kind == ActorKind::kOperator) return Viewer::kOperator;
  if (!actor.is_user()) return Viewer::kService;
  if (actor.name == buyer) return Viewer::kBuyer;
  if (actor.name == seller) return Viewer::kSeller;
  return std::nullopt;
}

Visibility Visibility::Of(const Order& order, const Actor& actor) {
  return Visibility(ViewerOf(actor, order.buyer, order.seller).value_or(Viewer::kSeller));
}

std::optional<DeclineReason> Visibility::DeclineReasonOf(const std::optional<DeclineReason>& reason) const {
  if (!reason || !payment_means()) return std::nullopt;
  return viewer_ == Viewer::kOperator ? *reason : ForTheParties(*reason);
}

absl::string_view Visibility::CaptureOf(const Charge& charge) const {
  if (charge.late_success_at && !late_money()) return "";
  return charge.provider_reference;
}

bool Visibility::EventsOf(absl::string_view type) const {
  if (!is_party()) return true;
  const Audience audience = AudienceOf(type);
  return audience == Audience::kParties || audience == (is_buyer() ? Audience::kBuyer : Audience::kSeller);
}

bool Visibility::EntriesOf(absl::string_view type) const {
  return EventsOf(type) || (is_buyer() && type == RefundFailed::kInfo.name);
}

std::optional<std::vector<std::string>> Visibility::EntryTypes() const {
  if (!is_party()) return std::nullopt;
  std::vector<std::string> shown;
  for (std::string& type :
       events::TypesOf<OrderEvent>([](const OrderEvent& event) { return NameOf(KindOf(event)); }))
    if (EntriesOf(type)) shown.push_back(std::move(type));
  return shown;
}

bool Visibility::Stored(absl::string_view table, absl::string_view column) const {
  if (!is_party()) return table != "charge_questions" || operator_notes();
  if (table == "refunds") return late_money();
  if (table != "charges") return Contains(kPartiesTables, table);
  return (payment_means() || !Contains(kMeansColumns, column)) &&
         (late_money() || !Contains(kLateMoneyColumns, column));
}

DeclineReason ForTheParties(DeclineReason reason) {
  return reason == DeclineReason::kSuspectedFraud ? DeclineReason::kRefusedByIssuer : reason;
}

absl::StatusOr<OrderSnapshot> Visible(absl::StatusOr<std::optional<OrderSnapshot>> found, const Actor& actor,
                                      Reason otherwise) {
  if (!found.ok()) return found.status();
  if (!*found || !ViewerOf(actor, (*found)->state.buyer, (*found)->state.seller)) return Refuse(otherwise);
  return **std::move(found);
}

}  // namespace milepost::billing
