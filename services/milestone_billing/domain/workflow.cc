#include "services/milestone_billing/domain/workflow.h"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/core/bug.h"

namespace milepost::billing {
namespace {

template <class Command>
void AppendRulesOf(std::vector<Rule>& rules) {
  if constexpr (requires { Command::AppendRules(rules); }) Command::AppendRules(rules);
}

template <class... Commands>
std::vector<Rule> RulesOfAll(std::variant<Commands...>*) {
  std::vector<Rule> rules;
  (AppendRulesOf<Commands>(rules), ...);
  std::stable_sort(rules.begin(), rules.end(),
                   [](const Rule& a, const Rule& b) { return a.trigger < b.trigger; });
  return rules;
}

struct Table {
  std::vector<Rule> rules = RulesOfAll(static_cast<OrderCommand*>(nullptr));
  std::array<absl::Span<const Rule>, kTriggers.size()> by_trigger;

  Table() {
    for (const Trigger trigger : kTriggers) {
      const auto is_its = [trigger](const Rule& rule) { return rule.trigger == trigger; };
      const auto first = std::find_if(rules.begin(), rules.end(), is_its);
      const auto end = std::find_if_not(first, rules.end(), is_its);
      by_trigger[static_cast<size_t>(trigger)] = {rules.data() + (first - rules.begin()),
                                                  static_cast<size_t>(end - first)};
    }
  }
};

const Table& TheTable() {
  static const Table& table = *new Table();
  return table;
}

bool Matches(const Rule& rule, const Order* order, Facts facts, std::optional<Party> by) {
  if (by && !rule.by.Has(*by)) return false;
  if (order == nullptr ? !rule.from.empty() : !rule.from.Has(order->state)) return false;
  if (order != nullptr && !rule.milestone.Has(order->current().state)) return false;
  return facts.HasAll(rule.when) && !facts.HasAny(rule.unless);
}

bool HasAttemptsLeft(const Order& order) {
  const uint32_t milestone = MilestoneToPay(order);
  int attempts = 0;
  for (const Charge& charge : order.charges) attempts += charge.milestone == milestone;
  return attempts < kMaxPaymentAttempts;
}

bool HasRevisionsLeft(const Order& order) {
  const Revisions& allowed = order.TermsOf(order.current_milestone).revisions;
  return allowed.unlimited || order.current().revisions_used < allowed.count;
}

// A20: the deadline before this one gave the seller the time to deliver late.
bool IsCancellable(const Order& order) {
  return order.current().state == MilestoneState::kActive &&
         FindDeadline(order.deadlines, DeadlineKind::kNonDelivery) != nullptr;
}

bool HasDisputesLeft(const Order& order, Party by) {
  const Milestone& current = order.current();
  return (by == Party::kBuyer ? current.disputes_of_buyer : current.disputes_of_seller) < kMaxDisputes;
}

}  // namespace

const std::vector<Rule>& Workflow() {
  return TheTable().rules;
}

absl::Span<const Rule> RulesOf(Trigger trigger) {
  return TheTable().by_trigger[static_cast<size_t>(trigger)];
}

Facts FactsOf(const Order& order) {
  Facts facts;
  facts.Add(Fact::kLastMilestone, order.is_last(order.current_milestone));
  facts.Add(Fact::kAcceptedMilestone, order.has_accepted());
  facts.Add(Fact::kPaymentOpen, order.open_charge() != nullptr);
  facts.Add(Fact::kAttemptsLeft, HasAttemptsLeft(order));
  facts.Add(Fact::kRevisionsLeft, HasRevisionsLeft(order));
  facts.Add(Fact::kGraceNoted, order.noted_deadline.has_value());
  facts.Add(Fact::kMeetingMilestone, order.TermsOf(order.current_milestone).zoom);
  facts.Add(Fact::kMoneyHeld, order.current().holds_money());
  facts.Add(Fact::kCancellable, IsCancellable(order));
  facts.Add(Fact::kCancellationRequested, order.cancellation_request.has_value());
  facts.Add(Fact::kDeliveryTimed, order.edition > 0);
  return facts;
}

Facts FactsOf(const Order& order, Party by) {
  Facts facts;
  facts.Add(Fact::kOwnRequest, order.cancellation_request && order.cancellation_request->by == by);
  facts.Add(Fact::kDisputesLeft, HasDisputesLeft(order, by));
  facts.Add(Fact::kOwnDispute, order.current().dispute && order.current().dispute->opened_by == by);
  return facts;
}

const Rule* FindRule(Trigger trigger, const Order* order, Facts facts, std::optional<Party> by) {
  for (const Rule& rule : RulesOf(trigger))
    if (Matches(rule, order, facts, by)) return &rule;
  return nullptr;
}

absl::Status NoRule(Trigger trigger, const Order* order) {
  if (order == nullptr)
    return Bug(BugKind::kNoRule, absl::StrCat("no rule for ", NameOf(trigger), " without an order"));
  return Bug(BugKind::kNoRule,
             absl::StrCat("orders/", order->id.ToString(), " has no rule for ", NameOf(trigger), ": it is ",
                          NameOf(order->state), ", its milestone ", order->current_milestone, " ",
                          NameOf(order->current().state)));
}

uint32_t MilestoneToPay(const Order& order) {
  const bool is_next = order.state == OrderState::kActive || order.state == OrderState::kAwaitingNext;
  return order.current_milestone + (is_next ? 1 : 0);
}

}  // namespace milepost::billing
