// The cells of the work on a milestone: deliveries, updates, revisions, acceptances.
#include "tests/unit/milestone_billing/cells.h"

namespace milepost::billing {
namespace {

OrderCommand Delivering(const Order& order, const Actor& actor, bool final_delivery, std::string url = "") {
  return DeliverMilestone{actor, order.current_milestone, final_delivery, "done", std::move(url)};
}

OrderCommand Accepting(const Order& order, const Actor& actor, NextStep next) {
  return AcceptMilestone{actor, order.current_milestone, next, {}};
}

// S32, W9, A10; a pending request to cancel stays.
std::vector<Call> Deliveries() {
  const std::vector<Cell> no_work = {{"?/delivered*", "MILESTONE_ALREADY_DELIVERED"},
                                     {"?/next*", "MILESTONE_ALREADY_ACCEPTED"},
                                     {"?/paying* ?/declined*", "WORK_NOT_AUTHORIZED"},
                                     {"?/disputed*", "ORDER_DISPUTED"}};
  const auto with_others = [&](std::vector<Cell> cells) {
    cells.insert(cells.end(), no_work.begin(), no_work.end());
    return AtWork(std::move(cells));
  };
  return {
      {"DeliverMilestone by SELLER", "DeliverMilestone", Party::kSeller,
       [](const Order& order, const Actor& actor) { return Delivering(order, actor, false); },
       with_others({
           {"1/active* 2/active* 1/revision* 2/revision* !*/asked-*",
            "ACTIVE/DELIVERED/# REVIEW: milestone.delivered"},
           {"1/active*/asked-* 2/active/asked-* 1/revision/asked-*",
            "ACTIVE/DELIVERED/# REVIEW CANCELLATION_ANSWER: milestone.delivered"},
           {"3/active* 3/revision*", "FINAL_DELIVERY_REQUIRED"},
       })},
      {"DeliverMilestone final_delivery by SELLER",
       "DeliverMilestone",
       Party::kSeller,
       [](const Order& order, const Actor& actor) { return Delivering(order, actor, true); },
       with_others({
           {"1/active* 2/active* 1/revision* 2/revision*", "NOT_THE_LAST_MILESTONE"},
           {"3/active* 3/revision*", "ACTIVE/DELIVERED/3 REVIEW: milestone.delivered"},
       }),
       {Fact::kFinalDelivery}},
      {"DeliverMilestone meeting_url by SELLER", "DeliverMilestone", Party::kSeller,
       [](const Order& order, const Actor& actor) {
         return Delivering(order, actor, false, "https://meet.example/1");
       },
       with_others({{"?/active* ?/revision*", "MEETING_NOT_INCLUDED"}})},
      {"DeliverMilestone final_delivery meeting_url by SELLER", "DeliverMilestone", Party::kSeller,
       [](const Order& order, const Actor& actor) {
         return Delivering(order, actor, true, "https://meet.example/1");
       },
       with_others({{"?/active* ?/revision*", "MEETING_NOT_INCLUDED"}})},
  };
}

// S33, A17: only what was delivered is sent back, while revisions are left.
Call Revision() {
  return {"RequestRevision by BUYER", "RequestRevision", Party::kBuyer,
          [](const Order& order, const Actor& actor) -> OrderCommand {
            return RequestRevision{actor, order.current_milestone, "again"};
          },
          AtWork({
              {"?/delivered* !*/no-revisions !*/asked-*",
               "ACTIVE/REVISION_REQUESTED/# DELIVERY: milestone.revision_requested"},
              {"?/delivered/asked-*",
               "ACTIVE/REVISION_REQUESTED/# DELIVERY CANCELLATION_ANSWER: milestone.revision_requested"},
              {"?/delivered/no-revisions", "REVISIONS_EXHAUSTED"},
              {"?/active* ?/revision* ?/paying* ?/declined*", "MILESTONE_NOT_DELIVERED"},
              {"?/next*", "MILESTONE_ALREADY_ACCEPTED"},
              {"?/disputed*", "ORDER_DISPUTED"},
          })};
}

// What all acceptances share: only what was delivered is accepted, or what is disputed, delivered or not.
std::vector<Cell> Acceptances(std::vector<Cell> cells) {
  const std::vector<Cell> others = {
      {"?/active* ?/revision* ?/paying* ?/declined*", "MILESTONE_NOT_DELIVERED"},
      {"?/next*", "MILESTONE_ALREADY_ACCEPTED"}};
  cells.insert(cells.end(), others.begin(), others.end());
  return AtWork(std::move(cells));
}

// A11, A12, and in a dispute §4; an acceptance voids a request to cancel (A19).
const std::vector<Cell>& DecidingLater() {
  static const auto& cells = *new std::vector<Cell>{
      {"1/delivered* 2/delivered* !*/asked-*",
       "AWAITING_NEXT/ACCEPTED/# NEXT_NOT_STARTED: milestone.accepted"},
      {"1/delivered/asked-*",
       "AWAITING_NEXT/ACCEPTED/1 NEXT_NOT_STARTED: cancellation.voided milestone.accepted"},
      {"1/disputed* 2/disputed* !*/asked-*",
       "AWAITING_NEXT/ACCEPTED/# NEXT_NOT_STARTED: dispute.resolved milestone.accepted"},
      {"1/disputed/*/asked-*",
       "AWAITING_NEXT/ACCEPTED/1 NEXT_NOT_STARTED: cancellation.voided dispute.resolved milestone.accepted"},
  };
  return cells;
}

const std::vector<Cell>& AcceptingTheLast() {
  static const auto& cells = *new std::vector<Cell>{
      {"3/delivered", "COMPLETED(ALL_ACCEPTED)/ACCEPTED/3: milestone.accepted order.completed"},
      {"3/delivered/asked-*",
       "COMPLETED(ALL_ACCEPTED)/ACCEPTED/3: cancellation.voided milestone.accepted order.completed"},
      {"3/disputed* !*/asked-*",
       "COMPLETED(ALL_ACCEPTED)/ACCEPTED/3: dispute.resolved milestone.accepted order.completed"},
      {"3/disputed/*/asked-*",
       "COMPLETED(ALL_ACCEPTED)/ACCEPTED/3: cancellation.voided dispute.resolved milestone.accepted "
       "order.completed"},
  };
  return cells;
}

std::vector<Cell> Join(std::vector<Cell> a, const std::vector<Cell>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::vector<Cell> StartingNext() {
  return {
      {"1/delivered* !*/asked-*",
       "AWAITING_PAYMENT/AWAITING_PAYMENT/2 PAYMENT_GRACE: milestone.accepted milestone.payment_started"},
      {"1/delivered/asked-*",
       "AWAITING_PAYMENT/AWAITING_PAYMENT/2 PAYMENT_GRACE: cancellation.voided milestone.accepted "
       "milestone.payment_started"},
      {"2/delivered",
       "AWAITING_PAYMENT/AWAITING_PAYMENT/3 PAYMENT_GRACE: milestone.accepted milestone.payment_started"},
      {"1/disputed* 2/disputed*", "ORDER_DISPUTED"},
      {"3/delivered* 3/disputed*", "IS_THE_LAST_MILESTONE"},
  };
}

std::vector<Cell> EndingTheOrder() {
  return {
      {"1/delivered* !*/asked-*",
       "COMPLETED(ENDED_BY_BUYER)/ACCEPTED/1: milestone.accepted order.ended seller.notified "
       "milestone.skipped*2 order.completed"},
      {"1/delivered/asked-*",
       "COMPLETED(ENDED_BY_BUYER)/ACCEPTED/1: cancellation.voided milestone.accepted order.ended "
       "seller.notified milestone.skipped*2 order.completed"},
      {"2/delivered",
       "COMPLETED(ENDED_BY_BUYER)/ACCEPTED/2: milestone.accepted order.ended seller.notified "
       "milestone.skipped order.completed"},
      {"1/disputed* 2/disputed*", "ORDER_DISPUTED"},
  };
}

}  // namespace

std::vector<Call> WorkCalls() {
  std::vector<Call> calls = Deliveries();
  calls.push_back({"PostUpdate by SELLER", "PostUpdate", Party::kSeller,
                   [](const Order& order, const Actor& actor) -> OrderCommand {
                     return PostUpdate{actor, order.current_milestone, "half done"};
                   },
                   AtWork({{"?/*", "=: milestone.updated"}})});
  calls.push_back(Revision());
  calls.push_back(
      {"AcceptMilestone by BUYER", "AcceptMilestone", Party::kBuyer,
       [](const Order& order, const Actor& actor) { return Accepting(order, actor, NextStep::kUnset); },
       Acceptances(Join(DecidingLater(), AcceptingTheLast()))});
  calls.push_back(
      {"AcceptMilestone DECIDE_LATER by BUYER",
       "AcceptMilestone",
       Party::kBuyer,
       [](const Order& order, const Actor& actor) { return Accepting(order, actor, NextStep::kDecideLater); },
       Acceptances(Join(DecidingLater(), {{"3/delivered* 3/disputed*", "IS_THE_LAST_MILESTONE"}})),
       {Fact::kDecideLater}});
  calls.push_back(
      {"AcceptMilestone START_NEXT by BUYER",
       "AcceptMilestone",
       Party::kBuyer,
       [](const Order& order, const Actor& actor) { return Accepting(order, actor, NextStep::kStartNext); },
       Acceptances(StartingNext()),
       {Fact::kStartNext}});
  calls.push_back(
      {"AcceptMilestone END_ORDER by BUYER",
       "AcceptMilestone",
       Party::kBuyer,
       [](const Order& order, const Actor& actor) { return Accepting(order, actor, NextStep::kEndOrder); },
       Acceptances(Join(EndingTheOrder(), AcceptingTheLast())),
       {Fact::kEndOrder}});
  return calls;
}

}  // namespace milepost::billing
