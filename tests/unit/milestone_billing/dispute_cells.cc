// The cells of disputes (§4): they are opened, withdrawn by who opened them, or resolved by an operator.
#include "absl/strings/str_cat.h"
#include "tests/unit/milestone_billing/cells.h"

namespace milepost::billing {
namespace {

// All deadlines stand still, and the dispute's runs.
Call Opening(Party by) {
  return {absl::StrCat("OpenDispute by ", NameOf(by)), "OpenDispute", by,
          [](const Order& order, const Actor& actor) -> OrderCommand {
            return OpenDispute{actor, order.current_milestone, "not what we agreed"};
          },
          AtWork({
              {"?/active* !*/asked-* !*/late !*/cancellable* !*/disputes-used",
               "DISPUTED/DISPUTED/# [DELIVERY] DISPUTE: dispute.opened"},
              {"?/active/asked-*",
               "DISPUTED/DISPUTED/# [DELIVERY] [CANCELLATION_ANSWER] DISPUTE: dispute.opened"},
              {"?/active/late", "DISPUTED/DISPUTED/# [LATE_CANCELLATION] DISPUTE: dispute.opened"},
              {"?/active/cancellable", "DISPUTED/DISPUTED/# [NON_DELIVERY] DISPUTE: dispute.opened"},
              {"?/active/cancellable/asked-*",
               "DISPUTED/DISPUTED/# [NON_DELIVERY] [CANCELLATION_ANSWER] DISPUTE: dispute.opened"},
              {"?/delivered* !*/asked-* !*/disputes-used",
               "DISPUTED/DISPUTED/# [REVIEW] DISPUTE: dispute.opened"},
              {"?/delivered/asked-*",
               "DISPUTED/DISPUTED/# [REVIEW] [CANCELLATION_ANSWER] DISPUTE: dispute.opened"},
              {"?/revision", "DISPUTED/DISPUTED/# [DELIVERY] DISPUTE: dispute.opened"},
              {"?/revision/asked-*",
               "DISPUTED/DISPUTED/# [DELIVERY] [CANCELLATION_ANSWER] DISPUTE: dispute.opened"},
              {"?/revision/overdue", "DISPUTED/DISPUTED/# [NON_DELIVERY] DISPUTE: dispute.opened"},
              {"?/revision/alarmed", "DISPUTED/DISPUTED/# DISPUTE needs:OVERDUE_REVISION: dispute.opened"},
              {"?/*/disputes-used", "TOO_MANY_DISPUTES"},
              {"?/next*", "MILESTONE_ALREADY_ACCEPTED"},
              {"?/paying* ?/declined*", "WORK_NOT_AUTHORIZED"},
              {"?/disputed*", "ORDER_DISPUTED"},
          })};
}

// The milestone is what it was before, and its deadlines run on. An order that waited for an operator before waits again.
Call Withdrawing(Party by) {
  const bool buyer = by == Party::kBuyer;
  const std::string own = buyer ? "by-buyer" : "by-seller", others = buyer ? "by-seller" : "by-buyer";
  return {absl::StrCat("WithdrawDispute by ", NameOf(by)), "WithdrawDispute", by,
          [](const Order& order, const Actor& actor) -> OrderCommand {
            return WithdrawDispute{actor, order.current_milestone};
          },
          AtWork({
              {absl::StrCat("?/disputed/active/", own, " ?/disputed/active/", own, "/alarmed"),
               "ACTIVE/ACTIVE/# DELIVERY: dispute.withdrawn"},
              {absl::StrCat("?/disputed/active/", own, "/late"),
               "ACTIVE/ACTIVE/# LATE_CANCELLATION: dispute.withdrawn"},
              {absl::StrCat("?/disputed/active/", own, "/cancellable"),
               "ACTIVE/ACTIVE/# NON_DELIVERY: dispute.withdrawn"},
              {absl::StrCat("?/disputed/delivered/", own, " ?/disputed/delivered/", own, "/third"),
               "ACTIVE/DELIVERED/# REVIEW: dispute.withdrawn"},
              {absl::StrCat("?/disputed/delivered/", own, "/asked-*"),
               "ACTIVE/DELIVERED/# REVIEW CANCELLATION_ANSWER: dispute.withdrawn"},
              {absl::StrCat("?/disputed/revision/", own),
               "ACTIVE/REVISION_REQUESTED/# DELIVERY: dispute.withdrawn"},
              {absl::StrCat("?/disputed/revision/", own, "/overdue"),
               "ACTIVE/REVISION_REQUESTED/# NON_DELIVERY: dispute.withdrawn"},
              {absl::StrCat("?/disputed/revision/", own, "/was-alarmed*"),
               "ACTIVE/REVISION_REQUESTED/# needs:OVERDUE_REVISION: dispute.withdrawn"},
              {absl::StrCat("?/disputed/*/", others, "*"), "NOT_YOUR_DISPUTE"},
              {"?/* !?/disputed*", "NOT_DISPUTED"},
          })};
}

template <DisputeOutcome outcome>
OrderCommand Deciding(const Order& order, const Actor& actor) {
  return ResolveDispute{actor, order.current_milestone, outcome,
                        Money::Usd(outcome == DisputeOutcome::kSplit ? 3333 : 0), "seen it"};
}

// A split leaves the buyer a cent at least: all for the seller would be a release.
template <int cents_less>
OrderCommand Splitting(const Order& order, const Actor& actor) {
  const int64_t price = order.TermsOf(order.current_milestone).amount.minor;
  return ResolveDispute{actor, order.current_milestone, DisputeOutcome::kSplit,
                        Money::Usd(price - cents_less), "seen it"};
}

OrderCommand SplittingEuros(const Order& order, const Actor& actor) {
  return ResolveDispute{actor, order.current_milestone, DisputeOutcome::kSplit,
                        Money{100, *Currency::Parse("EUR")}, "seen it"};
}

std::vector<Cell> Resolved(std::vector<Cell> cells) {
  cells.push_back({"?/* !?/disputed*", "NOT_DISPUTED"});
  return AtWork(std::move(cells));
}

// As AcceptMilestone with DECIDE_LATER.
std::vector<Cell> Released() {
  return Resolved({
      {"1/disputed* 2/disputed* !*/asked-*",
       "AWAITING_NEXT/ACCEPTED/# NEXT_NOT_STARTED: dispute.resolved milestone.accepted"},
      {"1/disputed/*/asked-*",
       "AWAITING_NEXT/ACCEPTED/1 NEXT_NOT_STARTED: cancellation.voided dispute.resolved milestone.accepted"},
      {"3/disputed* !*/asked-*",
       "COMPLETED(ALL_ACCEPTED)/ACCEPTED/3: dispute.resolved milestone.accepted order.completed"},
      {"3/disputed/*/asked-*",
       "COMPLETED(ALL_ACCEPTED)/ACCEPTED/3: cancellation.voided dispute.resolved milestone.accepted "
       "order.completed"},
  });
}

std::vector<Cell> GivenBack() {
  std::vector<Cell> cells;
  for (const int n : {1, 2, 3}) {
    cells.push_back(
        {absl::StrCat(n, "/disputed* !*/asked-*"), Ended(n, "DISPUTE_RESOLVED", "dispute.resolved ")});
    cells.push_back({absl::StrCat(n, "/disputed/*/asked-*"),
                     Ended(n, "DISPUTE_RESOLVED", "cancellation.voided dispute.resolved ")});
  }
  return Resolved(std::move(cells));
}

}  // namespace

std::vector<Call> DisputeCalls() {
  const auto resolve = [](absl::string_view how, auto command, std::vector<Cell> cells, Facts said = {}) {
    return Call{absl::StrCat("ResolveDispute ", how, " by OPERATOR"),
                "ResolveDispute",
                Party::kOperator,
                command,
                std::move(cells),
                said};
  };
  const std::vector<Cell> too_much = Resolved({{"?/disputed*", "SELLER_AMOUNT_TOO_LARGE"}});
  return {
      Opening(Party::kBuyer),
      Opening(Party::kSeller),
      Withdrawing(Party::kBuyer),
      Withdrawing(Party::kSeller),
      resolve("release", Deciding<DisputeOutcome::kReleased>, Released(), {Fact::kReleases}),
      resolve("refund", Deciding<DisputeOutcome::kRefunded>, GivenBack()),
      resolve("split", Deciding<DisputeOutcome::kSplit>, GivenBack()),
      resolve("split of all but a cent", Splitting<1>, GivenBack()),
      resolve("split of all", Splitting<0>, too_much),
      resolve("split of too much", Splitting<-1>, too_much),
      resolve("split in euros", SplittingEuros, Resolved({{"?/disputed*", "CURRENCY_MISMATCH"}})),
  };
}

}  // namespace milepost::billing
