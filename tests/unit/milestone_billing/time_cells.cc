// The cells of time alone: what comes of each situation's next deadline, a microsecond before it, and if nobody ever does anything
// (S34, A12 to A16, A19, A20, A27).
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/unit/milestone_billing/cells.h"

namespace milepost::billing {
namespace {

absl::Time NextDue(const Order& order) {
  absl::Time due = kStart + 1000 * kDay;
  for (const Deadline& deadline : order.deadlines)
    if (!deadline.frozen()) due = std::min(due, deadline.due);
  return due;
}

OrderCommand Ticking(const Order&, const Actor&) {
  return Tick{};
}

// Neither over nor waiting for a deadline: for the provider (noted or placing), for an operator, or for a new placement.
constexpr absl::string_view kNothingRuns =
    "placing placement-failed completed/* cancelled/* */grace-over ?/revision/alarmed "
    "?/disputed/*/alarmed";

// The ends by silence of what is delivered, not started or not paid.
std::vector<Cell> Silence() {
  const std::string next = "COMPLETED(NEXT_NOT_STARTED)/ACCEPTED/";
  const std::string grace = "COMPLETED(PAYMENT_GRACE_TIMEOUT)/SKIPPED/";
  return {
      {"1/delivered* !*/asked-*",
       "COMPLETED(REVIEW_TIMEOUT)/ACCEPTED/1: milestone.auto_accepted milestone.skipped*2 order.completed"},
      {"2/delivered",
       "COMPLETED(REVIEW_TIMEOUT)/ACCEPTED/2: milestone.auto_accepted milestone.skipped order.completed"},
      {"3/delivered", "COMPLETED(REVIEW_TIMEOUT)/ACCEPTED/3: milestone.auto_accepted order.completed"},
      {"1/next* !*/asked-*", next + "1: milestone.skipped*2 order.completed"},
      {"2/next", next + "2: milestone.skipped order.completed"},
      {"?/paying* !*/grace-over", "AWAITING_PAYMENT/AWAITING_PAYMENT/# noted:PAYMENT_GRACE: deadline.noted"},
      {"2/declined* !*/asked-*", grace + "2: milestone.skipped*2 order.completed"},
      {"3/declined", grace + "3: milestone.skipped order.completed"},
      {std::string(kNothingRuns), "=:"}};
}

// A dispute that nobody ends: its own deadline runs and calls an operator, all others stand still.
std::vector<Cell> UnresolvedDisputes() {
  const std::string alarm = "needs:UNRESOLVED_DISPUTE: order.operator_needed";
  return {
      {"?/disputed/active/by-buyer ?/disputed/active/by-seller", "DISPUTED/DISPUTED/# [DELIVERY] " + alarm},
      {"?/disputed/active/*/late", "DISPUTED/DISPUTED/# [LATE_CANCELLATION] " + alarm},
      {"?/disputed/active/*/cancellable", "DISPUTED/DISPUTED/# [NON_DELIVERY] " + alarm},
      {"?/disputed/delivered/* !*/asked-*", "DISPUTED/DISPUTED/# [REVIEW] " + alarm},
      {"?/disputed/delivered/*/asked-*-before",
       "DISPUTED/DISPUTED/# [REVIEW] [CANCELLATION_ANSWER] " + alarm},
      {"?/disputed/revision/by-buyer ?/disputed/revision/by-seller",
       "DISPUTED/DISPUTED/# [DELIVERY] " + alarm},
      {"?/disputed/revision/*/overdue", "DISPUTED/DISPUTED/# [NON_DELIVERY] " + alarm},
      {"?/disputed/revision/*/was-alarmed", "DISPUTED/DISPUTED/# " + alarm}};
}

std::vector<Cell> Together(std::vector<Cell> cells, const std::vector<std::vector<Cell>>& more) {
  for (const std::vector<Cell>& some : more) cells.insert(cells.end(), some.begin(), some.end());
  return cells;
}

std::vector<Cell> NextDeadlines() {
  return Together(
      {{"?/active* !*/asked-* !*/late !*/cancellable*",
        "ACTIVE/ACTIVE/# LATE_CANCELLATION: milestone.overdue"},
       {"?/active/late", "ACTIVE/ACTIVE/# NON_DELIVERY: milestone.cancellable"},
       {"1/active/cancellable", Ended(1, "NON_DELIVERY", "")},
       {"2/active/cancellable", Ended(2, "NON_DELIVERY", "")},
       {"3/active/cancellable", Ended(3, "NON_DELIVERY", "")},
       {"?/revision ?/revision/disputes-used", "ACTIVE/REVISION_REQUESTED/# NON_DELIVERY: milestone.overdue"},
       {"?/revision/overdue", "ACTIVE/REVISION_REQUESTED/# needs:OVERDUE_REVISION: order.operator_needed"},
       {"?/*/asked-* !*-before", "=-CANCELLATION_ANSWER: cancellation.lapsed"}},
      {Silence(), UnresolvedDisputes()});
}

// Nobody does anything any more: the order ends, or waits for an operator or for a payment's outcome.
std::vector<Cell> TheEnd() {
  const std::string undelivered = "milestone.overdue milestone.cancellable ", lapsed = "cancellation.lapsed ";
  std::vector<Cell> cells;
  for (const int n : {1, 2, 3}) {
    const auto end = [n](const std::string& first) { return Ended(n, "NON_DELIVERY", first); };
    cells.push_back({absl::StrCat(n, "/active* !*/asked-* !*/late !*/cancellable*"), end(undelivered)});
    cells.push_back({absl::StrCat(n, "/active/asked-*"), end(lapsed + undelivered)});
    cells.push_back({absl::StrCat(n, "/active/late"), end("milestone.cancellable ")});
    cells.push_back({absl::StrCat(n, "/active/cancellable"), end("")});
    cells.push_back({absl::StrCat(n, "/active/cancellable/asked-*"), end(lapsed)});
  }
  const std::string waits = "ACTIVE/REVISION_REQUESTED/# needs:OVERDUE_REVISION: ";
  return Together(
      std::move(cells),
      {{{"?/revision ?/revision/disputes-used", waits + "milestone.overdue order.operator_needed"},
        {"?/revision/asked-*", waits + lapsed + "milestone.overdue order.operator_needed"},
        {"?/revision/overdue", waits + "order.operator_needed"},
        {"1/delivered/asked-*",
         "COMPLETED(REVIEW_TIMEOUT)/ACCEPTED/1: cancellation.lapsed milestone.auto_accepted "
         "milestone.skipped*2 order.completed"},
        {"3/delivered/asked-*",
         "COMPLETED(REVIEW_TIMEOUT)/ACCEPTED/3: cancellation.lapsed milestone.auto_accepted order.completed"},
        {"1/next/asked-*",
         "COMPLETED(NEXT_NOT_STARTED)/ACCEPTED/1: cancellation.lapsed milestone.skipped*2 order.completed"},
        {"2/declined/asked-*",
         "COMPLETED(PAYMENT_GRACE_TIMEOUT)/SKIPPED/2: cancellation.lapsed milestone.skipped*2 "
         "order.completed"},
        {"?/disputed/delivered/*/asked-* !*-before",
         "DISPUTED/DISPUTED/# [REVIEW] needs:UNRESOLVED_DISPUTE: cancellation.lapsed "
         "order.operator_needed"}},
       Silence(),
       UnresolvedDisputes()});
}

}  // namespace

std::vector<Call> PassingOfTime() {
  return {{"the instant passes", "", Party::kSystem, Ticking, {{"*", "=:"}}},
          {"a microsecond before the next deadline",
           "",
           Party::kSystem,
           Ticking,
           {{"*", "=:"}},
           {},
           [](const Order& order) { return NextDue(order) - kMicrosecond; }},
          {"the next deadline", "", Party::kSystem, Ticking, NextDeadlines(), {}, NextDue},
          {"1000 days", "", Party::kSystem, Ticking, TheEnd(), {}, [](const Order&) {
             return kStart + 1000 * kDay;
           }}};
}

}  // namespace milepost::billing
