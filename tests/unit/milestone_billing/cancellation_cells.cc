// The cells of the ways out by cancellation: a late milestone, a request, its answer (A19, A20).
#include "absl/strings/str_cat.h"
#include "tests/unit/milestone_billing/cells.h"

namespace milepost::billing {
namespace {

enum class Share { kNothing, kPart, kAll, kTooMuch };

// Of the current milestone's price, paid or not.
Money ShareOf(const Order& order, Share share) {
  const Money price = order.TermsOf(order.current_milestone).amount;
  switch (share) {
    case Share::kNothing:
      return Money::Usd(0);
    case Share::kPart:
      return Money::Usd(3333);
    case Share::kAll:
      return price;
    case Share::kTooMuch:
      return Money::Usd(price.minor + 1);
  }
  return price;
}

template <Share share>
OrderCommand Asking(const Order& order, const Actor& actor) {
  return RequestCancellation{actor, ShareOf(order, share), "let us stop"};
}

OrderCommand AskingForEuros(const Order&, const Actor& actor) {
  return RequestCancellation{actor, Money{1, *Currency::Parse("EUR")}, "let us stop"};
}

// Zero is zero in every currency.
OrderCommand AskingForNoEuros(const Order&, const Actor& actor) {
  return RequestCancellation{actor, Money{0, *Currency::Parse("EUR")}, "let us stop"};
}

const Cell kPaying = {"?/paying*", "PAYMENT_IN_PROGRESS"};  // A16

// What a party asks for without a share for the seller. In a dispute the seller gives all back at once (§4).
std::vector<Cell> AskingForNothing(Party by) {
  if (by == Party::kBuyer)
    return AtWork({kPaying,
                   {"?/*asked-*", "CANCELLATION_PENDING"},
                   {"?/* !?/paying* !*/asked-*", "=+CANCELLATION_ANSWER: cancellation.requested"}});
  std::vector<Cell> cells = {
      kPaying,
      {"?/*asked-* !?/disputed*", "CANCELLATION_PENDING"},
      {"?/* !?/paying* !?/disputed* !*/asked-*", "=+CANCELLATION_ANSWER: cancellation.requested"}};
  for (const int n : {1, 2, 3}) {
    cells.push_back(
        {absl::StrCat(n, "/disputed* !*/asked-*"), Ended(n, "REFUNDED_BY_SELLER", "dispute.resolved ")});
    cells.push_back({absl::StrCat(n, "/disputed/*/asked-*"),
                     Ended(n, "REFUNDED_BY_SELLER", "cancellation.voided dispute.resolved ")});
  }
  return AtWork(std::move(cells));
}

// With a part of the money, or all of it: only where it is held.
std::vector<Cell> AskingForAShare() {
  return AtWork({kPaying,
                 {"?/next* ?/declined*", "SELLER_AMOUNT_TOO_LARGE"},
                 {"?/active*/asked-* ?/delivered/asked-* ?/revision/asked-* ?/disputed/*/asked-*",
                  "CANCELLATION_PENDING"},
                 {"?/active* ?/delivered* ?/revision* ?/disputed* !*/asked-*",
                  "=+CANCELLATION_ANSWER: cancellation.requested"}});
}

// An operator cancels at once, whatever was asked before (A19).
std::vector<Cell> Ordering(Share share) {
  std::vector<Cell> cells = {kPaying};
  const bool refunds = share != Share::kAll;
  const std::string ordered = "cancellation.ordered ", voided = "cancellation.voided cancellation.ordered ";
  for (const int n : {1, 2, 3}) {
    const auto end = [&](const std::string& first) { return Ended(n, "BY_OPERATOR", first, refunds); };
    cells.push_back(
        {absl::StrCat(n, "/active* ", n, "/delivered* ", n, "/revision* !*/asked-*"), end(ordered)});
    cells.push_back({absl::StrCat(n, "/active*/asked-* ", n, "/delivered/asked-* ", n, "/revision/asked-*"),
                     end(voided)});
    cells.push_back({absl::StrCat(n, "/disputed* !*/asked-*"), end(ordered + "dispute.resolved ")});
    cells.push_back({absl::StrCat(n, "/disputed/*/asked-*"), end(voided + "dispute.resolved ")});
  }
  if (share != Share::kNothing) {
    cells.push_back({"?/next* ?/declined*", "SELLER_AMOUNT_TOO_LARGE"});
    return AtWork(std::move(cells));
  }
  const std::string order = "COMPLETED(CANCELLED_AFTER_ACCEPTANCE,BY_OPERATOR)/";
  const std::vector<Cell> unpaid = {
      {"1/next* !*/asked-*", order + "ACCEPTED/1: cancellation.ordered milestone.skipped*2 order.completed"},
      {"1/next/asked-*", order + "ACCEPTED/1: cancellation.voided cancellation.ordered milestone.skipped*2 "
                                 "order.completed"},
      {"2/next", order + "ACCEPTED/2: cancellation.ordered milestone.skipped order.completed"},
      {"2/declined* !*/asked-*",
       order + "SKIPPED/2: cancellation.ordered milestone.skipped*2 order.completed"},
      {"2/declined/asked-*",
       order + "SKIPPED/2: cancellation.voided cancellation.ordered milestone.skipped*2 order.completed"},
      {"3/declined", order + "SKIPPED/3: cancellation.ordered milestone.skipped order.completed"}};
  cells.insert(cells.end(), unpaid.begin(), unpaid.end());
  return AtWork(std::move(cells));
}

std::vector<Call> Requests(Party by) {
  const bool orders = by == Party::kOperator;
  const std::string by_name = absl::StrCat(" by ", NameOf(by));
  const auto call = [&](absl::string_view what, auto command, std::vector<Cell> cells, Facts said = {}) {
    return Call{absl::StrCat("RequestCancellation ", what, by_name),
                "RequestCancellation",
                by,
                command,
                std::move(cells),
                said};
  };
  const std::vector<Cell> nothing = orders ? Ordering(Share::kNothing) : AskingForNothing(by);
  return {
      call("of nothing for the seller", Asking<Share::kNothing>, nothing, {Fact::kNothingForSeller}),
      call("of nothing in euros", AskingForNoEuros, nothing, {Fact::kNothingForSeller}),
      call("with a share", Asking<Share::kPart>, orders ? Ordering(Share::kPart) : AskingForAShare()),
      call("of all for the seller", Asking<Share::kAll>, orders ? Ordering(Share::kAll) : AskingForAShare()),
      call("of too much", Asking<Share::kTooMuch>,
           AtWork({kPaying, {"?/* !?/paying*", "SELLER_AMOUNT_TOO_LARGE"}})),
      call("of euros", AskingForEuros, AtWork({kPaying, {"?/* !?/paying*", "CURRENCY_MISMATCH"}})),
  };
}

// What the other party's consent does to a request of that party (A19): the end, as AGREED.
std::vector<Cell> Agreeing(absl::string_view asked) {
  std::vector<Cell> cells;
  for (const int n : {1, 2, 3}) {
    for (const bool refunds : {true, false}) {
      const std::string suffix = absl::StrCat("/", asked, refunds ? "-* !*-all" : "-all");
      cells.push_back(
          {absl::StrCat(n, "/active*", suffix, " ", n, "/delivered", suffix, " ", n, "/revision", suffix),
           Ended(n, "AGREED", "cancellation.accepted ", refunds)});
    }
    cells.push_back({absl::StrCat(n, "/disputed/*/", asked, "-*"),
                     Ended(n, "AGREED", "cancellation.accepted dispute.resolved ")});
  }
  const std::string order = "COMPLETED(CANCELLED_AFTER_ACCEPTANCE,AGREED)/";
  cells.push_back({absl::StrCat("1/next/", asked, "-*"),
                   order + "ACCEPTED/1: cancellation.accepted milestone.skipped*2 order.completed"});
  cells.push_back({absl::StrCat("2/declined/", asked, "-*"),
                   order + "SKIPPED/2: cancellation.accepted milestone.skipped*2 order.completed"});
  return cells;
}

std::vector<Call> Answers(Party by) {
  const bool buyer = by == Party::kBuyer;
  const absl::string_view own = buyer ? "asked-buyer" : "asked-seller";
  const absl::string_view others = buyer ? "asked-seller" : "asked-buyer";
  const std::vector<Cell> refusals = {{absl::StrCat("?/*/", own, "-*"), "OWN_CANCELLATION_REQUEST"},
                                      {"?/* !*/asked-*", "NO_CANCELLATION_REQUESTED"}};
  std::vector<Cell> accept = Agreeing(others);
  accept.insert(accept.end(), refusals.begin(), refusals.end());
  std::vector<Cell> reject = {
      {absl::StrCat("?/*/", others, "-*"), "=-CANCELLATION_ANSWER: cancellation.rejected"}};
  reject.insert(reject.end(), refusals.begin(), refusals.end());
  return {{absl::StrCat("AnswerCancellation ACCEPT by ", NameOf(by)),
           "AnswerCancellation",
           by,
           [](const Order&, const Actor& actor) -> OrderCommand {
             return AnswerCancellation{actor, true, "fine"};
           },
           AtWork(std::move(accept)),
           {Fact::kAgrees}},
          {absl::StrCat("AnswerCancellation REJECT by ", NameOf(by)), "AnswerCancellation", by,
           [](const Order&, const Actor& actor) -> OrderCommand {
             return AnswerCancellation{actor, false, "no"};
           },
           AtWork(std::move(reject))}};
}

// A20: 24 h after the due time, while nothing was ever delivered.
Call LateCancellation() {
  return {"CancelLateMilestone by BUYER", "CancelLateMilestone", Party::kBuyer,
          [](const Order& order, const Actor& actor) -> OrderCommand {
            return CancelLateMilestone{actor, order.current_milestone, "too late"};
          },
          AtWork({
              {"?/active* !*/cancellable*", "MILESTONE_NOT_LATE"},
              {"1/active/cancellable", Ended(1, "LATE_DELIVERY", "")},
              {"1/active/cancellable/asked-*", Ended(1, "LATE_DELIVERY", "cancellation.voided ")},
              {"2/active/cancellable", Ended(2, "LATE_DELIVERY", "")},
              {"3/active/cancellable", Ended(3, "LATE_DELIVERY", "")},
              {"?/delivered*", "MILESTONE_ALREADY_DELIVERED"},
              {"?/revision*", "MILESTONE_WAS_DELIVERED"},
              {"?/next*", "MILESTONE_ALREADY_ACCEPTED"},
              {"?/paying* ?/declined*", "WORK_NOT_AUTHORIZED"},
              {"?/disputed*", "ORDER_DISPUTED"},
          })};
}

}  // namespace

std::vector<Call> CancellationCalls() {
  std::vector<Call> calls = {LateCancellation()};
  for (const std::vector<Call>& some :
       {Requests(Party::kBuyer), Requests(Party::kSeller), Requests(Party::kOperator), Answers(Party::kBuyer),
        Answers(Party::kSeller)})
    calls.insert(calls.end(), some.begin(), some.end());
  return calls;
}

}  // namespace milepost::billing
