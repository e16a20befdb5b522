// A long random life of many orders: whatever is asked, by whom and when, the invariants of DOMAIN §3 and W8 hold after
// every step. One seed is one story; a failure names it.
#include <map>
#include <random>

#include "services/milestone_billing/domain/workflow.h"
#include "tests/unit/milestone_billing/story.h"

namespace milepost::billing {
namespace {

// Whether a rule decides about everything that may be asked of an order which stands like this: every method of its parties,
// and its deadlines.
bool IsInWorkflow(const Order& order) {
  const Facts facts = FactsOf(order);
  for (const Trigger trigger : kTriggers) {
    const bool is_method = PartiesOf(trigger).Has(Party::kBuyer) || PartiesOf(trigger).Has(Party::kSeller);
    if (is_method && trigger != kTriggerOf<PlaceGigOrder> && !FindRule(trigger, &order, facts)) return false;
  }
  return std::all_of(order.deadlines.begin(), order.deadlines.end(), [&](const Deadline& deadline) {
    return deadline.frozen() || FindRule(TriggerOf(deadline.kind), &order, facts);
  });
}

constexpr int kSteps = 240'000;
constexpr int kStepsAnOrder = 120;

class Walk {
 public:
  explicit Walk(uint64_t seed) : random_(seed) {}

  // One order from its placing to its end, or to the end of our patience.
  void WalkOneOrder() {
    order_.reset();
    balances_.clear();
    log_.clear();
    terms_ = MilestonesOf(1 + Upto(6));
    for (MilestoneTerms& milestone : terms_.milestones) {
      milestone.amount = Money::Usd(1 + Upto(30000));
      milestone.revisions = {.unlimited = Upto(4) == 0, .count = Upto(3)};
    }
    if (terms_.milestones.size() == 1 && Upto(2)) terms_.kind = OrderKind::kOneTime;
    for (int step = 0; step < kStepsAnOrder && !::testing::Test::HasFailure(); ++step) Take();
    if (order_) CheckFold();
  }

  int done() const { return done_; }
  int refused() const { return refused_; }
  const std::map<std::string, int>& outcomes() const { return outcomes_; }

 private:
  int Upto(int bound) { return static_cast<int>(random_() % bound); }
  const Actor& Anybody() {
    static const Actor kEverybody[] = {kBuyer, kBuyer, kBuyer, kSeller, kSeller, kStranger, kOperator};
    return kEverybody[Upto(7)];
  }
  uint32_t SomeMilestone() { return Upto(8) ? order_->current_milestone : static_cast<uint32_t>(Upto(8)); }

  // Mostly little time; sometimes exactly to the next deadline, or a microsecond short of it, or far beyond.
  void LetTimePass() {
    const bool has_deadline = order_ && !order_->deadlines.empty();
    switch (Upto(has_deadline ? 12 : 9)) {
      case 9:
        now_ = std::max(now_, order_->deadlines[0].due - kMicrosecond);
        break;
      case 10:
        now_ = std::max(now_, order_->deadlines[0].due);
        break;
      case 11:
        now_ += absl::Hours(Upto(24 * 20));
        break;
      default:
        now_ += absl::Seconds(Upto(40000));
    }
  }

