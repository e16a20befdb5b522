// What of an order each reader is shown, in the one place that decides it.
#include "services/milestone_billing/rpc/visibility.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <variant>

#include "services/milestone_billing/domain/events.h"

namespace milepost::billing {
namespace {

using events::Viewer;
using ::testing::Contains;
using ::testing::Not;

constexpr Viewer kAllViewers[] = {Viewer::kOperator, Viewer::kService, Viewer::kSeller, Viewer::kBuyer};

TEST(Visibility, KnowsAPartyAnOperatorAServiceAndAStranger) {
  const auto viewer = [](const char* actor) {
    return ViewerOf(*Actor::Parse(actor), "users/bea", "users/sam");
  };
  EXPECT_EQ(viewer("users/bea"), Viewer::kBuyer);
  EXPECT_EQ(viewer("users/sam"), Viewer::kSeller);
  EXPECT_EQ(viewer("operators/bea"), Viewer::kOperator);
  EXPECT_EQ(viewer("services/sam"), Viewer::kService);
  EXPECT_EQ(viewer("users/eve"), std::nullopt);
  EXPECT_EQ(ViewerOf(*Actor::Parse("users/eve"), "", ""), std::nullopt);
}

TEST(Visibility, WhyAPaymentWasDeclinedIsNotForTheSellerAndFraudForOperatorsOnly) {
  using R = std::optional<DeclineReason>;
  const std::map<Viewer, std::pair<R, R>> expected = {
      {Viewer::kOperator, {DeclineReason::kSuspectedFraud, DeclineReason::kCardExpired}},
      {Viewer::kService, {DeclineReason::kRefusedByIssuer, DeclineReason::kCardExpired}},
      {Viewer::kBuyer, {DeclineReason::kRefusedByIssuer, DeclineReason::kCardExpired}},
      {Viewer::kSeller, {std::nullopt, std::nullopt}}};
  for (const auto& [viewer, reasons] : expected) {
    const Visibility visible(viewer);
    EXPECT_EQ(visible.DeclineReasonOf(DeclineReason::kSuspectedFraud), reasons.first);
    EXPECT_EQ(visible.DeclineReasonOf(DeclineReason::kCardExpired), reasons.second);
    EXPECT_EQ(visible.DeclineReasonOf(std::nullopt), std::nullopt);
  }
}

// Which types' entries the seller and the buyer are shown, typed by hand: every event that moves money has a decision.
const std::map<std::string, std::pair<bool, bool>>& EntriesShown() {
  static const auto& shown = *new std::map<std::string, std::pair<bool, bool>>{
      {"milestone.funded", {true, true}},        {"milestone.accepted", {true, true}},
      {"milestone.auto_accepted", {true, true}}, {"charge.succeeded_late", {false, true}},
      {"refund.started", {false, true}},         {"charge.late_refunded", {false, true}},
      {"refund.failed", {false, true}},          {"milestone.cancelled", {true, true}},
      {"refund.succeeded", {false, true}}};
  return shown;
}

// Whether events of the type can move money; one whose move has no postings does not (MoveOf).
template <class E>
constexpr bool kMovesMoney = requires(const E& event) {
  event.move;
}
|| requires(const E& event) {
  event.release.move;
}
|| requires(const E& event) {
  event.split.move;
};

template <size_t kAlternative = 0>
void CheckEntries(size_t& moving) {
  const OrderEvent event{std::in_place_index<kAlternative>};
  const std::string type(NameOf(KindOf(event)));
  if (kMovesMoney<std::variant_alternative_t<kAlternative, OrderEvent>>) {
    ++moving;
    ASSERT_TRUE(EntriesShown().contains(type)) << "who is shown the entries of " << type << "?";
    const auto [seller, buyer] = EntriesShown().at(type);
    for (const Viewer viewer : kAllViewers) {
      const bool expected = viewer == Viewer::kSeller ? seller : viewer == Viewer::kBuyer ? buyer : true;
      const Visibility visible(viewer);
      EXPECT_EQ(visible.EntriesOf(type), expected) << type;
      if (!visible.EntryTypes()) continue;
      if (expected)
        EXPECT_THAT(*visible.EntryTypes(), Contains(type));
      else
        EXPECT_THAT(*visible.EntryTypes(), Not(Contains(type)));
    }
  }
  if constexpr (kAlternative + 1 < std::variant_size_v<OrderEvent>) CheckEntries<kAlternative + 1>(moving);
}

TEST(Visibility, M9_TheEntriesOfEveryKindOfEventThatMovesMoneyAreDecided) {
  size_t moving = 0;
  CheckEntries(moving);
  EXPECT_EQ(moving, EntriesShown().size());
  EXPECT_EQ(Visibility(Viewer::kOperator).EntryTypes(), std::nullopt) << "those of a later release, too";
  EXPECT_EQ(Visibility(Viewer::kService).EntryTypes(), std::nullopt);
}

TEST(Visibility, TheReferenceOfALateCaptureIsNotForTheSeller) {
  Charge charge;
  charge.provider_reference = "cap-1";
  EXPECT_EQ(Visibility(Viewer::kSeller).CaptureOf(charge), "cap-1");
  charge.late_success_at = absl::UnixEpoch();
  for (const Viewer viewer : kAllViewers)
    EXPECT_EQ(Visibility(viewer).CaptureOf(charge), viewer == Viewer::kSeller ? "" : "cap-1");
}

}  // namespace
}  // namespace milepost::billing
