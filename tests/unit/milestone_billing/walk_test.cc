// A long random life of many orders: whatever is asked, by whom and when, the invariants of DOMAIN §3 and W8 hold after
// every step (order_invariants.h). One seed is one story; a failure names it.
#include <map>
#include <random>
#include <set>

#include "services/milestone_billing/domain/workflow.h"
#include "tests/unit/milestone_billing/order_invariants.h"
#include "tests/unit/milestone_billing/story.h"

namespace milepost::billing {
namespace {

constexpr int kSteps = 240'000;
constexpr int kStepsAnOrder = 160;     // at most
constexpr int kStepsAfterTheEnd = 40;  // refunds go on, and all else is refused

class Walk {
 public:
  explicit Walk(uint64_t seed) : random_(seed) {}

  // One order from its placing to its end, or to the end of our patience.
  void WalkOneOrder() {
    order_.reset();
    books_ = Books();
    log_.clear();
    terms_ = SomeTerms();
    of_gig_ = Upto(2) == 0;
    is_old_ = Upto(8) == 0;
    is_hasty_ = Upto(3) == 0;
    sleeps_from_ = 1 + Upto(5);
    if (is_old_) ForgetNewDeadlines();
    int left = kStepsAnOrder;
    bool was_over = false;
    while (left-- > 0 && !::testing::Test::HasFailure()) {
      Take();
      const bool is_over = order_ && order_->completed_at;
      if (is_over && !was_over) left = std::min(left, kStepsAfterTheEnd);
      was_over = is_over;
    }
    if (order_ && !::testing::Test::HasFailure()) {
      CheckFold();
      CheckComesToAnEnd(*order_, now_);
    }
  }

  int done() const { return done_; }
  int refused() const { return refused_; }
  const std::map<std::string, int>& outcomes() const { return outcomes_; }
  // "COMPLETED ALL_ACCEPTED", "CANCELLED AGREED", …
  const std::map<std::string, int>& ends() const { return ends_; }

 private:
  int Upto(int bound) { return static_cast<int>(random_() % bound); }
  template <class T, size_t n>
  T OneOf(const T (&choices)[n]) {
    return choices[Upto(n)];
  }
  const Actor& Anybody() {
    static const Actor kEverybody[] = {kBuyer, kBuyer, kBuyer, kSeller, kSeller, kStranger, kOperator};
    return kEverybody[Upto(7)];
  }
  // Mostly one of the two parties.
  const Actor& SomeParty() { return Upto(8) ? (Upto(2) ? kBuyer : kSeller) : Anybody(); }
  uint32_t SomeMilestone() { return Upto(8) ? order_->current_milestone : static_cast<uint32_t>(Upto(8)); }

  Terms SomeTerms() {
    Terms terms = MilestonesOf(1 + Upto(6));
    for (MilestoneTerms& milestone : terms.milestones) {
      milestone.amount = Money::Usd(1 + Upto(Upto(3) ? 30000 : 5));
      milestone.days = 1 + Upto(30);
      milestone.revisions = {.unlimited = Upto(4) == 0, .count = Upto(3)};
    }
    terms.fees.commission_bps = OneOf({2000, 2000, 0, 10000, 1});
    terms.fees.buyer_fee_bps = OneOf({550, 550, 0, 9999});
    terms.fees.small_order_fee_minor = OneOf({300, 0});
    if (terms.milestones.size() == 1 && Upto(2)) terms.kind = OrderKind::kOneTime;
    return terms;
  }

  // Orders from before these deadlines existed have no durations for them.
  void ForgetNewDeadlines() {
    DeadlinePolicy& policy = terms_.deadlines;
    policy.late_cancellation = policy.non_delivery = policy.cancellation_answer = policy.dispute =
        policy.after_dispute = absl::ZeroDuration();
  }

  // Mostly little time; sometimes exactly to a deadline, or a microsecond short of it, or far beyond.
  void LetTimePass() {
    const bool has_deadline = order_ && !order_->deadlines.empty();
    const int chance = Upto(has_deadline ? 40 : 35);
    if (chance < 35) {
      now_ += absl::Seconds(Upto(is_hasty_ ? 2000 : 20000));
    } else if (chance == 39) {
      now_ += absl::Hours(Upto(24 * 20));
    } else {
      const Deadline& deadline = order_->deadlines[Upto(static_cast<int>(order_->deadlines.size()))];
      const absl::Duration before = chance == 35 ? kMicrosecond : absl::ZeroDuration();
      if (!deadline.frozen()) now_ = std::max(now_, deadline.due - before);
    }
  }