  ChargeOutcome SomeOutcome() {
    switch (Upto(7)) {
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
    if (!order_) {
      of_gig_ = Upto(2) == 0;
      return of_gig_ ? AskingAgain() : Placing(terms_, 1, now_ + absl::Minutes(Upto(30) - 2));
    }
    switch (Upto(18)) {
      case 0:
        if (of_gig_) return AskingAgain();
        return Placing(terms_, 1 + Upto(3) + order_->placement_attempt / 2,
                       now_ + absl::Minutes(Upto(30) - 2));
      case 1:
      case 2:
      case 3:
        return SettleCharge{SomeCharge(), SomeOutcome()};
      case 4:
      case 5: {
        const uint32_t milestone = SomeMilestone();
        const bool final_delivery = Upto(10) ? order_->is_last(milestone) : Upto(2) == 0;
        return DeliverMilestone{Upto(6) ? kSeller : Anybody(), milestone, final_delivery, "done", ""};
      }
      case 6:
        return RequestRevision{Anybody(), SomeMilestone(), "again"};
      case 7:
      case 8:
        return AcceptMilestone{
            Upto(6) ? kBuyer : Anybody(), SomeMilestone(), static_cast<NextStep>(Upto(4)), {}};
      case 9:
        return StartNextMilestone{Anybody(), Upto(2) ? "" : "pm-new", {}};
      case 10:
        return Upto(6) ? OrderCommand(Tick{}) : OrderCommand(EndOrder{Anybody()});
      case 11:
        return RetryPayment{Anybody(), "pm-other", {}};
      case 12:
        return Resolving();
      case 13:
        return RecordFinding{
            SomeCharge(), static_cast<uint32_t>(Upto(3)), static_cast<Finding>(1 + Upto(3)), "cap-found", {}};
      case 14:
      case 15:
        return AboutSomeRefund();
      case 16:
        return PostUpdate{Upto(3) ? kSeller : Anybody(), SomeMilestone(), "half done"};
      default:
        return Upto(2) ? OrderCommand(LeaseCharge{SomeCharge(), now_ + absl::Minutes(1)})
                       : OrderCommand(OutcomeRecorded{});
    }
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
    const RefundOutcome outcomes[] = {Refunded{"back"}, NotRefunded{"CLOSED"},
                                      Unknown{now_ + absl::Minutes(1)}, Pending{now_ + absl::Minutes(1)}};
    return Upto(2) ? OrderCommand(LeaseRefund{refund.charge, refund.number, now_ + absl::Minutes(1)})
                   : OrderCommand(SettleRefund{refund.charge, refund.number, outcomes[Upto(4)]});
  }

  void Take() {
    LetTimePass();
    const auto step = milepost::Run<OrderDomain>(order_ ? &*order_ : nullptr, SomeCommand(), now_);
    if (!step.ok()) {
      ASSERT_TRUE(RefusalOf(step.status())) << step.status();
      ++refused_;
      return;
    }
    ++done_;
    uint64_t sequence = order_ ? order_->sequence : 0;
    for (const auto& stamped : step->events) {
      ASSERT_EQ(stamped.sequence, ++sequence);
      ASSERT_LE(stamped.at, now_);
      if (!log_.empty()) {
        ASSERT_GE(stamped.at, log_.back().at);
      }
      Post(stamped.event);
      log_.push_back(stamped);
      ++outcomes_[std::string(NameOf(KindOf(stamped.event)))];
    }
    if (order_ && order_->state == OrderState::kCompleted) {
      ASSERT_EQ(step->next.state, OrderState::kCompleted);
      ASSERT_EQ(step->next.totals, order_->totals);
    }
    if (log_.empty()) return;
    order_ = step->next;
    CheckInvariants();
    if (Upto(64) == 0) CheckFold();
  }

  void Post(const OrderEvent& event) {
    const Move* move = MoveOf(event);
    if (move == nullptr) return;
    int64_t sum = 0;
    for (const Posting& posting : move->postings) {
      sum += posting.amount_minor;
      balances_[posting.account] += posting.amount_minor;
    }
    ASSERT_EQ(sum, 0) << move->rule;
  }

  void CheckInvariants() {
    ASSERT_TRUE(IsInWorkflow(*order_));
    const Order& order = *order_;
    int64_t escrow = 0, all = 0;
    for (const auto& [account, balance] : balances_) {
      all += balance;
      if (account.rfind("escrow:", 0) != 0) continue;
      ASSERT_LE(balance, 0) << account;  // a credit balance: never below zero as the order sees it
      escrow -= balance;
    }
    ASSERT_EQ(all, 0);
    CheckConservation(escrow);
    ASSERT_EQ(escrow, order.totals.escrow_minor());
    if (order.state == OrderState::kCompleted || order.state == OrderState::kPlacementFailed) {
      ASSERT_EQ(escrow, 0);
      ASSERT_TRUE(order.deadlines.empty());
      ASSERT_EQ(order.open_charge(), nullptr);
    }
    CheckCharges();
    for (const Milestone& milestone : order.milestones) ASSERT_LE(milestone.updates.size(), kUpdatesKept);
    ASSERT_LE(order.deadlines.size(), 1u);
    for (const Deadline& deadline : order.deadlines) ASSERT_GT(deadline.due, now_);  // W8: none overdue
  }

  // DOMAIN §3, "Always": every cent that the provider took is in exactly one place.
  void CheckConservation(int64_t escrow) {
    int64_t taken = 0, seller = 0, given_back = 0, in_transit = 0, failed = 0, late = 0;
    for (const Charge& charge : order_->charges) {
      if (charge.late_success_at) late += charge.total().minor;
      if (charge.late_success_at || charge.state == ChargeState::kSucceeded) taken += charge.total().minor;
    }
    for (const Refund& refund : order_->refunds) {
      if (refund.state == RefundState::kPending) in_transit += refund.amount.minor;
      if (refund.state == RefundState::kSucceeded) given_back += refund.amount.minor;
      // One that failed was followed by another, except the last that may be tried.
      const bool followed = order_->FindRefund(refund.charge, refund.number + 1) != nullptr;
      ASSERT_EQ(followed, refund.state == RefundState::kFailed && refund.number < kRefundTriesMax);
      if (refund.state == RefundState::kFailed && !followed) failed += refund.amount.minor;
    }
    for (const auto& [account, balance] : balances_) {
      if (account.rfind("seller:", 0) == 0) seller -= balance;
    }
    const auto held = [&](absl::string_view account) { return -balances_[std::string(account)]; };
    const int64_t revenue = held(kBuyerFeeRevenue) + held(kCommissionRevenue);
    ASSERT_EQ(taken, escrow + seller + revenue + in_transit + given_back + failed);
    ASSERT_EQ(held(kRefundTransit), in_transit);
    ASSERT_EQ(held(kSuspense), failed);
    ASSERT_EQ(late, in_transit + given_back + failed);  // M9: a late success never touches escrow
    ASSERT_EQ(-held(kProviderClearing), taken - given_back);
  }

  void CheckCharges() {
    const Order& order = *order_;
    int open = 0;
    std::map<uint32_t, int> attempts, successes;
    for (const Charge& charge : order.charges) {
      open += charge.state == ChargeState::kOpen;
      successes[charge.milestone] += charge.state == ChargeState::kSucceeded;
      ++attempts[charge.milestone];
      ASSERT_EQ(charge.id, ChargeIdOf(order.id, charge.milestone, charge.slot));
    }
    ASSERT_LE(open, 1);
    for (const Milestone& milestone : order.milestones) {
      ASSERT_LE(attempts[milestone.number], kMaxPaymentAttempts);
      const bool funded = milestone.charge.has_value();
      ASSERT_EQ(successes[milestone.number], funded ? 1 : 0);  // never twice
      const bool needs_money = milestone.authorizes_work() || milestone.state == MilestoneState::kDelivered ||
                               milestone.state == MilestoneState::kAccepted;
      ASSERT_EQ(funded, needs_money) << NameOf(milestone.state);
      const bool running = needs_money && milestone.state != MilestoneState::kAccepted;
      ASSERT_EQ(running, order.state == OrderState::kActive && milestone.number == order.current_milestone);
    }
  }

  // W1, and that a second replica would come to the same state.
  void CheckFold() {
    Order folded;
    for (const auto& stamped : log_) {
      OrderDomain::Apply(folded, stamped.event, stamped.at);
      folded.sequence = stamped.sequence;
      folded.updated_at = stamped.at;
    }
    ASSERT_EQ(folded, *order_);
  }

  std::mt19937_64 random_;
  absl::Time now_ = kStart;
  Terms terms_;
  bool of_gig_ = false;
  std::optional<Order> order_;
  std::vector<StampedEvent<OrderDomain>> log_;
  std::map<std::string, int64_t> balances_;
  std::map<std::string, int> outcomes_;
  int done_ = 0, refused_ = 0;
};

TEST(RandomWalk, KeepsEveryInvariantAfterEveryStep) {
  constexpr uint64_t kSeed = 8'091'217;
  Walk walk(kSeed);
  for (int order = 0; order < kSteps / kStepsAnOrder && !HasFailure(); ++order) {
    SCOPED_TRACE(absl::StrCat("seed ", kSeed, ", order ", order));
    walk.WalkOneOrder();
  }
  EXPECT_EQ(walk.done() + walk.refused(), kSteps);
  EXPECT_GT(walk.done(), kSteps / 10);
  // It went everywhere: no kind of event never happened.
  for (size_t kind = 0; kind < std::variant_size_v<OrderEvent>; ++kind) {
    const std::string name(NameOf(static_cast<EventKind>(kind)));
    EXPECT_TRUE(walk.outcomes().contains(name)) << name;
  }
  for (const auto& [name, count] : walk.outcomes()) EXPECT_GE(count, 20) << name;
}

}  // namespace
}  // namespace milepost::billing
