#include "services/milestone_billing/workers/charge_outcomes.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace milepost::billing {
namespace {

constexpr obs::Metric kOutcomes{
    "milepost_charge_outcomes_total", obs::MetricKind::kCounter,
    "Outcomes of payment attempts: SUCCEEDED, DECLINED (by reason), VOIDED, LATE (money after the end); "
    "while an attempt stays OPEN: PENDING, UNKNOWN (no answer)."};

// Attempts that were declined stand by their reason.
enum class Outcome { kSucceeded, kVoided, kLate, kPending, kUnknown };
constexpr std::array<const char*, 5> kOutcomeNames = {"SUCCEEDED", "VOIDED", "LATE", "PENDING", "UNKNOWN"};
constexpr std::array kDeclineReasons = {DeclineReason::kRefusedByIssuer,
                                        DeclineReason::kInsufficientFunds,
                                        DeclineReason::kCardExpired,
                                        DeclineReason::kUnknownPaymentMethod,
                                        DeclineReason::kAuthenticationRequired,
                                        DeclineReason::kSuspectedFraud};

struct Counts {
  std::array<std::atomic<uint64_t>, kOutcomeNames.size()> outcomes{};
  std::array<std::atomic<uint64_t>, kDeclineReasons.size()> declined{};
};
Counts counts;

void Count(Outcome outcome) {
  counts.outcomes[static_cast<size_t>(outcome)].fetch_add(1, std::memory_order_relaxed);
}

void CountEnd(const std::optional<DeclineReason>& declined) {
  if (!declined) return Count(Outcome::kVoided);
  counts.declined[static_cast<size_t>(*declined)].fetch_add(1, std::memory_order_relaxed);
}

struct Counter {
  void operator()(const MilestoneFunded&) const { Count(Outcome::kSucceeded); }
  void operator()(const MilestonePaymentFailed& failed) const { CountEnd(failed.decline_reason); }
  void operator()(const OrderPlacementFailed& failed) const {
    if (failed.charge) CountEnd(failed.decline_reason);
  }
  void operator()(const ChargeSucceededLate&) const { Count(Outcome::kLate); }
  void operator()(const ChargeUndecided& undecided) const {
    Count(undecided.unknown ? Outcome::kUnknown : Outcome::kPending);
  }
  template <class Other>
  void operator()(const Other&) const {}
};

}  // namespace

void CountChargeOutcomes(const OrderAnswer& committed) {
  for (const StampedEvent<OrderDomain>& stamped : committed.events) std::visit(Counter(), stamped.event);
}

void ReadChargeOutcomes(obs::Exposition& exposition) {
  const auto add = [&](const std::atomic<uint64_t>& count, const obs::Labels& labels) {
    exposition.Add(kOutcomes, static_cast<double>(count.load(std::memory_order_relaxed)), labels);
  };
  for (size_t i = 0; i < kOutcomeNames.size(); ++i) add(counts.outcomes[i], {{"outcome", kOutcomeNames[i]}});
  for (const DeclineReason reason : kDeclineReasons)
    add(counts.declined[static_cast<size_t>(reason)],
        {{"outcome", "DECLINED"}, {"reason", std::string(NameOf(reason))}});
}

}  // namespace milepost::billing
