// Functions that the tests of late milestones, cancellations, disputes and their refunds share.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "services/milestone_billing/domain/ledger.h"
#include "tests/unit/milestone_billing/story.h"

namespace milepost::billing {

// Of MilestonesOf: the first milestone is due 4 days after it is paid; a day later the buyer may cancel it.
inline constexpr absl::Duration kDue = absl::Hours(4 * 24);
inline constexpr absl::Duration kCancellableFrom = absl::Hours(5 * 24);
inline constexpr absl::Duration kNeverDelivered = absl::Hours(34 * 24);

inline absl::Status AskToCancel(Story& story, const Actor& by, int64_t seller_minor = 0) {
  return story.Do(RequestCancellation{by, Money::Usd(seller_minor), "let us stop"});
}
inline absl::Status Agree(Story& story, const Actor& by) {
  return story.Do(AnswerCancellation{by, true, "all right"});
}
inline absl::Status Disagree(Story& story, const Actor& by) {
  return story.Do(AnswerCancellation{by, false, "no"});
}
inline absl::Status CancelLate(Story& story) {
  return story.Do(CancelLateMilestone{kBuyer, story.order().current_milestone, "too late"});
}
inline absl::Status OpenOne(Story& story, const Actor& by) {
  return story.Do(OpenDispute{by, story.order().current_milestone, "it is not what we agreed"});
}
inline absl::Status Withdraw(Story& story, const Actor& by) {
  return story.Do(WithdrawDispute{by, story.order().current_milestone});
}
inline absl::Status Resolve(Story& story, DisputeOutcome outcome, int64_t seller_minor = 0) {
  return story.Do(ResolveDispute{kOperator, story.order().current_milestone, outcome,
                                 Money::Usd(seller_minor), "we looked at it"});
}

// The deadlines by number, instants from kStart on, what is left of frozen ones: "1 REVIEW +216h, 2 DISPUTE +360h left 1h".
inline std::string TimersOf(const Story& story) {
  std::vector<Deadline> deadlines = story.order().deadlines;
  std::sort(deadlines.begin(), deadlines.end(),
            [](const Deadline& a, const Deadline& b) { return a.number < b.number; });
  return absl::StrJoin(deadlines, ", ", [](std::string* out, const Deadline& deadline) {
    absl::StrAppend(out, deadline.number, " ", NameOf(deadline.kind), " +",
                    absl::FormatDuration(deadline.due - kStart));
    if (deadline.left) absl::StrAppend(out, " left ", absl::FormatDuration(*deadline.left));
  });
}

// What the latest step fired: "1 DELIVERY, 2 LATE_CANCELLATION".
inline std::string FiredBy(const Story& story) {
  return absl::StrJoin(story.fired(), ", ", [](std::string* out, const auto& fired) {
    absl::StrAppend(out, fired.deadline.number, " ", NameOf(fired.deadline.kind));
  });
}

// Of all moves so far, by kind of account; debits are positive. Accounts at zero are left out.
inline std::map<std::string, int64_t> BalancesOf(const Story& story) {
  std::map<std::string, int64_t> balances;
  for (const auto& stamped : story.log()) {
    const Move* move = MoveOf(stamped.event);
    if (move == nullptr) continue;
    for (const Posting& posting : move->postings)
      balances[AccountKindOf(posting.account)] += posting.amount_minor;
  }
  std::erase_if(balances, [](const auto& balance) { return balance.second == 0; });
  return balances;
}
using Balances = std::map<std::string, int64_t>;

// Its second milestone is funded at kStart + 1 day: one is accepted.
inline Story SecondMilestone(int milestones = 3) {
  Story story = DeliveredOrder(MilestonesOf(milestones));
  EXPECT_DONE(story.Accept(NextStep::kStartNext));
  EXPECT_DONE(story.Pay());
  return story;
}

// A revision of the first milestone is requested at kStart + 1 day; it is due at kStart + 4 days.
inline Story InRevision(int milestones = 2) {
  Story story = DeliveredOrder(MilestonesOf(milestones));
  EXPECT_DONE(story.Revise());
  return story;
}

}  // namespace milepost::billing