  ChargeOutcome SomeOutcome() {
    switch (Upto(9)) {
      case 0:
        return Declined{static_cast<DeclineReason>(Upto(6))};
      case 1:
        return Voided{};
      case 2:
        return Unknown{now_ + absl::Minutes(Upto(9))};
      case 3:
        return Pending{now_ + absl::Minutes(Upto(9))};
      default:
        return Succeeded{"cap"};
    }
  }

  // Now and then an attempt that ended long ago is reported again.
  ChargeId SomeCharge() {
    const auto& charges = order_->charges;
    if (charges.empty()) return ChargeId(kNonce);
    return Upto(5) ? charges.back().id : charges[Upto(static_cast<int>(charges.size()))].id;
  }

  OrderCommand SomeCommand() {
    if (!order_) return of_gig_ ? AskingAgain() : Placing(terms_, 1, now_ + absl::Minutes(Upto(30) - 2));
    switch (Upto(6)) {
      case 0:
      case 1:
        return SomethingFitting();
      case 2:
        return SomeWork();
      case 5:
        return SomePayment();
      case 3:
        return SomethingOfTheSystem();
      default:
        return SomeWayOut();
    }
  }

  // What the order waits for, mostly.
  OrderCommand SomethingFitting() {
    const Order& order = *order_;
    if (const Charge* open = order.open_charge()) return SettleCharge{open->id, SomeOutcome(), {}};
    if (order.cancellation_request && Upto(2)) {
      const bool buyers = order.cancellation_request->by == Party::kBuyer;
      return AnswerCancellation{buyers ? kSeller : kBuyer, Upto(2) == 0, "well"};
    }
    switch (order.current().state) {
      case MilestoneState::kDelivered:
        if (Upto(4) == 0) return RequestRevision{kBuyer, order.current_milestone, "again"};
        return AcceptMilestone{
            kBuyer, order.current_milestone, OneOf({NextStep::kStartNext, NextStep::kDecideLater}), {}};
      case MilestoneState::kAccepted:
        return StartNextMilestone{kBuyer, "", {}};
      case MilestoneState::kAwaitingPayment:
        return RetryPayment{kBuyer, "pm-new", {}};
      case MilestoneState::kDisputed:
        return SomeEndOfTheDispute();
      default:
        return Upto(2) ? DeliverTheCurrent() : SomeWayOut();
    }
  }

  OrderCommand DeliverTheCurrent() {
    const uint32_t current = order_->current_milestone;
    if (current >= sleeps_from_) return CancelLateMilestone{kBuyer, current, "too late"};
    return DeliverMilestone{kSeller, current, order_->is_last(current), "done", ""};
  }

  OrderCommand SomeEndOfTheDispute() {
    const uint32_t current = order_->current_milestone;
    switch (Upto(5)) {
      case 0:
        return RequestCancellation{kSeller, Money{}, "take it back"};
      case 1:
        return AcceptMilestone{kBuyer, current, NextStep::kUnset, {}};
      case 2:
        return ResolveDispute{kOperator, current, static_cast<DisputeOutcome>(1 + Upto(3)), SomeShare(),
                              "seen it"};
      default:
        return WithdrawDispute{order_->current().dispute->opened_by == Party::kBuyer ? kBuyer : kSeller,
                               current};
    }
  }

  OrderCommand SomeWork() {
    switch (Upto(7)) {
      case 0:
      case 1: {
        const uint32_t milestone = SomeMilestone();
        const bool final_delivery = Upto(10) ? order_->is_last(milestone) : Upto(2) == 0;
        return DeliverMilestone{Upto(6) ? kSeller : Anybody(), milestone, final_delivery, "done", ""};
      }
      case 2:
        return RequestRevision{Anybody(), SomeMilestone(), "again"};
      case 3:
      case 4:
        return AcceptMilestone{
            Upto(6) ? kBuyer : Anybody(), SomeMilestone(), static_cast<NextStep>(Upto(4)), {}};
      case 5:
        return PostUpdate{Upto(3) ? kSeller : Anybody(), SomeMilestone(), "half done"};
      default:
        return StartNextMilestone{Anybody(), Upto(2) ? "" : "pm-new", {}};
    }
  }

  OrderCommand SomePayment() {
    switch (Upto(6)) {
      case 0:
        if (of_gig_) return AskingAgain();
        return Placing(terms_, 1 + Upto(3) + order_->placement_attempt / 2,
                       now_ + absl::Minutes(Upto(30) - 2));
      case 1:
        return RetryPayment{Anybody(), "pm-other", {}};
      case 2:
        return Resolving();
      default:
        return SettleCharge{SomeCharge(), SomeOutcome(), {}};
    }
  }

