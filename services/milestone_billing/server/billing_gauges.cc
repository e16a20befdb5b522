#include "services/milestone_billing/server/billing_gauges.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/core/clock.h"
#include "common/core/id.h"
#include "common/core/status_macros.h"
#include "services/milestone_billing/store/backlogs.h"
#include "services/milestone_billing/store/invariants.h"

namespace milepost::billing {
namespace {

using obs::Metric;
using obs::MetricKind;
using service::kCountMax;

constexpr Metric kHeld{
    "milepost_escrow_held_minor_units", MetricKind::kGauge,
    "Escrow according to the ledger's entries, by currency, in the last walk over all orders."};
constexpr Metric kExpected{
    "milepost_escrow_expected_minor_units", MetricKind::kGauge,
    "Expected escrow of the same orders, by currency: funded minus released minus refunded (W8)."};
constexpr Metric kUnexplained{
    "milepost_escrow_unexplained_orders", MetricKind::kGauge,
    "Orders whose escrow differs from funded minus released minus refunded (W8); must be 0."};
constexpr Metric kNegative{"milepost_escrow_negative_charges", MetricKind::kGauge,
                           "Charges from whose escrow more was taken than was put in (W8); must be 0."};
constexpr Metric kSum{"milepost_ledger_sum_minor_units", MetricKind::kGauge,
                      "Debits minus credits of all entries of orders, by currency (W8); must be 0."};
constexpr Metric kUnbalanced{"milepost_ledger_unbalanced_moves", MetricKind::kGauge,
                             "Moves of money whose lines do not sum to zero (W8); must be 0."};
constexpr Metric kUnfunded{"milepost_active_milestones_unfunded", MetricKind::kGauge,
                           "ACTIVE milestones without a succeeded charge (W8); must be 0."};
constexpr Metric kStranded{
    "milepost_charges_stranded", MetricKind::kGauge,
    "Charges whose refunds all failed, so that the money stays in suspense (M5, M6, M9); must be 0."};
constexpr Metric kCharges{"milepost_charges", MetricKind::kGauge,
                          "Payment attempts by state, in the last walk over all orders."};
constexpr Metric kWalkAge{"milepost_invariants_age_seconds", MetricKind::kGauge,
                          "Time since the last walk over all orders ended; +Inf before the first has ended."};
constexpr Metric kOpen{
    "milepost_charges_open", MetricKind::kGauge,
    "OPEN payment attempts by age: up to 10s, 1m, 10m, 1h, and over. At most 10000 are counted."};
constexpr Metric kUnknown{"milepost_charges_unknown", MetricKind::kGauge,
                          "OPEN payment attempts whose outcome the provider did not tell."};
constexpr Metric kOwed{"milepost_relay_backlog", MetricKind::kGauge,
                       "Outcomes that OfferService is owed; at most 10000 are counted."};
constexpr Metric kOwedSince{"milepost_relay_lag_seconds", MetricKind::kGauge,
                            "How long the oldest outcome has been owed to OfferService; 0 if none is."};

constexpr Metric kRefunds{"milepost_refunds_pending", MetricKind::kGauge,
                          "Refunds without an outcome from the provider; at most 10000 are counted."};
constexpr Metric kRefundsSince{"milepost_refunds_pending_seconds", MetricKind::kGauge,
                               "How long the oldest refund has been pending; 0 if none is."};

constexpr Metric kOperatorTasks{
    "milepost_orders_operator_needed", MetricKind::kGauge,
    "Orders that wait for an operator (A27, disputes); at most 10000 are counted."};
constexpr Metric kOperatorTasksSince{"milepost_orders_operator_needed_seconds", MetricKind::kGauge,
                                     "How long the oldest order has waited for an operator; 0 if none does."};
constexpr Metric kDisputes{"milepost_orders_disputed", MetricKind::kGauge,
                           "Orders in dispute; at most 10000 are counted."};

void ShowByCurrency(const Metric& metric, const std::map<std::string, int64_t>& amounts,
                    obs::Exposition& exposition) {
  exposition.Declare(metric);
  for (const auto& [currency, minor] : amounts)
    exposition.Add(metric, static_cast<double>(minor), {{"currency", currency}});
}

void Show(const InvariantWalk& walk, obs::Exposition& exposition) {
  const InvariantSums sums = walk.Shown();
  ShowByCurrency(kHeld, sums.escrow_held, exposition);
  ShowByCurrency(kExpected, sums.escrow_expected, exposition);
  ShowByCurrency(kSum, sums.entries_sum, exposition);
  exposition.Add(kUnbalanced, static_cast<double>(sums.unbalanced_moves));
  exposition.Add(kUnexplained, static_cast<double>(sums.unexplained_orders));
  exposition.Add(kNegative, static_cast<double>(sums.negative_escrows));
  exposition.Add(kUnfunded, static_cast<double>(sums.unfunded_active_milestones));
  exposition.Add(kStranded, static_cast<double>(sums.stranded_charges));
  exposition.Declare(kCharges);
  for (const auto& [state, count] : sums.charges)
    exposition.Add(kCharges, static_cast<double>(count), {{"state", state}});
  exposition.Add(kWalkAge, absl::ToDoubleSeconds(WallNow() - walk.walked_at()));
}

struct AgeClass {
  const char* label;
  absl::Duration greatest;
};
const std::array<AgeClass, 5>& AgeClasses() {
  static const std::array<AgeClass, 5> classes = {{{"10s", absl::Seconds(10)},
                                                   {"1m", absl::Minutes(1)},
                                                   {"10m", absl::Minutes(10)},
                                                   {"1h", absl::Hours(1)},
                                                   {"over", absl::InfiniteDuration()}}};
  return classes;
}

absl::Status AskOpenCharges(db::Connection& connection, absl::Time now, obs::Exposition& exposition) {
  MILEPOST_ASSIGN_OR_RETURN(const std::vector<OpenAttempt> open, ListOpenAttempts(connection, kCountMax));
  std::array<int64_t, 5> by_age{};
  int64_t unknown = 0;
  for (const OpenAttempt& attempt : open) {
    const auto its_class = std::find_if(AgeClasses().begin(), AgeClasses().end(), [&](const AgeClass& each) {
      return now - attempt.created <= each.greatest;
    });
    ++by_age[its_class - AgeClasses().begin()];
    unknown += attempt.unknown;
  }
  for (size_t i = 0; i < by_age.size(); ++i)
    exposition.Add(kOpen, static_cast<double>(by_age[i]), {{"age", AgeClasses()[i].label}});
  exposition.Add(kUnknown, static_cast<double>(unknown));
  return absl::OkStatus();
}

void Show(const Metric& count, const Metric& lag, const Backlog& backlog, absl::Time now,
          obs::Exposition& exposition) {
  const double waited = backlog.oldest ? absl::ToDoubleSeconds(now - *backlog.oldest) : 0;
  exposition.Add(count, static_cast<double>(backlog.count));
  exposition.Add(lag, std::max(0.0, waited));
}

absl::Status AskBacklogs(db::Connection& connection, absl::Time now, obs::Exposition& exposition) {
  MILEPOST_ASSIGN_OR_RETURN(const Backlog owed, ReadOwedOutcomes(connection, kCountMax));
  MILEPOST_ASSIGN_OR_RETURN(const Backlog refunds, ReadPendingRefunds(connection, kCountMax));
  Show(kOwed, kOwedSince, owed, now, exposition);
  Show(kRefunds, kRefundsSince, refunds, now, exposition);
  MILEPOST_ASSIGN_OR_RETURN(const Backlog waiting, ReadOperatorTasks(connection, kCountMax));
  MILEPOST_ASSIGN_OR_RETURN(const Backlog disputes, ReadDisputes(connection, kCountMax));
  Show(kOperatorTasks, kOperatorTasksSince, waiting, now, exposition);
  exposition.Add(kDisputes, static_cast<double>(disputes.count));
  return absl::OkStatus();
}

// 0 to 1, by chance: of the end of an id, which is drawn.
double SomeShare() {
  const Uuid drawn = NewUuid(WallNow());
  return (drawn.bytes()[14] * 256 + drawn.bytes()[15]) / 65536.0;
}

}  // namespace

std::vector<service::Gauges::Question> BillingQuestions(int64_t page) {
  const auto walk = std::make_shared<InvariantWalk>(page, SomeShare());
  return {AskOpenCharges, AskBacklogs,
          [walk](db::Connection& connection, absl::Time, obs::Exposition& exposition) {
            const absl::Status walked = walk->Step(connection);
            Show(*walk, exposition);
            return walked;
          }};
}

}  // namespace milepost::billing
