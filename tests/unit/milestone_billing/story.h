// One order told step by step: commands at instants, what they were answered, what they emitted. Every step
// goes through Run (the code that lanes run) and is refolded from its events, so that no test can pass on a
// state that Apply alone would not reach.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/core/decider.h"
#include "common/core/refusal.h"
#include "services/milestone_billing/domain/order_domain.h"

namespace milepost::billing {

inline const absl::Time kStart = absl::FromUnixSeconds(1'750'000'000);
inline constexpr absl::Duration kMicrosecond = absl::Microseconds(1);
inline constexpr absl::Duration kDay = absl::Hours(24);

inline const Actor kBuyer = *Actor::Parse("users/ben");
inline const Actor kSeller = *Actor::Parse("users/sam");
inline const Actor kStranger = *Actor::Parse("users/eve");
inline const Actor kOperator = *Actor::Parse("operators/ops-7");
inline const Actor kOfferService = *Actor::Parse("services/offer-service");

inline const OfferId kOffer(*Uuid::Parse("01975e20-0000-7000-8000-00000000000f"));
inline const GigId kGig(*Uuid::Parse("01975e20-0000-7000-8000-00000000000a"));
inline const Uuid kNonce = *Uuid::Parse("01975e20-0000-7000-8000-00000000000b");

// `count` milestones of $150.00, $200.00, $250.00 …, each with 4 days and 1 revision.
inline Terms MilestonesOf(int count) {
  Terms terms;
  terms.gig = kGig;
  terms.title = "A trailer";
  for (int i = 0; i < count; ++i) {
    MilestoneTerms milestone;
    milestone.name = "Step " + std::to_string(i + 1);
    milestone.days = 4;
    milestone.amount = Money::Usd(15000 + 5000 * i);
    milestone.revisions.count = 1;
    terms.milestones.push_back(milestone);
  }
  return terms;
}

inline Terms OneTime() {
  Terms terms = MilestonesOf(1);
  terms.kind = OrderKind::kOneTime;
  return terms;
}

inline PlaceOrder Placing(Terms terms, uint32_t attempt = 1,
                          absl::Time accept_until = kStart + absl::Minutes(15)) {
  PlaceOrder place{.actor = kOfferService, .offer = kOffer, .buyer = kBuyer.name, .seller = kSeller.name};
  place.terms = std::move(terms);
  place.terms_hash = "agreed";
  place.payment_method = "pm-visa";
  place.attempt = attempt;
  place.accept_until = accept_until;
  return place;
}

inline PlaceGigOrder PlacingGig(Terms terms) {
  PlaceGigOrder place{.actor = kBuyer, .quote_nonce = kNonce, .seller = kSeller.name};
  place.terms_hash = TermsHash(terms);
  place.terms = std::move(terms);
  place.payment_method = "pm-visa";
  place.quote_expires = kStart + 7 * kDay;
  return place;
}

class Story {
 public:
  absl::Time now = kStart;

  bool exists() const { return order_.has_value(); }
  // As stored: deadlines that are due and were not yet fired by a command are still set.
  const Order& order() const { return *order_; }
  const Milestone& milestone(uint32_t number) const { return order_->milestones[number - 1]; }
  const Charge& charge() const { return order_->charges.back(); }
  const std::vector<StampedEvent<OrderDomain>>& log() const { return log_; }
  // What the latest step emitted and fired.
  const std::vector<StampedEvent<OrderDomain>>& events() const { return events_; }
  const std::vector<FiredDeadline<OrderDomain>>& fired() const { return fired_; }

  // "milestone.accepted order.completed"
  std::string names() const {
    return absl::StrJoin(
        events_, " ", [](std::string* out, const auto& e) { absl::StrAppend(out, NameOf(KindOf(e.event))); });
  }
  template <class E>
  const E& event() const {
    for (const auto& stamped : events_) {
      if (const E* found = std::get_if<E>(&stamped.event)) return *found;
    }
    ADD_FAILURE() << "no such event in: " << names();
    static const E none{};
    return none;
  }

  // OK or the refusal. A refusal leaves everything as it was.
  absl::Status Do(const OrderCommand& command) {
    absl::StatusOr<Step<OrderDomain>> step = Run<OrderDomain>(order_ ? &*order_ : nullptr, command, now);
    events_.clear();
    fired_.clear();
    if (!step.ok()) return step.status();
    events_ = step->events;
    fired_ = step->fired;
    log_.insert(log_.end(), events_.begin(), events_.end());
    if (!log_.empty()) order_ = std::move(step->next);
    if (order_) {
      EXPECT_EQ(Refolded(), *order_);
    }
    return absl::OkStatus();
  }
  // The order as these events leave it, whoever wrote them: for what no command of today's writes.
  void Tell(std::vector<OrderEvent> events) {
    Step<OrderDomain> step{order_.value_or(Order()), {}, {}};
    ApplyAll<OrderDomain>(step, std::move(events), now);
    events_ = std::move(step.events);
    fired_.clear();
    log_.insert(log_.end(), events_.begin(), events_.end());
    order_ = std::move(step.next);
  }

  // As Do, at kStart + `after`.
  absl::Status DoAt(absl::Time at, const OrderCommand& command) {
    now = at;
    return Do(command);
  }

  // The order as its events alone make it (W1).
  Order Refolded() const {
    Order order;
    for (const auto& stamped : log_) {
      OrderDomain::Apply(order, stamped.event, stamped.at);
      order.sequence = stamped.sequence;
      order.updated_at = stamped.at;
    }
    return order;
  }

  // The reason of the refusal of `command`, "" when it is not refused.
  std::string Refusal(const OrderCommand& command) {
    const auto refusal = RefusalOf(Do(command));
    return refusal ? std::string(RowOf(refusal->reason).name) : "";
  }

  // The commands, with the least that they need.
  absl::Status Place(Terms terms) { return Do(Placing(std::move(terms))); }
  absl::Status Settle(ChargeOutcome outcome) { return Do(SettleCharge{charge().id, std::move(outcome)}); }
  absl::Status Pay() { return Settle(Succeeded{"cap-" + std::to_string(order_->charges.size())}); }
  absl::Status Decline() { return Settle(Declined{DeclineReason::kInsufficientFunds}); }
  absl::Status Deliver() {
    const bool last = order_->is_last(order_->current_milestone);
    return Do(DeliverMilestone{kSeller, order_->current_milestone, last, "here it is", ""});
  }
  absl::Status Revise() { return Do(RequestRevision{kBuyer, order_->current_milestone, "please rounder"}); }
  absl::Status Accept(NextStep next = NextStep::kUnset) {
    return Do(AcceptMilestone{kBuyer, order_->current_milestone, next, {}});
  }
  absl::Status StartNext() { return Do(StartNextMilestone{kBuyer, "", {}}); }
  absl::Status End() { return Do(EndOrder{kBuyer}); }
  absl::Status Retry(std::string payment_method = "pm-other") {
    return Do(RetryPayment{kBuyer, std::move(payment_method), {}});
  }
  absl::Status TickAt(absl::Time at) { return DoAt(at, Tick{}); }

 private:
  std::optional<Order> order_;
  std::vector<StampedEvent<OrderDomain>> log_, events_;
  std::vector<FiredDeadline<OrderDomain>> fired_;
};

#define ASSERT_DONE(expression) ASSERT_EQ((expression), absl::OkStatus())
#define EXPECT_DONE(expression) EXPECT_EQ((expression), absl::OkStatus())
#define EXPECT_REFUSED(expression, reason_)                    \
  do {                                                         \
    const absl::Status status = (expression);                  \
    EXPECT_TRUE(IsRefusal(status, Reason::reason_)) << status; \
  } while (false)

// A placed order of `terms`, its first milestone funded at kStart.
inline Story Placed(Terms terms) {
  Story story;
  EXPECT_DONE(story.Place(std::move(terms)));
  EXPECT_DONE(story.Pay());
  return story;
}

// An order of edition 0, placed and funded at kStart as releases did before deliveries had deadlines.
inline Story PlacedBeforeEditions(Terms terms) {
  for (absl::Duration DeadlinePolicy::*newer :
       {&DeadlinePolicy::late_cancellation, &DeadlinePolicy::non_delivery,
        &DeadlinePolicy::cancellation_answer, &DeadlinePolicy::dispute, &DeadlinePolicy::after_dispute})
    terms.deadlines.*newer = absl::ZeroDuration();
  Story new_order;
  EXPECT_DONE(new_order.Place(std::move(terms)));
  std::vector<OrderEvent> events;
  for (const auto& stamped : new_order.log()) events.push_back(stamped.event);
  std::get<OrderPlacementStarted>(events.at(0)).edition = 0;
  Story story;
  story.Tell(std::move(events));
  EXPECT_DONE(story.Pay());
  return story;
}

// … and its current milestone delivered at kStart + 1 day.
inline Story DeliveredOrder(Terms terms) {
  Story story = Placed(std::move(terms));
  story.now += kDay;
  EXPECT_DONE(story.Deliver());
  return story;
}

}  // namespace milepost::billing