  OrderCommand SomethingOfTheSystem() {
    switch (Upto(6)) {
      case 0:
        return RecordFinding{
            SomeCharge(), static_cast<uint32_t>(Upto(3)), static_cast<Finding>(1 + Upto(3)), "cap-found", {}};
      case 1:
        return Upto(2) ? OrderCommand(LeaseCharge{SomeCharge(), now_ + absl::Minutes(1)})
                       : OrderCommand(OutcomeRecorded{});
      case 2:
        return Tick{};
      default:
        return AboutSomeRefund();
    }
  }

  // Ends, cancellations, disputes.
  OrderCommand SomeWayOut() {
    switch (Upto(9)) {
      case 0:
        return Upto(4) ? OrderCommand(Tick{}) : OrderCommand(EndOrder{Anybody()});
      case 1:
      case 2:
        return RequestCancellation{Upto(6) ? SomeParty() : kOperator, SomeShare(), "let us stop"};
      case 3:
        return AnswerCancellation{SomeParty(), Upto(3) == 0, "well"};
      case 4:
        return CancelLateMilestone{Upto(4) ? kBuyer : Anybody(), SomeMilestone(), "too late"};
      case 5:
        return OpenDispute{SomeParty(), SomeMilestone(), "not what we agreed"};
      case 6:
      case 7:
        return WithdrawDispute{SomeParty(), SomeMilestone()};
      default:
        return ResolveDispute{Upto(3) ? Anybody() : kOperator, SomeMilestone(),
                              static_cast<DisputeOutcome>(1 + Upto(3)), SomeShare(), "seen it"};
    }
  }

  // For the seller: nothing, a cent, all but a cent, all, too much, anything; once in a while in euros.
  Money SomeShare() {
    const int64_t price = order_->TermsOf(order_->current_milestone).amount.minor;
    const int64_t shares[] = {0, 0, 1, price - 1, price, price + 1, Upto(static_cast<int>(price)), price / 3};
    return {OneOf(shares), Upto(20) ? Currency::Usd() : *Currency::Parse("EUR")};
  }

  OrderCommand AskingAgain() {
    PlaceGigOrder place = PlacingGig(terms_);
    if (Upto(3) == 0) place.payment_method = "pm-other";
    if (Upto(4) == 0) place.quote_expires = now_ + absl::Minutes(Upto(30) - 2);
    return place;
  }

  OrderCommand Resolving() {
    const Charge* open = order_->open_charge();
    const ChargeId charge = open && Upto(4) ? open->id : SomeCharge();
    const Money amount = open && Upto(6) ? open->total() : Money::Usd(Upto(30000));
    const ChargeOutcome outcomes[] = {Succeeded{"cap-said"}, Declined{}, Voided{}};
    return ResolveCharge{Upto(5) ? kOperator : Anybody(), charge, outcomes[Upto(3)], amount, "a call", {}};
  }

  OrderCommand AboutSomeRefund() {
    if (order_->refunds.empty()) return LeaseRefund{SomeCharge(), 1, now_ + absl::Minutes(1)};
    const Refund& refund = order_->refunds[Upto(static_cast<int>(order_->refunds.size()))];
    const RefundOutcome outcomes[] = {Refunded{"back"}, NotRefunded{"CLOSED"}, NotRefunded{"CLOSED"},
                                      Unknown{now_ + absl::Minutes(1)}, Pending{now_ + absl::Minutes(1)}};
    return Upto(2) ? OrderCommand(LeaseRefund{refund.charge, refund.number, now_ + absl::Minutes(1)})
                   : OrderCommand(SettleRefund{refund.charge, refund.number, outcomes[Upto(5)]});
  }

  void Take() {
    LetTimePass();
    auto step = milepost::Run<OrderDomain>(order_ ? &*order_ : nullptr, SomeCommand(), now_);
    if (!step.ok()) {
      ASSERT_TRUE(RefusalOf(step.status())) << step.status();
      ++refused_;
      return;
    }
    ++done_;
    ASSERT_NO_FATAL_FAILURE(Record(step->events));
    if (order_ && (order_->state == OrderState::kCompleted || order_->state == OrderState::kCancelled)) {
      ASSERT_EQ(step->next.state, order_->state);
      ASSERT_EQ(step->next.totals, order_->totals);
      ASSERT_EQ(step->next.milestones, order_->milestones);
    }
    if (log_.empty()) return;
    const bool was_over = order_ && order_->completed_at;
    order_ = std::move(step->next);
    const bool placed =
        !step->events.empty() && std::holds_alternative<OrderPlacementStarted>(step->events[0].event);
    if (is_old_ && placed) order_ = Folded();  // with the edition that Record wrote
    if (order_->completed_at && !was_over) ++ends_[EndOf(*order_)];
    ASSERT_NO_FATAL_FAILURE(CheckStandsRight(*order_, now_));
    ASSERT_NO_FATAL_FAILURE(books_.Check(*order_));
    ASSERT_TRUE(IsInWorkflow(*order_));
    if (Upto(64) == 0) CheckFold();
    if (Upto(32) == 0) CheckComesToAnEnd(*order_, now_);
  }

  void Record(std::vector<StampedEvent<OrderDomain>>& events) {
    uint64_t sequence = order_ ? order_->sequence : 0;
    for (auto& stamped : events) {
      if (auto* started = std::get_if<OrderPlacementStarted>(&stamped.event); started && is_old_)
        started->edition = 0;
      ASSERT_EQ(stamped.sequence, ++sequence);
      ASSERT_LE(stamped.at, now_);
      if (!log_.empty()) {
        ASSERT_GE(stamped.at, log_.back().at);
      }
      ASSERT_NO_FATAL_FAILURE(books_.Post(stamped.event));
      if (const auto* withdrawn = std::get_if<DisputeWithdrawn>(&stamped.event)) {
        for (const Deadline& resumed : withdrawn->resumed) ASSERT_GE(resumed.due, stamped.at + kDay);
      }
      log_.push_back(stamped);
      ++outcomes_[std::string(NameOf(KindOf(stamped.event)))];
    }
  }

  static std::string EndOf(const Order& order) {
    std::string end(NameOf(order.state));
    if (order.completion_reason) end += " " + std::string(NameOf(*order.completion_reason));
    if (order.cancellation_reason) end += " " + std::string(NameOf(*order.cancellation_reason));
    return end;
  }

  Order Folded() const {
    Order folded;
    for (const auto& stamped : log_) {
      OrderDomain::Apply(folded, stamped.event, stamped.at);
      folded.sequence = stamped.sequence;
      folded.updated_at = stamped.at;
    }
    return folded;
  }

  // W1, and that a second replica would come to the same state.
  void CheckFold() { ASSERT_EQ(Folded(), *order_); }

  std::mt19937_64 random_;
  absl::Time now_ = kStart;
  Terms terms_;
  bool of_gig_ = false;
  bool is_old_ = false;       // of edition 0
  bool is_hasty_ = false;     // everybody acts long before any deadline
  uint32_t sleeps_from_ = 0;  // the first milestone that the seller does not work on
  std::optional<Order> order_;
  std::vector<StampedEvent<OrderDomain>> log_;
  Books books_;
  std::map<std::string, int> outcomes_, ends_;
  int done_ = 0, refused_ = 0;
};

void ExpectMet(const std::map<std::string, int>& counts, const std::string& name, int times) {
  const auto found = counts.find(name);
  EXPECT_GE(found == counts.end() ? 0 : found->second, times) << name;
}

TEST(RandomWalk, KeepsEveryInvariantAfterEveryStep) {
  constexpr uint64_t kSeed = 8'091'217;
  Walk walk(kSeed);
  for (int order = 0; walk.done() + walk.refused() < kSteps && !HasFailure(); ++order) {
    SCOPED_TRACE(absl::StrCat("seed ", kSeed, ", order ", order));
    walk.WalkOneOrder();
  }
  EXPECT_GT(walk.done(), kSteps / 4);
  // It went everywhere: no kind of event never happened, and orders ended in every way.
  for (size_t kind = 0; kind < std::variant_size_v<OrderEvent>; ++kind)
    ExpectMet(walk.outcomes(), std::string(NameOf(static_cast<EventKind>(kind))), 20);
  for (const CompletionReason reason : kValuesOf<CompletionReason>)
    if (reason != CompletionReason::kCancelledAfterAcceptance)
      ExpectMet(walk.ends(), absl::StrCat("COMPLETED ", NameOf(reason)), 10);
  for (const CancellationReason reason : kValuesOf<CancellationReason>) {
    ExpectMet(walk.ends(), absl::StrCat("CANCELLED ", NameOf(reason)), 10);
    ExpectMet(walk.ends(), absl::StrCat("COMPLETED CANCELLED_AFTER_ACCEPTANCE ", NameOf(reason)), 10);
  }
}

}  // namespace
}  // namespace milepost::billing
